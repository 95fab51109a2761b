/* db_postgres.c: the PostgreSQL driver. */
#include "store/db_driver.h"

enum err postgres_open(const struct db_options *options, struct db **out, struct error *e)
{
    (void)options;
    (void)out;
    return error_set(e, ERR_INVALID, "this build has no PostgreSQL driver");
}
