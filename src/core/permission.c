/* permission.c: the matrix; see permission.h. */
#include "core/permission.h"

#include "base/assert.h"

#include <stdio.h>

static const char *const roles[ROLE_COUNT] = { "admin", "manager", "warehouse", "viewer" };
static const char *const areas[AREA_COUNT] = { "catalog", "inventory", "orders", "channels",
    "settings", "people" };

#define N PERMISSION_NONE
#define R PERMISSION_READ
#define W PERMISSION_WRITE
#define F PERMISSION_FULL
static const enum permission matrix[ROLE_COUNT][AREA_COUNT] = {
    /*                   catalog inventory orders channels settings people */
    [ROLE_ADMIN] = { F, F, F, F, F, F },
    [ROLE_MANAGER] = { F, F, F, W, W, R },
    [ROLE_WAREHOUSE] = { R, W, W, R, R, N },
    [ROLE_VIEWER] = { R, R, R, R, R, N },
};
#undef N
#undef R
#undef W
#undef F

enum permission permission_of(enum role role, enum area area)
{
    return matrix[role][area];
}

bool role_parse(struct str name, enum role *out)
{
    for (int i = 0; i < ROLE_COUNT; i++) {
        if (!str_eq(name, str_of(roles[i]))) continue;
        *out = (enum role)i;
        return true;
    }
    return false;
}

const char *role_name(enum role role)
{
    return roles[role];
}

const char *area_name(enum area area)
{
    return areas[area];
}

static const char *const levels[] = { "none", "read", "write", "full" };

const char *permission_name(enum permission p)
{
    return levels[p];
}

bool area_parse(struct str name, enum area *out)
{
    for (int i = 0; i < AREA_COUNT; i++) {
        if (!str_eq(name, str_of(areas[i]))) continue;
        *out = (enum area)i;
        return true;
    }
    return false;
}

bool permission_parse(struct str name, enum permission *out)
{
    for (int i = PERMISSION_NONE; i <= PERMISSION_FULL; i++) {
        if (!str_eq(name, str_of(levels[i]))) continue;
        *out = (enum permission)i;
        return true;
    }
    return false;
}

struct rights rights_of_role(enum role role)
{
    struct rights out = { { PERMISSION_NONE } };
    for (int a = 0; a < AREA_COUNT; a++)
        out.of[a] = matrix[role][a];
    return out;
}

struct rights rights_both(const struct rights *a, const struct rights *b)
{
    struct rights out = { { PERMISSION_NONE } };
    for (int i = 0; i < AREA_COUNT; i++)
        out.of[i] = a->of[i] < b->of[i] ? a->of[i] : b->of[i];
    return out;
}

bool rights_cover(const struct rights *own, const struct rights *wanted)
{
    bool covered = true;
    for (int i = 0; i < AREA_COUNT; i++)
        covered = covered && wanted->of[i] <= own->of[i];
    return covered;
}

bool rights_parse(struct str text, struct rights *out)
{
    struct rights found = { { PERMISSION_NONE } };
    bool named[AREA_COUNT] = { false }, more = true;
    while (more) {
        struct str one, area_text, level_text;
        enum area area;
        enum permission level;
        more = str_cut(text, ',', &one, &text);
        if (!str_cut(str_trim(one), ':', &area_text, &level_text)) return false;
        if (!area_parse(area_text, &area) || !permission_parse(level_text, &level)) return false;
        if (named[area]) return false;
        named[area] = true;
        found.of[area] = level;
    }
    *out = found;
    return true;
}

struct str rights_format(const struct rights *rights, char out[RIGHTS_TEXT_MAX])
{
    size_t n = 0;
    out[0] = 0;
    for (int a = 0; a < AREA_COUNT; a++) {
        if (rights->of[a] == PERMISSION_NONE) continue;
        int added = snprintf(
            out + n, RIGHTS_TEXT_MAX - n, "%s%s:%s", n ? "," : "", areas[a], levels[rights->of[a]]);
        ASSERT(added > 0 && n + (size_t)added < RIGHTS_TEXT_MAX);
        n += (size_t)added;
    }
    return (struct str){ out, n };
}
