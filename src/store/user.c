/* user.c: users and their sessions; see people.h. */
#include "store/people.h"

#define COLUMNS                                                                                    \
    "SELECT u.id, u.email, u.name, u.role, u.password_hash, u.failures, u.locked_until, u.active," \
    " u.last_seen_at, u.version, u.created_at, u.updated_at"

static void read_row(struct stmt *st, struct arena *arena, struct user *out)
{
    *out = (struct user){
        .id = stmt_int(st, 0),
        .email = stmt_str(st, 1, arena),
        .name = stmt_str(st, 2, arena),
        .role = stmt_str(st, 3, arena),
        .password_hash = stmt_str(st, 4, arena),
        .failures = stmt_int(st, 5),
        .locked_until = stmt_int(st, 6),
        .active = stmt_int(st, 7) != 0,
        .last_seen_at = stmt_int(st, 8),
        .version = stmt_int(st, 9),
        .created_at = stmt_int(st, 10),
        .updated_at = stmt_int(st, 11),
    };
}

static enum err read_one(struct stmt *st, struct arena *arena, struct user *out, struct error *e)
{
    bool found = stmt_row(st);
    if (found) read_row(st, arena, out);
    enum err rc = stmt_end(st, e);
    if (!rc && !found) rc = error_set(e, ERR_NOT_FOUND, "no such user");
    return rc;
}

enum err user_list(struct tx *tx, const struct page *page, struct arena *arena, struct user **out,
    size_t *count, struct error *e)
{
    *out = arena_new(arena, struct user, (size_t)page->limit + 1);
    *count = 0;
    struct stmt *st =
        tx_prepare(tx, COLUMNS " FROM app_user u WHERE u.id > $1 ORDER BY u.id LIMIT $2");
    stmt_bind_int(st, 1, page->after);
    stmt_bind_int(st, 2, page->limit + 1);
    while (stmt_row(st))
        read_row(st, arena, &(*out)[(*count)++]);
    return stmt_end(st, e);
}

enum err user_load(
    struct tx *tx, int64_t id, struct arena *arena, struct user *out, struct error *e)
{
    struct stmt *st = tx_prepare(tx, COLUMNS " FROM app_user u WHERE u.id = $1");
    stmt_bind_int(st, 1, id);
    return read_one(st, arena, out, e);
}

enum err user_find(
    struct tx *tx, struct str email, struct arena *arena, struct user *out, struct error *e)
{
    struct stmt *st = tx_prepare(tx, COLUMNS " FROM app_user u WHERE u.email = $1");
    stmt_bind_str(st, 1, email);
    return read_one(st, arena, out, e);
}

static struct str opt(struct str s)
{
    return s.len ? s : (struct str){ 0 };
}

static void audit_user(
    struct change *c, const char *action, const struct user *from, const struct user *to)
{
    struct change_list l;
    change_list_init(&l);
    change_list_diff(&l, "email", opt(from->email), opt(to->email));
    change_list_diff(&l, "name", opt(from->name), opt(to->name));
    change_list_diff(&l, "role", opt(from->role), opt(to->role));
    if (from->active != to->active) change_list_add_int(&l, "active", from->active, to->active);
    if (!str_eq(from->password_hash, to->password_hash))
        change_list_add(&l, "password", (struct str){ 0 }, (struct str){ 0 });
    audit_add(c, action, "user", to->id, change_list_end(&l));
    change_list_release(&l);
}

enum err user_create(struct change *c, struct user *in, struct error *e)
{
    struct stmt *st = tx_prepare(c->tx,
        "INSERT INTO app_user (email, name, role, password_hash, created_at, updated_at)"
        " VALUES ($1, $2, $3, $4, $5, $5) RETURNING id");
    stmt_bind_str(st, 1, in->email);
    stmt_bind_str(st, 2, in->name);
    stmt_bind_str(st, 3, in->role);
    stmt_bind_str(st, 4, in->password_hash);
    stmt_bind_int(st, 5, c->now);
    enum err rc = stmt_scalar(st, 0, &in->id, e);
    if (rc == ERR_CONFLICT)
        return error_at(e, rc, "duplicate", "/email", "there is already a user of that e-mail");
    if (rc) return rc;
    in->active = true;
    in->version = 1;
    in->created_at = in->updated_at = c->now;
    audit_user(c, "create", &(struct user){ .active = true }, in);
    return OK;
}

static bool is_admin(const struct user *u)
{
    return u->active && str_eq(u->role, S("admin"));
}

static enum err refuse_last_admin(struct change *c, int64_t id, struct error *e)
{
    /* Locked, so that two admins cannot demote each other at the same moment. */
    struct stmt *st = tx_prepare(c->tx,
        "SELECT id /* scan wanted */ FROM app_user WHERE role = 'admin' AND active = 1"
        " AND id <> $1 ORDER BY id LIMIT 1 FOR UPDATE");
    stmt_bind_int(st, 1, id);
    int64_t other;
    enum err rc = stmt_scalar(st, 0, &other, e);
    if (!rc && !other)
        rc = error_code(e, ERR_CONFLICT, "last_admin", "there must be an active admin");
    return rc;
}

enum err user_update(
    struct change *c, const struct user *before, struct user *after, struct error *e)
{
    if (is_admin(before) && !is_admin(after)) {
        enum err rc = refuse_last_admin(c, before->id, e);
        if (rc) return rc;
    }
    struct stmt *st = tx_prepare(c->tx,
        "UPDATE app_user SET name = $1, role = $2, active = $3, password_hash = $4,"
        " failures = 0, locked_until = NULL, updated_at = $5, version = version + 1 WHERE id = $6"
        " AND version = $7");
    stmt_bind_str(st, 1, after->name);
    stmt_bind_str(st, 2, after->role);
    stmt_bind_int(st, 3, after->active);
    stmt_bind_str(st, 4, after->password_hash);
    stmt_bind_int(st, 5, c->now);
    stmt_bind_int(st, 6, before->id);
    stmt_bind_int(st, 7, before->version);
    enum err rc = stmt_run_versioned(st, e);
    if (rc) return rc;
    after->version = before->version + 1;
    after->updated_at = c->now;
    audit_user(c, "update", before, after);
    if (str_eq(before->role, after->role) && after->active &&
        str_eq(before->password_hash, after->password_hash))
        return OK;
    st = tx_prepare(c->tx, "DELETE FROM session WHERE user_id = $1");
    stmt_bind_int(st, 1, before->id);
    return stmt_run(st, NULL, e);
}

enum err user_sign_in(
    struct change *c, const struct user *user, bool good, time_ms lock_ms, struct error *e)
{
    struct stmt *st;
    if (good) {
        st = tx_prepare(c->tx, "UPDATE app_user SET failures = 0, locked_until = NULL,"
                               " last_seen_at = $1 WHERE id = $2");
        stmt_bind_int(st, 1, c->now);
        stmt_bind_int(st, 2, user->id);
    } else {
        st = tx_prepare(c->tx,
            "UPDATE app_user SET failures = CASE WHEN failures + 1 >= $1 THEN 0 ELSE failures + 1"
            " END, locked_until = CASE WHEN failures + 1 >= $1 THEN $2 ELSE locked_until END"
            " WHERE id = $3");
        stmt_bind_int(st, 1, SIGN_IN_FAILURES_MAX);
        stmt_bind_int(st, 2, c->now + lock_ms);
        stmt_bind_int(st, 3, user->id);
    }
    audit_add(c, good ? "sign_in" : "sign_in_failed", "session", user->id, S(""));
    return stmt_run(st, NULL, e);
}

enum err session_create(struct change *c, int64_t user_id, struct str secret_hash, struct str csrf,
    time_ms expires_at, struct error *e)
{
    struct stmt *st =
        tx_prepare(c->tx, "DELETE FROM session WHERE expires_at < $1 /* scan wanted */");
    stmt_bind_int(st, 1, c->now);
    stmt_later(st);
    st =
        tx_prepare(c->tx, "INSERT INTO session (secret_hash, user_id, csrf, created_at, expires_at)"
                          " VALUES ($1, $2, $3, $4, $5)");
    stmt_bind_blob(st, 1, secret_hash);
    stmt_bind_int(st, 2, user_id);
    stmt_bind_str(st, 3, csrf);
    stmt_bind_int(st, 4, c->now);
    stmt_bind_int(st, 5, expires_at);
    return stmt_run(st, NULL, e);
}

enum err session_find(struct tx *tx, struct str secret_hash, time_ms now, struct arena *arena,
    struct session *out, struct error *e)
{
    struct stmt *st = tx_prepare(tx,
        COLUMNS ", s.id, s.csrf, s.expires_at FROM session s JOIN app_user u ON u.id = s.user_id"
                " WHERE s.secret_hash = $1 AND s.expires_at > $2 AND u.active = 1");
    stmt_bind_blob(st, 1, secret_hash);
    stmt_bind_int(st, 2, now);
    bool found = stmt_row(st);
    if (found) {
        read_row(st, arena, &out->user);
        out->id = stmt_int(st, 12);
        out->csrf = stmt_str(st, 13, arena);
        out->expires_at = stmt_int(st, 14);
    }
    enum err rc = stmt_end(st, e);
    if (!rc && !found) rc = error_set(e, ERR_NOT_FOUND, "no such session");
    return rc;
}

enum err session_delete(struct change *c, const struct session *s, struct error *e)
{
    struct stmt *st = tx_prepare(c->tx, "DELETE FROM session WHERE id = $1");
    stmt_bind_int(st, 1, s->id);
    audit_add(c, "sign_out", "session", s->user.id, S(""));
    return stmt_run(st, NULL, e);
}

enum err user_seen(struct tx *tx, int64_t id, time_ms now, struct error *e)
{
    struct stmt *st = tx_prepare(tx, "UPDATE app_user SET last_seen_at = $1 WHERE id = $2");
    stmt_bind_int(st, 1, now);
    stmt_bind_int(st, 2, id);
    return stmt_run(st, NULL, e);
}
