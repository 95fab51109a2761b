/* second_factor.c: see second_factor.h. */
#include "store/second_factor.h"

static void bump(struct change *c, int64_t user_id)
{
    struct stmt *st = tx_prepare(
        c->tx, "UPDATE app_user SET updated_at = $1, version = version + 1 WHERE id = $2");
    stmt_bind_int(st, 1, c->now);
    stmt_bind_int(st, 2, user_id);
    stmt_later(st);
}

enum err totp_begin(struct change *c, const struct user *user, struct str sealed, struct error *e)
{
    if (user->totp_since)
        return error_code(e, ERR_CONFLICT, "totp_enabled", "there is a second factor already");
    struct stmt *st = tx_prepare(c->tx,
        "UPDATE app_user SET totp_secret = $1, totp_since = NULL, totp_step = 0 WHERE id = $2");
    stmt_bind_blob(st, 1, sealed);
    stmt_bind_int(st, 2, user->id);
    audit_add(c, "begin_totp", "user", user->id, S(""));
    return stmt_run(st, NULL, e);
}

static void forget_recovery(struct change *c, int64_t user_id)
{
    struct stmt *st = tx_prepare(c->tx, "DELETE FROM recovery_code WHERE user_id = $1");
    stmt_bind_int(st, 1, user_id);
    stmt_later(st);
}

static void put_recovery(struct change *c, int64_t user_id, const struct str hashes[RECOVERY_CODES])
{
    forget_recovery(c, user_id);
    for (int i = 0; i < RECOVERY_CODES; i++) {
        struct stmt *st =
            tx_prepare(c->tx, "INSERT INTO recovery_code (user_id, code_hash) VALUES ($1, $2)");
        stmt_bind_int(st, 1, user_id);
        stmt_bind_blob(st, 2, hashes[i]);
        stmt_later(st);
    }
}

enum err totp_confirm(struct change *c, const struct user *user, int64_t step,
    const struct str hashes[RECOVERY_CODES], struct error *e)
{
    if (user->totp_since)
        return error_code(e, ERR_CONFLICT, "totp_enabled", "there is a second factor already");
    if (!user->totp_secret.len)
        return error_code(e, ERR_CONFLICT, "totp_not_begun", "begin with POST /me/totp");
    struct stmt *st =
        tx_prepare(c->tx, "UPDATE app_user SET totp_since = $1, totp_step = $2 WHERE id = $3");
    stmt_bind_int(st, 1, c->now);
    stmt_bind_int(st, 2, step);
    stmt_bind_int(st, 3, user->id);
    put_recovery(c, user->id, hashes);
    bump(c, user->id);
    audit_add(c, "enable_totp", "user", user->id, S(""));
    return stmt_run(st, NULL, e);
}

enum err totp_use(struct change *c, const struct user *user, int64_t step, struct error *e)
{
    struct stmt *st =
        tx_prepare(c->tx, "UPDATE app_user SET totp_step = $1 WHERE id = $2 AND totp_step < $1");
    stmt_bind_int(st, 1, step);
    stmt_bind_int(st, 2, user->id);
    int64_t changed = 0;
    enum err rc = stmt_run(st, &changed, e);
    if (!rc && !changed) rc = error_set(e, ERR_CONFLICT, "the code was used before");
    return rc;
}

enum err totp_remove(struct change *c, const struct user *user, const char *action, struct error *e)
{
    if (!user->totp_since)
        return error_code(e, ERR_CONFLICT, "totp_not_enabled", "there is no second factor");
    struct stmt *st = tx_prepare(c->tx,
        "UPDATE app_user SET totp_secret = NULL, totp_since = NULL, totp_step = 0 WHERE id = $1");
    stmt_bind_int(st, 1, user->id);
    forget_recovery(c, user->id);
    bump(c, user->id);
    audit_add(c, action, "user", user->id, S(""));
    return stmt_run(st, NULL, e);
}

enum err recovery_replace(struct change *c, const struct user *user,
    const struct str hashes[RECOVERY_CODES], struct error *e)
{
    if (!user->totp_since)
        return error_code(e, ERR_CONFLICT, "totp_not_enabled", "there is no second factor");
    put_recovery(c, user->id, hashes);
    audit_add(c, "new_recovery_codes", "user", user->id, S(""));
    return OK;
}

enum err recovery_use(
    struct change *c, const struct user *user, struct str hash, bool *good, struct error *e)
{
    struct stmt *st = tx_prepare(c->tx, "UPDATE recovery_code SET used_at = $1 WHERE user_id = $2"
                                        " AND code_hash = $3 AND used_at IS NULL");
    stmt_bind_int(st, 1, c->now);
    stmt_bind_int(st, 2, user->id);
    stmt_bind_blob(st, 3, hash);
    int64_t changed = 0;
    enum err rc = stmt_run(st, &changed, e);
    *good = changed > 0;
    if (!rc && *good) audit_add(c, "use_recovery_code", "user", user->id, S(""));
    return rc;
}

enum err recovery_left(struct tx *tx, int64_t user_id, int64_t *out, struct error *e)
{
    struct stmt *st =
        tx_prepare(tx, "SELECT COUNT(*) FROM recovery_code WHERE user_id = $1 AND used_at IS NULL");
    stmt_bind_int(st, 1, user_id);
    return stmt_scalar(st, 0, out, e);
}
