/*
 * permission.h: what each role may do in each area (domain.md 8).
 */
#ifndef CORE_PERMISSION_H
#define CORE_PERMISSION_H

#include "base/str.h"

enum role { ROLE_ADMIN, ROLE_MANAGER, ROLE_WAREHOUSE, ROLE_VIEWER };
#define ROLE_COUNT (ROLE_VIEWER + 1)

enum area { AREA_CATALOG, AREA_INVENTORY, AREA_ORDERS, AREA_CHANNELS, AREA_SETTINGS, AREA_PEOPLE };
#define AREA_COUNT (AREA_PEOPLE + 1)

/* Each includes those before it. Full: also deleting and what cannot be undone. */
enum permission { PERMISSION_NONE, PERMISSION_READ, PERMISSION_WRITE, PERMISSION_FULL };

enum permission permission_of(enum role role, enum area area);

/* What somebody may do: the role's row of the matrix, less what an API token leaves out. */
struct rights {
    enum permission of[AREA_COUNT];
};
struct rights rights_of_role(enum role role);
/* In each area the lesser of the two. */
struct rights rights_both(const struct rights *a, const struct rights *b);
/* Nobody gives rights that he has not: is `wanted` within `own` in every area? */
bool rights_cover(const struct rights *own, const struct rights *wanted);

/* The scopes of a token as they are stored and typed: "catalog:read,orders:write". An area that is
 * not named is none. False for anything else: an unknown area or level, an area twice, nothing. */
bool rights_parse(struct str text, struct rights *out);
enum { RIGHTS_TEXT_MAX = 128 };
struct str rights_format(const struct rights *rights, char out[RIGHTS_TEXT_MAX]);

bool area_parse(struct str name, enum area *out);
bool permission_parse(struct str name, enum permission *out);
bool role_parse(struct str name, enum role *out);
const char *role_name(enum role role);
const char *area_name(enum area area);
const char *permission_name(enum permission p);

#endif
