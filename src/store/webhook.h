/*
 * webhook.h: receivers of the change feed, and the log of what was sent to them.
 *
 * A webhook's queue is its position in the feed, so nothing is queued for a receiver that is down,
 * and a crash loses nothing: what was not recorded as done is sent again. One process at a time
 * works a webhook: the one that holds its lease, which every record prolongs.
 */
#ifndef STORE_WEBHOOK_H
#define STORE_WEBHOOK_H

#include "store/store.h"

enum {
    WEBHOOKS_MAX = 50,      /* a thread each while they have something to send */
    WEBHOOK_LOG_MAX = 1000, /* attempts of one webhook that are kept */
    WEBHOOK_LOG_DAYS = 30,
    WEBHOOK_ANSWER_MAX = 1024, /* bytes of an answer that are kept */
};

struct webhook {
    int64_t id;
    struct str url, description;
    struct str events; /* patterns (feed.h), space between */
    bool private_addresses;
    struct str state, state_detail;   /* active, paused, disabled */
    struct str secret, former_secret; /* sealed */
    time_ms former_until;
    int64_t position;
    int64_t failures;
    time_ms failing_since, next_at, last_at; /* 0: none */
    int64_t last_status;
    int64_t version;
    time_ms created_at, updated_at;
};

MUST_USE enum err webhook_list(struct tx *tx, const struct page *page, struct arena *arena,
    struct webhook **out, size_t *count, struct error *e);
MUST_USE enum err webhook_load(
    struct tx *tx, int64_t id, struct arena *arena, struct webhook *out, struct error *e);
/* Sets id, version, times and position (the end of the feed); the secret follows by
 * webhook_set_secret, because sealing needs the id. ERR_CONFLICT with WEBHOOKS_MAX of them. */
MUST_USE enum err webhook_create(struct change *c, struct webhook *in, struct error *e);
/* url, description, events, private_addresses, state. Whatever is made active is tried at once. */
MUST_USE enum err webhook_update(
    struct change *c, const struct webhook *before, struct webhook *after, struct error *e);
/* former_until 0: the former secret signs no more. */
MUST_USE enum err webhook_set_secret(struct change *c, const struct webhook *w, struct str sealed,
    struct str former_sealed, time_ms former_until, struct error *e);
MUST_USE enum err webhook_delete(struct change *c, const struct webhook *w, struct error *e);
/* Entries after that seq are sent (again). */
MUST_USE enum err webhook_move(
    struct change *c, const struct webhook *w, int64_t position, struct error *e);

struct webhook_delivery {
    int64_t id, webhook_id;
    struct str message_id, kind;
    int64_t seq; /* 0: a test */
    int64_t attempt;
    time_ms at, duration_ms;
    int status;               /* of HTTP; 0: no answer */
    struct str error, answer; /* error empty: delivered */
};
struct webhook_delivery_filter {
    int64_t webhook_id;
    struct str outcome; /* "delivered", "failed"; empty: both */
};
/* Newest first. */
MUST_USE enum err webhook_delivery_list(struct tx *tx, const struct webhook_delivery_filter *filter,
    const struct page *page, struct arena *arena, struct webhook_delivery **out, size_t *count,
    struct error *e);
void webhook_delivery_add(struct change *c, const struct webhook_delivery *d);

/* For whoever sends. */

/* A webhook that is due, leased to the owner; *id 0: none. */
MUST_USE enum err webhook_claim(
    struct change *c, struct str owner, time_ms lease_ms, int64_t *id, struct error *e);
/* When the next one is due that waits; 0: none waits. *active: there are any. */
MUST_USE enum err webhook_next(struct tx *tx, time_ms *at, bool *active, struct error *e);

/* Where the webhook is after an attempt, or after entries that it does not want. ERR_STALE: the
 * lease was lost, or somebody moved it meanwhile, or changed what would be disabled; nothing is
 * written. */
struct webhook_step {
    const struct webhook *webhook; /* as it was */
    struct str owner;
    time_ms lease_until;
    int64_t position;
    int64_t failures;
    time_ms failing_since, next_at;
    const char *disable; /* the reason; NULL: it stays as it is */
    bool attempted;
    int last_status;
};
MUST_USE enum err webhook_step(struct change *c, const struct webhook_step *step, struct error *e);
/* id 0: all of the owner's; owner empty: everybody's (a database that has one server). */
MUST_USE enum err webhook_release(struct tx *tx, int64_t id, struct str owner, struct error *e);

/* A receiver that was down is there again: it need not wait for its next attempt. */
void webhook_retry_now(struct change *c, int64_t id);
/* The log of one webhook, to its limits. */
MUST_USE enum err webhook_purge(struct change *c, int64_t id, struct error *e);

#endif
