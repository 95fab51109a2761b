/*
 * channel_log.h: what happened at a channel, what could not be read from it, and its figures.
 */
#ifndef STORE_CHANNEL_LOG_H
#define STORE_CHANNEL_LOG_H

#include "store/store.h"

struct channel_figures {
    int64_t listings, connected_listings, ended_listings, pushes_waiting, orders;
    int64_t quarantined_orders, unknown_sku_orders;
    time_ms last_listing_sync_at, last_push_at, last_order_poll_at; /* 0: never */
};
MUST_USE enum err channel_figures_load(
    struct tx *tx, int64_t channel_id, struct channel_figures *out, struct error *e);

/* What happened at a channel, newest first when listed. */
struct channel_event {
    int64_t id;
    time_ms at;
    const char *kind;     /* a literal when added; */
    struct str kind_read; /* from the database when listed */
    const char *severity; /* "info", "warning", "error" */
    struct str severity_read;
    struct str operation, detail, channel_message, request_id, sku, channel_order_id;
    int http_status;                      /* 0: none */
    int64_t listing_id, order_id, run_id; /* 0: none */
};
void channel_event_add(struct change *c, int64_t channel_id, const struct channel_event *event);

struct channel_event_filter {
    int64_t channel_id;
    struct str kind, severity, sku; /* empty: any */
    int64_t listing_id, order_id, run_id;
};
MUST_USE enum err channel_event_list(struct tx *tx, const struct channel_event_filter *filter,
    const struct page *page, struct arena *arena, struct channel_event **out, size_t *count,
    struct error *e);

/* Orders that could not be read. */
struct quarantined_order {
    int64_t id;
    struct str channel_order_id; /* empty: not readable */
    struct str body, pointer, detail;
    int64_t attempts;
    time_ms first_seen_at, last_seen_at;
};
MUST_USE enum err quarantine_put(struct change *c, int64_t channel_id, struct str fingerprint,
    const struct quarantined_order *order, bool *is_new, struct error *e);
/* A later version of the order was read. */
MUST_USE enum err quarantine_resolve(
    struct change *c, int64_t channel_id, struct str channel_order_id, struct error *e);
/* The channel's id of one that is there still; ERR_NOT_FOUND. Empty: it could not be read. */
MUST_USE enum err quarantine_order_id(struct tx *tx, int64_t channel_id, int64_t id,
    struct arena *arena, struct str *channel_order_id, struct error *e);
MUST_USE enum err quarantine_list(struct tx *tx, int64_t channel_id, const struct page *page,
    struct arena *arena, struct quarantined_order **out, size_t *count, struct error *e);

#endif
