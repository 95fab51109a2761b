/* run.c: see run.h. */
#include "store/run.h"

static const char *const kinds[RUN_KIND_COUNT] = { "sync_listings", "import_orders",
    "backfill_orders", "push_quantities", "import_catalog", "import_items", "import_connections",
    "import_prices" };
static const char *const states[RUN_STATE_COUNT] = { "queued", "running", "succeeded", "failed",
    "canceled" };

const char *run_kind_name(enum run_kind kind)
{
    return kinds[kind];
}

const char *run_state_name(enum run_state state)
{
    return states[state];
}

bool run_kind_parse(struct str name, enum run_kind *out)
{
    for (int i = 0; i < RUN_KIND_COUNT; i++) {
        if (!str_eq(name, str_of(kinds[i]))) continue;
        *out = (enum run_kind)i;
        return true;
    }
    return false;
}

bool run_state_parse(struct str name, enum run_state *out)
{
    for (int i = 0; i < RUN_STATE_COUNT; i++) {
        if (!str_eq(name, str_of(states[i]))) continue;
        *out = (enum run_state)i;
        return true;
    }
    return false;
}

#define COLUMNS                                                                                    \
    "SELECT id, channel_id, kind, state, done, total, message, error, progress, created_at,"       \
    " started_at, finished_at, i.run_id, i.dry_run, i.created, i.updated, i.unchanged,"            \
    " i.rejected, i.warnings FROM run LEFT JOIN import_run i ON i.run_id = run.id "

static void read_run(struct stmt *st, struct arena *arena, struct run *out)
{
    *out = (struct run){
        .id = stmt_int(st, 0),
        .channel_id = stmt_int(st, 1),
        .done = stmt_int(st, 4),
        .total = stmt_int(st, 5),
        .message = stmt_str(st, 6, arena),
        .error = stmt_str(st, 7, arena),
        .progress = stmt_str(st, 8, arena),
        .created_at = stmt_int(st, 9),
        .started_at = stmt_int(st, 10),
        .finished_at = stmt_int(st, 11),
        .imports = !stmt_null(st, 12),
        .counts = { stmt_int(st, 13) != 0, stmt_int(st, 14), stmt_int(st, 15), stmt_int(st, 16),
            stmt_int(st, 17), stmt_int(st, 18) },
    };
    (void)run_kind_parse(stmt_str_view(st, 2), &out->kind);
    (void)run_state_parse(stmt_str_view(st, 3), &out->state);
}

static enum err read_one(struct stmt *st, struct arena *arena, struct run *out, struct error *e)
{
    *out = (struct run){ 0 };
    if (stmt_row(st)) read_run(st, arena, out);
    return stmt_end(st, e);
}

static enum err find_unfinished(struct change *c, int64_t channel_id, enum run_kind kind,
    struct arena *arena, struct run *out, struct error *e)
{
    struct stmt *st = tx_prepare(c->tx,
        COLUMNS "WHERE channel_id = $1 AND kind = $2 AND state IN ('queued', 'running')"
                " ORDER BY id LIMIT 1");
    stmt_bind_int(st, 1, channel_id);
    stmt_bind_str(st, 2, str_of(kinds[kind]));
    return read_one(st, arena, out, e);
}

enum err run_queue(struct change *c, const struct run_order *order, struct arena *arena,
    struct run *out, bool *is_new, struct error *e)
{
    tx_lock(c->tx, LOCK_RUNS, true);
    *is_new = false;
    enum err rc = find_unfinished(c, order->channel_id, order->kind, arena, out, e);
    if (rc || out->id) return rc;
    struct stmt *st =
        tx_prepare(c->tx, "INSERT INTO run (channel_id, kind, state, progress, created_at)"
                          " VALUES ($1, $2, 'queued', $3, $4) RETURNING id");
    stmt_bind_int(st, 1, order->channel_id);
    stmt_bind_str(st, 2, str_of(kinds[order->kind]));
    stmt_bind_str(st, 3, order->progress);
    stmt_bind_int(st, 4, c->now);
    *out = (struct run){ .channel_id = order->channel_id,
        .kind = order->kind,
        .state = RUN_QUEUED,
        .message = S(""),
        .error = S(""),
        .progress = order->progress,
        .created_at = c->now };
    *is_new = true;
    tx_notify(c->tx, TOPIC_RUN);
    return stmt_scalar(st, 0, &out->id, e);
}

enum err run_load(struct tx *tx, int64_t id, struct arena *arena, struct run *out, struct error *e)
{
    struct stmt *st = tx_prepare(tx, COLUMNS "WHERE id = $1");
    stmt_bind_int(st, 1, id);
    enum err rc = read_one(st, arena, out, e);
    if (!rc && !out->id) rc = error_set(e, ERR_NOT_FOUND, "no such run");
    return rc;
}

enum err run_list(struct tx *tx, const struct run_filter *f, const struct page *page,
    struct arena *arena, struct run **out, size_t *count, struct error *e)
{
    *out = arena_new(arena, struct run, (size_t)page->limit + 1);
    *count = 0;
    _Static_assert(RUN_KIND_COUNT == 8, "as many places as there are kinds");
    struct stmt *st = tx_prepare(tx,
        COLUMNS "WHERE id < $1 AND ($2 = 0 OR channel_id = $2) AND ($3 = '' OR kind = $3)"
                " AND ($4 = '' OR state = $4) AND kind NOT IN ($6, $7, $8, $9, $10, $11, $12, $13)"
                " ORDER BY id DESC LIMIT $5");
    stmt_bind_int(st, 1, page->after ? page->after : INT64_MAX);
    stmt_bind_int(st, 2, f->channel_id);
    stmt_bind_str(st, 3, str_of(f->kind));
    stmt_bind_str(st, 4, str_of(f->state));
    stmt_bind_int(st, 5, page->limit + 1);
    for (int i = 0; i < RUN_KIND_COUNT; i++)
        stmt_bind_str(st, 6 + i, str_of(f->without[i] ? kinds[i] : ""));
    while (stmt_row(st))
        read_run(st, arena, &(*out)[(*count)++]);
    return stmt_end(st, e);
}

enum err run_list_unfinished(
    struct tx *tx, struct arena *arena, struct run **out, size_t *count, struct error *e)
{
    enum { MOST = 100 };
    *out = arena_new(arena, struct run, MOST);
    *count = 0;
    struct stmt *st =
        tx_prepare(tx, COLUMNS "WHERE state IN ('queued', 'running') ORDER BY id LIMIT 100");
    while (stmt_row(st) && *count < MOST)
        read_run(st, arena, &(*out)[(*count)++]);
    return stmt_end(st, e);
}

enum err run_take(struct change *c, int64_t channel_id, enum run_kind kind, struct arena *arena,
    struct run *out, struct error *e)
{
    enum err rc = find_unfinished(c, channel_id, kind, arena, out, e);
    if (rc || !out->id || out->state == RUN_RUNNING) return rc;
    struct stmt *st =
        tx_prepare(c->tx, "UPDATE run SET state = 'running', started_at = $1 WHERE id = $2");
    stmt_bind_int(st, 1, c->now);
    stmt_bind_int(st, 2, out->id);
    out->state = RUN_RUNNING;
    out->started_at = c->now;
    tx_notify(c->tx, TOPIC_RUN_CHANGED);
    return stmt_run(st, NULL, e);
}

void run_progress(struct change *c, const struct run *run)
{
    struct stmt *st = tx_prepare(c->tx, "UPDATE run SET done = $1, total = $2, message = $3,"
                                        " progress = $4 WHERE id = $5 AND state = 'running'");
    stmt_bind_int(st, 1, run->done);
    stmt_bind_int(st, 2, run->total);
    stmt_bind_str(st, 3, run->message);
    stmt_bind_str(st, 4, run->progress);
    stmt_bind_int(st, 5, run->id);
    stmt_later(st);
    tx_notify(c->tx, TOPIC_RUN_CHANGED);
}

void run_finish(struct change *c, const struct run *run, enum run_state state)
{
    struct stmt *st = tx_prepare(c->tx,
        "UPDATE run SET state = $1, finished_at = $2, done = $3, total = $4, message = $5,"
        " error = $6, progress = '' WHERE id = $7 AND state IN ('queued', 'running')");
    stmt_bind_str(st, 1, str_of(states[state]));
    stmt_bind_int(st, 2, c->now);
    stmt_bind_int(st, 3, run->done);
    stmt_bind_int(st, 4, run->total);
    stmt_bind_str(st, 5, run->message);
    stmt_bind_opt_str(st, 6, run->error);
    stmt_bind_int(st, 7, run->id);
    stmt_later(st);
    tx_notify(c->tx, TOPIC_RUN_CHANGED);
}

enum err run_has_succeeded(
    struct tx *tx, int64_t channel_id, enum run_kind kind, bool *has, struct error *e)
{
    struct stmt *st = tx_prepare(tx, "SELECT COUNT(*) FROM run WHERE channel_id = $1"
                                     " AND kind = $2 AND state = 'succeeded'");
    stmt_bind_int(st, 1, channel_id);
    stmt_bind_str(st, 2, str_of(kinds[kind]));
    int64_t runs = 0;
    enum err rc = stmt_scalar(st, 0, &runs, e);
    *has = runs > 0;
    return rc;
}
