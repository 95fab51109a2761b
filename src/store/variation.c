/* variation.c: reading and writing the catalog; see variation.h. */
#include "store/variation.h"

#include "store/derive.h"
#include "store/search.h"

#include <string.h>

const char *const variation_text_names[VARIATION_TEXT_COUNT] = {
    "manufacturer",
    "model",
    "variant",
    "network",
    "capacity",
    "color",
};

#define COLUMNS                                                                                    \
    "SELECT v.id, v.manufacturer, v.model, v.variant, v.network, v.capacity, v.color, v.grade_id," \
    " g.title, v.damages, v.sku, v.price_amount, v.price_currency, v.version, v.created_at,"       \
    " v.updated_at, v.archived FROM variation v JOIN grade g ON g.id = v.grade_id "

/* Variations beside rows of the index: $1 the expression, $2 the id before which nothing is wanted,
 * $6 how many at most. */
#define FOUND(rows, condition)                                                                     \
    COLUMNS "JOIN " rows " found ON found.rowid = v.id WHERE " condition                           \
            " AND ($3 = 0 OR v.grade_id = $3) AND ($4 = 2 OR v.archived = $4)"                     \
            " AND ($5 = '' OR v.sku = $5) ORDER BY found.rowid LIMIT $6 /* scan wanted */"

/* SQLite walks its index in order of id, as far as it has to. PostgreSQL either reads rows in order
 * of id until enough of them fit, or has the index find all that fit and sorts them: the first is
 * slow for a rare word (the whole catalog), the second for a frequent one (half of it). It chooses
 * without knowing the words, because its statements are prepared. So it is told: the next
 * NEAR_ROWS ids in order, where a frequent word has a page of rows, and then by the index. OFFSET 0
 * keeps conditions where they are written, and so does the sum. */
#define NEAR_ROWS 500
#define DIGITS_OF(number) #number
#define DIGITS(number) DIGITS_OF(number)
#define FOUND_IN_ORDER FOUND("variation_index", "variation_index MATCH $1 AND found.rowid > $2")
#define FOUND_NEAR                                                                                 \
    FOUND("(SELECT rowid, lexemes FROM variation_index WHERE rowid > $2"                           \
          " AND rowid <= $2 + " DIGITS(NEAR_ROWS) " ORDER BY rowid OFFSET 0)",                     \
        "found.lexemes @@ CAST($1 AS TSQUERY)")
#define FOUND_FAR                                                                                  \
    FOUND("(SELECT rowid FROM variation_index WHERE lexemes @@ CAST($1 AS TSQUERY)"                \
          " AND rowid + 0 > $2 ORDER BY rowid OFFSET 0)",                                          \
        "1 = 1")

static bool known(struct str s)
{
    return s.len && !str_eq_nocase(s, S("unknown"));
}

struct str variation_title(const struct variation *v, struct arena *arena)
{
    static const enum variation_text order[] = { VARIATION_MANUFACTURER, VARIATION_MODEL,
        VARIATION_VARIANT, VARIATION_CAPACITY, VARIATION_COLOR, VARIATION_NETWORK };
    struct buf b;
    buf_init(&b, 16 * 1024);
    for (size_t i = 0; i < sizeof order / sizeof order[0]; i++) {
        if (!known(v->text[order[i]])) continue;
        if (b.len) buf_put_char(&b, ' ');
        buf_put(&b, v->text[order[i]]);
    }
    if (known(v->grade)) {
        if (b.len) buf_put_char(&b, ' ');
        buf_put(&b, v->grade);
    }
    for (size_t i = 0; i < v->damage_count; i++) {
        buf_put(&b, i ? S(", ") : S(" ("));
        buf_put(&b, v->damages[i]);
    }
    if (v->damage_count) buf_put_char(&b, ')');
    struct str title = arena_str(arena, buf_str(&b));
    buf_release(&b);
    return title;
}

static void read_damage_ids(struct str ids, struct variation *out)
{
    out->damage_count = 0;
    while (ids.len && out->damage_count < VARIATION_DAMAGES_MAX) {
        struct str head, tail;
        str_cut(ids, ',', &head, &tail);
        int64_t id;
        if (str_to_int64(head, &id)) out->damage_ids[out->damage_count++] = id;
        ids = tail;
    }
}

static void read_row(struct stmt *st, struct arena *arena, struct variation *out)
{
    *out = (struct variation){ .id = stmt_int(st, 0) };
    for (int i = 0; i < VARIATION_TEXT_COUNT; i++)
        out->text[i] = stmt_str(st, 1 + i, arena);
    out->grade_id = stmt_int(st, 7);
    out->grade = stmt_str(st, 8, arena);
    read_damage_ids(stmt_str_view(st, 9), out);
    out->sku = stmt_str(st, 10, arena);
    out->price = stmt_money(st, 11, arena);
    out->version = stmt_int(st, 13);
    out->created_at = stmt_int(st, 14);
    out->updated_at = stmt_int(st, 15);
    out->archived = stmt_int(st, 16) != 0;
}

/* Titles of the damage conditions of all rows; the list of conditions is short. */
static enum err name_damages(
    struct tx *tx, struct arena *arena, struct variation *rows, size_t count, struct error *e)
{
    bool any = false;
    for (size_t i = 0; i < count; i++)
        any = any || rows[i].damage_count;
    if (!any) return OK;
    struct stmt *st = tx_prepare(tx, "SELECT id, title FROM damage_condition");
    while (stmt_row(st)) {
        int64_t id = stmt_int(st, 0);
        struct str title = stmt_str(st, 1, arena);
        for (size_t i = 0; i < count; i++)
            for (size_t k = 0; k < rows[i].damage_count; k++)
                if (rows[i].damage_ids[k] == id) rows[i].damages[k] = title;
    }
    return stmt_end(st, e);
}

static enum err list_by_sku(struct tx *tx, const struct variation_filter *filter,
    const struct page *page, struct arena *arena, struct variation *rows, size_t *count,
    struct error *e)
{
    struct stmt *st =
        tx_prepare(tx, COLUMNS "WHERE v.sku = $1 AND v.id > $2 AND ($3 = 0 OR v.grade_id = $3)"
                               " AND ($5 = 2 OR v.archived = $5) ORDER BY v.id LIMIT $4");
    stmt_bind_str(st, 1, filter->sku);
    stmt_bind_int(st, 2, page->after);
    stmt_bind_int(st, 3, filter->grade_id);
    stmt_bind_int(st, 4, page->limit + 1);
    stmt_bind_int(st, 5, filter->archived);
    while (stmt_row(st))
        read_row(st, arena, &rows[(*count)++]);
    return stmt_end(st, e);
}

/* Rows that are found, put together page by page, tier by tier. */
struct finding {
    struct tx *tx;
    const struct variation_filter *filter;
    struct arena *arena;
    struct variation *rows;
    size_t *count, most;
    int tier;
    struct str expression; /* of the tier */
};

static enum err find(struct finding *f, struct stmt *st, int64_t after, struct error *e)
{
    stmt_bind_str(st, 1, f->expression);
    stmt_bind_int(st, 2, after);
    stmt_bind_int(st, 3, f->filter->grade_id);
    stmt_bind_int(st, 4, f->filter->archived);
    stmt_bind_str(st, 5, f->filter->sku);
    stmt_bind_int(st, 6, (int64_t)(f->most - *f->count));
    while (stmt_row(st)) {
        read_row(st, f->arena, &f->rows[*f->count]);
        f->rows[(*f->count)++].tier = f->tier;
    }
    return stmt_end(st, e);
}

/* Tier 0 is the row of an id or a code: nothing is frequent there. */
static enum err find_on_postgres(struct finding *f, int64_t after, struct error *e)
{
    enum err rc = OK;
    if (f->tier > 0) {
        rc = find(f, tx_prepare(f->tx, FOUND_NEAR), after, e);
        after += NEAR_ROWS;
    }
    if (rc || *f->count == f->most) return rc;
    return find(f, tx_prepare(f->tx, FOUND_FAR), after, e);
}

/* Best first: one tier after the other, as long as there is room. */
/* NOLINTBEGIN(readability-non-const-parameter): find() writes through count. */
static enum err list_by_words(struct tx *tx, const struct variation_filter *filter,
    const struct page *page, struct arena *arena, struct variation *rows, size_t *count,
    struct error *e)
/* NOLINTEND(readability-non-const-parameter) */
{
    struct words_query query;
    struct finding f = { .tx = tx,
        .filter = filter,
        .arena = arena,
        .rows = rows,
        .count = count,
        .most = (size_t)page->limit + 1,
        .tier = filter->after_tier };
    enum err rc = search_read(tx, filter->q, arena, &query, e);
    int64_t after = page->after;
    for (; f.tier < WORDS_TIERS && query.count && *count < f.most && !rc; f.tier++) {
        f.expression = search_expression(tx, &query, f.tier, arena);
        rc = tx_engine(tx) == DB_SQLITE ? find(&f, tx_prepare(tx, FOUND_IN_ORDER), after, e)
                                        : find_on_postgres(&f, after, e);
        after = 0;
    }
    return rc;
}

static enum err list_all(struct tx *tx, const struct variation_filter *filter,
    const struct page *page, struct arena *arena, struct variation *rows, size_t *count,
    struct error *e)
{
    struct stmt *st =
        tx_prepare(tx, COLUMNS "WHERE v.id > $1 AND ($2 = 0 OR v.grade_id = $2)"
                               " AND ($4 = 2 OR v.archived = $4) ORDER BY v.id LIMIT $3");
    stmt_bind_int(st, 1, page->after);
    stmt_bind_int(st, 2, filter->grade_id);
    stmt_bind_int(st, 3, page->limit + 1);
    stmt_bind_int(st, 4, filter->archived);
    while (stmt_row(st))
        read_row(st, arena, &rows[(*count)++]);
    return stmt_end(st, e);
}

enum err variation_list(struct tx *tx, const struct variation_filter *filter,
    const struct page *page, struct arena *arena, struct variation **out, size_t *count,
    struct error *e)
{
    struct variation *rows = arena_new(arena, struct variation, (size_t)page->limit + 1);
    *out = rows;
    *count = 0;
    enum err rc = filter->q.len     ? list_by_words(tx, filter, page, arena, rows, count, e)
                  : filter->sku.len ? list_by_sku(tx, filter, page, arena, rows, count, e)
                                    : list_all(tx, filter, page, arena, rows, count, e);
    return rc ? rc : name_damages(tx, arena, rows, *count, e);
}

enum err variation_load(
    struct tx *tx, int64_t id, struct arena *arena, struct variation *out, struct error *e)
{
    struct stmt *st = tx_prepare(tx, COLUMNS "WHERE v.id = $1");
    stmt_bind_int(st, 1, id);
    bool found = stmt_row(st);
    if (found) read_row(st, arena, out);
    enum err rc = stmt_end(st, e);
    if (rc) return rc;
    if (!found) return error_set(e, ERR_NOT_FOUND, "no variation %lld", (long long)id);
    return name_damages(tx, arena, out, 1, e);
}

enum err variation_load_many(struct tx *tx, const int64_t *ids, size_t id_count,
    struct arena *arena, struct variation **out, size_t *count, struct error *e)
{
    *count = 0;
    *out = arena_new(arena, struct variation, id_count + 1);
    if (id_count == 0) return OK;
    struct stmt *st = tx_prepare(tx, COLUMNS "WHERE v.id IN {ints $1} ORDER BY v.id");
    stmt_bind_ints(st, 1, ids, id_count);
    while (stmt_row(st) && *count < id_count)
        read_row(st, arena, &(*out)[(*count)++]);
    enum err rc = stmt_end(st, e);
    return rc ? rc : name_damages(tx, arena, *out, *count, e);
}

bool variation_has_damage(const struct variation *v, int64_t damage_id)
{
    for (size_t i = 0; i < v->damage_count; i++)
        if (v->damage_ids[i] == damage_id) return true;
    return false;
}

static enum err refuse_archived_damages(
    struct change *c, const struct variation *before, const struct variation *v, struct error *e)
{
    struct stmt *st =
        tx_prepare(c->tx, "SELECT id, title FROM damage_condition WHERE archived = 1");
    struct str found = S("");
    while (!found.len && stmt_row(st)) {
        int64_t id = stmt_int(st, 0);
        if (variation_has_damage(v, id) && !variation_has_damage(before, id))
            found = stmt_str(st, 1, c->arena);
    }
    enum err rc = stmt_end(st, e);
    if (rc || !found.len) return rc;
    return error_at(e, ERR_CONFLICT, "archived", "/damages",
        "the damage condition \"%.*s\" is archived", STR_FMT(found));
}

/* The titles of the grade and the damage conditions, which a caller need not give. Archived ones
 * are refused unless the variation had them before. */
static enum err add_titles(
    struct change *c, const struct variation *before, struct variation *v, struct error *e)
{
    bool archived = false;
    struct stmt *st = tx_prepare(c->tx, "SELECT title, archived FROM grade WHERE id = $1");
    stmt_bind_int(st, 1, v->grade_id);
    if (stmt_row(st)) {
        v->grade = stmt_str(st, 0, c->arena);
        archived = stmt_int(st, 1) != 0;
    }
    enum err rc = stmt_end(st, e);
    if (!rc && archived && before->grade_id != v->grade_id)
        rc = error_at(e, ERR_CONFLICT, "archived", "/grade", "the grade \"%.*s\" is archived",
            STR_FMT(v->grade));
    if (!rc) rc = name_damages(c->tx, c->arena, v, 1, e);
    return rc || !v->damage_count ? rc : refuse_archived_damages(c, before, v, e);
}

/* Blank, and the word in whatever case, is the one word for what is not known. */
static void name_unknown(struct variation *v)
{
    for (int i = 0; i < VARIATION_TEXT_COUNT; i++)
        if (!known(v->text[i])) v->text[i] = S("Unknown");
}

struct str variation_damage_key(const struct variation *v, struct arena *arena)
{
    struct str key = S("");
    for (size_t i = 0; i < v->damage_count; i++)
        key =
            arena_fmt(arena, "%.*s%s%lld", STR_FMT(key), i ? "," : "", (long long)v->damage_ids[i]);
    return key;
}

static void bind_all(struct change *c, struct stmt *st, const struct variation *v)
{
    for (int i = 0; i < VARIATION_TEXT_COUNT; i++)
        stmt_bind_str(st, 1 + i, v->text[i]);
    stmt_bind_int(st, 7, v->grade_id);
    stmt_bind_str(st, 8, variation_damage_key(v, c->arena));
    stmt_bind_opt_str(st, 9, v->sku);
    stmt_bind_money(st, 10, v->price);
    stmt_bind_str(st, 12, variation_search_text(v, c->arena));
    stmt_bind_int(st, 13, c->now);
}

static enum err explain_conflict(enum err rc, struct error *e)
{
    if (rc == ERR_CONFLICT && str_eq(str_of(e->code), S("unique")))
        return error_code(e, rc, "duplicate", "there is already a variation with these attributes");
    return rc;
}

/* With unique_skus: refuses a SKU that another variation has. */
static enum err check_sku_free(struct change *c, struct str sku, int64_t except_id, struct error *e)
{
    struct settings settings;
    enum err rc = settings_load(c->tx, &settings, e);
    if (rc || !settings.unique_skus || sku.len == 0) return rc;
    struct stmt *st =
        tx_prepare(c->tx, "SELECT id FROM variation WHERE sku = $1 AND id <> $2 LIMIT 1");
    stmt_bind_str(st, 1, sku);
    stmt_bind_int(st, 2, except_id);
    int64_t other;
    rc = stmt_scalar(st, 0, &other, e);
    if (rc || !other) return rc;
    return error_at(e, ERR_CONFLICT, "duplicate_sku", "/sku",
        "variation %lld already has the SKU \"%.*s\"", (long long)other, STR_FMT(sku));
}

static struct str price_text(struct money m, struct arena *arena)
{
    if (!m.present) return (struct str){ 0 };
    return arena_fmt(arena, "%lld %.*s", (long long)m.amount, STR_FMT(m.currency));
}

static struct str opt(struct str s)
{
    return s.len ? s : (struct str){ 0 };
}

static void audit_variation(
    struct change *c, const char *action, const struct variation *from, const struct variation *to)
{
    struct change_list l;
    change_list_init(&l);
    for (int i = 0; i < VARIATION_TEXT_COUNT; i++)
        change_list_diff(&l, variation_text_names[i], opt(from->text[i]), opt(to->text[i]));
    if (from->grade_id != to->grade_id)
        change_list_add(&l, "grade", opt(from->grade), opt(to->grade));
    change_list_diff(&l, "damages", opt(variation_damage_key(from, c->arena)),
        opt(variation_damage_key(to, c->arena)));
    change_list_diff(&l, "sku", opt(from->sku), opt(to->sku));
    change_list_diff(
        &l, "price", price_text(from->price, c->arena), price_text(to->price, c->arena));
    if (from->archived != to->archived)
        change_list_add_int(&l, "archived", from->archived, to->archived);
    audit_add(c, action, "variation", from->id ? from->id : to->id, change_list_end(&l));
    change_list_release(&l);
}

enum err variation_create(struct change *c, struct variation *in, struct error *e)
{
    if (in->sku.len) tx_lock(c->tx, LOCK_CANDIDATES, true);
    name_unknown(in);
    enum err rc = check_sku_free(c, in->sku, 0, e);
    if (!rc) rc = add_titles(c, &(struct variation){ 0 }, in, e);
    if (rc) return rc;
    struct stmt *st = tx_prepare(c->tx,
        "INSERT INTO variation (manufacturer, model, variant, network, capacity, color, grade_id,"
        " damages, sku, price_amount, price_currency, search, created_at, updated_at)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $13) RETURNING id");
    bind_all(c, st, in);
    rc = stmt_scalar(st, 0, &in->id, e);
    if (rc) return explain_conflict(rc, e);
    in->version = 1;
    in->created_at = in->updated_at = c->now;
    search_put(c->tx, in->id, variation_index(in, c->arena));
    audit_variation(c, "create", &(struct variation){ 0 }, in);
    return in->sku.len ? derive_sku(c, in->sku, e) : OK;
}

enum err variation_update(
    struct change *c, const struct variation *before, struct variation *after, struct error *e)
{
    name_unknown(after);
    bool moves_sku = !str_eq(before->sku, after->sku);
    if (moves_sku) {
        tx_lock(c->tx, LOCK_CANDIDATES, true);
        enum err rc = check_sku_free(c, after->sku, before->id, e);
        if (rc) return rc;
    }
    enum err rc = add_titles(c, before, after, e);
    if (rc) return rc;
    struct stmt *st = tx_prepare(c->tx,
        "UPDATE variation SET manufacturer = $1, model = $2, variant = $3, network = $4,"
        " capacity = $5, color = $6, grade_id = $7, damages = $8, sku = $9, price_amount = $10,"
        " price_currency = $11, search = $12, updated_at = $13, archived = $16,"
        " version = version + 1 WHERE id = $14 AND version = $15");
    bind_all(c, st, after);
    stmt_bind_int(st, 14, before->id);
    stmt_bind_int(st, 15, before->version);
    stmt_bind_int(st, 16, after->archived);
    rc = stmt_run_versioned(st, e);
    if (rc) return explain_conflict(rc, e);
    after->version = before->version + 1;
    after->updated_at = c->now;
    search_put(c->tx, before->id, variation_index(after, c->arena));
    audit_variation(c, "update", before, after);
    if (moves_sku && before->sku.len) rc = derive_sku(c, before->sku, e);
    if (moves_sku && !rc && after->sku.len) rc = derive_sku(c, after->sku, e);
    return rc;
}

static enum err refuse_used(struct error *e)
{
    return error_code(e, ERR_CONFLICT, "in_use",
        "items, order lines or listings refer to it; archive it instead");
}

enum err variation_delete(struct change *c, const struct variation *v, struct error *e)
{
    if (v->sku.len) tx_lock(c->tx, LOCK_CANDIDATES, true);
    struct stmt *st = tx_prepare(c->tx,
        "SELECT 1 FROM item WHERE variation_id = $1"
        " UNION ALL SELECT 1 FROM order_line WHERE variation_id = $1"
        " UNION ALL SELECT 1 FROM order_return WHERE variation_id = $1"
        " UNION ALL SELECT 1 FROM purchase_order_line WHERE variation_id = $1"
        " UNION ALL SELECT 1 FROM listing_connected_variation WHERE variation_id = $1"
        " LIMIT 1 /* scan wanted */");
    stmt_bind_int(st, 1, v->id);
    int64_t used;
    enum err rc = stmt_scalar(st, 0, &used, e);
    if (rc) return rc;
    if (used) return refuse_used(e);
    st = tx_prepare(c->tx, "DELETE FROM stock_count WHERE variation_id = $1");
    stmt_bind_int(st, 1, v->id);
    stmt_later(st);
    st = tx_prepare(c->tx, "DELETE FROM variation WHERE id = $1 AND version = $2");
    stmt_bind_int(st, 1, v->id);
    stmt_bind_int(st, 2, v->version);
    rc = stmt_run_versioned(st, e);
    if (rc == ERR_CONFLICT) return refuse_used(e);
    if (rc) return rc;
    search_drop(c->tx, v->id);
    audit_variation(c, "delete", v, &(struct variation){ 0 });
    return v->sku.len ? derive_sku(c, v->sku, e) : OK;
}
