/* permission.c: the matrix; see permission.h. */
#include "core/permission.h"

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

const char *permission_name(enum permission p)
{
    static const char *const names[] = { "none", "read", "write", "full" };
    return names[p];
}
