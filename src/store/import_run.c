/* import_run.c: see import_run.h. */
#include "store/import_run.h"

enum err import_run_create(
    struct change *c, const struct import_order *order, int64_t *id, struct error *e)
{
    struct stmt *st = tx_prepare(c->tx, "INSERT INTO run (kind, state, progress, created_at)"
                                        " VALUES ($1, 'queued', '', $2) RETURNING id");
    stmt_bind_str(st, 1, str_of(run_kind_name(order->kind)));
    stmt_bind_int(st, 2, c->now);
    enum err rc = stmt_scalar(st, 0, id, e);
    if (rc) return rc;
    st = tx_prepare(c->tx,
        "INSERT INTO import_run (run_id, dry_run, accept_warnings, actor_kind, actor_id,"
        " actor_name, address) VALUES ($1, $2, $3, $4, $5, $6, $7)");
    stmt_bind_int(st, 1, *id);
    stmt_bind_int(st, 2, order->dry_run);
    stmt_bind_int(st, 3, order->accept_warnings);
    stmt_bind_str(st, 4, actor_kind_name(c->actor->kind));
    stmt_bind_opt_int(st, 5, c->actor->id);
    stmt_bind_str(st, 6, c->actor->name);
    stmt_bind_str(st, 7, c->actor->address);
    return stmt_run(st, NULL, e);
}

enum err import_run_put(
    struct change *c, int64_t id, int64_t place, struct str bytes, struct error *e)
{
    struct stmt *st =
        tx_prepare(c->tx, "INSERT INTO import_chunk (run_id, place, bytes) VALUES ($1, $2, $3)");
    stmt_bind_int(st, 1, id);
    stmt_bind_int(st, 2, place);
    stmt_bind_blob(st, 3, bytes);
    return stmt_run(st, NULL, e);
}

enum err import_run_ready(struct change *c, int64_t id, struct error *e)
{
    struct stmt *st = tx_prepare(c->tx, "UPDATE import_run SET ready = 1 WHERE run_id = $1");
    stmt_bind_int(st, 1, id);
    tx_notify(c->tx, TOPIC_RUN);
    return stmt_run(st, NULL, e);
}

enum err import_run_get(struct tx *tx, int64_t id, int64_t place, struct arena *arena,
    struct str *bytes, struct error *e)
{
    struct stmt *st =
        tx_prepare(tx, "SELECT bytes FROM import_chunk WHERE run_id = $1 AND place = $2");
    stmt_bind_int(st, 1, id);
    stmt_bind_int(st, 2, place);
    *bytes = stmt_row(st) ? stmt_blob(st, 0, arena) : S("");
    return stmt_end(st, e);
}

static enum err read_rest(
    struct tx *tx, struct arena *arena, struct import_run *out, bool *found, struct error *e)
{
    struct stmt *st =
        tx_prepare(tx, "SELECT accept_warnings, actor_kind, actor_id, actor_name, address, titles,"
                       " changes FROM import_run WHERE run_id = $1");
    stmt_bind_int(st, 1, out->run.id);
    *found = stmt_row(st);
    if (*found) {
        out->accept_warnings = stmt_int(st, 0) != 0;
        out->actor = (struct actor){ actor_kind_of(stmt_str_view(st, 1)), stmt_int(st, 2),
            stmt_str(st, 3, arena), stmt_str(st, 4, arena) };
        out->titles = stmt_str(st, 5, arena);
        out->changes = stmt_str(st, 6, arena);
    }
    return stmt_end(st, e);
}

enum err import_run_load(
    struct tx *tx, int64_t id, struct arena *arena, struct import_run *out, struct error *e)
{
    bool found = false;
    *out = (struct import_run){ .accept_warnings = false };
    enum err rc = run_load(tx, id, arena, &out->run, e);
    if (!rc) rc = read_rest(tx, arena, out, &found, e);
    if (!rc && !found) rc = error_set(e, ERR_NOT_FOUND, "run %lld is no import", (long long)id);
    return rc;
}

enum err import_run_waiting(struct tx *tx, int64_t *runs, struct error *e)
{
    struct stmt *st =
        tx_prepare(tx, "SELECT COUNT(*) FROM run r JOIN import_run i ON i.run_id = r.id"
                       " WHERE r.state IN ('queued', 'running') AND i.ready = 1");
    return stmt_scalar(st, 0, runs, e);
}

enum err import_run_take(
    struct change *c, struct arena *arena, struct import_run *out, struct error *e)
{
    *out = (struct import_run){ .accept_warnings = false };
    struct stmt *st = tx_prepare(c->tx,
        "SELECT r.id FROM run r JOIN import_run i ON i.run_id = r.id"
        " WHERE r.state IN ('queued', 'running') AND i.ready = 1 ORDER BY r.id LIMIT 1");
    int64_t id;
    enum err rc = stmt_scalar(st, 0, &id, e);
    if (rc || !id) return rc;
    st = tx_prepare(c->tx, "UPDATE run SET state = 'running', started_at = $1"
                           " WHERE id = $2 AND state = 'queued'");
    stmt_bind_int(st, 1, c->now);
    stmt_bind_int(st, 2, id);
    stmt_later(st);
    tx_notify(c->tx, TOPIC_RUN_CHANGED);
    return import_run_load(c->tx, id, arena, out, e);
}

enum err import_run_begin(
    struct change *c, int64_t id, struct str titles, bool anew, struct error *e)
{
    struct stmt *st = tx_prepare(c->tx, "UPDATE import_run SET titles = $1 WHERE run_id = $2");
    stmt_bind_str(st, 1, titles);
    stmt_bind_int(st, 2, id);
    enum err rc = stmt_run(st, NULL, e);
    if (rc || !anew) return rc;
    st = tx_prepare(c->tx, "DELETE FROM import_fault WHERE run_id = $1");
    stmt_bind_int(st, 1, id);
    return stmt_run(st, NULL, e);
}

static void put_counts(struct change *c, const struct run *run)
{
    struct stmt *st = tx_prepare(c->tx,
        "UPDATE import_run SET created = $1, updated = $2, unchanged = $3, rejected = $4,"
        " warnings = $5 WHERE run_id = $6");
    stmt_bind_int(st, 1, run->counts.created);
    stmt_bind_int(st, 2, run->counts.updated);
    stmt_bind_int(st, 3, run->counts.unchanged);
    stmt_bind_int(st, 4, run->counts.rejected);
    stmt_bind_int(st, 5, run->counts.warnings);
    stmt_bind_int(st, 6, run->id);
    stmt_later(st);
}

enum err import_run_progress(struct change *c, const struct run *run, struct error *e)
{
    struct stmt *st =
        tx_prepare(c->tx, "SELECT id FROM run WHERE id = $1 AND state = 'running' FOR UPDATE");
    stmt_bind_int(st, 1, run->id);
    int64_t runs;
    enum err rc = stmt_scalar(st, 0, &runs, e);
    if (rc) return rc;
    if (!runs) return error_set(e, ERR_CANCELED, "the import was canceled");
    run_progress(c, run);
    put_counts(c, run);
    return OK;
}

enum err import_run_finish(struct change *c, const struct run *run, enum run_state state,
    struct str changes, struct error *e)
{
    put_counts(c, run);
    run_finish(c, run, state);
    struct stmt *st;
    if (changes.len) {
        st = tx_prepare(c->tx, "UPDATE import_run SET changes = $1 WHERE run_id = $2");
        stmt_bind_str(st, 1, changes);
        stmt_bind_int(st, 2, run->id);
        stmt_later(st);
    }
    st = tx_prepare(c->tx, "DELETE FROM import_chunk WHERE run_id = $1");
    stmt_bind_int(st, 1, run->id);
    return stmt_run(st, NULL, e);
}

enum err import_run_cancel(struct change *c, int64_t id, struct error *e)
{
    struct stmt *st = tx_prepare(c->tx,
        "UPDATE run SET state = 'canceled', finished_at = $1, progress = '' WHERE id = $2"
        " AND state IN ('queued', 'running')"
        " AND EXISTS (SELECT 1 FROM import_run i WHERE i.run_id = run.id)");
    stmt_bind_int(st, 1, c->now);
    stmt_bind_int(st, 2, id);
    int64_t changes = 0;
    enum err rc = stmt_run(st, &changes, e);
    if (rc) return rc;
    if (!changes)
        return error_code(e, ERR_CONFLICT, "conflict", "the run has ended, or cannot be canceled");
    st = tx_prepare(c->tx, "DELETE FROM import_chunk WHERE run_id = $1");
    stmt_bind_int(st, 1, id);
    audit_add(c, "cancel", "run", id, S(""));
    tx_notify(c->tx, TOPIC_RUN_CHANGED);
    return stmt_run(st, NULL, e);
}

void import_fault_add(struct change *c, int64_t run_id, const struct import_fault *fault)
{
    struct stmt *st = tx_prepare(c->tx,
        "INSERT INTO import_fault (run_id, row_number, faults, warnings, cells, fault_count,"
        " warning_count) VALUES ($1, $2, $3, $4, $5, $6, $7)");
    stmt_bind_int(st, 1, run_id);
    stmt_bind_int(st, 2, fault->row);
    stmt_bind_str(st, 3, fault->faults);
    stmt_bind_str(st, 4, fault->warnings);
    stmt_bind_str(st, 5, fault->cells);
    stmt_bind_int(st, 6, fault->fault_count);
    stmt_bind_int(st, 7, fault->warning_count);
    stmt_later(st);
}

enum err import_fault_count(struct tx *tx, int64_t run_id, int64_t *faults, struct error *e)
{
    struct stmt *st = tx_prepare(tx, "SELECT CAST(COALESCE(SUM(fault_count), 0) AS BIGINT)"
                                     " FROM import_fault WHERE run_id = $1");
    stmt_bind_int(st, 1, run_id);
    return stmt_scalar(st, 0, faults, e);
}

enum err import_fault_list(struct tx *tx, int64_t run_id, const struct page *page,
    struct arena *arena, struct import_fault **out, size_t *count, struct error *e)
{
    *out = arena_new(arena, struct import_fault, (size_t)page->limit + 1);
    *count = 0;
    struct stmt *st = tx_prepare(tx,
        "SELECT row_number, faults, warnings, cells, fault_count, warning_count FROM import_fault"
        " WHERE run_id = $1 AND row_number > $2 ORDER BY row_number LIMIT $3");
    stmt_bind_int(st, 1, run_id);
    stmt_bind_int(st, 2, page->after);
    stmt_bind_int(st, 3, page->limit + 1);
    while (stmt_row(st))
        (*out)[(*count)++] = (struct import_fault){ stmt_int(st, 0), stmt_str(st, 1, arena),
            stmt_str(st, 2, arena), stmt_str(st, 3, arena), stmt_int(st, 4), stmt_int(st, 5) };
    return stmt_end(st, e);
}

enum err import_run_sweep(struct change *c, struct error *e)
{
    struct stmt *st = tx_prepare(c->tx,
        "DELETE FROM import_fault WHERE run_id IN"
        " (SELECT r.id FROM run r JOIN import_run i ON i.run_id = r.id WHERE r.finished_at < $1)");
    stmt_bind_int(st, 1, c->now - IMPORT_KEPT_MS);
    enum err rc = stmt_run(st, NULL, e);
    if (rc) return rc;
    st = tx_prepare(c->tx,
        "DELETE FROM import_chunk WHERE run_id IN (SELECT r.id FROM run r JOIN import_run i"
        " ON i.run_id = r.id WHERE r.state = 'queued' AND i.ready = 0 AND r.created_at < $1)");
    stmt_bind_int(st, 1, c->now - IMPORT_UPLOAD_MS);
    rc = stmt_run(st, NULL, e);
    if (rc) return rc;
    st = tx_prepare(c->tx,
        "UPDATE run SET state = 'failed', finished_at = $1, error = $2 WHERE state = 'queued'"
        " AND created_at < $3 AND EXISTS"
        " (SELECT 1 FROM import_run i WHERE i.run_id = run.id AND i.ready = 0)");
    stmt_bind_int(st, 1, c->now);
    stmt_bind_str(st, 2,
        S("{\"code\":\"incomplete\",\"detail\":\"the file did not come whole\","
          "\"channel_message\":null,\"request_id\":null}"));
    stmt_bind_int(st, 3, c->now - IMPORT_UPLOAD_MS);
    return stmt_run(st, NULL, e);
}
