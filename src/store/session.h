/*
 * session.h: signed-in browsers.
 *
 * A session ends SESSION_MS after signing in, or when it was not used for SESSION_IDLE_MS, or when
 * somebody ends it; with it ends what its cookie is good for, at once and on every server.
 */
#ifndef STORE_SESSION_H
#define STORE_SESSION_H

#include "store/people.h"

enum { SESSION_MS = 12 * 60 * 60 * 1000, SESSION_IDLE_MS = 2 * 60 * 60 * 1000 };
enum { SESSION_AGENT_MAX = 200 }; /* bytes kept of the browser's name */

struct session {
    int64_t id;
    struct user user;
    struct str csrf;
    int64_t totp_roles; /* settings.totp_roles, read along */
    time_ms created_at, expires_at, last_seen_at;
    struct str address, agent;
};

struct session_new {
    int64_t user_id;
    struct str secret_hash, csrf, agent;
};

/* The address is the actor's. */
MUST_USE enum err session_create(struct change *c, const struct session_new *in, struct error *e);
/* ERR_NOT_FOUND when there is none, it ended, or its user is not active. */
MUST_USE enum err session_find(struct tx *tx, struct str secret_hash, time_ms now,
    struct arena *arena, struct session *out, struct error *e);
/* Of that user those that have not ended by then; without `user`. */
struct session_filter {
    int64_t user_id;
    time_ms now;
};
MUST_USE enum err session_list(struct tx *tx, const struct session_filter *filter,
    const struct page *page, struct arena *arena, struct session **out, size_t *count,
    struct error *e);
MUST_USE enum err session_seen(struct tx *tx, int64_t id, time_ms now, struct error *e);

MUST_USE enum err session_delete(struct change *c, const struct session *s, struct error *e);
/* ERR_NOT_FOUND when the user has no such session. */
MUST_USE enum err session_end(
    struct change *c, int64_t user_id, int64_t session_id, struct error *e);
/* All of the user but `except` (0: all). */
MUST_USE enum err session_end_all(
    struct change *c, int64_t user_id, int64_t except, struct error *e);
/* Whatever the cookie of a browser that signs in anew was good for; nothing when it was nothing. */
void session_replace(struct change *c, struct str secret_hash);

#endif
