/*
 * engine.h: the sync engine: what to do next, for which channel, within which budget (design.md 5).
 *
 * It learns of work by the database's notifications, so that nobody calls it to say that something
 * changed; any number of processes may run one on a shared database, each channel being worked by
 * the one that holds its lease.
 */
#ifndef SYNC_ENGINE_H
#define SYNC_ENGINE_H

#include "base/seal.h"
#include "channel/channel.h"
#include "store/channels.h"
#include "store/db.h"

struct engine;

struct engine_options {
    time_ms order_poll_ms;      /* least time between two readings of new orders */
    time_ms listing_refresh_ms; /* between two readings of changed listings */
    int pushers;                /* concurrent calls that send quantities, per channel */
};

/* Everything is borrowed until engine_stop. drivers ends with NULL. */
struct engine_parts {
    struct db *db;
    struct clock *clock;
    struct rng *rng;
    const struct seal_key *key;
    struct channel_driver *const *drivers;
    struct engine_options options;
};

MUST_USE enum err engine_start(
    const struct engine_parts *parts, struct engine **out, struct error *e);
/* Waits for calls under way (each has a deadline), saves buckets, drops leases. */
void engine_stop(struct engine *engine);
/* After the database was closed: until then it may still notify. */
void engine_release(struct engine *engine);

/* Proves an account. Blocks for at most a few calls' deadlines. */
enum { VERIFY_CHECKS_MAX = 20 };
struct verify_check {
    const char *code;                                       /* openapi.yaml, VerifyResult */
    const char *severity;                                   /* "ok", "warning", "error" */
    struct str detail, action, channel_message, request_id; /* empty: none */
};
struct verify_marketplace {
    struct str id, name;
    bool participating, chosen;
};
struct verify_result {
    bool ok;
    struct verify_check checks[VERIFY_CHECKS_MAX];
    size_t check_count;
    struct verify_marketplace *marketplaces;
    size_t marketplace_count;
};
/* Sets the channel's state by what it finds. ERR_NOT_FOUND for an unknown channel. */
MUST_USE enum err engine_verify(struct engine *engine, int64_t channel_id, struct arena *arena,
    struct verify_result *out, struct error *e);

/* Credentials as they are sealed: one spelling for whoever seals and whoever opens. */
struct str engine_seal_credentials(const struct seal_key *key, int64_t channel_id,
    const struct channel_credentials *credentials, struct rng *rng, struct arena *arena);
MUST_USE enum err engine_open_credentials(const struct seal_key *key, int64_t channel_id,
    struct str sealed, struct arena *arena, struct channel_credentials *out, struct error *e);

/* For the metrics. */
struct engine_stats {
    int64_t channels_held, calls, throttled, refused, failed, pushes, orders, listings;
};
void engine_stats(struct engine *engine, struct engine_stats *out);

#endif
