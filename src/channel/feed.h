/*
 * feed.h: quantities in bulk, as a file that the marketplace works off by itself; included by
 * channel.h.
 *
 * The way of a feed: a place for its document (document), the document itself (upload), the feed
 * (create), how far it is (get), where its report lies (result), the report (report). Feeds of an
 * account are worked off in the order in which they were created.
 */
#ifndef CHANNEL_FEED_H
#define CHANNEL_FEED_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"

#include <stdint.h>

struct channel_feed_message {
    int64_t id; /* 1..2147483647, unique in its feed */
    struct str sku;
    struct str product_type; /* may be empty */
    int64_t quantity;        /* >= 0; the merchant's */
};

/* Of a document: its id, and where it may be put or fetched for five minutes. */
struct channel_feed_place {
    struct str id, url;
    bool packed; /* by gzip */
};

enum channel_feed_state {
    CHANNEL_FEED_WAITING, /* in the queue, or being worked off */
    CHANNEL_FEED_DONE,    /* the report says what became of each message */
    CHANNEL_FEED_FAILED,  /* some, none or all of it was done: only reading back tells */
};

struct channel_feed_progress {
    enum channel_feed_state state;
    struct str word;      /* the marketplace's: "FATAL" */
    struct str report_id; /* with DONE; may be empty */
};

struct channel_feed_refusal {
    int64_t message_id;
    struct str words; /* the marketplace's, at most 400 bytes */
};

struct channel_feed_report {
    struct channel_feed_refusal *refusals; /* by message id, each once */
    size_t count;
    bool whole; /* refused as a whole: an error that names no message */
    struct str words;
};

struct channel_conn;
struct channel_outcome;

/* As those of struct channel_driver: OK when *outcome was filled in. */
struct channel_feeds {
    /* No network. False: no message, or too much for one feed. */
    bool (*build)(struct channel_conn *c, const struct channel_feed_message *messages, size_t count,
        struct buf *out);
    enum err (*document)(struct channel_conn *c, struct arena *arena,
        struct channel_feed_place *place, struct channel_outcome *outcome, struct error *e);
    enum err (*upload)(struct channel_conn *c, const struct channel_feed_place *place,
        struct str document, struct arena *arena, struct channel_outcome *outcome, struct error *e);
    /* CHANNEL_UNKNOWN: it may be there. To create it once more is harmless: both say the same, and
     * they are worked off one after the other. */
    enum err (*create)(struct channel_conn *c, struct str document_id, struct arena *arena,
        struct str *feed_id, struct channel_outcome *outcome, struct error *e);
    enum err (*get)(struct channel_conn *c, struct str feed_id, struct arena *arena,
        struct channel_feed_progress *out, struct channel_outcome *outcome, struct error *e);
    enum err (*result)(struct channel_conn *c, struct str report_id, struct arena *arena,
        struct channel_feed_place *place, struct channel_outcome *outcome, struct error *e);
    /* CHANNEL_REFUSED: it cannot be read, now or later. */
    enum err (*report)(struct channel_conn *c, const struct channel_feed_place *place,
        struct arena *arena, struct channel_feed_report *out, struct channel_outcome *outcome,
        struct error *e);
};

#endif
