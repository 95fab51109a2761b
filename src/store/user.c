/* user.c: users, their passwords and the lock-out; see people.h. */
#include "core/password.h"
#include "store/people.h"

#define COLUMNS                                                                                    \
    "SELECT u.id, u.email, u.name, u.role, u.password_hash, u.failures, u.locked_until, u.active," \
    " u.last_seen_at, u.version, u.created_at, u.updated_at, u.password_by,"                       \
    " u.password_changed_at, u.totp_secret, u.totp_since, u.totp_step"

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
        .password_by = stmt_str(st, 12, arena),
        .password_changed_at = stmt_int(st, 13),
        .totp_secret = stmt_blob(st, 14, arena),
        .totp_since = stmt_int(st, 15),
        .totp_step = stmt_int(st, 16),
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

enum err user_load_locked(
    struct tx *tx, int64_t id, struct arena *arena, struct user *out, struct error *e)
{
    struct stmt *st = tx_prepare(tx, COLUMNS " FROM app_user u WHERE u.id = $1 FOR UPDATE");
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

/* The password is remembered, and those that are too old to matter are forgotten. */
static void remember_password(struct change *c, int64_t user_id, struct str hash)
{
    struct stmt *st = tx_prepare(
        c->tx, "INSERT INTO password_history (user_id, password_hash, set_at) VALUES ($1, $2, $3)");
    stmt_bind_int(st, 1, user_id);
    stmt_bind_str(st, 2, hash);
    stmt_bind_int(st, 3, c->now);
    stmt_later(st);
    st = tx_prepare(c->tx,
        "DELETE FROM password_history WHERE user_id = $1 AND id NOT IN (SELECT id FROM"
        " password_history WHERE user_id = $1 ORDER BY id DESC LIMIT $2)");
    stmt_bind_int(st, 1, user_id);
    stmt_bind_int(st, 2, PASSWORD_HISTORY);
    stmt_later(st);
}

enum err user_passwords(struct tx *tx, int64_t id, struct arena *arena, struct str **out,
    size_t *count, struct error *e)
{
    *out = arena_new(arena, struct str, PASSWORD_HISTORY);
    *count = 0;
    struct stmt *st = tx_prepare(tx, "SELECT password_hash FROM password_history WHERE user_id = $1"
                                     " ORDER BY id DESC LIMIT $2");
    stmt_bind_int(st, 1, id);
    stmt_bind_int(st, 2, PASSWORD_HISTORY);
    while (stmt_row(st))
        (*out)[(*count)++] = stmt_str(st, 0, arena);
    return stmt_end(st, e);
}

enum err user_create(struct change *c, struct user *in, struct error *e)
{
    struct stmt *st = tx_prepare(c->tx,
        "INSERT INTO app_user (email, name, role, password_hash, created_at, updated_at,"
        " password_by, password_changed_at) VALUES ($1, $2, $3, $4, $5, $5, $6, $5) RETURNING id");
    if (!in->password_by.len) in->password_by = S(PASSWORD_GIVEN);
    stmt_bind_str(st, 1, in->email);
    stmt_bind_str(st, 2, in->name);
    stmt_bind_str(st, 3, in->role);
    stmt_bind_str(st, 4, in->password_hash);
    stmt_bind_int(st, 5, c->now);
    stmt_bind_str(st, 6, in->password_by);
    enum err rc = stmt_scalar(st, 0, &in->id, e);
    if (rc == ERR_CONFLICT)
        return error_at(e, rc, "duplicate", "/email", "there is already a user of that e-mail");
    if (rc) return rc;
    in->active = true;
    in->version = 1;
    in->created_at = in->updated_at = in->password_changed_at = c->now;
    remember_password(c, in->id, in->password_hash);
    audit_user(c, "create", &(struct user){ .active = true }, in);
    return OK;
}

static bool is_admin(const struct user *u)
{
    return u->active && str_eq(u->role, S("admin"));
}

static enum err refuse_last_admin(struct change *c, int64_t id, struct error *e)
{
    /* One at a time: two admins who demote each other would each see the other one as still there.
     * A lock of the other admin's row would not do: with three, each could wait for another. */
    tx_lock(c->tx, LOCK_ADMINS, true);
    struct stmt *st = tx_prepare(c->tx,
        "SELECT id /* scan wanted */ FROM app_user WHERE role = 'admin' AND active = 1"
        " AND id <> $1 ORDER BY id LIMIT 1");
    stmt_bind_int(st, 1, id);
    int64_t other;
    enum err rc = stmt_scalar(st, 0, &other, e);
    if (!rc && !other)
        rc = error_code(e, ERR_CONFLICT, "last_admin", "there must be an active admin");
    return rc;
}

static struct stmt *prepare_update(
    struct change *c, const struct user *before, const struct user *after, bool clear)
{
    struct stmt *st = tx_prepare(c->tx,
        "UPDATE app_user SET name = $1, role = $2, active = $3, password_hash = $4,"
        " failures = CASE WHEN $8 = 1 THEN 0 ELSE failures END,"
        " locked_until = CASE WHEN $8 = 1 THEN NULL ELSE locked_until END,"
        " password_by = $9, password_changed_at = $10,"
        " updated_at = $5, version = version + 1 WHERE id = $6 AND version = $7");
    stmt_bind_str(st, 1, after->name);
    stmt_bind_str(st, 2, after->role);
    stmt_bind_int(st, 3, after->active);
    stmt_bind_str(st, 4, after->password_hash);
    stmt_bind_int(st, 5, c->now);
    stmt_bind_int(st, 6, before->id);
    stmt_bind_int(st, 7, before->version);
    stmt_bind_int(st, 8, clear);
    stmt_bind_str(st, 9, after->password_by);
    stmt_bind_int(st, 10, after->password_changed_at);
    return st;
}

enum err user_update(
    struct change *c, const struct user *before, struct user *after, struct error *e)
{
    bool new_password = !str_eq(before->password_hash, after->password_hash);
    if (is_admin(before) && !is_admin(after)) {
        enum err rc = refuse_last_admin(c, before->id, e);
        if (rc) return rc;
    }
    if (new_password) after->password_changed_at = c->now;
    bool clear = new_password || (after->active && !before->active);
    enum err rc = stmt_run_versioned(prepare_update(c, before, after, clear), e);
    if (rc) return rc;
    after->version = before->version + 1;
    after->updated_at = c->now;
    if (clear) after->failures = after->locked_until = 0;
    if (new_password) remember_password(c, before->id, after->password_hash);
    audit_user(c, "update", before, after);
    if (str_eq(before->role, after->role) && after->active && !new_password) return OK;
    struct stmt *st = tx_prepare(c->tx, "DELETE FROM session WHERE user_id = $1");
    stmt_bind_int(st, 1, before->id);
    return stmt_run(st, NULL, e);
}

bool user_is_locked(const struct user *user, time_ms now)
{
    return user->locked_until > now;
}

static struct stmt *prepare_failure(struct change *c, const struct user *user)
{
    bool lock = user->failures + 1 >= SIGN_IN_FAILURES_MAX;
    struct stmt *st =
        tx_prepare(c->tx, "UPDATE app_user SET failures = $1, locked_until = $2 WHERE id = $3");
    stmt_bind_int(st, 1, lock ? 0 : user->failures + 1);
    stmt_bind_opt_int(st, 2, lock ? c->now + SIGN_IN_LOCK_MS : user->locked_until);
    stmt_bind_int(st, 3, user->id);
    if (lock) audit_add(c, "lock_out", "user", user->id, S(""));
    return st;
}

enum err user_sign_in(struct change *c, const struct user *user, bool good, struct error *e)
{
    audit_add(c, good ? "sign_in" : "sign_in_failed", "session", user->id, S(""));
    if (!good) return stmt_run(prepare_failure(c, user), NULL, e);
    struct stmt *st = tx_prepare(c->tx, "UPDATE app_user SET failures = 0, locked_until = NULL,"
                                        " last_seen_at = $1 WHERE id = $2");
    stmt_bind_int(st, 1, c->now);
    stmt_bind_int(st, 2, user->id);
    return stmt_run(st, NULL, e);
}

enum err user_unlock(struct change *c, const struct user *user, struct error *e)
{
    struct stmt *st =
        tx_prepare(c->tx, "UPDATE app_user SET failures = 0, locked_until = NULL WHERE id = $1");
    stmt_bind_int(st, 1, user->id);
    audit_add(c, "unlock", "user", user->id, S(""));
    return stmt_run(st, NULL, e);
}

enum err address_failures(
    struct tx *tx, struct str address, time_ms now, int64_t *out, struct error *e)
{
    struct stmt *st =
        tx_prepare(tx, "SELECT failures FROM sign_in_address WHERE address = $1 AND since > $2");
    stmt_bind_str(st, 1, address);
    stmt_bind_int(st, 2, now - ADDRESS_WINDOW_MS);
    return stmt_scalar(st, 0, out, e);
}

void address_failed(struct change *c, struct str address)
{
    struct stmt *st = tx_prepare(c->tx, "DELETE FROM sign_in_address WHERE since <= $1");
    stmt_bind_int(st, 1, c->now - ADDRESS_WINDOW_MS);
    stmt_later(st);
    st = tx_prepare(c->tx,
        "INSERT INTO sign_in_address (address, failures, since) VALUES ($1, 1, $2)"
        " ON CONFLICT (address) DO UPDATE SET failures = sign_in_address.failures + 1");
    stmt_bind_str(st, 1, address);
    stmt_bind_int(st, 2, c->now);
    stmt_later(st);
}

void unknown_user_failed(struct change *c)
{
    audit_add(c, "sign_in_failed", "session", 0, S(""));
}

enum err user_seen(struct tx *tx, int64_t id, time_ms now, struct error *e)
{
    struct stmt *st = tx_prepare(tx, "UPDATE app_user SET last_seen_at = $1 WHERE id = $2");
    stmt_bind_int(st, 1, now);
    stmt_bind_int(st, 2, id);
    return stmt_run(st, NULL, e);
}
