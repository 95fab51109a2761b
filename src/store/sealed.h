/*
 * sealed.h: what is sealed in the database (base/seal.h).
 *
 * A context and a row's id are associated data, so that what was sealed for one row cannot be moved
 * to another.
 */
#ifndef STORE_SEALED_H
#define STORE_SEALED_H

#include "base/seal.h"
#include "store/people.h"

#define SEALED_CHANNEL "channel" /* credentials */
#define SEALED_WEBHOOK "webhook" /* both secrets */
#define SEALED_TOTP "totp"       /* of a user's authenticator */

/* An answer that holds a secret, as it is kept for its idempotency key: bound to that key, as text.
 */
struct str sealed_answer(const struct seal_key *key, const struct idempotency_key *k,
    struct str body, struct rng *rng, struct arena *arena);
MUST_USE enum err sealed_answer_open(const struct seal_key *key, const struct idempotency_key *k,
    struct str sealed, struct arena *arena, struct str *body, struct error *e);

#endif
