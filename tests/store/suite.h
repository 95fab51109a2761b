/* suite.h: what the suites of the driver have in common: one engine, and one-line database calls.
 */
#ifndef TESTS_STORE_SUITE_H
#define TESTS_STORE_SUITE_H

#include "check.h"
#include "harness.h"

extern enum db_engine engine; /* of this run; defined by each suite */

void run_script(struct db *db, const char *sql); /* must succeed */
int64_t get_int(struct db *db, const char *sql); /* a literal: one row, one column */
enum err try_sql(struct db *db, const char *sql, struct error *e); /* a literal, in a write */

/* "integer column" and "bytes column" in the words of this engine. */
const char *ddl(const char *sqlite, const char *postgres);

#endif
