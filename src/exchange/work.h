/* work.h: between worker.c, which waits, and work.c, which works. */
#ifndef EXCHANGE_WORK_H
#define EXCHANGE_WORK_H

#include "exchange/worker.h"
#include "store/import_run.h"

enum {
    WORK_LEASE = 0, /* in the place of a channel's id */
    WORK_LEASE_MS = 20 * 1000,
};

struct work {
    struct exchange_parts parts;
    struct str owner; /* of the lease */
    bool (*stopping)(void *ctx);
    void *ctx;
};

/* Applies the run, from where it stands to its end. OK also when it was canceled or is to go on
 * later; another outcome says that it should be tried again. */
MUST_USE enum err work_run(const struct work *work, struct import_run *run, struct error *e);

#endif
