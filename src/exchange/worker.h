/*
 * worker.h: imports in the background: one thread that works the import runs (store/import_run.h)
 * one after another, in the order in which they were asked for.
 *
 * Of several servers that share a database, the one that holds the lease works them; when it is
 * gone, another goes on behind the last batch that became durable. Learns of runs by the database's
 * notifications.
 */
#ifndef EXCHANGE_WORKER_H
#define EXCHANGE_WORKER_H

#include "store/store.h"

struct exchange_worker;

/* Everything is borrowed until exchange_worker_stop. */
struct exchange_parts {
    struct db *db;
    struct clock *clock;
    struct rng *rng;
};

/* Registers with db_listen: before other threads use the database. On SQLite after the sync engine,
 * which forgets the leases of a process that died. */
MUST_USE enum err exchange_worker_start(
    const struct exchange_parts *parts, struct exchange_worker **out, struct error *e);
/* The batch under way is finished; the run goes on after the next start. */
void exchange_worker_stop(struct exchange_worker *w);
/* After the database was closed: until then it may still notify. */
void exchange_worker_release(struct exchange_worker *w);

/* For tests: works what is queued on the caller's thread, until nothing is. */
MUST_USE enum err exchange_work(const struct exchange_parts *parts, struct error *e);

#endif
