/*
 * webhooks.h: sends the change feed to the receivers that were named (Standard Webhooks 1.0.0).
 *
 * Each webhook reads the feed at its own position, one message after the other, in the order of the
 * feed; a message that fails is tried again by the schedule of core/webhook.h before the next one
 * goes. So order is kept, a receiver that is down costs nothing but its own delay, and one message
 * is sent at least once: after a crash it may come again, with the same webhook-id. Any number of
 * processes may run this on a shared database; the one that holds a webhook's lease sends.
 */
#ifndef WEBHOOK_WEBHOOKS_H
#define WEBHOOK_WEBHOOKS_H

#include "base/rng.h"
#include "base/seal.h"
#include "store/webhook.h"

struct transport;
struct webhooks;

/* Everything is borrowed until webhooks_stop. */
struct webhooks_parts {
    struct db *db;
    struct clock *clock;
    struct rng *rng;
    const struct seal_key *key;
    struct transport *transport;
    time_ms timeout_ms; /* of one call; a receiver that is slower has failed */
};

/* Registers with db_listen: before other threads use the database. */
MUST_USE enum err webhooks_start(
    const struct webhooks_parts *parts, struct webhooks **out, struct error *e);
void webhooks_stop(struct webhooks *w);    /* after transport->stop: no call is waited for */
void webhooks_release(struct webhooks *w); /* after the database was closed: it may notify */

/* Sends one message at once, beside the webhook's order: the entry with that seq, or a test (0).
 * The attempt is logged and given back. ERR_NOT_FOUND: no such webhook, or the entry is not kept;
 * ERR_BUSY: too many such calls are under way. */
MUST_USE enum err webhooks_send(struct webhooks *w, int64_t webhook_id, int64_t seq,
    struct arena *arena, struct webhook_delivery *out, struct error *e);

/* A secret, sealed for its webhook's row. */
struct str webhooks_seal(const struct seal_key *key, int64_t webhook_id, struct str secret,
    struct rng *rng, struct arena *arena);

#endif
