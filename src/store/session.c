/* session.c: see session.h. */
#include "store/session.h"

#define COLUMNS                                                                                    \
    "s.id, s.user_id, s.csrf, s.created_at, s.expires_at, s.last_seen_at, s.address, s.agent"
/* $2: now, $3: what was last seen before has ended. */
#define LIVES " AND s.expires_at > $2 AND s.last_seen_at > $3"

static void read_row(struct stmt *st, struct arena *arena, struct session *out)
{
    *out = (struct session){
        .id = stmt_int(st, 0),
        .user = { .id = stmt_int(st, 1) },
        .csrf = stmt_str(st, 2, arena),
        .created_at = stmt_int(st, 3),
        .expires_at = stmt_int(st, 4),
        .last_seen_at = stmt_int(st, 5),
        .address = stmt_str(st, 6, arena),
        .agent = stmt_str(st, 7, arena),
    };
}

enum err session_create(struct change *c, const struct session_new *in, struct error *e)
{
    struct stmt *st =
        tx_prepare(c->tx, "DELETE FROM session WHERE expires_at < $1 /* scan wanted */");
    stmt_bind_int(st, 1, c->now);
    stmt_later(st);
    st =
        tx_prepare(c->tx, "INSERT INTO session (secret_hash, user_id, csrf, created_at, expires_at,"
                          " last_seen_at, address, agent) VALUES ($1, $2, $3, $4, $5, $4, $6, $7)");
    stmt_bind_blob(st, 1, in->secret_hash);
    stmt_bind_int(st, 2, in->user_id);
    stmt_bind_str(st, 3, in->csrf);
    stmt_bind_int(st, 4, c->now);
    stmt_bind_int(st, 5, c->now + SESSION_MS);
    stmt_bind_str(st, 6, c->actor->address);
    stmt_bind_str(st, 7, in->agent);
    return stmt_run(st, NULL, e);
}

static enum err read_policy(struct tx *tx, int64_t *totp_roles, struct error *e)
{
    struct stmt *st = tx_prepare(tx, "SELECT value FROM setting WHERE key = 'totp_roles'");
    *totp_roles = 0;
    if (stmt_row(st)) (void)str_to_int64(stmt_str_view(st, 0), totp_roles);
    return stmt_end(st, e);
}

enum err session_find(struct tx *tx, struct str secret_hash, time_ms now, struct arena *arena,
    struct session *out, struct error *e)
{
    struct stmt *st =
        tx_prepare(tx, "SELECT " COLUMNS " FROM session s WHERE s.secret_hash = $1" LIVES);
    stmt_bind_blob(st, 1, secret_hash);
    stmt_bind_int(st, 2, now);
    stmt_bind_int(st, 3, now - SESSION_IDLE_MS);
    bool found = stmt_row(st);
    if (found) read_row(st, arena, out);
    enum err rc = stmt_end(st, e);
    if (!rc && found) rc = user_load(tx, out->user.id, arena, &out->user, e);
    if (!rc && (!found || !out->user.active)) rc = error_set(e, ERR_NOT_FOUND, "no such session");
    return rc ? rc : read_policy(tx, &out->totp_roles, e);
}

enum err session_list(struct tx *tx, const struct session_filter *filter, const struct page *page,
    struct arena *arena, struct session **out, size_t *count, struct error *e)
{
    *out = arena_new(arena, struct session, (size_t)page->limit + 1);
    *count = 0;
    struct stmt *st = tx_prepare(tx, "SELECT " COLUMNS " FROM session s WHERE s.user_id = $1" LIVES
                                     " AND s.id > $4 ORDER BY s.id LIMIT $5");
    stmt_bind_int(st, 1, filter->user_id);
    stmt_bind_int(st, 2, filter->now);
    stmt_bind_int(st, 3, filter->now - SESSION_IDLE_MS);
    stmt_bind_int(st, 4, page->after);
    stmt_bind_int(st, 5, page->limit + 1);
    while (stmt_row(st))
        read_row(st, arena, &(*out)[(*count)++]);
    return stmt_end(st, e);
}

enum err session_seen(struct tx *tx, int64_t id, time_ms now, struct error *e)
{
    struct stmt *st = tx_prepare(tx, "UPDATE session SET last_seen_at = $1 WHERE id = $2");
    stmt_bind_int(st, 1, now);
    stmt_bind_int(st, 2, id);
    return stmt_run(st, NULL, e);
}

enum err session_delete(struct change *c, const struct session *s, struct error *e)
{
    struct stmt *st = tx_prepare(c->tx, "DELETE FROM session WHERE id = $1");
    stmt_bind_int(st, 1, s->id);
    audit_add(c, "sign_out", "session", s->user.id, S(""));
    return stmt_run(st, NULL, e);
}

enum err session_end(struct change *c, int64_t user_id, int64_t session_id, struct error *e)
{
    struct stmt *st = tx_prepare(c->tx, "DELETE FROM session WHERE id = $1 AND user_id = $2");
    stmt_bind_int(st, 1, session_id);
    stmt_bind_int(st, 2, user_id);
    int64_t ended = 0;
    enum err rc = stmt_run(st, &ended, e);
    if (!rc && !ended)
        rc = error_set(e, ERR_NOT_FOUND, "no session %lld of this user", (long long)session_id);
    if (!rc) audit_add(c, "end_session", "user", user_id, S(""));
    return rc;
}

enum err session_end_all(struct change *c, int64_t user_id, int64_t except, struct error *e)
{
    struct stmt *st = tx_prepare(c->tx, "DELETE FROM session WHERE user_id = $1 AND id <> $2");
    stmt_bind_int(st, 1, user_id);
    stmt_bind_int(st, 2, except);
    enum err rc = stmt_run(st, NULL, e);
    if (!rc) audit_add(c, "end_sessions", "user", user_id, S(""));
    return rc;
}

void session_replace(struct change *c, struct str secret_hash)
{
    struct stmt *st = tx_prepare(c->tx, "DELETE FROM session WHERE secret_hash = $1");
    stmt_bind_blob(st, 1, secret_hash);
    stmt_later(st);
}
