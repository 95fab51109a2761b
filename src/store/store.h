/*
 * store.h: what every write of the store has in common.
 *
 * Store functions run inside a transaction that their caller began with db_write or db_read, so
 * that several of them, and the caller's own record (an idempotency key), become durable together.
 * They return what is said at each; whatever they return other than OK, the caller returns from its
 * transaction function, which rolls everything back. Text results live in the arena given.
 */
#ifndef STORE_STORE_H
#define STORE_STORE_H

#include "base/json.h"
#include "base/rng.h"
#include "store/db.h"

enum actor_kind { ACTOR_SYSTEM, ACTOR_USER, ACTOR_TOKEN, ACTOR_CHANNEL };

struct actor {
    enum actor_kind kind;
    int64_t id; /* 0: none */
    struct str name;
    struct str address; /* network address, or empty */
};

struct str actor_kind_name(enum actor_kind kind); /* user, token, channel, system */
enum actor_kind actor_kind_of(struct str name);

/* One write: who does it and when. The arena is the transaction's scratch. */
struct change {
    struct tx *tx;
    struct arena *arena;
    const struct actor *actor;
    time_ms now;
    struct rng *rng;
};

/* {field, from, to} triples for the audit log and the items' histories. Values are text; an absent
 * one is null. A secret is named with `from` and `to` absent. */
struct change_list {
    struct buf json;
    struct jw w;
    int count;
};

void change_list_init(struct change_list *l);
void change_list_add(struct change_list *l, const char *field, struct str from, struct str to);
void change_list_add_int(struct change_list *l, const char *field, int64_t from, int64_t to);
/* As RFC 3339; 0 is an absent one. Adds only when they differ. */
void change_list_add_time(struct change_list *l, const char *field, time_ms from, time_ms to);
/* Adds only when they differ. Either may be absent ({NULL, 0}). */
void change_list_diff(struct change_list *l, const char *field, struct str from, struct str to);
struct str change_list_end(struct change_list *l); /* the JSON array; valid until release */
void change_list_release(struct change_list *l);

/* changes: a JSON array, or empty for none. resource_id 0: none. Those who follow what changes are
 * told of the resource. */
void audit_add(struct change *c, const char *action, const char *resource, int64_t resource_id,
    struct str changes);

/* The same action on many: a JSON array of [resource_id, changes as text]. */
void audit_add_many(struct change *c, const char *action, const char *resource, struct str entries);

/* Topics of tx_notify. */
#define TOPIC_STOCK "stock"             /* dirty_variation or dirty_listing has rows */
#define TOPIC_RUN "run"                 /* a run was queued */
#define TOPIC_RUN_CHANGED "run_changed" /* progress or end of a run */
#define TOPIC_ORDER_WATCH "order_watch" /* an order is to be asked for by its id */
#define TOPIC_CHANNEL "channel"         /* settings or state of a channel changed */
#define TOPIC_PUSH "push"               /* the push table has work */
/* For those who look on only: what they show of these is no longer true. */
#define TOPIC_ITEM "item"
#define TOPIC_LISTING "listing"
#define TOPIC_ORDER "order"
#define TOPIC_ORDER_IMPORT "order_import" /* an order is held back, or no longer */
#define TOPIC_SETTINGS "settings"         /* the account's, and its statuses, grades, warehouses */
#define TOPIC_VARIATION "variation"
#define TOPIC_CHANGES "changes" /* the change feed grew, or has marks to grow by (feed.h) */
#define TOPIC_PURCHASE_ORDER "purchase_order" /* they and their vendors */

/* tx_lock numbers. */
enum {
    /* Shared by whatever reads candidates to write figures from them (orders, listings); exclusive
     * for whatever changes candidates (SKUs of variations, connections of listings). */
    LOCK_CANDIDATES = 1,
    LOCK_MIGRATION = 2,
    LOCK_PLANNER = 3,       /* one planning round at a time */
    LOCK_RUNS = 4,          /* one unfinished run of a kind per channel */
    LOCK_REGRADE = 5,       /* one making of variations that items move to */
    LOCK_INVENTORY_DAY = 6, /* one keeps or changes taken days (inventory_day.h) */
    LOCK_ADMINS = 30,       /* one at a time ceases to be an admin */
    LOCK_MASTER_KEY = 31,   /* while everything is sealed anew */
};

/* Account settings. */
struct settings {
    bool unique_skus;
    int64_t committed_status_id;
    int64_t received_status_id;
    int64_t audit_months; /* the audit log is kept for; audit.h */
    int64_t totp_roles;   /* bit 1 << role: who must have a second factor */
    int64_t version;
    time_ms updated_at;
};

MUST_USE enum err settings_load(struct tx *tx, struct settings *out, struct error *e);
/* ERR_CONFLICT "duplicate_sku" when unique_skus is switched on while SKUs repeat; ERR_STALE when
 * `before` is no longer what is stored. */
MUST_USE enum err settings_save(
    struct change *c, const struct settings *before, const struct settings *after, struct error *e);

struct money {
    bool present;
    int64_t amount; /* minor units */
    struct str currency;
};

bool money_same(struct money a, struct money b); /* also when neither is there */
void stmt_bind_money(struct stmt *st, int n_amount, struct money m); /* and n_amount + 1 */
struct money stmt_money(struct stmt *st, int column, struct arena *arena);
void stmt_bind_opt_int(struct stmt *st, int n, int64_t v);    /* 0 binds NULL */
void stmt_bind_opt_str(struct stmt *st, int n, struct str v); /* empty binds NULL */

/* Of an UPDATE or DELETE that names the version it was made from: ERR_STALE when it met no row,
 * because somebody else changed it meanwhile. */
MUST_USE enum err stmt_run_versioned(struct stmt *st, struct error *e);

/* One integer from a statement of one row; `none` when there is no row or it is NULL. */
MUST_USE enum err stmt_scalar(struct stmt *st, int64_t none, int64_t *out, struct error *e);

/* Which rows of a list that can be archived; 0 and 1 are also the column's values. */
enum archived_rows { ARCHIVED_LEFT_OUT, ARCHIVED_ONLY, ARCHIVED_TOO };

/* A page of a list: rows after `after` (0: from the start), at most limit. Lists load one more row
 * to know whether there is a next page. */
struct page {
    int64_t after;
    int limit;
};

#endif
