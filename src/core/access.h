/*
 * access.h: what refusals of an account mean, and when to try again (sp-api.md 6).
 *
 * One denied call says little: Amazon has denied everybody in a region for hours. So a denied
 * operation is tried again ever more slowly, and the account is suspect until all is answered; only
 * when nothing but denials came for an hour is a person asked to reconnect it, and even then it is
 * tried on, so that the end of Amazon's trouble is noticed. What the token endpoint says of the
 * grant is final: only a person mends that.
 *
 * Pure: the caller has the clock (a monotonic one) and the lock.
 */
#ifndef CORE_ACCESS_H
#define CORE_ACCESS_H

#include "base/clock.h"

enum {
    ACCESS_OPERATIONS_MAX = 32,
    ACCESS_DENIED_FIRST_MS = 30 * 1000,
    ACCESS_DENIED_MAX_MS = 10 * 60 * 1000, /* slow probes */
    ACCESS_LOST_AFTER_MS = 60 * 60 * 1000, /* of denials and nothing else, */
    ACCESS_LOST_AFTER = 6,                 /* so many at least: a pause is no evidence */
    ACCESS_BROKEN_FIRST_MS = 1000,
    ACCESS_BROKEN_MAX_MS = 60 * 1000,
};

struct access_operation {
    int denied, broken; /* in a row; denials of calls that went out together count once */
    time_ms not_before;
};

struct access {
    struct access_operation operations[ACCESS_OPERATIONS_MAX];
    int denials;          /* of all operations, since one was answered */
    time_ms denied_since; /* the first of them */
    bool lost;            /* by the word of the token endpoint */
};

/* What is to be thought of the account after a call. */
enum access_verdict {
    ACCESS_GOOD,
    ACCESS_UNCHANGED,
    ACCESS_SUSPECT,
    ACCESS_RECOVERING, /* one that was denied is answered again, others are to be tried */
    ACCESS_DENIED,     /* for an hour: a person should look; tried on */
    ACCESS_LOST,
};

/* The operation was answered, be it with a refusal of its data. */
enum access_verdict access_answered(struct access *a, int operation, time_ms now);
/* 403, also with a fresh token. */
enum access_verdict access_denied(struct access *a, int operation, time_ms now);
/* The token endpoint said so when the operation was to be called. */
enum access_verdict access_lost(struct access *a, int operation, time_ms now);
/* No answer, or none that says anything. */
void access_broken(struct access *a, int operation, time_ms now);

/* How long the operation is not to be tried; 0: it may. */
time_ms access_wait(const struct access *a, int operation, time_ms now);
/* Somebody proved the account, or changed it: nothing that was held against it counts. */
void access_forget(struct access *a);
/* Denied, but not lost: goes on being tried. */
bool access_is_denied(const struct access *a, time_ms now);

#endif
