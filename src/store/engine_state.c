/* engine_state.c: see engine_state.h. */
#include "store/engine_state.h"

enum err cursor_get(struct tx *tx, int64_t channel_id, const char *name, struct arena *arena,
    struct str *value, time_ms *at, struct error *e)
{
    *value = S("");
    *at = 0;
    struct stmt *st =
        tx_prepare(tx, "SELECT value, at FROM channel_cursor WHERE channel_id = $1 AND name = $2");
    stmt_bind_int(st, 1, channel_id);
    stmt_bind_str(st, 2, str_of(name));
    if (stmt_row(st)) {
        *value = stmt_str(st, 0, arena);
        *at = stmt_int(st, 1);
    }
    return stmt_end(st, e);
}

void cursor_set(struct change *c, int64_t channel_id, const char *name, struct str value)
{
    struct stmt *st = tx_prepare(c->tx,
        "INSERT INTO channel_cursor (channel_id, name, value, at) VALUES ($1, $2, $3, $4)"
        " ON CONFLICT (channel_id, name) DO UPDATE SET value = excluded.value, at = excluded.at");
    stmt_bind_int(st, 1, channel_id);
    stmt_bind_str(st, 2, str_of(name));
    stmt_bind_str(st, 3, value);
    stmt_bind_int(st, 4, c->now);
    stmt_later(st);
}

enum err rate_bucket_get(struct tx *tx, struct str account, const char *operation,
    struct arena *arena, struct str *state, struct error *e)
{
    *state = S("");
    struct stmt *st =
        tx_prepare(tx, "SELECT state FROM bucket WHERE account = $1 AND operation = $2");
    stmt_bind_str(st, 1, account);
    stmt_bind_str(st, 2, str_of(operation));
    if (stmt_row(st)) *state = stmt_str(st, 0, arena);
    return stmt_end(st, e);
}

void rate_bucket_set(struct change *c, struct str account, const char *operation, struct str state)
{
    struct stmt *st = tx_prepare(c->tx,
        "INSERT INTO bucket (account, operation, state, at) VALUES ($1, $2, $3, $4)"
        " ON CONFLICT (account, operation) DO UPDATE SET state = excluded.state,"
        " at = excluded.at");
    stmt_bind_str(st, 1, account);
    stmt_bind_str(st, 2, str_of(operation));
    stmt_bind_str(st, 3, state);
    stmt_bind_int(st, 4, c->now);
    stmt_later(st);
}

/* What was saved before accounts were told apart is the account's now, where it has nothing. */
static void take_over(struct change *c, int64_t channel_id, struct str account)
{
    static const char *const steps[] = {
        "UPDATE bucket SET account = $1 WHERE account = 'channel ' || $2 AND NOT EXISTS"
        " (SELECT 1 FROM bucket o WHERE o.account = $1 AND o.operation = bucket.operation)",
        "DELETE FROM bucket WHERE account = 'channel ' || $2 AND account <> $1",
    };
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        struct stmt *st = tx_prepare(c->tx, steps[i]);
        stmt_bind_str(st, 1, account);
        stmt_bind_int(st, 2, channel_id);
        stmt_later(st);
    }
}

void rate_account_set(struct change *c, int64_t channel_id, struct str account)
{
    take_over(c, channel_id, account);
    struct stmt *st = tx_prepare(c->tx, "UPDATE channel SET rate_account = $1 WHERE id = $2"
                                        " AND COALESCE(rate_account, '') <> $1");
    stmt_bind_str(st, 1, account);
    stmt_bind_int(st, 2, channel_id);
    stmt_later(st);
}

enum err lease_take(struct change *c, int64_t channel_id, struct str owner, time_ms length_ms,
    bool *held, struct error *e)
{
    /* Nobody takes one for longer: it is of a time before the clock was put back, and would outlive
     * a dead owner by as much. */
    struct stmt *st = tx_prepare(c->tx, "UPDATE lease SET until = $1 WHERE channel_id = $2"
                                        " AND owner <> $3 AND until > $1");
    stmt_bind_int(st, 1, c->now + length_ms);
    stmt_bind_int(st, 2, channel_id);
    stmt_bind_str(st, 3, owner);
    stmt_later(st);
    st = tx_prepare(c->tx,
        "INSERT INTO lease (channel_id, owner, until) VALUES ($1, $2, $3)"
        " ON CONFLICT (channel_id) DO UPDATE SET owner = excluded.owner, until = excluded.until"
        " WHERE lease.owner = excluded.owner OR lease.until < $4");
    stmt_bind_int(st, 1, channel_id);
    stmt_bind_str(st, 2, owner);
    stmt_bind_int(st, 3, c->now + length_ms);
    stmt_bind_int(st, 4, c->now);
    int64_t changes = 0;
    enum err rc = stmt_run(st, &changes, e);
    *held = changes == 1;
    return rc;
}

enum err lease_drop(struct tx *tx, struct str owner, struct error *e)
{
    struct stmt *st = tx_prepare(tx, "DELETE FROM lease WHERE owner = $1");
    stmt_bind_str(st, 1, owner);
    return stmt_run(st, NULL, e);
}

enum err lease_forget_all(struct tx *tx, struct error *e)
{
    return stmt_run(tx_prepare(tx, "DELETE FROM lease"), NULL, e);
}
