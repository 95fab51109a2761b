/*
 * people.h: users, sessions, API tokens, idempotency keys and reading the audit log.
 *
 * Secrets never come here: passwords as argon2id strings, session and token secrets as hashes that
 * the caller made.
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
    int64_t failures;
    time_ms locked_until; /* 0: not */
    bool active;
    time_ms last_seen_at; /* 0: never */
    int64_t version;
    time_ms created_at, updated_at;
};

MUST_USE enum err user_list(struct tx *tx, const struct page *page, struct arena *arena,
    struct user **out, size_t *count, struct error *e);
MUST_USE enum err user_load(
    struct tx *tx, int64_t id, struct arena *arena, struct user *out, struct error *e);
MUST_USE enum err user_find(
    struct tx *tx, struct str email, struct arena *arena, struct user *out, struct error *e);
/* ERR_CONFLICT "duplicate" (/email). Sets id, version and times. */
MUST_USE enum err user_create(struct change *c, struct user *in, struct error *e);
/* name, role, active, password_hash. ERR_CONFLICT "last_admin" when no active admin would be left.
 * ERR_STALE when the user was changed after `before` was read. A changed password, role or a
 * deactivation ends the user's sessions. */
MUST_USE enum err user_update(
    struct change *c, const struct user *before, struct user *after, struct error *e);

/* After a sign-in: counts a failure (locking at the tenth for lock_ms), or clears them. */
MUST_USE enum err user_sign_in(
    struct change *c, const struct user *user, bool good, time_ms lock_ms, struct error *e);
enum { SIGN_IN_FAILURES_MAX = 10 }; /* Amazon's Data Protection Policy (sp-api.md 8) */

struct session {
    int64_t id;
    struct user user;
    struct str csrf;
    time_ms expires_at;
};

MUST_USE enum err session_create(struct change *c, int64_t user_id, struct str secret_hash,
    struct str csrf, time_ms expires_at, struct error *e);
/* ERR_NOT_FOUND when there is none, it expired, or its user is not active. */
MUST_USE enum err session_find(struct tx *tx, struct str secret_hash, time_ms now,
    struct arena *arena, struct session *out, struct error *e);
MUST_USE enum err session_delete(struct change *c, const struct session *s, struct error *e);

struct api_token {
    int64_t id;
    struct str name, role, created_by;
    time_ms created_at, expires_at, last_used_at; /* 0: never */
};

MUST_USE enum err token_list(struct tx *tx, const struct page *page, struct arena *arena,
    struct api_token **out, size_t *count, struct error *e);
MUST_USE enum err token_create(
    struct change *c, struct api_token *in, struct str secret_hash, struct error *e);
/* ERR_NOT_FOUND when unknown, revoked or expired. */
MUST_USE enum err token_find(struct tx *tx, struct str secret_hash, time_ms now,
    struct arena *arena, struct api_token *out, struct error *e);
MUST_USE enum err token_revoke(struct change *c, int64_t id, struct error *e);
/* Noted at most once a minute, so that reading does not become writing. */
enum { LAST_USED_STEP_MS = 60 * 1000 };
MUST_USE enum err token_used(struct tx *tx, int64_t id, time_ms now, struct error *e);
MUST_USE enum err user_seen(struct tx *tx, int64_t id, time_ms now, struct error *e);

struct audit_entry {
    int64_t id;
    time_ms at;
    enum actor_kind actor_kind;
    int64_t actor_id;
    struct str actor_name, address, action, resource;
    int64_t resource_id;
    struct str changes; /* JSON array */
};

struct audit_filter {
    struct str actor_kind, action, resource; /* empty: any */
    int64_t actor_id, resource_id;
    time_ms from, to; /* 0: open */
};

/* Newest first. */
MUST_USE enum err audit_list(struct tx *tx, const struct audit_filter *filter,
    const struct page *page, struct arena *arena, struct audit_entry **out, size_t *count,
    struct error *e);

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
MUST_USE enum err idempotency_begin(struct change *c, const struct idempotency_key *key,
    struct arena *arena, bool *found, struct idempotent_answer *answer, struct error *e);
void idempotency_end(
    struct change *c, const struct idempotency_key *key, const struct idempotent_answer *answer);
MUST_USE enum err idempotency_purge(struct tx *tx, time_ms before, struct error *e);

#endif
