/* webhook_work.c: leases, attempts and their log, for whoever sends; see webhook.h. */
#include "store/webhook.h"

enum { CANDIDATES = 8 };

/* The update looks at the lease again: of two processes that saw the same row one gets it. */
static enum err lease(
    struct change *c, struct str owner, time_ms lease_ms, int64_t id, bool *taken, struct error *e)
{
    struct stmt *st = tx_prepare(c->tx,
        "UPDATE webhook SET lease_owner = $1, lease_until = $2 WHERE id = $3 AND lease_until < $4");
    stmt_bind_str(st, 1, owner);
    stmt_bind_int(st, 2, c->now + lease_ms);
    stmt_bind_int(st, 3, id);
    stmt_bind_int(st, 4, c->now);
    int64_t changes = 0;
    enum err rc = stmt_run(st, &changes, e);
    *taken = changes == 1;
    return rc;
}

enum err webhook_claim(
    struct change *c, struct str owner, time_ms lease_ms, int64_t *id, struct error *e)
{
    int64_t ids[CANDIDATES];
    size_t count = 0;
    *id = 0;
    struct stmt *st = tx_prepare(c->tx,
        "SELECT w.id FROM webhook w JOIN change_head h ON h.id = 1 WHERE w.state = 'active'"
        " AND w.next_at <= $1 AND w.lease_until < $1 AND w.position <> h.last_seq"
        " ORDER BY w.next_at, w.id LIMIT $2");
    stmt_bind_int(st, 1, c->now);
    stmt_bind_int(st, 2, CANDIDATES);
    while (stmt_row(st) && count < CANDIDATES)
        ids[count++] = stmt_int(st, 0);
    enum err rc = stmt_end(st, e);
    for (size_t i = 0; i < count && !rc && !*id; i++) {
        bool taken;
        rc = lease(c, owner, lease_ms, ids[i], &taken, e);
        if (taken) *id = ids[i];
    }
    return rc;
}

enum err webhook_next(struct tx *tx, time_ms *at, bool *active, struct error *e)
{
    struct stmt *st = tx_prepare(tx,
        "SELECT COUNT(*), MIN(CASE WHEN w.position <> h.last_seq THEN"
        " CASE WHEN w.lease_until > w.next_at THEN w.lease_until + 1 ELSE w.next_at END END)"
        " FROM webhook w JOIN change_head h ON h.id = 1 WHERE w.state = 'active'");
    *at = 0;
    *active = false;
    if (stmt_row(st)) {
        *active = stmt_int(st, 0) > 0;
        *at = stmt_int(st, 1);
    }
    return stmt_end(st, e);
}

enum err webhook_step(struct change *c, const struct webhook_step *s, struct error *e)
{
    struct stmt *st = tx_prepare(c->tx,
        "UPDATE webhook SET position = $1, failures = $2, failing_since = $3, next_at = $4,"
        " lease_until = $5, last_at = CASE WHEN $6 = 1 THEN $7 ELSE last_at END,"
        " last_status = CASE WHEN $6 = 1 THEN $8 ELSE last_status END,"
        " state = CASE WHEN $9 = 1 THEN 'disabled' ELSE state END, state_detail = $10,"
        " version = version + $9 WHERE id = $11 AND lease_owner = $12 AND position = $13"
        " AND ($9 = 0 OR version = $14)");
    stmt_bind_int(st, 1, s->position);
    stmt_bind_int(st, 2, s->failures);
    stmt_bind_opt_int(st, 3, s->failing_since);
    stmt_bind_int(st, 4, s->next_at);
    stmt_bind_int(st, 5, s->lease_until);
    stmt_bind_int(st, 6, s->attempted);
    stmt_bind_int(st, 7, c->now);
    stmt_bind_opt_int(st, 8, s->last_status);
    stmt_bind_int(st, 9, s->disable != NULL);
    stmt_bind_str(st, 10, s->disable ? str_of(s->disable) : s->webhook->state_detail);
    stmt_bind_int(st, 11, s->webhook->id);
    stmt_bind_str(st, 12, s->owner);
    stmt_bind_int(st, 13, s->webhook->position);
    stmt_bind_int(st, 14, s->webhook->version);
    enum err rc = stmt_run_versioned(st, e);
    if (rc || !s->disable) return rc;
    struct change_list l;
    change_list_init(&l);
    change_list_add(&l, "state", s->webhook->state, S("disabled"));
    audit_add(c, "update", "webhook", s->webhook->id, change_list_end(&l));
    change_list_release(&l);
    return OK;
}

enum err webhook_release(struct tx *tx, int64_t id, struct str owner, struct error *e)
{
    struct stmt *st = tx_prepare(tx,
        "UPDATE webhook SET lease_until = 0, lease_owner = '' WHERE ($1 = 0 OR id = $1)"
        " AND ($2 = '' OR lease_owner = $2)");
    stmt_bind_int(st, 1, id);
    stmt_bind_str(st, 2, owner);
    return stmt_run(st, NULL, e);
}

void webhook_retry_now(struct change *c, int64_t id)
{
    struct stmt *st =
        tx_prepare(c->tx, "UPDATE webhook SET next_at = 0 WHERE id = $1 AND next_at > 0");
    stmt_bind_int(st, 1, id);
    stmt_later(st);
    tx_notify(c->tx, TOPIC_CHANGES);
}

void webhook_delivery_add(struct change *c, const struct webhook_delivery *d)
{
    struct stmt *st = tx_prepare(c->tx,
        "INSERT INTO webhook_delivery (webhook_id, message_id, kind, seq, attempt, at, duration_ms,"
        " status, error, answer) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)");
    stmt_bind_int(st, 1, d->webhook_id);
    stmt_bind_str(st, 2, d->message_id);
    stmt_bind_str(st, 3, d->kind);
    stmt_bind_opt_int(st, 4, d->seq);
    stmt_bind_int(st, 5, d->attempt);
    stmt_bind_int(st, 6, d->at);
    stmt_bind_int(st, 7, d->duration_ms);
    stmt_bind_opt_int(st, 8, d->status);
    stmt_bind_opt_str(st, 9, d->error);
    stmt_bind_str(st, 10, d->answer);
    stmt_later(st);
}

enum err webhook_purge(struct change *c, int64_t id, struct error *e)
{
    const time_ms day = (time_ms)24 * 3600 * 1000;
    struct stmt *st = tx_prepare(c->tx,
        "DELETE FROM webhook_delivery WHERE webhook_id = $1 AND (at < $2 OR id <="
        " (SELECT d.id FROM webhook_delivery d WHERE d.webhook_id = $1 ORDER BY d.id DESC"
        " LIMIT 1 OFFSET $3))");
    stmt_bind_int(st, 1, id);
    stmt_bind_int(st, 2, c->now - WEBHOOK_LOG_DAYS * day);
    stmt_bind_int(st, 3, WEBHOOK_LOG_MAX);
    return stmt_run(st, NULL, e);
}
