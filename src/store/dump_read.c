/* dump_read.c: line by line into one transaction; see dump.h. */
#include "store/dump_schema.h"

#include "base/json.h"
#include "store/migrate.h"
#include "store/verify.h"

#include <errno.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

enum { SQL_MAX = 64 * 1024, ROW_COLUMNS_MAX = 100 };

struct reading {
    struct arena *texts;
    FILE *in;
    char *line; /* getline's */
    size_t room;
    int64_t number; /* of the line, from 1 */
    int64_t rows;
    int schema;
    crypto_hash_sha256_state hash;

    struct dump_table *tables;
    size_t count;
    bool sequences;                 /* are there to be set */
    const struct dump_table *table; /* whose rows come */
    const struct dump_column *columns[ROW_COLUMNS_MAX];
    size_t column_count;
    const char *insert;
};

static enum err damaged(const struct reading *r, struct error *e, const char *what)
{
    return error_set(e, ERR_CORRUPT, "line %lld: %s", (long long)r->number, what);
}

/* The next line without its end; ERR_CORRUPT at the end of the file. */
static enum err next_line(struct reading *r, struct str *line, struct error *e)
{
    r->number++;
    ssize_t n = getline(&r->line, &r->room, r->in);
    if (n < 0 && ferror(r->in))
        return error_code(e, ERR_UNAVAILABLE, "disk", "cannot read: %s", strerror(errno));
    if (n <= 0 || r->line[n - 1] != '\n') return damaged(r, e, "the file ends too early");
    if ((size_t)n > DUMP_LINE_MAX) return damaged(r, e, "is too long");
    *line = (struct str){ r->line, (size_t)n - 1 };
    return OK;
}

static void hash_line(struct reading *r, struct str line)
{
    crypto_hash_sha256_update(&r->hash, (const unsigned char *)line.at, line.len + 1);
}

static enum err parse(struct reading *r, struct str line, struct json *out, struct error *e)
{
    struct error inner;
    enum err rc = json_parse(line, DUMP_LINE_MAX, out, &inner);
    return rc ? error_set(e, ERR_CORRUPT, "line %lld: %s", (long long)r->number, inner.detail) : OK;
}

static enum err read_head(struct reading *r, enum db_engine engine, struct error *e)
{
    struct str line = S(""), word = S("");
    struct json head = { NULL };
    int64_t format = 0, schema = 0;
    crypto_hash_sha256_init(&r->hash);
    enum err rc = next_line(r, &line, e);
    if (!rc) hash_line(r, line);
    if (!rc) rc = parse(r, line, &head, e);
    if (rc) return rc;
    bool known = json_str(json_get(head, "stockbridge"), &word) && str_eq(word, S("backup")) &&
                 json_int64(json_get(head, "format"), &format) &&
                 json_int64(json_get(head, "schema"), &schema) && schema > 0;
    json_release(&head);
    if (!known) return damaged(r, e, "is not the head of a backup");
    if (format != 1 || schema > migrate_newest(engine))
        return error_code(e, ERR_CORRUPT, "schema_newer",
            "the backup was made by a newer program: format %lld, schema %lld", (long long)format,
            (long long)schema);
    r->schema = (int)schema;
    return OK;
}

/* Rows */

static const char *insert_sql(const struct reading *r)
{
    struct buf sql;
    buf_init(&sql, SQL_MAX);
    buf_put_fmt(&sql, "INSERT INTO \"%.*s\" (", STR_FMT(r->table->name));
    for (size_t i = 0; i < r->column_count; i++)
        buf_put_fmt(&sql, "%s\"%.*s\"", i ? ", " : "", STR_FMT(r->columns[i]->name));
    buf_put(&sql, S(") VALUES ("));
    for (size_t i = 0; i < r->column_count; i++)
        buf_put_fmt(&sql, "%s$%zu", i ? ", " : "", i + 1);
    buf_put(&sql, S(")"));
    const char *text = arena_str(r->texts, buf_str(&sql)).at;
    buf_release(&sql);
    return text;
}

static const struct dump_table *find_table(const struct reading *r, struct str name)
{
    for (size_t i = 0; i < r->count; i++)
        if (str_eq(r->tables[i].name, name)) return &r->tables[i];
    return NULL;
}

static const struct dump_column *find_column(const struct dump_table *t, struct str name)
{
    for (size_t i = 0; i < t->count; i++)
        if (str_eq(t->columns[i].name, name)) return &t->columns[i];
    return NULL;
}

static enum err begin_table(
    struct reading *r, struct str name, struct json columns, struct error *e)
{
    r->table = find_table(r, name);
    if (!r->table) return damaged(r, e, "names a table that its schema has not");
    r->column_count = json_len(columns);
    if (r->column_count != r->table->count || r->column_count > ROW_COLUMNS_MAX)
        return damaged(r, e, "has other columns than its schema");
    for (size_t i = 0; i < r->column_count; i++) {
        struct str column = S("");
        (void)json_str(json_at(columns, i), &column);
        r->columns[i] = find_column(r->table, column);
        if (!r->columns[i]) return damaged(r, e, "has other columns than its schema");
    }
    r->insert = insert_sql(r);
    return OK;
}

static bool bind_blob(struct stmt *st, int n, struct json v, struct arena *arena)
{
    struct str text;
    if (!json_str(json_get(v, "base64"), &text)) return false;
    unsigned char *bytes = arena_new(arena, unsigned char, text.len + 1);
    size_t len;
    if (sodium_base642bin(bytes, text.len + 1, text.at, text.len, NULL, &len, NULL,
            sodium_base64_VARIANT_ORIGINAL) != 0)
        return false;
    stmt_bind_blob(st, n, (struct str){ (const char *)bytes, len });
    return true;
}

static bool bind_value(
    struct stmt *st, int n, enum dump_kind kind, struct json v, struct arena *arena)
{
    bool null = json_kind(v) == JSON_KIND_NULL;
    int64_t number = 0;
    struct str text = S("");
    switch (kind) {
    case DUMP_INT:
        if (null)
            stmt_bind_null_int(st, n);
        else if (json_int64(v, &number))
            stmt_bind_int(st, n, number);
        return null || json_kind(v) == JSON_KIND_INTEGER;
    case DUMP_TEXT:
        if (null)
            stmt_bind_null_str(st, n);
        else if (json_str(v, &text))
            stmt_bind_str(st, n, text);
        return null || json_kind(v) == JSON_KIND_STRING;
    case DUMP_BLOB:
        break;
    }
    if (!null) return bind_blob(st, n, v, arena);
    stmt_bind_null_blob(st, n);
    return true;
}

static enum err load_row(struct reading *r, struct tx *tx, struct json row, struct error *e)
{
    if (!r->table || json_len(row) != r->column_count)
        return damaged(r, e, "is a row without its table, or of another length");
    struct arena_mark mark = arena_mark(tx_arena(tx));
    struct stmt *st = tx_prepare(tx, r->insert);
    bool fits = true;
    for (size_t i = 0; i < r->column_count && fits; i++)
        fits = bind_value(st, (int)i + 1, r->columns[i]->kind, json_at(row, i), tx_arena(tx));
    struct error ignored;
    if (fits)
        stmt_later(st);
    else
        (void)!stmt_end(st, &ignored);
    arena_rewind(tx_arena(tx), mark);
    r->rows++;
    return fits ? OK : damaged(r, e, "has a value of the wrong kind");
}

static void later(struct tx *tx, const char *sql, struct str table, int64_t last)
{
    struct stmt *st = tx_prepare(tx, sql);
    stmt_bind_str(st, 1, table);
    stmt_bind_int(st, 2, last);
    stmt_later(st);
}

static void set_sequence(struct tx *tx, struct str table, int64_t last)
{
    if (tx_engine(tx) == DB_POSTGRES) {
        later(tx, "SELECT setval(pg_get_serial_sequence($1, 'id'), $2)", table, last);
        return;
    }
    later(tx,
        "INSERT INTO sqlite_sequence (name, seq) SELECT name, $2 FROM sqlite_master WHERE name = $1"
        " AND sql LIKE '%AUTOINCREMENT%' AND name NOT IN (SELECT name FROM sqlite_sequence)",
        table, last);
    later(tx, "UPDATE sqlite_sequence SET seq = MAX(seq, $2) WHERE name = $1", table, last);
}

/* Around the rows */

struct scripts {
    struct buf off, on;
};

/* Two columns of each row: what takes something away for the time of loading, and what puts it
 * back. */
static enum err collect(struct scripts *s, struct stmt *st, struct error *e)
{
    while (stmt_row(st)) {
        buf_put(&s->off, stmt_str_view(st, 0));
        buf_put(&s->on, stmt_str_view(st, 1));
    }
    return stmt_end(st, e);
}

/* References may point forward in the file. SQLite looks at the commit; PostgreSQL has the
 * constraints taken off and put on again, which checks them all. Triggers would note rows as
 * changed that are only put back. */
static enum err collect_all(struct scripts *s, struct tx *tx, struct error *e)
{
    if (tx_engine(tx) == DB_SQLITE) {
        buf_put(&s->off, S("PRAGMA defer_foreign_keys = ON;"));
        return collect(s,
            tx_prepare(tx, "SELECT 'DROP TRIGGER \"' || name || '\";', sql || ';'"
                           " FROM sqlite_master WHERE type = 'trigger' ORDER BY name"),
            e);
    }
    struct stmt *st = tx_prepare(tx,
        "SELECT format('ALTER TABLE %s DROP CONSTRAINT %I;'," /* tidy: allow, the server's format */
        " conrelid::regclass, conname),"
        " format('ALTER TABLE %s ADD CONSTRAINT %I %s;', conrelid::regclass, conname,"
        " pg_get_constraintdef(oid)) FROM pg_catalog.pg_constraint WHERE contype = 'f'"
        " AND connamespace = current_schema()::regnamespace ORDER BY oid");
    enum err rc = collect(s, st, e);
    if (rc) return rc;
    st = tx_prepare(tx,
        "SELECT format('ALTER TABLE %I DISABLE TRIGGER USER;', relname),"
        " format('ALTER TABLE %I ENABLE TRIGGER USER;', relname) FROM pg_catalog.pg_class"
        " WHERE relhastriggers AND relkind = 'r'"
        " AND relnamespace = current_schema()::regnamespace ORDER BY oid");
    return collect(s, st, e);
}

static enum err constraints_off(struct tx *tx, struct str *again, struct error *e)
{
    struct scripts s;
    buf_init(&s.off, SQL_MAX * 16);
    buf_init(&s.on, SQL_MAX * 16);
    enum err rc = collect_all(&s, tx, e);
    *again = arena_str(tx_arena(tx), buf_str(&s.on));
    if (!rc) rc = tx_script(tx, arena_str(tx_arena(tx), buf_str(&s.off)), e);
    buf_release(&s.off);
    buf_release(&s.on);
    return rc;
}

/* The limit is for those whom others wait for; here everything is gone through at once. */
static enum err without_limit(struct tx *tx, struct error *e)
{
    if (tx_engine(tx) != DB_POSTGRES) return OK;
    return tx_script(tx, S("SET LOCAL statement_timeout = 0"), e);
}

static enum err constraints_on(struct tx *tx, struct str again, struct error *e)
{
    enum err rc = without_limit(tx, e);
    if (!rc) rc = tx_script(tx, again, e);
    if (rc || tx_engine(tx) == DB_POSTGRES) return rc;
    struct stmt *st = tx_prepare(tx, "SELECT \"table\", parent FROM pragma_foreign_key_check");
    struct str table = S(""), parent = S("");
    bool broken = stmt_row(st);
    if (broken) {
        table = stmt_str(st, 0, tx_arena(tx));
        parent = stmt_str(st, 1, tx_arena(tx));
    }
    rc = stmt_end(st, e);
    if (rc || !broken) return rc;
    return error_set(e, ERR_CORRUPT, "a row of %.*s refers to one of %.*s that is not there",
        STR_FMT(table), STR_FMT(parent));
}

/* What the first migration puts in gives way to what the file has. */
static enum err empty_tables(struct reading *r, struct tx *tx, struct error *e)
{
    int64_t busy;
    struct stmt *st =
        tx_prepare(tx, "SELECT (SELECT COUNT(*) FROM app_user) + (SELECT COUNT(*) FROM item)"
                       " + (SELECT COUNT(*) FROM sales_order) + (SELECT COUNT(*) FROM variation)"
                       " + (SELECT COUNT(*) FROM channel)");
    (void)stmt_row(st);
    busy = stmt_int(st, 0);
    enum err rc = stmt_end(st, e);
    if (rc) return rc;
    if (busy)
        return error_code(e, ERR_CONFLICT, "not_empty",
            "the database is not empty; a backup goes into one that holds nothing yet");
    for (size_t i = 0; i < r->count && !rc; i++)
        rc = tx_script(
            tx, arena_fmt(tx_arena(tx), "DELETE FROM \"%.*s\"", STR_FMT(r->tables[i].name)), e);
    return rc;
}

/* One line between head and end. */
static enum err take_line(
    struct reading *r, struct tx *tx, struct json v, bool *end, struct error *e)
{
    struct str name;
    int64_t last;
    if (json_kind(v) == JSON_KIND_ARRAY) return load_row(r, tx, v, e);
    if (json_str(json_get(v, "table"), &name))
        return begin_table(r, name, json_get(v, "columns"), e);
    if (json_str(json_get(v, "sequence"), &name)) {
        const struct dump_table *t = find_table(r, name);
        if (!t || !t->has_id || !json_int64(json_get(v, "last"), &last) || last < 1)
            return damaged(r, e, "names a sequence that its schema has not");
        if (r->sequences) set_sequence(tx, name, last);
        return OK;
    }
    *end = json_present(json_get(v, "end"));
    return *end ? OK : damaged(r, e, "is neither a table, a row, a sequence nor the end");
}

static enum err check_end(struct reading *r, struct json v, struct error *e)
{
    char hex[DUMP_HEX_SIZE];
    struct str told = S("");
    int64_t rows = -1;
    dump_hash_hex(&r->hash, hex);
    (void)json_str(json_get(v, "sha256"), &told);
    (void)json_int64(json_get(v, "rows"), &rows);
    if (rows != r->rows || !str_eq(told, str_of(hex)))
        return damaged(r, e, "the file is not as it was written");
    return getc(r->in) == EOF ? OK : damaged(r, e, "something follows the end");
}

static enum err load_lines(struct reading *r, struct tx *tx, struct error *e)
{
    bool end = false;
    enum err rc = OK;
    while (!rc && !end) {
        struct str line = S("");
        struct json v = { NULL };
        rc = next_line(r, &line, e);
        if (!rc) rc = parse(r, line, &v, e);
        if (rc) break;
        rc = take_line(r, tx, v, &end, e);
        if (!rc && end) rc = check_end(r, v, e);
        if (!rc && !end) hash_line(r, line);
        json_release(&v);
    }
    return rc;
}

/* An id that was given by hand is not remembered by PostgreSQL. */
static enum err sequences_after_rows(struct reading *r, struct tx *tx, struct error *e)
{
    if (tx_engine(tx) == DB_SQLITE) return OK;
    enum err rc = OK;
    for (size_t i = 0; i < r->count && !rc; i++)
        if (r->tables[i].has_id)
            rc = tx_script(tx,
                arena_fmt(tx_arena(tx),
                    "SELECT setval(s, GREATEST(m, (SELECT COALESCE(last_value, 1) FROM"
                    " pg_catalog.pg_sequences WHERE quote_ident(schemaname::text) || '.' ||"
                    " quote_ident(sequencename::text) = s))) FROM (SELECT"
                    " pg_get_serial_sequence('\"%.*s\"', 'id') AS s, MAX(id) AS m FROM \"%.*s\") t"
                    " WHERE m IS NOT NULL AND s IS NOT NULL",
                    STR_FMT(r->tables[i].name), STR_FMT(r->tables[i].name)),
                e);
    return rc;
}

static enum err load_all(struct tx *tx, void *ctx, struct error *e)
{
    struct reading *r = ctx;
    struct str again = S("");
    rewind(r->in);
    r->number = r->rows = 0;
    r->table = NULL;
    enum err rc = read_head(r, tx_engine(tx), e);
    if (!rc) rc = dump_tables(tx, tx_arena(tx), &r->tables, &r->count, e);
    if (!rc) rc = dump_has_sequences(tx, &r->sequences, e);
    if (!rc) rc = constraints_off(tx, &again, e);
    if (!rc) rc = empty_tables(r, tx, e);
    if (!rc) rc = load_lines(r, tx, e);
    if (!rc) rc = sequences_after_rows(r, tx, e);
    return rc ? rc : constraints_on(tx, again, e);
}

static void tell_nobody(void *ctx, const char *what, struct str detail)
{
    (void)ctx;
    (void)what;
    (void)detail;
}

static enum err derive_all(struct tx *tx, void *ctx, struct error *e)
{
    (void)ctx;
    int64_t differences;
    struct change c = { tx, tx_arena(tx), &(struct actor){ ACTOR_SYSTEM, 0, S("restore"), S("") },
        clock_now(clock_system()), rng_system() };
    enum err rc = without_limit(tx, e);
    /* Nobody has counted the rows yet, and plans for empty tables take minutes for full ones; those
     * that are filled now are planned for anew with every statement. */
    if (!rc && tx_engine(tx) == DB_POSTGRES)
        rc = tx_script(tx, S("ANALYZE; SET LOCAL plan_cache_mode = force_custom_plan"), e);
    return rc ? rc : verify_all(&c, true, tell_nobody, NULL, &differences, e);
}

bool dump_is(FILE *in)
{
    static const char head[] = "{\"stockbridge\":\"backup\",";
    char begin[sizeof head - 1];
    bool is =
        fread(begin, 1, sizeof begin, in) == sizeof begin && memcmp(begin, head, sizeof begin) == 0;
    rewind(in);
    return is;
}

enum err dump_read(struct db *db, struct arena *texts, FILE *in, int64_t *rows, struct error *e)
{
    struct reading r = { .texts = texts, .in = in };
    int applied;
    rewind(in);
    enum err rc = read_head(&r, db_engine(db), e);
    if (!rc) rc = migrate_up_to(db, clock_system(), r.schema, &applied, e);
    if (!rc) rc = db_write(db, "restore", load_all, &r, e);
    if (!rc) rc = migrate_up(db, clock_system(), &applied, e);
    if (!rc) rc = db_write(db, "restore_derive", derive_all, NULL, e);
    free(r.line);
    *rows = r.rows;
    return rc;
}
