/* sealed.c: see sealed.h. */
#include "store/sealed.h"

#include <sodium.h>

enum { ROWS_A_PAGE = 100 };

#define COLUMN(table, column, context)                                                             \
    {                                                                                              \
        table "." column, context,                                                                 \
            "SELECT id, " column " FROM " table " WHERE id > $1 AND " column " IS NOT NULL"        \
            " ORDER BY id LIMIT $2",                                                               \
            "UPDATE " table " SET " column " = $2 WHERE id = $1"                                   \
    }

/* Everything that is sealed, but for kept answers. */
static const struct column {
    const char *name, *context, *read, *write;
} columns[] = {
    COLUMN("channel", "credentials", SEALED_CHANNEL),
    COLUMN("app_user", "totp_secret", SEALED_TOTP),
    COLUMN("webhook", "secret", SEALED_WEBHOOK),
    COLUMN("webhook", "former_secret", SEALED_WEBHOOK),
};
enum { COLUMN_COUNT = sizeof columns / sizeof columns[0] };

struct value {
    int64_t id;
    struct str sealed;
};

/* Values of a column after `after`, at most ROWS_A_PAGE. Read before any is written. */
static enum err read_page(struct tx *tx, const struct column *column, int64_t after,
    struct value *out, size_t *count, struct error *e)
{
    struct stmt *st = tx_prepare(tx, column->read);
    stmt_bind_int(st, 1, after);
    stmt_bind_int(st, 2, ROWS_A_PAGE);
    *count = 0;
    while (stmt_row(st) && *count < ROWS_A_PAGE)
        out[(*count)++] = (struct value){ stmt_int(st, 0), stmt_blob(st, 1, tx_arena(tx)) };
    return stmt_end(st, e);
}

static enum err write_value(
    struct change *c, const struct column *column, int64_t id, struct str sealed, struct error *e)
{
    struct stmt *st = tx_prepare(c->tx, column->write);
    stmt_bind_int(st, 1, id);
    stmt_bind_blob(st, 2, sealed);
    return stmt_run(st, NULL, e);
}

static enum err reseal(struct change *c, struct sealed_rotation *r, const struct column *column,
    const struct value *v, struct error *e)
{
    struct error why;
    struct str plain = S("");
    if (seal_open(r->from, column->context, v->id, v->sealed, c->arena, &plain, &why)) {
        r->closed++;
        if (r->tell)
            r->tell(r->ctx, arena_fmt(c->arena, "%s %lld", column->name, (long long)v->id));
        return OK;
    }
    struct str sealed = seal(r->to, column->context, v->id, plain, c->rng, c->arena);
    r->count++;
    return write_value(c, column, v->id, sealed, e);
}

static enum err rotate_column(
    struct change *c, struct sealed_rotation *r, const struct column *column, struct error *e)
{
    struct value page[ROWS_A_PAGE];
    size_t count = ROWS_A_PAGE;
    enum err rc = OK;
    for (int64_t after = 0; count == ROWS_A_PAGE && !rc;) {
        struct arena_mark mark = arena_mark(c->arena);
        rc = read_page(c->tx, column, after, page, &count, e);
        for (size_t i = 0; i < count && !rc; i++)
            rc = reseal(c, r, column, &page[i], e);
        if (count) after = page[count - 1].id;
        arena_rewind(c->arena, mark);
    }
    return rc;
}

/* Kept answers */

static const char *place_of(const struct idempotency_key *k, struct arena *arena)
{
    return arena_fmt(arena, "answer to %.*s %.*s", STR_FMT(k->scope), STR_FMT(k->key)).at;
}

struct str sealed_answer(const struct seal_key *key, const struct idempotency_key *k,
    struct str body, struct rng *rng, struct arena *arena)
{
    struct str sealed = seal(key, place_of(k, arena), 0, body, rng, arena);
    size_t room = sodium_base64_encoded_len(sealed.len, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    char *text = arena_new(arena, char, room);
    (void)sodium_bin2base64(text, room, (const unsigned char *)sealed.at, sealed.len,
        sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    return str_of(text);
}

enum err sealed_answer_open(const struct seal_key *key, const struct idempotency_key *k,
    struct str sealed, struct arena *arena, struct str *body, struct error *e)
{
    unsigned char *bytes = arena_new(arena, unsigned char, sealed.len + 1);
    size_t len = 0;
    if (sodium_base642bin(bytes, sealed.len + 1, sealed.at, sealed.len, NULL, &len, NULL,
            sodium_base64_VARIANT_URLSAFE_NO_PADDING) != 0)
        return error_set(e, ERR_CORRUPT, "a kept answer is not base 64");
    return seal_open(
        key, place_of(k, arena), 0, (struct str){ (const char *)bytes, len }, arena, body, e);
}

struct kept {
    struct idempotency_key key;
    struct str answer;
};

/* Those that may be sealed: an answer in clear is a JSON object. */
static enum err read_answers(struct tx *tx, const struct idempotency_key *after, struct kept *out,
    size_t *count, struct error *e)
{
    struct arena *arena = tx_arena(tx);
    struct stmt *st =
        tx_prepare(tx, "SELECT scope, key, answer FROM idempotency WHERE (scope, key) > ($1, $2)"
                       " AND answer <> '' AND answer NOT LIKE '{%' ORDER BY scope, key LIMIT $3");
    stmt_bind_str(st, 1, after->scope);
    stmt_bind_str(st, 2, after->key);
    stmt_bind_int(st, 3, ROWS_A_PAGE);
    *count = 0;
    while (stmt_row(st) && *count < ROWS_A_PAGE)
        out[(*count)++] = (struct kept){ { stmt_str(st, 0, arena), stmt_str(st, 1, arena), S("") },
            stmt_str(st, 2, arena) };
    return stmt_end(st, e);
}

static enum err reseal_answer(
    struct change *c, struct sealed_rotation *r, const struct kept *k, struct error *e)
{
    struct error why;
    struct str body = S("");
    if (sealed_answer_open(r->from, &k->key, k->answer, c->arena, &body, &why)) return OK;
    struct stmt *st =
        tx_prepare(c->tx, "UPDATE idempotency SET answer = $3 WHERE scope = $1 AND key = $2");
    stmt_bind_str(st, 1, k->key.scope);
    stmt_bind_str(st, 2, k->key.key);
    stmt_bind_str(st, 3, sealed_answer(r->to, &k->key, body, c->rng, c->arena));
    r->count++;
    return stmt_run(st, NULL, e);
}

static enum err rotate_answers(struct change *c, struct sealed_rotation *r, struct error *e)
{
    struct kept page[ROWS_A_PAGE];
    struct idempotency_key after = { S(""), S(""), S("") };
    size_t count = ROWS_A_PAGE;
    enum err rc = OK;
    while (count == ROWS_A_PAGE && !rc) {
        rc = read_answers(c->tx, &after, page, &count, e);
        for (size_t i = 0; i < count && !rc; i++)
            rc = reseal_answer(c, r, &page[i], e);
        if (count) after = page[count - 1].key;
    }
    return rc;
}

/* SQLite's driver lets one process alone open the file. */
static enum err refuse_others(struct tx *tx, struct error *e)
{
    if (tx_engine(tx) == DB_SQLITE) return OK;
    int64_t others;
    struct stmt *st = tx_prepare(tx,
        "SELECT COUNT(DISTINCT application_name) FROM pg_catalog.pg_stat_activity"
        " WHERE datname = current_database() AND application_name LIKE"
        " 'stockbridge %' AND application_name <> current_setting('application_name')");
    enum err rc = stmt_scalar(st, 0, &others, e);
    if (rc || !others) return rc;
    return error_code(e, ERR_CONFLICT, "servers_run",
        "%lld other processes use the database: stop every server first", (long long)others);
}

enum err sealed_rotate(struct change *c, struct sealed_rotation *r, struct error *e)
{
    r->count = r->closed = 0;
    tx_lock(c->tx, LOCK_MASTER_KEY, true);
    enum err rc = refuse_others(c->tx, e);
    for (size_t i = 0; i < COLUMN_COUNT && !rc; i++)
        rc = rotate_column(c, r, &columns[i], e);
    if (!rc && r->closed)
        return error_code(e, ERR_CONFLICT, "sealed_otherwise",
            "%lld values cannot be opened with the present master key; nothing was changed",
            (long long)r->closed);
    if (!rc) rc = rotate_answers(c, r, e);
    if (!rc) audit_add(c, "rotate", "master_key", 0, S(""));
    return rc;
}

static enum err look_at_column(struct tx *tx, const struct seal_key *key,
    const struct column *column, enum sealed_fit *out, struct error *e)
{
    struct value page[ROWS_A_PAGE];
    size_t count = ROWS_A_PAGE;
    enum err rc = OK;
    for (int64_t after = 0; count == ROWS_A_PAGE && !rc && *out != SEALED_FITS;) {
        struct arena_mark mark = arena_mark(tx_arena(tx));
        rc = read_page(tx, column, after, page, &count, e);
        for (size_t i = 0; i < count && !rc && *out != SEALED_FITS; i++) {
            struct error why;
            struct str plain = S("");
            bool opens = seal_open(key, column->context, page[i].id, page[i].sealed, tx_arena(tx),
                             &plain, &why) == OK;
            *out = opens ? SEALED_FITS : SEALED_FITS_NOT;
        }
        if (count) after = page[count - 1].id;
        arena_rewind(tx_arena(tx), mark);
    }
    return rc;
}

static enum err look_at_answers(
    struct tx *tx, const struct seal_key *key, enum sealed_fit *out, struct error *e)
{
    struct kept page[ROWS_A_PAGE];
    struct idempotency_key after = { S(""), S(""), S("") };
    size_t count = ROWS_A_PAGE;
    enum err rc = OK;
    while (count == ROWS_A_PAGE && !rc && *out != SEALED_FITS) {
        rc = read_answers(tx, &after, page, &count, e);
        for (size_t i = 0; i < count && !rc && *out != SEALED_FITS; i++) {
            struct error why;
            struct str body = S("");
            bool opens = sealed_answer_open(
                             key, &page[i].key, page[i].answer, tx_arena(tx), &body, &why) == OK;
            *out = opens ? SEALED_FITS : SEALED_FITS_NOT;
        }
        if (count) after = page[count - 1].key;
    }
    return rc;
}

enum err sealed_fit(
    struct tx *tx, const struct seal_key *key, enum sealed_fit *out, struct error *e)
{
    enum err rc = OK;
    *out = SEALED_NOTHING;
    tx_lock(tx, LOCK_MASTER_KEY, true);
    for (size_t i = 0; i < COLUMN_COUNT && !rc && *out != SEALED_FITS; i++)
        rc = look_at_column(tx, key, &columns[i], out, e);
    return rc || *out == SEALED_FITS ? rc : look_at_answers(tx, key, out, e);
}
