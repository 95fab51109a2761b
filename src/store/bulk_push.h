/*
 * bulk_push.h: wishes that go to the channel in one lot, and what becomes of each.
 *
 * One lot is under way for an account of a region at a time. Its listings' wishes are in state
 * `bulk`: they are not sent singly, whatever is wanted meanwhile. A newer wish waits until it is
 * known what became of the lot, and goes the next moment; falls to zero go first then, as always.
 * Zeros and refreshes are never put into a lot: the first cannot wait for it, of the others each is
 * looked at for who changed it.
 *
 * The way of a lot: built, sent, reported or lost, ended. Every step is written down before the
 * next, so that whoever takes the channel over goes on where it stopped. To create the same lot
 * twice is harmless: both say the same, and the channel works them off in order.
 */
#ifndef STORE_BULK_PUSH_H
#define STORE_BULK_PUSH_H

#include "core/quantity.h"
#include "store/store.h"

enum bulk_state {
    BULK_BUILT,    /* nothing is known to be at the channel */
    BULK_SENT,     /* `feed` is what the channel calls it */
    BULK_REPORTED, /* `report` is where it says what became of it */
    BULK_LOST,     /* anything may have become of it: to be read back */
};

enum {
    BULK_PATIENCE_MS = 60 * 60 * 1000, /* so long it may take; then it is lost */
    BULK_PAUSE_MS = 60 * 60 * 1000,    /* none is built so long after one that was lost */
    BULK_STEP = 500,                   /* messages whose end is written down at once */
};

struct bulk {
    int64_t id; /* 0: none is under way */
    enum bulk_state state;
    struct str feed, report;
    time_ms created_at; /* or sent */
    int64_t messages;
};
/* The one of this channel. */
MUST_USE enum err bulk_load(
    struct tx *tx, int64_t channel_id, struct arena *arena, struct bulk *out, struct error *e);

/* How many wishes may go now: falls to zero, and those that may go in a lot; the latter are 0 while
 * none may be built. */
struct bulk_waiting {
    int64_t zeros, others;
};
MUST_USE enum err bulk_count(struct tx *tx, int64_t channel_id, const struct intake_state *intake,
    time_ms now, struct bulk_waiting *out, struct error *e);

/* As many as one lot takes, by lane and age. *messages 0: there is nothing to be sent so, or the
 * account has one under way already. */
MUST_USE enum err bulk_build(struct change *c, int64_t channel_id,
    const struct intake_state *intake, int64_t *messages, struct error *e);

struct bulk_message {
    int64_t message_id, listing_id, quantity;
    struct str sku, product_type;
};
MUST_USE enum err bulk_messages(struct tx *tx, int64_t bulk_id, struct arena *arena,
    struct bulk_message **out, size_t *count, struct error *e);

MUST_USE enum err bulk_sent(
    struct change *c, int64_t channel_id, const struct bulk *b, struct str feed, struct error *e);
MUST_USE enum err bulk_reported(
    struct change *c, const struct bulk *b, struct str report, struct error *e);
/* words: why, for the event. */
MUST_USE enum err bulk_lost(
    struct change *c, int64_t channel_id, const struct bulk *b, struct str words, struct error *e);

/* Of a report: message ids ascending. */
struct bulk_refusal {
    int64_t message_id;
    struct str words;
};
struct bulk_report {
    const struct bulk_refusal *refusals;
    size_t count;
};
/* The end of the next BULK_STEP messages: by the report (all that are not refused were accepted),
 * or without one (NULL) by reading each back. *left: how many still have none; with 0 the lot has
 * ended. */
MUST_USE enum err bulk_settle(struct change *c, int64_t channel_id, const struct bulk *b,
    const struct bulk_report *report, int64_t *left, struct error *e);

#endif
