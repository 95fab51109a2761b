/*
 * inner_db.h: a database whose transactions are savepoints of one that is open.
 *
 * For code that begins its own transactions (imports), within a history that is given up at its
 * end. A transaction that refuses is undone alone; a statement that fails takes the outer one
 * along.
 */
#ifndef TESTS_PROP_INNER_DB_H
#define TESTS_PROP_INNER_DB_H

#include "store/db_driver.h"

struct inner_db {
    struct db db;
    struct tx *tx; /* the open one; borrowed */
};

void inner_db_init(struct inner_db *d, struct tx *tx);

#endif
