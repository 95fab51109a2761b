/* token.c: API tokens, idempotency keys and reading the audit log; see people.h. */
#include "store/people.h"

#define TOKEN_COLUMNS                                                                              \
    "SELECT id, name, role, created_by, created_at, expires_at, last_used_at FROM api_token "

static void read_token(struct stmt *st, struct arena *arena, struct api_token *out)
{
    *out = (struct api_token){
        .id = stmt_int(st, 0),
        .name = stmt_str(st, 1, arena),
        .role = stmt_str(st, 2, arena),
        .created_by = stmt_str(st, 3, arena),
        .created_at = stmt_int(st, 4),
        .expires_at = stmt_int(st, 5),
        .last_used_at = stmt_int(st, 6),
    };
}

enum err token_list(struct tx *tx, const struct page *page, struct arena *arena,
    struct api_token **out, size_t *count, struct error *e)
{
    *out = arena_new(arena, struct api_token, (size_t)page->limit + 1);
    *count = 0;
    struct stmt *st =
        tx_prepare(tx, TOKEN_COLUMNS "WHERE id > $1 AND revoked_at IS NULL ORDER BY id LIMIT $2");
    stmt_bind_int(st, 1, page->after);
    stmt_bind_int(st, 2, page->limit + 1);
    while (stmt_row(st))
        read_token(st, arena, &(*out)[(*count)++]);
    return stmt_end(st, e);
}

enum err token_create(
    struct change *c, struct api_token *in, struct str secret_hash, struct error *e)
{
    struct stmt *st = tx_prepare(c->tx,
        "INSERT INTO api_token (name, role, secret_hash, created_by, created_at, expires_at)"
        " VALUES ($1, $2, $3, $4, $5, $6) RETURNING id");
    stmt_bind_str(st, 1, in->name);
    stmt_bind_str(st, 2, in->role);
    stmt_bind_blob(st, 3, secret_hash);
    stmt_bind_opt_str(st, 4, c->actor->name);
    stmt_bind_int(st, 5, c->now);
    stmt_bind_opt_int(st, 6, in->expires_at);
    enum err rc = stmt_scalar(st, 0, &in->id, e);
    if (rc) return rc;
    in->created_at = c->now;
    in->created_by = c->actor->name;
    struct change_list l;
    change_list_init(&l);
    change_list_add(&l, "name", (struct str){ 0 }, in->name);
    change_list_add(&l, "role", (struct str){ 0 }, in->role);
    audit_add(c, "create", "token", in->id, change_list_end(&l));
    change_list_release(&l);
    return OK;
}

enum err token_find(struct tx *tx, struct str secret_hash, time_ms now, struct arena *arena,
    struct api_token *out, struct error *e)
{
    struct stmt *st = tx_prepare(tx, TOKEN_COLUMNS "WHERE secret_hash = $1 AND revoked_at IS NULL"
                                                   " AND (expires_at IS NULL OR expires_at > $2)");
    stmt_bind_blob(st, 1, secret_hash);
    stmt_bind_int(st, 2, now);
    bool found = stmt_row(st);
    if (found) read_token(st, arena, out);
    enum err rc = stmt_end(st, e);
    if (!rc && !found) rc = error_set(e, ERR_NOT_FOUND, "no such token");
    return rc;
}

enum err token_revoke(struct change *c, int64_t id, struct error *e)
{
    struct stmt *st = tx_prepare(
        c->tx, "UPDATE api_token SET revoked_at = $1 WHERE id = $2 AND revoked_at IS NULL");
    stmt_bind_int(st, 1, c->now);
    stmt_bind_int(st, 2, id);
    int64_t changes;
    enum err rc = stmt_run(st, &changes, e);
    if (rc) return rc;
    if (!changes) return error_set(e, ERR_NOT_FOUND, "no token %lld", (long long)id);
    audit_add(c, "delete", "token", id, S(""));
    return OK;
}

enum err token_used(struct tx *tx, int64_t id, time_ms now, struct error *e)
{
    struct stmt *st = tx_prepare(tx, "UPDATE api_token SET last_used_at = $1 WHERE id = $2");
    stmt_bind_int(st, 1, now);
    stmt_bind_int(st, 2, id);
    return stmt_run(st, NULL, e);
}

enum err audit_list(struct tx *tx, const struct audit_filter *f, const struct page *page,
    struct arena *arena, struct audit_entry **out, size_t *count, struct error *e)
{
    *out = arena_new(arena, struct audit_entry, (size_t)page->limit + 1);
    *count = 0;
    struct stmt *st = tx_prepare(tx,
        "SELECT id, at, actor_kind, actor_id, actor_name, address, action, resource, resource_id,"
        " changes FROM audit WHERE id < $1 AND ($2 = '' OR actor_kind = $2)"
        " AND ($3 = '' OR action = $3) AND ($4 = '' OR resource = $4)"
        " AND ($5 = 0 OR actor_id = $5) AND ($6 = 0 OR resource_id = $6)"
        " AND ($7 = 0 OR at >= $7) AND ($8 = 0 OR at < $8) ORDER BY id DESC LIMIT $9");
    stmt_bind_int(st, 1, page->after ? page->after : INT64_MAX);
    stmt_bind_str(st, 2, f->actor_kind);
    stmt_bind_str(st, 3, f->action);
    stmt_bind_str(st, 4, f->resource);
    stmt_bind_int(st, 5, f->actor_id);
    stmt_bind_int(st, 6, f->resource_id);
    stmt_bind_int(st, 7, f->from);
    stmt_bind_int(st, 8, f->to);
    stmt_bind_int(st, 9, page->limit + 1);
    while (stmt_row(st))
        (*out)[(*count)++] = (struct audit_entry){
            .id = stmt_int(st, 0),
            .at = stmt_int(st, 1),
            .actor_kind = actor_kind_of(stmt_str_view(st, 2)),
            .actor_id = stmt_int(st, 3),
            .actor_name = stmt_str(st, 4, arena),
            .address = stmt_str(st, 5, arena),
            .action = stmt_str(st, 6, arena),
            .resource = stmt_str(st, 7, arena),
            .resource_id = stmt_int(st, 8),
            .changes = stmt_str(st, 9, arena),
        };
    return stmt_end(st, e);
}

enum err idempotency_begin(struct change *c, const struct idempotency_key *key, struct arena *arena,
    bool *found, struct idempotent_answer *answer, struct error *e)
{
    *found = false;
    struct stmt *st =
        tx_prepare(c->tx, "INSERT INTO idempotency (scope, key, body_hash, status, answer, at)"
                          " VALUES ($1, $2, $3, 0, '', $4) ON CONFLICT (scope, key) DO NOTHING");
    stmt_bind_str(st, 1, key->scope);
    stmt_bind_str(st, 2, key->key);
    stmt_bind_blob(st, 3, key->body_hash);
    stmt_bind_int(st, 4, c->now);
    int64_t inserted;
    enum err rc = stmt_run(st, &inserted, e);
    if (rc || inserted) return rc;
    st = tx_prepare(c->tx, "SELECT body_hash, status, answer, location, version FROM idempotency"
                           " WHERE scope = $1 AND key = $2");
    stmt_bind_str(st, 1, key->scope);
    stmt_bind_str(st, 2, key->key);
    bool same = false;
    if (stmt_row(st)) {
        same = str_eq(stmt_blob(st, 0, arena), key->body_hash);
        *answer = (struct idempotent_answer){ (int)stmt_int(st, 1), stmt_str(st, 2, arena),
            stmt_str(st, 3, arena), stmt_int(st, 4) };
    }
    rc = stmt_end(st, e);
    if (rc) return rc;
    if (!same)
        return error_code(e, ERR_CONFLICT, "idempotency_conflict",
            "this Idempotency-Key was used with another body");
    *found = true;
    return OK;
}

void idempotency_end(
    struct change *c, const struct idempotency_key *key, const struct idempotent_answer *answer)
{
    struct stmt *st =
        tx_prepare(c->tx, "UPDATE idempotency SET status = $1, answer = $2,"
                          " location = $3, version = $4 WHERE scope = $5 AND key = $6");
    stmt_bind_int(st, 1, answer->status);
    stmt_bind_str(st, 2, answer->body);
    stmt_bind_str(st, 3, answer->location);
    stmt_bind_int(st, 4, answer->version);
    stmt_bind_str(st, 5, key->scope);
    stmt_bind_str(st, 6, key->key);
    stmt_later(st);
}

enum err idempotency_purge(struct tx *tx, time_ms before, struct error *e)
{
    struct stmt *st = tx_prepare(tx, "DELETE FROM idempotency WHERE at < $1");
    stmt_bind_int(st, 1, before);
    return stmt_run(st, NULL, e);
}
