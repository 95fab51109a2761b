/*
 * internal.h: what the files of this folder share. Included by them and by their tests only.
 */
#ifndef AMAZON_INTERNAL_H
#define AMAZON_INTERNAL_H

#include "amazon/amazon.h"

#include "base/json.h"
#include "base/limits.h"

#include <pthread.h>

/* Amazon refuses one of more than 500 characters. */
#define AMAZON_USER_AGENT "Stockbridge/" STOCKBRIDGE_VERSION " (Language=C; Platform=Linux)"

enum {
    AMAZON_TOKEN_MAX = 4096,   /* documented: 2048 bytes */
    AMAZON_RENEW_MS = 60000,   /* before expiry, as the official SDKs do */
    AMAZON_TIMEOUT_MS = 30000, /* Amazon's own gateway gives up after 29 s */
    AMAZON_UPLOAD_MS = 120000, /* documents of some MiB, to and from its storage */
    AMAZON_DETAIL_MAX = 400,   /* channel.h */
    AMAZON_CODE_MAX = 100,
    AMAZON_ID_MAX = 128,            /* request ids, order ids, line ids */
    AMAZON_SMALL_REPLY = 1 << 20,   /* replies about one thing */
    AMAZON_RAW_MAX = 16 * 1024,     /* channel.h */
    AMAZON_LISTINGS_PAGE = 20,      /* pageSize: the most that is allowed */
    AMAZON_ORDERS_PAGE = 100,       /* maxResultsPerPage: the same */
    AMAZON_ELEMENTS_MAX = 200,      /* in a page: twice what was asked for is nonsense */
    AMAZON_ISSUES_MAX = 50,         /* of one listing */
    AMAZON_MARKETPLACES_MAX = 1000, /* of an account: there are some 30 */
};

/* Owned text of bounded length; for what outlives the call that read it. */
struct amazon_text {
    char at[AMAZON_TOKEN_MAX];
    size_t len;
};

/* How the last renewal of the access token ended, for the threads that waited for it. */
struct amazon_renewal {
    enum err err; /* OK: look at result */
    enum channel_result result;
    int http_status;
    char code[AMAZON_CODE_MAX];
    char detail[AMAZON_DETAIL_MAX + 1];
    char request_id[AMAZON_ID_MAX];
};

struct channel_conn {
    struct arena keep; /* holds this struct and all that is constant below */
    struct transport *transport;
    struct clock *clock;
    struct str endpoint, token_url; /* without a slash at the end */
    struct str seller_id, client_id, client_secret;
    struct str *marketplace_ids;
    size_t marketplace_count;

    pthread_mutex_t lock; /* of everything below */
    pthread_cond_t renewed;
    bool renewing;
    uint64_t renewals;      /* finished ones, good or bad */
    uint64_t generation;    /* of the access token; 0: there is none */
    time_ms renew_at, ends; /* on the monotonic clock */
    struct amazon_text access, refresh;
    int64_t replacements; /* of the refresh token, since open */
    struct amazon_renewal last;
};

/* marketplaces.c */
extern const struct channel_kind_info amazon_info;
extern const struct channel_op_limit amazon_limits[CHANNEL_OP_COUNT];

/* decimal.c: exact numbers out of text (RFC 8259 spelling), never through floating point. */

/* `text` times 10^scale as an integer. Digits beyond the scale are cut off, or when `exact` refused
 * unless zero. False, with *out untouched, for anything that is no number or does not fit. */
bool amazon_decimal(struct str text, int scale, bool exact, int64_t *out);

/* outcome.c */

/* One line of at most `max` bytes of valid UTF-8: secrets of the connection (may be NULL) and
 * everything that looks like a token replaced, control characters and markup taken out. */
struct str amazon_clean(struct channel_conn *c, struct arena *arena, struct str text, size_t max);
/* "Sun, 06 Nov 1994 08:49:37 GMT", the only spelling that servers may write (RFC 9110); 0 else. */
time_ms amazon_http_date(struct str s);
/* Classifies a complete reply of the API. */
void amazon_outcome_of_reply(struct channel_conn *c, bool reading,
    const struct transport_reply *reply, struct arena *arena, struct channel_outcome *outcome);
/* Classifies a failed send; gives back the errors that are our own (ERR_CANCELED, ERR_INVALID). */
enum err amazon_outcome_of_failure(struct channel_conn *c, bool reading, enum err rc,
    const struct error *e, struct arena *arena, struct channel_outcome *outcome);
/* Replaces the result by one of ours. `detail` is copied and cleaned. */
void amazon_outcome_set(struct channel_outcome *outcome, enum channel_result result,
    struct str code, struct str detail, struct channel_conn *c, struct arena *arena);
/* For JSON that cannot be parsed: says where, and never what stands there, which may be a name. */
void amazon_outcome_unreadable(struct channel_outcome *outcome, enum channel_result result,
    const struct error *e, struct arena *arena);

/* lwa.c: Login with Amazon, which gives access tokens. */

struct amazon_lwa_reply {
    struct channel_outcome outcome;
    struct str access_token, refresh_token; /* the latter may be empty */
    int64_t expires_s;
};
void amazon_lwa_parse(struct channel_conn *c, const struct transport_reply *reply,
    struct arena *arena, struct amazon_lwa_reply *out);
/* An access token of another generation than `stale` (0: any), renewed when need be. Only one
 * renewal runs at a time; who comes meanwhile waits and shares its result. */
enum err amazon_token(struct channel_conn *c, uint64_t stale, struct arena *arena,
    struct str *token, uint64_t *generation, struct channel_outcome *outcome, struct error *e);

/* Amazon has always given back the refresh token it was sent, but is free to give a new one, which
 * is used from then on: how often it did (channel.h). */
int64_t amazon_refresh_token(struct channel_conn *c, struct arena *arena, struct str *out);

/* request.c */

struct amazon_call {
    struct str method;
    struct str target; /* path and query, encoded */
    struct str body;   /* JSON, or empty */
    size_t reply_max;
};
/* One call with its headers; a token that is not accepted is renewed once and the call repeated.
 * The outcome is CHANNEL_DONE when the reply's body is to be read. */
enum err amazon_send(struct channel_conn *c, const struct amazon_call *call, struct arena *arena,
    struct transport_reply *reply, struct channel_outcome *outcome, struct error *e);
/* "a,b,c" into a query parameter. */
void amazon_put_list(struct buf *out, struct str name, const struct str *values, size_t count);
void amazon_put_time(struct buf *out, struct str name, time_ms t); /* nothing for 0 */

/* kept.c: JSON for the report, holding only members that are on a list of harmless names. */

struct str amazon_kept(struct json v, struct arena *arena);
/* The string copied into the arena; empty unless v is a string. */
struct str amazon_copy(struct json v, struct arena *arena);

/* Parsers: of whole replies; also what the fuzzers drive. They set the outcome only when the reply
 * cannot be read. */
void amazon_sellers_parse(struct str body, struct arena *arena, struct channel_marketplace **out,
    size_t *count, struct channel_outcome *outcome);
void amazon_listings_parse(struct str body, struct str marketplace_id, struct arena *arena,
    struct channel_listings_page *page, struct channel_outcome *outcome);
/* False: *detail says what is wrong, with the path. */
bool amazon_listing_parse(struct json item, struct str marketplace_id, struct arena *arena,
    struct channel_listing *out, struct str *detail);
void amazon_patch_parse(
    struct channel_conn *c, struct str body, struct arena *arena, struct channel_outcome *outcome);
void amazon_orders_parse(struct str body, struct arena *arena, struct channel_orders_page *page,
    struct channel_outcome *outcome);
bool amazon_order_parse(
    struct json order, struct arena *arena, struct channel_order *out, struct str *detail);

void amazon_feed_place_parse(struct str body, struct arena *arena, struct channel_feed_place *place,
    struct channel_outcome *outcome);
void amazon_feed_id_parse(
    struct str body, struct arena *arena, struct str *feed_id, struct channel_outcome *outcome);
void amazon_feed_progress_parse(struct str body, struct arena *arena,
    struct channel_feed_progress *out, struct channel_outcome *outcome);
void amazon_feed_report_parse(struct str body, struct arena *arena, struct channel_feed_report *out,
    struct channel_outcome *outcome);

/* listings_patch.c: the members "productType" and "patches" of an object that is open. */
void amazon_quantity_put(struct jw *w, struct str product_type, int64_t quantity);
/* driver.c: https, or http to this machine. */
bool amazon_url_okay(struct str url);
/* feeds_read.c: to the place of a document, without a token. kept may be NULL. */
enum err amazon_storage_send(struct channel_conn *c, struct str url,
    struct transport_request *request, struct arena *arena, struct transport_reply *kept,
    struct channel_outcome *outcome, struct error *e);
extern const struct channel_feeds amazon_feeds;
enum err amazon_feed_get(struct channel_conn *c, struct str feed_id, struct arena *arena,
    struct channel_feed_progress *out, struct channel_outcome *outcome, struct error *e);
enum err amazon_feed_result(struct channel_conn *c, struct str report_id, struct arena *arena,
    struct channel_feed_place *place, struct channel_outcome *outcome, struct error *e);
enum err amazon_feed_report(struct channel_conn *c, const struct channel_feed_place *place,
    struct arena *arena, struct channel_feed_report *out, struct channel_outcome *outcome,
    struct error *e);

/* The operations of the driver; see channel.h. */
enum err amazon_account(struct channel_conn *c, struct arena *arena,
    struct channel_marketplace **out, size_t *count, struct channel_outcome *outcome,
    struct error *e);
enum err amazon_listings_page(struct channel_conn *c, const struct channel_listings_query *query,
    struct arena *arena, struct channel_listings_page *page, struct channel_outcome *outcome,
    struct error *e);
enum err amazon_listing_get(struct channel_conn *c, struct str sku, struct str marketplace_id,
    struct arena *arena, struct channel_listing *listing, struct channel_outcome *outcome,
    struct error *e);
enum err amazon_quantity_push(struct channel_conn *c, const struct channel_push *push,
    struct arena *arena, struct channel_outcome *outcome, struct error *e);
enum err amazon_orders_page(struct channel_conn *c, const struct channel_orders_query *query,
    struct arena *arena, struct channel_orders_page *page, struct channel_outcome *outcome,
    struct error *e);
enum err amazon_order_get(struct channel_conn *c, struct str order_id, struct arena *arena,
    struct channel_order *order, struct channel_outcome *outcome, struct error *e);

#endif
