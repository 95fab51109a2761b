/*
 * push.h: from what changed to what a channel is told.
 *
 * The planner takes the dirty marks, computes the targets of the listings that draw on them and
 * keeps one wish per listing; the pusher claims wishes by lane, sends them, and records what came
 * of it; reading back proves that what was accepted is shown. A wish is waiting, sending, bulk (in
 * a lot: bulk_push.h), accepted (waits for its read-back) or failed (accepted repeatedly, never
 * shown; waits for a new wish).
 */
#ifndef STORE_PUSH_H
#define STORE_PUSH_H

#include "core/quantity.h"
#include "store/store.h"

/* One round over at most `limit` dirty marks of each kind. *more: marks are left. */
MUST_USE enum err push_plan(struct change *c, int limit, bool *more, struct error *e);

/* Every listing of the channel is looked at again; wishes held back after refusals too. */
MUST_USE enum err push_mark_all(struct change *c, int64_t channel_id, struct error *e);

/* After the lease was taken: calls that were under way may or may not have been done. When what is
 * stored is of a later time than now, the clock was put back meanwhile. */
MUST_USE enum err push_recover(struct change *c, int64_t channel_id, struct error *e);
/* The wall clock was put back by so much: nothing that waits for a time waits longer than it was
 * to. */
MUST_USE enum err push_clock_back(
    struct change *c, int64_t channel_id, time_ms by, struct error *e);

struct push_claim {
    int64_t listing_id; /* 0: nothing may be sent now */
    struct str sku, product_type, marketplace_ids;
    int64_t quantity;
    enum push_lane lane;
    bool amazon_fulfilled; /* always false; given to the channel as a second guard */
    time_ms wanted_at;
};

/* The next wish by lane and age, marked as sending. Wishes that are no longer pushed are dropped.
 */
MUST_USE enum err push_claim_next(struct change *c, int64_t channel_id,
    const struct intake_state *intake, struct arena *arena, struct push_claim *out,
    struct error *e);

/* What the channel said, for the event. */
struct push_words {
    const char *operation;
    int http_status;
    struct str message, request_id;
};

MUST_USE enum err push_accepted(struct change *c, int64_t channel_id,
    const struct push_claim *claim, const struct push_words *words, struct error *e);
/* Understood and refused: tried again after a long wait, or with the next wish. */
MUST_USE enum err push_refused(struct change *c, int64_t channel_id, const struct push_claim *claim,
    const struct push_words *words, struct error *e);
/* Not done (unknown false), or perhaps done (unknown true): sent again at not_before. */
MUST_USE enum err push_put_back(struct change *c, const struct push_claim *claim, bool unknown,
    time_ms not_before, struct error *e);
/* The channel has no such SKU. */
MUST_USE enum err push_gone(struct change *c, int64_t channel_id, const struct push_claim *claim,
    const struct push_words *words, struct error *e);

struct push_check {
    int64_t listing_id;
    struct str sku, marketplace_ids;
    int64_t wanted;
    int64_t missed; /* looks in a row that did not find it */
};
struct push_due {
    int64_t channel_id;
    time_ms now;
    int limit;
};
/* Accepted ones whose read-back is due, oldest first. */
MUST_USE enum err push_checks_due(struct tx *tx, const struct push_due *due, struct arena *arena,
    struct push_check **out, size_t *count, struct error *e);
/* What the read-back showed. A difference that stays is sent again a bounded number of times. */
MUST_USE enum err push_checked(struct change *c, int64_t channel_id, const struct push_check *check,
    bool has_quantity, int64_t quantity, struct error *e);
/* It showed that the marketplace fulfils the listing itself now: no repair, nothing is told to it
 * any more. */
MUST_USE enum err push_taken_over(
    struct change *c, int64_t channel_id, const struct push_check *check, struct error *e);
/* The channel did not show the SKU. A search proves nothing: it is asked for by name then, in one
 * of its marketplaces after the other (`by_name`), and has ended when none of them knows it. */
MUST_USE enum err push_missed(struct change *c, int64_t channel_id, const struct push_check *check,
    bool by_name, struct error *e);
/* It was shown and could not be understood: looked at again a bounded number of times, then a
 * person is told. */
MUST_USE enum err push_unreadable(
    struct change *c, int64_t channel_id, const struct push_check *check, struct error *e);
/* Of a lot of which it is not known what became of it: read back soon; a newer wish does not wait
 * for that. What the look does not show is sent again at once. */
MUST_USE enum err push_read_back(
    struct change *c, int64_t listing_id, int64_t quantity, struct error *e);
/* The read-back itself failed: later. */
MUST_USE enum err push_check_later(
    struct change *c, const struct push_check *check, time_ms not_before, struct error *e);

struct push_figures {
    int64_t waiting, sending, accepted, failed;
    int64_t held;          /* of the waiting: not before a later time */
    time_ms next_at;       /* when the first waiting one may go; 0: none waits */
    time_ms next_check_at; /* when the first read-back is due; 0: none */
    bool rises;            /* a rise or refresh waits */
};
MUST_USE enum err push_figures_load(
    struct tx *tx, int64_t channel_id, time_ms now, struct push_figures *out, struct error *e);

/* When the first read-back is due; 0: none. */
MUST_USE enum err push_next_check(struct tx *tx, int64_t channel_id, time_ms *at, struct error *e);
/* Dirty marks that no round has taken yet, of all channels. */
MUST_USE enum err push_marks_left(struct tx *tx, int64_t *marks, struct error *e);

#endif
