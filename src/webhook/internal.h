/* internal.h: what the files of this folder share. */
#ifndef WEBHOOK_INTERNAL_H
#define WEBHOOK_INTERNAL_H

#include "store/feed.h"
#include "webhook/webhooks.h"

#include <pthread.h>
#include <stdatomic.h>

enum {
    SENDS_MAX = 2,             /* of webhooks_send at a time: each holds a thread of the server */
    LEASE_SPARE_MS = 5 * 1000, /* beyond a call: recording it, and clocks that differ */
};

/* A thread that sends to one webhook, while there is something to send. */
struct sender {
    struct webhooks *owner;
    pthread_t thread;
    int64_t webhook_id;
    bool busy;  /* there is a thread */
    bool ended; /* it is to be joined */
};

struct webhooks {
    struct webhooks_parts parts;
    char owner[40]; /* of leases: unique to this process */
    pthread_t dispatcher;
    pthread_mutex_t lock; /* guards from here ... */
    pthread_cond_t wake;
    bool stopping, changed;
    struct sender senders[WEBHOOKS_MAX]; /* ... to here */
    atomic_int sends;
};

typedef enum err (*webhooks_fn)(struct change *c, void *ctx, struct error *e);
MUST_USE enum err webhooks_change(
    struct webhooks *w, const char *name, webhooks_fn fn, void *ctx, struct error *e);
bool webhooks_stopping(struct webhooks *w);

/* deliver.c: one call. Fills everything of *out but id and attempt; *retry_after_ms as the receiver
 * asked. An error means that nothing could be tried, and why. */
MUST_USE enum err webhook_deliver(struct webhooks *w, const struct webhook *to,
    const struct feed_entry *entry, struct arena *arena, struct webhook_delivery *out,
    time_ms *retry_after_ms, struct error *e);

/* sender.c: sends what is due to the leased webhook, until there is no more or an attempt failed;
 * gives the lease back. */
void webhook_send_all(struct webhooks *w, int64_t webhook_id);

#endif
