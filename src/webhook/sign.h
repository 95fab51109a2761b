/*
 * sign.h: a message as the Standard Webhooks specification 1.0.0 wants it signed.
 */
#ifndef WEBHOOK_SIGN_H
#define WEBHOOK_SIGN_H

#include "base/arena.h"
#include "base/err.h"
#include "base/rng.h"

/* "whsec_" and 32 random bytes in base 64, as a receiver configures it. */
struct str webhook_secret_make(struct rng *rng, struct arena *arena);

/* "v1," and the HMAC-SHA256, in base 64, of "id.timestamp.body" under the bytes of the secret.
 * ERR_CORRUPT for what is no such secret. */
MUST_USE enum err webhook_sign(struct str secret, struct str message_id, int64_t timestamp_s,
    struct str body, struct arena *arena, struct str *out, struct error *e);

#endif
