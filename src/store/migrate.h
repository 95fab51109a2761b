/*
 * migrate.h: the schema's versions.
 *
 * Forward only, numbered, one transaction each, the same numbers for both engines
 * (migrations/{sqlite,postgres}/NNNN_name.sql, embedded in the program at build time). Each applied
 * one is recorded with its checksum; an unknown version or another checksum is ERR_CORRUPT and
 * nothing is touched. Several processes may call it at once.
 */
#ifndef STORE_MIGRATE_H
#define STORE_MIGRATE_H

#include "store/db.h"

struct migration {
    int number;
    const char *name;
    const char *sql;
};

/* Made at build time; the last one has number 0. */
extern const struct migration migrations_sqlite[];
extern const struct migration migrations_postgres[];

/* *applied = how many were new. */
MUST_USE enum err migrate_up(struct db *db, struct clock *clock, int *applied, struct error *e);

/* Only up to that number, which is at most migrate_newest: for data of an older schema. */
MUST_USE enum err migrate_up_to(
    struct db *db, struct clock *clock, int number, int *applied, struct error *e);
int migrate_newest(enum db_engine engine);

/* OK when the database is at the newest version; ERR_CONFLICT when migrations are missing. */
MUST_USE enum err migrate_check(struct db *db, struct error *e);

#endif
