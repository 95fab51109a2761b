/*
 * channel.h: the port between the sync engine and a marketplace, in the domain's words.
 *
 * Each call is at most one rate-limited operation of the marketplace, so that the engine decides
 * when it happens: it takes a token of that operation first. Calls block until their deadline, may
 * run on several threads at once for one connection, and never retry (one refresh of the access
 * token and one repeat after a 403 excepted: sp-api.md 6). Results live in the given arena.
 *
 * What the marketplace answers against its own documents is data for the report, never a crash:
 * one malformed order is reported in `bad`, and the rest of its page is delivered.
 */
#ifndef CHANNEL_CHANNEL_H
#define CHANNEL_CHANNEL_H

#include "base/arena.h"
#include "base/clock.h"
#include "base/err.h"
#include "channel/feed.h"
#include "channel/kind.h"
#include "channel/op.h"

enum channel_result {
    CHANNEL_DONE,
    CHANNEL_REFUSED, /* understood and refused: the request or its data is wrong */
    CHANNEL_NOT_FOUND,
    CHANNEL_THROTTLED,
    CHANNEL_UNAUTHORIZED, /* access denied, after the one refresh and repeat */
    CHANNEL_GRANT_LOST,   /* the token endpoint says: revoked or expired (invalid_grant) */
    CHANNEL_CLIENT_WRONG, /* the token endpoint says: wrong client id or secret */
    CHANNEL_BROKEN,       /* 5xx, HTML, malformed reply, no connection: nothing was done */
    CHANNEL_UNKNOWN,      /* sent, but no answer: it may or may not have been done */
};

struct channel_outcome {
    enum channel_result result;
    int http_status;          /* 0 without a reply */
    int64_t rate_micro_per_s; /* rate limit stated by the reply; 0 when it did not */
    time_ms server_time;      /* of the reply, by the marketplace's clock; 0 when not stated */
    struct str request_id;    /* the marketplace's, for its support */
    struct str code;          /* the marketplace's error code, or ours */
    struct str detail;        /* the marketplace's own words, at most 400 bytes, no secrets */
};

struct channel_marketplace {
    struct str id;
    struct str name;
    struct str country;
    bool participating;
};

enum channel_fulfillment { CHANNEL_MERCHANT, CHANNEL_AMAZON };

struct channel_listing {
    struct str sku;
    struct str asin;
    struct str title;
    struct str product_type;
    struct str condition;
    struct str marketplace_id;
    enum channel_fulfillment fulfillment;
    bool active;       /* can be bought now */
    bool has_quantity; /* the merchant's quantity is stated */
    int64_t quantity;
    struct str issues; /* JSON array of {"code", "message", "severity"}; "[]" for none */
    time_ms created_at, updated_at; /* 0 when not stated */
};

struct channel_listings_query {
    struct str marketplace_id;
    time_ms created_after, created_before, updated_after; /* 0: no bound */
    const struct str *skus; /* at most 20; none: all. Never with a comma in it */
    size_t sku_count;
    struct str page_token; /* all other parameters must then be those of the first page */
    bool newest_first;     /* by update, instead of by creation ascending */
};

struct channel_bad {
    struct str id;     /* order id or SKU, as far as readable */
    struct str raw;    /* JSON without personal fields, at most 16 KiB */
    struct str detail; /* what is wrong, with the path */
};

struct channel_listings_page {
    struct channel_listing *listings;
    size_t count;
    struct channel_bad *bad;
    size_t bad_count;
    int64_t total; /* results of the whole query, as stated */
    struct str next_token;
};

struct channel_order_line {
    struct str line_id;
    struct str sku; /* may be empty */
    struct str asin;
    struct str title;
    int64_t ordered;
    bool has_fulfilled; /* fulfilled and unfulfilled are stated */
    int64_t fulfilled, unfulfilled;
    bool cancel_requested;    /* by the buyer */
    struct str cancel_reason; /* the marketplace's word for why; may be empty */
    bool has_price;
    int64_t price_minor; /* per unit */
    struct str currency;
};

struct channel_order {
    struct str id;
    struct str status; /* the marketplace's word: "UNSHIPPED"; unknown words are data */
    struct str marketplace_id;
    enum channel_fulfillment fulfillment;
    time_ms created_at, updated_at;
    struct channel_order_line *lines;
    size_t line_count;
};

/* Either the updated pair or the created pair, always both bounds. */
struct channel_orders_query {
    time_ms updated_after, updated_before;
    time_ms created_after, created_before;
    struct str page_token; /* all other parameters must then be those of the first page */
};

struct channel_orders_page {
    struct channel_order *orders;
    size_t count;
    struct channel_bad *bad;
    size_t bad_count;
    struct str next_token;
};

struct channel_push {
    struct str sku;
    struct str product_type; /* may be empty */
    const struct str *marketplace_ids;
    size_t marketplace_count;
    int64_t quantity;
    enum channel_fulfillment fulfillment; /* CHANNEL_AMAZON is refused before anything is sent */
};

struct channel_credentials {
    struct str client_id, client_secret, refresh_token;
};

struct channel_account {
    struct str region; /* na, eu, fe */
    struct str seller_id;
    const struct str *marketplace_ids;
    size_t marketplace_count;
    struct str endpoint_url, token_url; /* empty: the marketplace's own */
    struct channel_credentials credentials;
};

struct channel_conn; /* one account; thread-safe */

/* Calls return OK when *outcome was filled in; an enum err is only for failures of our own
 * (ERR_CANCELED while stopping). A result other than CHANNEL_DONE leaves the data empty. */
struct channel_driver {
    const struct channel_kind_info *info;
    const struct channel_op_limit *limits; /* [CHANNEL_OP_COUNT] */
    const struct channel_feeds *feeds;     /* NULL: quantities go one by one */

    /* No network; copies what it keeps. */
    enum err (*open)(struct channel_driver *d, const struct channel_account *account,
        struct channel_conn **out, struct error *e);
    void (*close)(struct channel_conn *c);

    /* No network. How often the marketplace gave another refresh token in place of the one it was
     * sent, since open, and then the one in force: the former may be good no more, so the caller
     * keeps it. NULL: this marketplace never does. */
    int64_t (*refresh_token)(struct channel_conn *c, struct arena *arena, struct str *out);

    enum err (*account)(struct channel_conn *c, struct arena *arena,
        struct channel_marketplace **out, size_t *count, struct channel_outcome *outcome,
        struct error *e);
    enum err (*listings_page)(struct channel_conn *c, const struct channel_listings_query *query,
        struct arena *arena, struct channel_listings_page *page, struct channel_outcome *outcome,
        struct error *e);
    enum err (*listing_get)(struct channel_conn *c, struct str sku, struct str marketplace_id,
        struct arena *arena, struct channel_listing *listing, struct channel_outcome *outcome,
        struct error *e);
    /* CHANNEL_DONE: accepted, which is not yet applied; the engine reads back. */
    enum err (*quantity_push)(struct channel_conn *c, const struct channel_push *push,
        struct arena *arena, struct channel_outcome *outcome, struct error *e);
    enum err (*orders_page)(struct channel_conn *c, const struct channel_orders_query *query,
        struct arena *arena, struct channel_orders_page *page, struct channel_outcome *outcome,
        struct error *e);
    enum err (*order_get)(struct channel_conn *c, struct str order_id, struct arena *arena,
        struct channel_order *order, struct channel_outcome *outcome, struct error *e);
};

#endif
