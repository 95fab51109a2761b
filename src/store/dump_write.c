/* dump_write.c: table by table, page by page in the order of the primary key. */
#include "store/dump_schema.h"

#include "base/json.h"
#include "store/migrate.h"

#include <errno.h>
#include <sodium.h>
#include <string.h>

/* PostgreSQL gives a statement's rows all at once: what is read at a time is bounded here. */
enum { ROWS_A_PAGE = 1000, BLOB_ROWS_A_PAGE = 8, SQL_MAX = 16 * 1024, KEYS_MAX = 8 };

struct writing {
    struct arena *texts;
    FILE *out;
    int64_t rows;
    struct buf line;
    struct jw w;
    crypto_hash_sha256_state hash;
};

static struct jw *begin_line(struct writing *w)
{
    buf_clear(&w->line);
    jw_init(&w->w, &w->line);
    return &w->w;
}

static enum err end_line(struct writing *w, struct error *e)
{
    buf_put_char(&w->line, '\n');
    if (w->line.failed)
        return error_set(e, ERR_TOO_LARGE, "a row is longer than %d bytes", (int)DUMP_LINE_MAX);
    crypto_hash_sha256_update(&w->hash, (const unsigned char *)w->line.at, w->line.len);
    if (fwrite(w->line.at, 1, w->line.len, w->out) == w->line.len) return OK;
    return error_code(e, ERR_UNAVAILABLE, "disk", "cannot write: %s", strerror(errno));
}

static void put_blob(struct writing *w, struct str bytes, struct arena *arena)
{
    size_t size = sodium_base64_encoded_len(bytes.len, sodium_base64_VARIANT_ORIGINAL);
    char *text = arena_new(arena, char, size);
    (void)sodium_bin2base64(
        text, size, (const unsigned char *)bytes.at, bytes.len, sodium_base64_VARIANT_ORIGINAL);
    jw_object(&w->w);
    jw_kstr(&w->w, "base64", str_of(text));
    jw_object_end(&w->w);
}

static void put_value(
    struct writing *w, struct stmt *st, int column, enum dump_kind kind, struct arena *arena)
{
    if (stmt_null(st, column))
        jw_null(&w->w);
    else if (kind == DUMP_INT)
        jw_int(&w->w, stmt_int(st, column));
    else if (kind == DUMP_TEXT)
        jw_str(&w->w, stmt_str_view(st, column));
    else
        put_blob(w, stmt_blob(st, column, arena), arena);
}

/* Where a page ended: the key of its last row. */
struct place {
    bool begun;
    int64_t numbers[KEYS_MAX];
    struct buf texts[KEYS_MAX]; /* and blobs */
};

static void keep_place(
    struct place *p, struct stmt *st, const struct dump_table *t, struct arena *arena)
{
    const struct dump_column *column;
    size_t index;
    p->begun = true;
    for (int k = 1; k <= KEYS_MAX && (column = dump_key_column(t, k, &index)); k++) {
        struct buf *text = &p->texts[k - 1];
        buf_clear(text);
        if (column->kind == DUMP_INT)
            p->numbers[k - 1] = stmt_int(st, (int)index);
        else if (column->kind == DUMP_TEXT)
            buf_put(text, stmt_str_view(st, (int)index));
        else
            buf_put(text, stmt_blob(st, (int)index, arena));
    }
}

static void bind_place(const struct place *p, struct stmt *st, const struct dump_table *t)
{
    const struct dump_column *column;
    size_t index;
    for (int k = 1; k <= KEYS_MAX && (column = dump_key_column(t, k, &index)); k++)
        if (column->kind == DUMP_INT)
            stmt_bind_int(st, k, p->numbers[k - 1]);
        else if (column->kind == DUMP_TEXT)
            stmt_bind_str(st, k, buf_str(&p->texts[k - 1]));
        else
            stmt_bind_blob(st, k, buf_str(&p->texts[k - 1]));
}

/* "SELECT ... WHERE (key) > ($1, $2) ORDER BY key LIMIT n", or without the condition. */
static const char *page_sql(struct writing *w, const struct dump_table *t, bool first)
{
    struct buf sql;
    size_t index;
    buf_init(&sql, SQL_MAX);
    buf_put(&sql, S("SELECT "));
    dump_put_names(&sql, t);
    buf_put_fmt(&sql, " FROM \"%.*s\"", STR_FMT(t->name));
    if (!first) {
        buf_put(&sql, S(" WHERE ("));
        dump_put_key(&sql, t);
        buf_put(&sql, S(") > ("));
        for (int k = 1; dump_key_column(t, k, &index); k++)
            buf_put_fmt(&sql, "%s$%d", k > 1 ? ", " : "", k);
        buf_put(&sql, S(")"));
    }
    buf_put(&sql, S(" ORDER BY "));
    dump_put_key(&sql, t);
    buf_put_fmt(&sql, " LIMIT %d", t->has_blob ? BLOB_ROWS_A_PAGE : ROWS_A_PAGE);
    const char *text = arena_str(w->texts, buf_str(&sql)).at;
    buf_release(&sql);
    return text;
}

static enum err write_page(struct writing *w, struct tx *tx, const struct dump_table *t,
    const char *sql, struct place *place, bool *more, struct error *e)
{
    struct arena *arena = tx_arena(tx);
    struct stmt *st = tx_prepare(tx, sql);
    if (place->begun) bind_place(place, st, t);
    enum err rc = OK;
    int n = 0;
    while (!rc && stmt_row(st)) {
        struct arena_mark mark = arena_mark(arena);
        jw_array(begin_line(w));
        for (size_t i = 0; i < t->count; i++)
            put_value(w, st, (int)i, t->columns[i].kind, arena);
        jw_array_end(&w->w);
        rc = end_line(w, e);
        keep_place(place, st, t, arena);
        w->rows++;
        n++;
        arena_rewind(arena, mark);
    }
    struct error failure;
    enum err ended = stmt_end(st, &failure);
    if (ended && !rc) *e = failure;
    *more = n == (t->has_blob ? BLOB_ROWS_A_PAGE : ROWS_A_PAGE);
    return rc ? rc : ended;
}

static enum err write_table(
    struct writing *w, struct tx *tx, const struct dump_table *t, struct error *e)
{
    struct jw *line = begin_line(w);
    jw_object(line);
    jw_kstr(line, "table", t->name);
    jw_key(line, "columns");
    jw_array(line);
    for (size_t i = 0; i < t->count; i++)
        jw_str(line, t->columns[i].name);
    jw_array_end(line);
    jw_object_end(line);
    enum err rc = end_line(w, e);
    struct place place = { 0 };
    for (int i = 0; i < KEYS_MAX; i++)
        buf_init(&place.texts[i], DUMP_LINE_MAX);
    bool more = true;
    const char *first = page_sql(w, t, true), *next = page_sql(w, t, false);
    while (!rc && more)
        rc = write_page(w, tx, t, place.begun ? next : first, &place, &more, e);
    for (int i = 0; i < KEYS_MAX; i++)
        buf_release(&place.texts[i]);
    return rc;
}

/* SQLite gives the highest id plus one, so it remembers nothing beside the rows, unless a table is
 * AUTOINCREMENT. */
static enum err write_sequence(
    struct writing *w, struct tx *tx, const struct dump_table *t, struct error *e)
{
    if (!t->has_id) return OK;
    struct stmt *st = tx_prepare(tx,
        tx_engine(tx) == DB_SQLITE
            ? "SELECT seq FROM sqlite_sequence WHERE name = $1"
            : "SELECT last_value FROM pg_catalog.pg_sequences WHERE quote_ident(schemaname::text)"
              " || '.' || quote_ident(sequencename::text) = pg_get_serial_sequence($1, 'id')");
    stmt_bind_str(st, 1, t->name);
    int64_t last = 0;
    if (stmt_row(st)) last = stmt_int(st, 0);
    enum err rc = stmt_end(st, e);
    if (rc || !last) return rc;
    struct jw *line = begin_line(w);
    jw_object(line);
    jw_kstr(line, "sequence", t->name);
    jw_kint(line, "last", last);
    jw_object_end(line);
    return end_line(w, e);
}

static enum err write_head(struct writing *w, enum db_engine engine, struct error *e)
{
    char now[RFC3339_SIZE];
    struct jw *line = begin_line(w);
    jw_object(line);
    jw_kstr(line, "stockbridge", S("backup"));
    jw_kint(line, "format", 1);
    jw_kint(line, "schema", migrate_newest(engine));
    jw_kstr(line, "engine", engine == DB_SQLITE ? S("sqlite") : S("postgres"));
    jw_kstr(line, "made_at", rfc3339_format(clock_now(clock_system()), now));
    jw_object_end(line);
    return end_line(w, e);
}

static enum err write_end(struct writing *w, struct error *e)
{
    char hex[DUMP_HEX_SIZE];
    dump_hash_hex(&w->hash, hex);
    struct jw *line = begin_line(w);
    jw_object(line);
    jw_kbool(line, "end", true);
    jw_kint(line, "rows", w->rows);
    jw_kstr(line, "sha256", str_of(hex));
    jw_object_end(line);
    return end_line(w, e);
}

static enum err write_all(struct tx *tx, void *ctx, struct error *e)
{
    struct writing *w = ctx;
    struct dump_table *tables = NULL;
    size_t count = 0;
    bool sequences = false;
    if (fseek(w->out, 0, SEEK_SET) != 0)
        return error_code(e, ERR_UNAVAILABLE, "disk", "cannot write: %s", strerror(errno));
    w->rows = 0;
    crypto_hash_sha256_init(&w->hash);
    enum err rc = write_head(w, tx_engine(tx), e);
    if (!rc) rc = dump_tables(tx, tx_arena(tx), &tables, &count, e);
    for (size_t i = 0; !rc && i < count; i++)
        rc = write_table(w, tx, &tables[i], e);
    if (!rc) rc = dump_has_sequences(tx, &sequences, e);
    for (size_t i = 0; !rc && sequences && i < count; i++)
        rc = write_sequence(w, tx, &tables[i], e);
    return rc ? rc : write_end(w, e);
}

enum err dump_write(struct db *db, struct arena *texts, FILE *out, int64_t *rows, struct error *e)
{
    struct writing w = { .texts = texts, .out = out };
    buf_init(&w.line, DUMP_LINE_MAX);
    enum err rc = db_read(db, "dump", write_all, &w, e);
    if (!rc && fflush(out) != 0)
        rc = error_code(e, ERR_UNAVAILABLE, "disk", "cannot write: %s", strerror(errno));
    buf_release(&w.line);
    *rows = w.rows;
    return rc;
}
