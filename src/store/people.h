/*
 * people.h: users, API tokens and idempotency keys. Sessions: session.h; the second factor:
 * second_factor.h; the audit log: audit.h.
 *
 * Secrets never come here: passwords as argon2id strings, session and token secrets as hashes that
 * the caller made, the secret of a second factor sealed.
 */
#ifndef STORE_PEOPLE_H
#define STORE_PEOPLE_H

#include "store/store.h"

struct user {
    int64_t id;
    struct str email; /* lower case */
    struct str name;
    struct str role;
    struct str password_hash;
    struct str password_by; /* PASSWORD_OWN ...; empty when made: PASSWORD_GIVEN */
    time_ms password_changed_at;
    struct str totp_secret; /* sealed; empty: no second factor */
    time_ms totp_since;     /* 0: not confirmed yet, so not asked for */
    int64_t totp_step;      /* the last one that was used */
    int64_t failures;
    time_ms locked_until; /* 0: not */
    bool active;
    time_ms last_seen_at; /* 0: never */
    int64_t version;
    time_ms created_at, updated_at;
};

/* How a password came to be. */
#define PASSWORD_OWN "own"     /* its person chose it */
#define PASSWORD_GIVEN "given" /* an admin chose it */
#define PASSWORD_ONCE "once"   /* made here; its person must choose another one before all else */

MUST_USE enum err user_list(struct tx *tx, const struct page *page, struct arena *arena,
    struct user **out, size_t *count, struct error *e);
MUST_USE enum err user_load(
    struct tx *tx, int64_t id, struct arena *arena, struct user *out, struct error *e);
/* The same, and nobody else changes it until the transaction ends. */
MUST_USE enum err user_load_locked(
    struct tx *tx, int64_t id, struct arena *arena, struct user *out, struct error *e);
MUST_USE enum err user_find(
    struct tx *tx, struct str email, struct arena *arena, struct user *out, struct error *e);
/* ERR_CONFLICT "duplicate" (/email). Sets id, version and times. */
MUST_USE enum err user_create(struct change *c, struct user *in, struct error *e);
/* name, role, active, password_hash and password_by. ERR_CONFLICT "last_admin" when no active admin
 * would be left. ERR_STALE when the user was changed after `before` was read. A changed password,
 * role or a deactivation ends the user's sessions; a changed password or an activation ends a
 * lock-out. */
MUST_USE enum err user_update(
    struct change *c, const struct user *before, struct user *after, struct error *e);

/* The last passwords, the present one among them; at most PASSWORD_HISTORY (core/password.h). */
MUST_USE enum err user_passwords(struct tx *tx, int64_t id, struct arena *arena, struct str **out,
    size_t *count, struct error *e);

enum {
    SIGN_IN_FAILURES_MAX = 10, /* Amazon's Data Protection Policy (sp-api.md 8) */
    SIGN_IN_LOCK_MS = 30 * 60 * 1000,
    /* Of one address, whoever it tried: many accounts with few tries each is guessing as well. */
    ADDRESS_FAILURES_MAX = 200,
    ADDRESS_WINDOW_MS = 15 * 60 * 1000,
};

bool user_is_locked(const struct user *user, time_ms now);
/* Of a user that was loaded locked: counts a wrong password or code (locking at the tenth), or
 * clears the count and notes the presence. */
MUST_USE enum err user_sign_in(
    struct change *c, const struct user *user, bool good, struct error *e);
/* Ends a lock-out. */
MUST_USE enum err user_unlock(struct change *c, const struct user *user, struct error *e);

/* Failed sign-ins of an address in its present window. A failure for an e-mail that nobody has is
 * also audited. */
MUST_USE enum err address_failures(
    struct tx *tx, struct str address, time_ms now, int64_t *out, struct error *e);
void address_failed(struct change *c, struct str address);
void unknown_user_failed(struct change *c);

/* With it begins every secret of a token, so that a leaked one is known for what it is. */
#define TOKEN_PREFIX "sbt_"

struct api_token {
    int64_t id;
    struct str name, role, created_by;
    struct str scopes;                            /* rights_parse; empty: all that its role may */
    time_ms created_at, expires_at, last_used_at; /* 0: never */
    time_ms seen_here_at; /* token_find: last used from that address; 0: never */
};

MUST_USE enum err token_list(struct tx *tx, const struct page *page, struct arena *arena,
    struct api_token **out, size_t *count, struct error *e);
MUST_USE enum err token_create(
    struct change *c, struct api_token *in, struct str secret_hash, struct error *e);
MUST_USE enum err token_load(
    struct tx *tx, int64_t id, struct arena *arena, struct api_token *out, struct error *e);
/* ERR_NOT_FOUND when unknown, revoked or expired. */
MUST_USE enum err token_find(struct tx *tx, struct str secret_hash, struct str address, time_ms now,
    struct arena *arena, struct api_token *out, struct error *e);
MUST_USE enum err token_revoke(struct change *c, int64_t id, struct error *e);
/* Another secret and end; the old secret is nothing from now on. */
MUST_USE enum err token_rotate(struct change *c, const struct api_token *before,
    struct str secret_hash, time_ms expires_at, struct error *e);
/* Noted at most once a minute, so that reading does not become writing. */
enum { LAST_USED_STEP_MS = 60 * 1000 };
/* A use from an address that the token was not used from before is audited. */
MUST_USE enum err token_used(
    struct change *c, const struct api_token *token, struct str address, struct error *e);
MUST_USE enum err user_seen(struct tx *tx, int64_t id, time_ms now, struct error *e);

/*
 * Idempotency-Key. Called first in the transaction of a POST: *found with the first answer when the
 * key was used with the same body; ERR_CONFLICT "idempotency_conflict" with another body. The
 * answer is stored in the same transaction as the effect, so neither exists without the other.
 * PostgreSQL: a second request with the same key waits for the first.
 */
struct idempotency_key {
    struct str scope, key, body_hash;
};
struct idempotent_answer {
    int status;
    struct str body;
    struct str location; /* header, or empty */
    int64_t version;     /* of the resource, for its ETag; 0: none */
};
/* Only looks: *found false also while the first request is running. */
MUST_USE enum err idempotency_find(struct tx *tx, const struct idempotency_key *key,
    struct arena *arena, bool *found, struct idempotent_answer *answer, struct error *e);
MUST_USE enum err idempotency_begin(struct change *c, const struct idempotency_key *key,
    struct arena *arena, bool *found, struct idempotent_answer *answer, struct error *e);
void idempotency_end(
    struct change *c, const struct idempotency_key *key, const struct idempotent_answer *answer);
MUST_USE enum err idempotency_purge(struct tx *tx, time_ms before, struct error *e);

#endif
