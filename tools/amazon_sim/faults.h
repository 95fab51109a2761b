/*
 * faults.h: failures on demand.
 *
 * A fault has a match ("PATCH /listings": a method and the beginning of a path; either may be left
 * out; or an operation: "patchListingsItem"; "*" or nothing is everything), a kind, and either a
 * count (so many times, then it is gone), a probability, or neither (always, until cleared). The
 * first fault that matches and fires wins.
 */
#ifndef AMAZON_SIM_FAULTS_H
#define AMAZON_SIM_FAULTS_H

#include "base/clock.h"
#include "base/err.h"
#include "base/json.h"
#include "base/rng.h"

enum fault_kind {
    FAULT_NONE,
    FAULT_429,
    FAULT_500,
    FAULT_503,
    FAULT_403,
    FAULT_HTML400,
    FAULT_RESET,            /* nothing is done, the connection is cut */
    FAULT_SLOW,             /* the right answer, late */
    FAULT_INVALID,          /* PATCH: 200 with status INVALID; else 200 with half a document */
    FAULT_DROP_AFTER_APPLY, /* all is done, the connection is cut */
    FAULT_NO_RATE_HEADER,   /* the right answer, without the rate that it states */
    FAULT_NEVER_APPLY,      /* PATCH: accepted, and then it shows never */
    FAULT_FEED_STUCK,       /* of createFeed: it stays in the queue for ever */
    FAULT_FEED_INVALID,     /* of createFeed: every second message is invalid */
    FAULT_FEED_FATAL,       /* of createFeed: it ends FATAL with its first half done */
    FAULT_SAME_PAGE,        /* searches: a page that was shown already, under a new token */
};
#define FAULT_KINDS (FAULT_SAME_PAGE + 1)
extern const char *const fault_names[FAULT_KINDS];

enum { FAULTS_MAX = 64, FAULT_MATCH_MAX = 200, FAULT_DELAY_MS = 5000, FAULT_DELAY_MAX_MS = 600000 };

struct fault {
    char match[FAULT_MATCH_MAX];
    enum fault_kind kind;
    int64_t count; /* left; -1: not counted */
    int64_t per_million;
    time_ms delay_ms; /* of `slow` */
    int64_t fired;
};

struct faults {
    struct fault list[FAULTS_MAX];
    size_t count;
};

/* `[{"match", "kind", "count" | "probability", "delay_ms"}]`, or one such object. All are added or
 * none; an empty list clears. */
MUST_USE enum err faults_add_json(struct faults *f, struct json v, struct error *e);
/* "MATCH=KIND", "MATCH=KIND:3" (count), "MATCH=KIND:10%", several with ';' between; or JSON. */
MUST_USE enum err faults_add_spec(struct faults *f, struct str spec, struct error *e);
void faults_clear(struct faults *f);
struct fault_target {
    struct str method, path, operation;
};
/* What happens to this call; counts it. */
struct fault faults_take(struct faults *f, struct rng *rng, const struct fault_target *call);
void faults_write(const struct faults *f, struct jw *w);

#endif
