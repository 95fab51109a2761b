/*
 * seal.h: secrets at rest and in transit: sealing under the master key, passwords, random tokens.
 *
 * libsodium does the work. Call seal_init once, before anything else of this file.
 */
#ifndef BASE_SEAL_H
#define BASE_SEAL_H

#include "base/arena.h"
#include "base/err.h"
#include "base/rng.h"

enum {
    SEAL_KEY_SIZE = 32,
    SECRET_HASH_SIZE = 32,
    SECRET_TEXT_SIZE = 44, /* 32 random bytes in URL-safe base 64, and a NUL */
};

struct seal_key {
    unsigned char bytes[SEAL_KEY_SIZE];
};

MUST_USE enum err seal_init(struct error *e);

/* Reads the key from a file of exactly SEAL_KEY_SIZE bytes; when the file is absent and `create` is
 * set, makes one with mode 0600, never overwriting. */
MUST_USE enum err seal_key_load(
    const char *path, bool create, struct rng *rng, struct seal_key *out, struct error *e);

/* XChaCha20-Poly1305: a version byte, the nonce, the ciphertext. `context` and `id` are associated
 * data: what was sealed for one row cannot be moved to another. */
struct str seal(const struct seal_key *key, const char *context, int64_t id, struct str plain,
    struct rng *rng, struct arena *arena);
/* ERR_CORRUPT for anything that was not sealed with this key for this context and id. */
MUST_USE enum err seal_open(const struct seal_key *key, const char *context, int64_t id,
    struct str sealed, struct arena *arena, struct str *plain, struct error *e);

/* argon2id at libsodium's interactive limits, at most two at a time in the process (64 MiB each): a
 * third caller waits. Never on an I/O thread. */
MUST_USE enum err password_hash(
    struct str password, struct arena *arena, struct str *out, struct error *e);
bool password_matches(struct str hash, struct str password);

/* A new secret for a session, a token or a one-time password; the result looks at `text`. */
struct str secret_make(struct rng *rng, char text[SECRET_TEXT_SIZE]);
/* What is stored of it: secrets of 256 random bits need no slow hash (BLAKE2b). */
struct str secret_hash(struct str secret, unsigned char out[SECRET_HASH_SIZE]);
/* In time that does not depend on where they differ. */
bool secret_equal(struct str a, struct str b);

#endif
