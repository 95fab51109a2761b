/* webhook.c: webhooks as people see and change them; see webhook.h. */
#include "store/webhook.h"

#include "store/feed.h"

#define COLUMNS                                                                                    \
    "SELECT id, url, description, events, private_addresses, state, state_detail, secret,"         \
    " former_secret, former_until, position, failures, failing_since, next_at, last_at,"           \
    " last_status, version, created_at, updated_at FROM webhook "

static void read_row(struct stmt *st, struct arena *arena, struct webhook *out)
{
    *out = (struct webhook){
        .id = stmt_int(st, 0),
        .url = stmt_str(st, 1, arena),
        .description = stmt_str(st, 2, arena),
        .events = stmt_str(st, 3, arena),
        .private_addresses = stmt_int(st, 4) != 0,
        .state = stmt_str(st, 5, arena),
        .state_detail = stmt_str(st, 6, arena),
        .secret = stmt_blob(st, 7, arena),
        .former_secret = stmt_blob(st, 8, arena),
        .former_until = stmt_int(st, 9),
        .position = stmt_int(st, 10),
        .failures = stmt_int(st, 11),
        .failing_since = stmt_int(st, 12),
        .next_at = stmt_int(st, 13),
        .last_at = stmt_int(st, 14),
        .last_status = stmt_int(st, 15),
        .version = stmt_int(st, 16),
        .created_at = stmt_int(st, 17),
        .updated_at = stmt_int(st, 18),
    };
}

enum err webhook_list(struct tx *tx, const struct page *page, struct arena *arena,
    struct webhook **out, size_t *count, struct error *e)
{
    *out = arena_new(arena, struct webhook, (size_t)page->limit + 1);
    *count = 0;
    struct stmt *st = tx_prepare(tx, COLUMNS "WHERE id > $1 ORDER BY id LIMIT $2");
    stmt_bind_int(st, 1, page->after);
    stmt_bind_int(st, 2, page->limit + 1);
    while (stmt_row(st))
        read_row(st, arena, &(*out)[(*count)++]);
    return stmt_end(st, e);
}

enum err webhook_load(
    struct tx *tx, int64_t id, struct arena *arena, struct webhook *out, struct error *e)
{
    struct stmt *st = tx_prepare(tx, COLUMNS "WHERE id = $1");
    stmt_bind_int(st, 1, id);
    bool found = stmt_row(st);
    if (found) read_row(st, arena, out);
    enum err rc = stmt_end(st, e);
    if (!rc && !found) rc = error_set(e, ERR_NOT_FOUND, "there is no webhook %lld", (long long)id);
    return rc;
}

/* The URL may hold a secret of the receiver's: it is named, not shown. */
static void audit_webhook(
    struct change *c, const char *action, const struct webhook *from, const struct webhook *to)
{
    struct change_list l;
    struct str none = { 0 };
    change_list_init(&l);
    if (!str_eq(from->url, to->url)) change_list_add(&l, "url", none, none);
    change_list_diff(&l, "description", from->description, to->description);
    change_list_diff(&l, "events", from->events, to->events);
    change_list_diff(&l, "state", from->state, to->state);
    if (from->private_addresses != to->private_addresses)
        change_list_add_int(
            &l, "private_addresses", from->private_addresses, to->private_addresses);
    audit_add(c, action, "webhook", to->id ? to->id : from->id, change_list_end(&l));
    change_list_release(&l);
}

static enum err refuse_too_many(struct change *c, struct error *e)
{
    int64_t count;
    enum err rc = stmt_scalar(tx_prepare(c->tx, "SELECT COUNT(*) FROM webhook"), 0, &count, e);
    if (!rc && count >= WEBHOOKS_MAX)
        rc = error_set(e, ERR_CONFLICT, "there may be %d webhooks at most", WEBHOOKS_MAX);
    return rc;
}

enum err webhook_create(struct change *c, struct webhook *in, struct error *e)
{
    struct feed_ends ends;
    enum err rc = refuse_too_many(c, e);
    if (!rc) rc = feed_ends(c->tx, &ends, e);
    if (rc) return rc;
    struct stmt *st = tx_prepare(c->tx,
        "INSERT INTO webhook (url, description, events, private_addresses, state, position,"
        " created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $7) RETURNING id");
    stmt_bind_str(st, 1, in->url);
    stmt_bind_str(st, 2, in->description);
    stmt_bind_str(st, 3, in->events);
    stmt_bind_int(st, 4, in->private_addresses);
    stmt_bind_str(st, 5, in->state);
    stmt_bind_int(st, 6, ends.last);
    stmt_bind_int(st, 7, c->now);
    rc = stmt_scalar(st, 0, &in->id, e);
    if (rc) return rc;
    in->position = ends.last;
    in->version = 1;
    in->created_at = in->updated_at = c->now;
    audit_webhook(c, "create", &(struct webhook){ 0 }, in);
    tx_notify(c->tx, TOPIC_CHANGES);
    return OK;
}

/* What fell out of the feed while it was not active cannot be sent any more. */
static enum err catch_up(struct change *c, struct webhook *w, struct error *e)
{
    struct feed_ends ends;
    enum err rc = feed_ends(c->tx, &ends, e);
    bool is_there = w->position >= ends.first - 1 && w->position <= ends.last;
    if (!rc && !is_there) w->position = ends.last;
    return rc;
}

enum err webhook_update(
    struct change *c, const struct webhook *before, struct webhook *after, struct error *e)
{
    bool woken = str_eq(after->state, S("active")) && !str_eq(before->state, S("active"));
    if (woken || !str_eq(before->url, after->url)) {
        after->failures = after->failing_since = after->next_at = 0;
        after->state_detail = S("");
    }
    enum err rc = woken ? catch_up(c, after, e) : OK;
    if (rc) return rc;
    struct stmt *st = tx_prepare(c->tx,
        "UPDATE webhook SET url = $1, description = $2, events = $3, private_addresses = $4,"
        " state = $5, state_detail = $6, failures = $7, failing_since = $8, next_at = $9,"
        " position = $10, updated_at = $11, version = version + 1 WHERE id = $12 AND version = "
        "$13");
    stmt_bind_str(st, 1, after->url);
    stmt_bind_str(st, 2, after->description);
    stmt_bind_str(st, 3, after->events);
    stmt_bind_int(st, 4, after->private_addresses);
    stmt_bind_str(st, 5, after->state);
    stmt_bind_str(st, 6, after->state_detail);
    stmt_bind_int(st, 7, after->failures);
    stmt_bind_opt_int(st, 8, after->failing_since);
    stmt_bind_int(st, 9, after->next_at);
    stmt_bind_int(st, 10, after->position);
    stmt_bind_int(st, 11, c->now);
    stmt_bind_int(st, 12, before->id);
    stmt_bind_int(st, 13, before->version);
    rc = stmt_run_versioned(st, e);
    if (rc) return rc;
    after->version = before->version + 1;
    after->updated_at = c->now;
    audit_webhook(c, "update", before, after);
    tx_notify(c->tx, TOPIC_CHANGES);
    return OK;
}

enum err webhook_set_secret(struct change *c, const struct webhook *w, struct str sealed,
    struct str former_sealed, time_ms former_until, struct error *e)
{
    struct stmt *st = tx_prepare(c->tx,
        "UPDATE webhook SET secret = $1, former_secret = $2, former_until = $3, updated_at = $4,"
        " version = version + 1 WHERE id = $5 AND version = $6");
    stmt_bind_blob(st, 1, sealed);
    if (former_until)
        stmt_bind_blob(st, 2, former_sealed);
    else
        stmt_bind_null_blob(st, 2);
    stmt_bind_opt_int(st, 3, former_until);
    stmt_bind_int(st, 4, c->now);
    stmt_bind_int(st, 5, w->id);
    stmt_bind_int(st, 6, w->version);
    enum err rc = stmt_run_versioned(st, e);
    if (rc) return rc;
    struct change_list l;
    change_list_init(&l);
    change_list_add(&l, "secret", (struct str){ 0 }, (struct str){ 0 });
    audit_add(c, "update", "webhook", w->id, change_list_end(&l));
    change_list_release(&l);
    return OK;
}

enum err webhook_delete(struct change *c, const struct webhook *w, struct error *e)
{
    struct stmt *st = tx_prepare(c->tx, "DELETE FROM webhook WHERE id = $1 AND version = $2");
    stmt_bind_int(st, 1, w->id);
    stmt_bind_int(st, 2, w->version);
    enum err rc = stmt_run_versioned(st, e);
    if (!rc) audit_webhook(c, "delete", w, &(struct webhook){ 0 });
    return rc;
}

enum err webhook_move(struct change *c, const struct webhook *w, int64_t position, struct error *e)
{
    struct stmt *st = tx_prepare(c->tx,
        "UPDATE webhook SET position = $1, failures = 0, failing_since = NULL, next_at = 0,"
        " updated_at = $2, version = version + 1 WHERE id = $3 AND version = $4");
    stmt_bind_int(st, 1, position);
    stmt_bind_int(st, 2, c->now);
    stmt_bind_int(st, 3, w->id);
    stmt_bind_int(st, 4, w->version);
    enum err rc = stmt_run_versioned(st, e);
    if (rc) return rc;
    struct change_list l;
    change_list_init(&l);
    change_list_add_int(&l, "position", w->position, position);
    audit_add(c, "replay", "webhook", w->id, change_list_end(&l));
    change_list_release(&l);
    tx_notify(c->tx, TOPIC_CHANGES);
    return OK;
}

enum err webhook_delivery_list(struct tx *tx, const struct webhook_delivery_filter *filter,
    const struct page *page, struct arena *arena, struct webhook_delivery **out, size_t *count,
    struct error *e)
{
    int wanted = str_eq(filter->outcome, S("failed"))      ? 1
                 : str_eq(filter->outcome, S("delivered")) ? 0
                                                           : -1;
    *out = arena_new(arena, struct webhook_delivery, (size_t)page->limit + 1);
    *count = 0;
    struct stmt *st = tx_prepare(tx,
        "SELECT id, webhook_id, message_id, kind, seq, attempt, at, duration_ms, status, error,"
        " answer FROM webhook_delivery WHERE webhook_id = $1 AND id < $2 AND ($3 = -1 OR"
        " (CASE WHEN error IS NULL THEN 0 ELSE 1 END) = $3) ORDER BY id DESC LIMIT $4");
    stmt_bind_int(st, 1, filter->webhook_id);
    stmt_bind_int(st, 2, page->after ? page->after : INT64_MAX);
    stmt_bind_int(st, 3, wanted);
    stmt_bind_int(st, 4, page->limit + 1);
    while (stmt_row(st))
        (*out)[(*count)++] = (struct webhook_delivery){
            .id = stmt_int(st, 0),
            .webhook_id = stmt_int(st, 1),
            .message_id = stmt_str(st, 2, arena),
            .kind = stmt_str(st, 3, arena),
            .seq = stmt_int(st, 4),
            .attempt = stmt_int(st, 5),
            .at = stmt_int(st, 6),
            .duration_ms = stmt_int(st, 7),
            .status = (int)stmt_int(st, 8),
            .error = stmt_str(st, 9, arena),
            .answer = stmt_str(st, 10, arena),
        };
    return stmt_end(st, e);
}
