/*
 * housekeeping.h: forgetting what is no longer of use: audit rows beyond the account's retention,
 * first answers of old requests, counts of failed sign-ins, sessions that have ended.
 */
#ifndef STORE_HOUSEKEEPING_H
#define STORE_HOUSEKEEPING_H

#include "store/store.h"

enum {
    HOUSEKEEPING_ROWS = 5000, /* of the audit log at once, so that no writer waits long */
    HOUSEKEEPING_EVERY_MS = 60 * 60 * 1000,
    IDEMPOTENCY_KEPT_MS = 24 * 60 * 60 * 1000, /* openapi.yaml, Idempotency-Key */
};

/* One round; *more: there is as much again to forget. Several servers may do it at once. */
MUST_USE enum err housekeeping(struct change *c, bool *more, struct error *e);

#endif
