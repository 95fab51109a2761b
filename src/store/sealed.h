/*
 * sealed.h: what is sealed in the database (base/seal.h), and sealing all of it anew.
 *
 * A context and a row's id are associated data, so that what was sealed for one row cannot be moved
 * to another. A column that is sealed has its context here and its place in the table of sealed.c:
 * tests/store/sealed_test.c fails for bytes that another key leaves as they were.
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

/* "channel.credentials 7" cannot be opened with the key. */
typedef void (*sealed_fn)(void *ctx, struct str which);

struct sealed_rotation {
    const struct seal_key *from, *to;
    sealed_fn tell;
    void *ctx;
    int64_t count;  /* out: what was sealed anew */
    int64_t closed; /* out: what could not be opened; each was told */
};
/* ERR_CONFLICT "servers_run" when another process is connected to the database (PostgreSQL; what it
 * would seal meanwhile could not be opened), "sealed_otherwise" when something cannot be opened:
 * nothing is changed then. Kept answers that do not open count for nothing: nobody can be given
 * them anyway. */
MUST_USE enum err sealed_rotate(struct change *c, struct sealed_rotation *r, struct error *e);

enum sealed_fit { SEALED_NOTHING, SEALED_FITS, SEALED_FITS_NOT };
/* Whether the key opens what is sealed; one that it opens is enough: all are of one key. In a write
 * transaction: a rotation that its process did not live to see is waited for. */
MUST_USE enum err sealed_fit(
    struct tx *tx, const struct seal_key *key, enum sealed_fit *out, struct error *e);

#endif
