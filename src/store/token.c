/* token.c: API tokens and idempotency keys; see people.h. */
#include "store/people.h"

#define TOKEN_COLUMNS                                                                              \
    "SELECT id, name, role, created_by, created_at, expires_at, last_used_at, scopes FROM "        \
    "api_token "

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
        .scopes = stmt_str(st, 7, arena),
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
    struct stmt *st = tx_prepare(c->tx, "INSERT INTO api_token (name, role, secret_hash, "
                                        "created_by, created_at, expires_at, scopes)"
                                        " VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING id");
    stmt_bind_str(st, 1, in->name);
    stmt_bind_str(st, 2, in->role);
    stmt_bind_blob(st, 3, secret_hash);
    stmt_bind_opt_str(st, 4, c->actor->name);
    stmt_bind_int(st, 5, c->now);
    stmt_bind_opt_int(st, 6, in->expires_at);
    stmt_bind_str(st, 7, in->scopes);
    enum err rc = stmt_scalar(st, 0, &in->id, e);
    if (rc) return rc;
    in->created_at = c->now;
    in->created_by = c->actor->name;
    struct change_list l;
    change_list_init(&l);
    change_list_add(&l, "name", (struct str){ 0 }, in->name);
    change_list_add(&l, "role", (struct str){ 0 }, in->role);
    if (in->scopes.len) change_list_add(&l, "scopes", (struct str){ 0 }, in->scopes);
    change_list_add_time(&l, "expires_at", 0, in->expires_at);
    audit_add(c, "create", "token", in->id, change_list_end(&l));
    change_list_release(&l);
    return OK;
}

static enum err read_one(
    struct stmt *st, struct arena *arena, struct api_token *out, struct error *e)
{
    bool found = stmt_row(st);
    if (found) read_token(st, arena, out);
    enum err rc = stmt_end(st, e);
    if (!rc && !found) rc = error_set(e, ERR_NOT_FOUND, "no such token");
    return rc;
}

enum err token_load(
    struct tx *tx, int64_t id, struct arena *arena, struct api_token *out, struct error *e)
{
    struct stmt *st = tx_prepare(tx, TOKEN_COLUMNS "WHERE id = $1 AND revoked_at IS NULL");
    stmt_bind_int(st, 1, id);
    return read_one(st, arena, out, e);
}

enum err token_find(struct tx *tx, struct str secret_hash, struct str address, time_ms now,
    struct arena *arena, struct api_token *out, struct error *e)
{
    struct stmt *st = tx_prepare(tx, TOKEN_COLUMNS "WHERE secret_hash = $1 AND revoked_at IS NULL"
                                                   " AND (expires_at IS NULL OR expires_at > $2)");
    stmt_bind_blob(st, 1, secret_hash);
    stmt_bind_int(st, 2, now);
    enum err rc = read_one(st, arena, out, e);
    if (rc) return rc;
    st = tx_prepare(
        tx, "SELECT last_seen_at FROM token_address WHERE token_id = $1 AND address = $2");
    stmt_bind_int(st, 1, out->id);
    stmt_bind_str(st, 2, address);
    return stmt_scalar(st, 0, &out->seen_here_at, e);
}

enum err token_rotate(struct change *c, const struct api_token *before, struct str secret_hash,
    time_ms expires_at, struct error *e)
{
    struct stmt *st = tx_prepare(c->tx, "UPDATE api_token SET secret_hash = $1, expires_at = $2"
                                        " WHERE id = $3 AND revoked_at IS NULL");
    stmt_bind_blob(st, 1, secret_hash);
    stmt_bind_opt_int(st, 2, expires_at);
    stmt_bind_int(st, 3, before->id);
    int64_t changes;
    enum err rc = stmt_run(st, &changes, e);
    if (rc) return rc;
    if (!changes) return error_set(e, ERR_NOT_FOUND, "no token %lld", (long long)before->id);
    struct change_list l;
    change_list_init(&l);
    change_list_add(&l, "secret", (struct str){ 0 }, (struct str){ 0 });
    change_list_add_time(&l, "expires_at", before->expires_at, expires_at);
    audit_add(c, "rotate", "token", before->id, change_list_end(&l));
    change_list_release(&l);
    return OK;
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

enum err token_used(
    struct change *c, const struct api_token *token, struct str address, struct error *e)
{
    struct stmt *st = tx_prepare(c->tx, "UPDATE api_token SET last_used_at = $1 WHERE id = $2");
    stmt_bind_int(st, 1, c->now);
    stmt_bind_int(st, 2, token->id);
    stmt_later(st);
    st = tx_prepare(c->tx,
        "INSERT INTO token_address (token_id, address, first_seen_at, last_seen_at)"
        " VALUES ($1, $2, $3, $3) ON CONFLICT (token_id, address) DO UPDATE SET last_seen_at = $3"
        " RETURNING CASE WHEN first_seen_at = $3 THEN 1 ELSE 0 END");
    stmt_bind_int(st, 1, token->id);
    stmt_bind_str(st, 2, address);
    stmt_bind_int(st, 3, c->now);
    int64_t is_new;
    enum err rc = stmt_scalar(st, 0, &is_new, e);
    if (!rc && is_new) audit_add(c, "new_address", "token", token->id, S(""));
    return rc;
}

static enum err read_answer(struct tx *tx, const struct idempotency_key *key, struct arena *arena,
    bool *found, bool *same, struct idempotent_answer *answer, struct error *e)
{
    struct stmt *st = tx_prepare(tx, "SELECT body_hash, status, answer, location, version"
                                     " FROM idempotency WHERE scope = $1 AND key = $2");
    stmt_bind_str(st, 1, key->scope);
    stmt_bind_str(st, 2, key->key);
    *found = stmt_row(st);
    *same = false;
    if (*found) {
        *same = str_eq(stmt_blob(st, 0, arena), key->body_hash);
        *answer = (struct idempotent_answer){ (int)stmt_int(st, 1), stmt_str(st, 2, arena),
            stmt_str(st, 3, arena), stmt_int(st, 4) };
    }
    return stmt_end(st, e);
}

static enum err refuse_other_body(struct error *e)
{
    return error_code(
        e, ERR_CONFLICT, "idempotency_conflict", "this Idempotency-Key was used with another body");
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
    bool same;
    rc = read_answer(c->tx, key, arena, found, &same, answer, e);
    *found = true;
    return rc || same ? rc : refuse_other_body(e);
}

enum err idempotency_find(struct tx *tx, const struct idempotency_key *key, struct arena *arena,
    bool *found, struct idempotent_answer *answer, struct error *e)
{
    bool same;
    enum err rc = read_answer(tx, key, arena, found, &same, answer, e);
    if (!rc && *found && !same) rc = refuse_other_body(e);
    *found = !rc && *found && answer->status;
    return rc;
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
