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
bool role_parse(struct str name, enum role *out);
const char *role_name(enum role role);
const char *area_name(enum area area);
const char *permission_name(enum permission p);

#endif
