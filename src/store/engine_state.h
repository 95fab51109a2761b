/*
 * engine_state.h: what the sync engine must remember over a restart: where it stands in reading a
 * channel, how much of its rates it has spent, and which process works which channel.
 */
#ifndef STORE_ENGINE_STATE_H
#define STORE_ENGINE_STATE_H

#include "store/store.h"

MUST_USE enum err cursor_get(struct tx *tx, int64_t channel_id, const char *name,
    struct arena *arena, struct str *value, time_ms *at, struct error *e); /* "" when none */
void cursor_set(struct change *c, int64_t channel_id, const char *name, struct str value);

/* Token buckets belong to an account: a seller, a region and an application, which several channels
 * may share, and outlive them. rate_account_set says whose the channel's calls spend. */
MUST_USE enum err rate_bucket_get(struct tx *tx, struct str account, const char *operation,
    struct arena *arena, struct str *state, struct error *e); /* "" when none */
void rate_bucket_set(struct change *c, struct str account, const char *operation, struct str state);
void rate_account_set(struct change *c, int64_t channel_id, struct str account);

/* Takes or renews the lease until now + length; *held says whether the caller has it. */
MUST_USE enum err lease_take(struct change *c, int64_t channel_id, struct str owner,
    time_ms length_ms, bool *held, struct error *e);
MUST_USE enum err lease_drop(struct tx *tx, struct str owner, struct error *e);

/* All of them: for a database that has one server. */
MUST_USE enum err lease_forget_all(struct tx *tx, struct error *e);

#endif
