/*
 * item_create.c: new items, one or a hundred thousand; see item.h.
 *
 * All rows are judged in memory against what a few statements tell, then written as JSON that the
 * database takes apart, so the cost of a row does not depend on how many items there are, nor on
 * round trips. The unique indexes have the last word when two transactions bring the same ESN.
 */
#include "store/item.h"

#include "base/assert.h"
#include "core/hexid.h"
#include "store/derive.h"

#include <stdlib.h>
#include <string.h>

enum { CHUNK_ROWS = 5000, CHUNK_SIZE_MAX = 8 * 1024 * 1024, HEX_ID_ROUNDS = 16 };

/* What items are put into, in the order in which it is judged. */
enum target { TARGET_VARIATION, TARGET_STATUS, TARGET_WAREHOUSE, TARGET_LOCATION };
enum { TARGET_COUNT = TARGET_LOCATION + 1 };

struct known {
    int64_t *ids; /* ascending */
    bool *archived;
    size_t count;
};

struct creation {
    struct change *c;
    struct item_new *rows;
    size_t count;
    struct known known[TARGET_COUNT];
    int64_t required[ITEM_FIELDS_MAX]; /* custom fields */
    size_t required_count;
    struct item_new **by_esn; /* what may still be created, by ESN, then as given */
    size_t esn_count;
    struct item_new **by_hex; /* the same rows, by Hex ID */
};

static int64_t target_of(const struct item *item, enum target t)
{
    const int64_t ids[TARGET_COUNT] = { item->variation_id, item->status_id, item->warehouse_id,
        item->location_id };
    return ids[t];
}

static int compare_ids(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static void collect(struct creation *n, enum target t)
{
    struct known *k = &n->known[t];
    k->ids = arena_new(n->c->arena, int64_t, n->count + 1);
    k->archived = arena_new(n->c->arena, bool, n->count + 1);
    size_t found = 0, kept = 0;
    for (size_t i = 0; i < n->count; i++) {
        int64_t id = target_of(&n->rows[i].item, t);
        if (id && (!found || k->ids[found - 1] != id)) k->ids[found++] = id;
    }
    qsort(k->ids, found, sizeof *k->ids, compare_ids);
    for (size_t i = 0; i < found; i++)
        if (!kept || k->ids[kept - 1] != k->ids[i]) k->ids[kept++] = k->ids[i];
    k->count = kept;
}

static enum err load_known(struct creation *n, struct error *e)
{
    struct stmt *st = tx_prepare(n->c->tx,
        "SELECT 0, id, archived FROM variation WHERE id IN {ints $1}"
        " UNION ALL SELECT 1, id, archived FROM inventory_status WHERE id IN {ints $2}"
        " UNION ALL SELECT 2, id, archived FROM warehouse WHERE id IN {ints $3}"
        " UNION ALL SELECT 3, id, archived FROM location WHERE id IN {ints $4}"
        " UNION ALL SELECT 4, id, archived FROM item_field WHERE required = 1 AND archived = 0"
        " ORDER BY 1, 2 /* scan wanted */");
    for (int t = 0; t < TARGET_COUNT; t++) {
        collect(n, (enum target)t);
        stmt_bind_ints(st, t + 1, n->known[t].ids, n->known[t].count);
        n->known[t].count = 0;
    }
    /* What is found replaces what was asked for, from the front: both ascend. */
    while (stmt_row(st)) {
        int64_t t = stmt_int(st, 0);
        if (t == TARGET_COUNT) {
            if (n->required_count < ITEM_FIELDS_MAX)
                n->required[n->required_count++] = stmt_int(st, 1);
            continue;
        }
        struct known *k = &n->known[t];
        k->ids[k->count] = stmt_int(st, 1);
        k->archived[k->count++] = stmt_int(st, 2) != 0;
    }
    return stmt_end(st, e);
}

static void refuse(struct item_new *row, const char *code, const char *pointer)
{
    row->code = code;
    row->pointer = pointer;
}

static void judge_targets(const struct creation *n, struct item_new *row)
{
    static const char *const pointers[TARGET_COUNT] = { "/variation_id", "/status", "/warehouse",
        "/location" };
    for (int t = 0; t < TARGET_COUNT && !*row->code; t++) {
        const struct known *k = &n->known[t];
        int64_t id = target_of(&row->item, (enum target)t);
        if (!id && t >= TARGET_WAREHOUSE) continue;
        const int64_t *at = bsearch(&id, k->ids, k->count, sizeof *k->ids, compare_ids);
        if (!at)
            refuse(row, "unknown_value", pointers[t]);
        else if (k->archived[at - k->ids])
            refuse(row, "archived", pointers[t]);
    }
}

static void judge_values(const struct creation *n, struct item_new *row)
{
    for (size_t i = 0; i < n->required_count && !*row->code; i++)
        if (!item_value_given(row->item.sets, row->item.set_count, n->required[i]))
            refuse(row, "required", "/custom");
}

static int compare_esns(const void *a, const void *b)
{
    const struct item_new *x = *(struct item_new *const *)a, *y = *(struct item_new *const *)b;
    int order = str_cmp(x->item.esn, y->item.esn);
    return order ? order : (x > y) - (x < y);
}

static int compare_hex_ids(const void *a, const void *b)
{
    const struct item_new *x = *(struct item_new *const *)a, *y = *(struct item_new *const *)b;
    int order = str_cmp(x->item.hex_id, y->item.hex_id);
    return order ? order : (x > y) - (x < y);
}

static struct item_new *row_of_esn(const struct creation *n, struct str esn)
{
    size_t low = 0, high = n->esn_count;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (str_cmp(n->by_esn[mid]->item.esn, esn) < 0)
            low = mid + 1;
        else
            high = mid;
    }
    return low < n->esn_count && str_eq(n->by_esn[low]->item.esn, esn) ? n->by_esn[low] : NULL;
}

static struct item_new *row_of_hex_id(const struct creation *n, struct str hex_id)
{
    size_t low = 0, high = n->esn_count;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (str_cmp(n->by_hex[mid]->item.hex_id, hex_id) < 0)
            low = mid + 1;
        else
            high = mid;
    }
    ASSERT(low < n->esn_count && str_eq(n->by_hex[low]->item.hex_id, hex_id));
    return n->by_hex[low];
}

/* The first of each ESN goes on, later ones are repeated. */
static void judge_repeated(struct creation *n)
{
    n->by_esn = arena_new(n->c->arena, struct item_new *, n->count + 1);
    size_t found = 0;
    for (size_t i = 0; i < n->count; i++)
        if (!*n->rows[i].code) n->by_esn[found++] = &n->rows[i];
    qsort((void *)n->by_esn, found, sizeof(struct item_new *), compare_esns);
    for (size_t i = 0; i < found; i++) {
        struct item_new *row = n->by_esn[i];
        if (n->esn_count && str_eq(n->by_esn[n->esn_count - 1]->item.esn, row->item.esn))
            refuse(row, "repeated", "/esn");
        else
            n->by_esn[n->esn_count++] = row;
    }
}

/* A JSON array of one text of each row of part of a list. */
static struct str texts_of(
    struct item_new *const *rows, size_t count, bool hex_ids, struct buf *out)
{
    struct jw w;
    buf_clear(out);
    jw_init(&w, out);
    jw_array(&w);
    for (size_t i = 0; i < count; i++)
        jw_str(&w, hex_ids ? rows[i]->item.hex_id : rows[i]->item.esn);
    jw_array_end(&w);
    return buf_str(out);
}

static size_t chunk_from(size_t at, size_t count)
{
    return count - at < CHUNK_ROWS ? count - at : CHUNK_ROWS;
}

static enum err judge_open(struct creation *n, struct buf *json, struct error *e)
{
    enum err rc = OK;
    for (size_t at = 0; at < n->esn_count && !rc; at += CHUNK_ROWS) {
        struct stmt *st = tx_prepare(
            n->c->tx, tx_engine(n->c->tx) == DB_SQLITE
                          ? "SELECT i.esn, i.id FROM json_each($1) x JOIN item i ON i.esn = x.value"
                            " AND i.is_open = 1"
                          : "SELECT i.esn, i.id FROM json_array_elements_text($1::json) AS x(value)"
                            " JOIN item i ON i.esn = x.value AND i.is_open = 1");
        stmt_bind_str(st, 1, texts_of(n->by_esn + at, chunk_from(at, n->esn_count), false, json));
        while (stmt_row(st)) {
            struct item_new *row = row_of_esn(n, stmt_str_view(st, 0));
            if (!row) continue;
            refuse(row, "duplicate_open_item", "/esn");
            row->other_id = stmt_int(st, 1);
        }
        rc = stmt_end(st, e);
    }
    return rc;
}

/* What was refused since leaves the list. */
static void drop_refused(struct creation *n)
{
    size_t kept = 0;
    for (size_t i = 0; i < n->esn_count; i++)
        if (!*n->by_esn[i]->code) n->by_esn[kept++] = n->by_esn[i];
    n->esn_count = kept;
}

/* Takes away the Hex IDs that several rows or older items have. */
static enum err take_away_used(
    struct creation *n, struct buf *json, size_t *missing, struct error *e)
{
    enum err rc = OK;
    *missing = 0;
    qsort((void *)n->by_hex, n->esn_count, sizeof(struct item_new *), compare_hex_ids);
    for (size_t at = 0; at < n->esn_count && !rc; at += CHUNK_ROWS) {
        struct stmt *st = tx_prepare(
            n->c->tx, tx_engine(n->c->tx) == DB_SQLITE
                          ? "SELECT i.hex_id FROM json_each($1) x JOIN item i ON i.hex_id = x.value"
                          : "SELECT i.hex_id FROM json_array_elements_text($1::json) AS x(value)"
                            " JOIN item i ON i.hex_id = x.value");
        stmt_bind_str(st, 1, texts_of(n->by_hex + at, chunk_from(at, n->esn_count), true, json));
        while (stmt_row(st)) {
            row_of_hex_id(n, stmt_str_view(st, 0))->other_id = -1;
            ++*missing;
        }
        rc = stmt_end(st, e);
    }
    for (size_t i = 1; i < n->esn_count; i++)
        if (str_eq(n->by_hex[i]->item.hex_id, n->by_hex[i - 1]->item.hex_id)) {
            n->by_hex[i]->other_id = -1;
            ++*missing;
        }
    return rc;
}

/* Among 67,000 fresh ones two are alike once in fifteen times; then those are made again. */
static enum err give_hex_ids(struct creation *n, struct buf *json, struct error *e)
{
    size_t missing = n->esn_count;
    enum err rc = OK;
    n->by_hex = arena_new(n->c->arena, struct item_new *, n->esn_count + 1);
    for (size_t i = 0; i < n->esn_count; i++) {
        n->by_hex[i] = n->by_esn[i];
        n->by_hex[i]->other_id = -1; /* needs one */
    }
    for (int round = 0; round < HEX_ID_ROUNDS && missing && !rc; round++) {
        for (size_t i = 0; i < n->esn_count; i++) {
            struct item_new *row = n->by_hex[i];
            if (row->other_id != -1) continue;
            char text[HEX_ID_TEXT_SIZE];
            row->item.hex_id = arena_str(n->c->arena, hex_id_make(rng_u64(n->c->rng), text));
            row->other_id = 0;
        }
        rc = take_away_used(n, json, &missing, e);
    }
    return rc || !missing ? rc : error_set(e, ERR_BUSY, "no free Hex ID found");
}

static void put_opt_int(struct jw *w, int64_t n)
{
    if (n)
        jw_int(w, n);
    else
        jw_null(w);
}

static void put_row(struct jw *w, const struct item *item)
{
    jw_array(w);
    jw_str(w, item->esn);
    jw_str(w, item->hex_id);
    jw_int(w, item->variation_id);
    jw_int(w, item->status_id);
    put_opt_int(w, item->warehouse_id);
    put_opt_int(w, item->location_id);
    if (item->paid.present) {
        jw_int(w, item->paid.amount);
        jw_str(w, item->paid.currency);
    } else {
        jw_null(w);
        jw_null(w);
    }
    put_opt_int(w, item->purchase_order_id);
    put_opt_int(w, item->purchase_order_line_id);
    jw_array_end(w);
}

static struct stmt *insert_statement(struct tx *tx)
{
    return tx_prepare(tx,
        tx_engine(tx) == DB_SQLITE
            ? "INSERT INTO item (esn, hex_id, variation_id, status_id, warehouse_id, location_id,"
              " paid_amount, paid_currency, purchase_order_id, purchase_order_line_id, is_open,"
              " created_at, updated_at)"
              " SELECT json_extract(x.value, '$[0]'), json_extract(x.value, '$[1]'),"
              " json_extract(x.value, '$[2]'), json_extract(x.value, '$[3]'),"
              " json_extract(x.value, '$[4]'), json_extract(x.value, '$[5]'),"
              " json_extract(x.value, '$[6]'), json_extract(x.value, '$[7]'),"
              " json_extract(x.value, '$[8]'), json_extract(x.value, '$[9]'), 1, $2, $2"
              " FROM json_each($1) x WHERE true ON CONFLICT DO NOTHING RETURNING id, hex_id"
            : "INSERT INTO item (esn, hex_id, variation_id, status_id, warehouse_id, location_id,"
              " paid_amount, paid_currency, purchase_order_id, purchase_order_line_id, is_open,"
              " created_at, updated_at)"
              " SELECT x.value->>0, x.value->>1, CAST(x.value->>2 AS BIGINT),"
              " CAST(x.value->>3 AS BIGINT), CAST(x.value->>4 AS BIGINT),"
              " CAST(x.value->>5 AS BIGINT), CAST(x.value->>6 AS BIGINT), x.value->>7,"
              " CAST(x.value->>8 AS BIGINT), CAST(x.value->>9 AS BIGINT), 1, $2, $2"
              " FROM json_array_elements($1::json) AS x(value)"
              " ON CONFLICT DO NOTHING RETURNING id, hex_id");
}

/* In the order given, so that ids ascend with the rows. */
static enum err insert_rows(struct creation *n, struct buf *json, struct error *e)
{
    enum err rc = OK;
    for (size_t at = 0; at < n->count && !rc;) {
        struct jw w;
        buf_clear(json);
        jw_init(&w, json);
        jw_array(&w);
        size_t put = 0;
        for (; at < n->count && put < CHUNK_ROWS; at++)
            if (!*n->rows[at].code) {
                put_row(&w, &n->rows[at].item);
                put++;
            }
        jw_array_end(&w);
        if (!put) break;
        ASSERT(!json->failed);
        struct stmt *st = insert_statement(n->c->tx);
        stmt_bind_str(st, 1, buf_str(json));
        stmt_bind_int(st, 2, n->c->now);
        while (stmt_row(st))
            row_of_hex_id(n, stmt_str_view(st, 1))->item.id = stmt_int(st, 0);
        rc = stmt_end(st, e);
    }
    return rc;
}

/* What the indexes refused: another transaction brought the ESN since it was looked for. */
static enum err judge_refused(struct creation *n, struct buf *json, struct error *e)
{
    bool refused = false;
    for (size_t i = 0; i < n->esn_count; i++)
        refused = refused || !n->by_esn[i]->item.id;
    if (!refused) return OK;
    size_t kept = 0;
    struct creation late = *n;
    late.by_esn = arena_new(n->c->arena, struct item_new *, n->esn_count);
    for (size_t i = 0; i < n->esn_count; i++)
        if (!n->by_esn[i]->item.id) late.by_esn[kept++] = n->by_esn[i];
    late.esn_count = kept;
    enum err rc = judge_open(&late, json, e);
    for (size_t i = 0; i < kept && !rc; i++)
        if (!*late.by_esn[i]->code) rc = error_set(e, ERR_BUSY, "a Hex ID was taken meanwhile");
    drop_refused(n);
    return rc;
}

static void write_history(struct creation *n)
{
    static const struct item nothing = { 0 };
    struct item_record record;
    item_record_begin(&record, n->c, "created", "create", S(""));
    for (size_t i = 0; i < n->count; i++) {
        struct item *item = &n->rows[i].item;
        if (*n->rows[i].code) continue;
        item->is_open = true;
        item->version = 1;
        item->created_at = item->updated_at = n->c->now;
        struct arena_mark mark = arena_mark(n->c->arena);
        struct change_list l;
        change_list_init(&l);
        item_changes(&l, &nothing, item, n->c->arena);
        for (size_t k = 0; k < item->set_count; k++)
            if (item->sets[k].value.len) item_value_note(&l, &item->sets[k], S(""), n->c->arena);
        item_record_add(&record, item->id, change_list_end(&l));
        change_list_release(&l);
        arena_rewind(n->c->arena, mark);
    }
    item_record_end(&record);
}

static void write_values(struct creation *n)
{
    int64_t *ids = arena_new(n->c->arena, int64_t, n->count + 1);
    for (size_t at = 0; at < n->count;) {
        const struct item *first = &n->rows[at].item;
        size_t found = 0;
        for (; at < n->count && n->rows[at].item.sets == first->sets; at++)
            if (!*n->rows[at].code) ids[found++] = n->rows[at].item.id;
        for (size_t k = 0; k < first->set_count && found; k++)
            if (first->sets[k].value.len) item_value_write(n->c, &first->sets[k], ids, found);
    }
}

static int compare_counts(const void *a, const void *b)
{
    const struct item *x = &(*(struct item_new *const *)a)->item;
    const struct item *y = &(*(struct item_new *const *)b)->item;
    if (x->variation_id != y->variation_id) return x->variation_id < y->variation_id ? -1 : 1;
    if (x->status_id != y->status_id) return x->status_id < y->status_id ? -1 : 1;
    return (x->warehouse_id > y->warehouse_id) - (x->warehouse_id < y->warehouse_id);
}

/* In one order of the counts, so that transactions do not wait for each other in a ring. */
static void write_counts(struct creation *n)
{
    qsort((void *)n->by_esn, n->esn_count, sizeof(struct item_new *), compare_counts);
    for (size_t at = 0, next; at < n->esn_count; at = next) {
        const struct item *item = &n->by_esn[at]->item;
        for (next = at; next < n->esn_count; next++)
            if (compare_counts((void *)&n->by_esn[at], (void *)&n->by_esn[next]) != 0) break;
        derive_count(
            n->c, item->variation_id, item->status_id, item->warehouse_id, (int64_t)(next - at));
    }
}

static void leave_place(void *ctx, struct item *item)
{
    (void)ctx;
    (void)item;
}

enum err item_create_many(struct change *c, struct item_new *rows, size_t count, struct error *e)
{
    return item_create_placed(c, rows, count, &(struct item_placing){ leave_place, NULL }, e);
}

enum err item_create_placed(struct change *c, struct item_new *rows, size_t count,
    const struct item_placing *placing, struct error *e)
{
    struct creation n = { .c = c, .rows = rows, .count = count };
    struct buf json;
    ASSERT(count <= ITEM_NEW_MAX);
    buf_init(&json, CHUNK_SIZE_MAX);
    enum err rc = load_known(&n, e);
    for (size_t i = 0; i < count && !rc; i++) {
        if (!*rows[i].code) judge_targets(&n, &rows[i]);
        if (!*rows[i].code) judge_values(&n, &rows[i]);
    }
    if (!rc) {
        judge_repeated(&n);
        rc = judge_open(&n, &json, e);
        drop_refused(&n);
    }
    for (size_t i = 0; i < count && !rc; i++)
        if (!*rows[i].code) placing->place(placing->ctx, &rows[i].item);
    if (!rc) rc = give_hex_ids(&n, &json, e);
    if (!rc) rc = insert_rows(&n, &json, e);
    if (!rc) rc = judge_refused(&n, &json, e);
    if (!rc) {
        write_history(&n);
        write_values(&n);
        write_counts(&n);
    }
    buf_release(&json);
    return rc;
}

struct str item_new_detail(const struct item_new *row, struct arena *arena)
{
    struct str code = str_of(row->code);
    if (str_eq(code, S("repeated")) || (str_eq(code, S("duplicate_open_item")) && !row->other_id))
        return S("this ESN stands above already");
    if (str_eq(code, S("duplicate_open_item")))
        return arena_fmt(arena, "item %lld with this ESN is already in stock or on an open order",
            (long long)row->other_id);
    struct str what = str_of(row->pointer);
    what = str_eq(what, S("/variation_id")) ? S("variation")
           : str_eq(what, S("/line_id"))    ? S("line")
                                            : str_sub(what, 1, what.len);
    if (str_eq(code, S("required"))) return S("a custom field that is required has no value");
    if (str_eq(code, S("not_allowed")))
        return str_eq(what, S("line"))
                   ? S("the line is of another variation")
                   : S("the order has a lot price, or its prices are in another currency");
    if (str_eq(code, S("archived"))) return arena_fmt(arena, "the %.*s is archived", STR_FMT(what));
    return arena_fmt(arena, "there is no such %.*s", STR_FMT(what));
}

enum err item_create(struct change *c, struct item *in, struct error *e)
{
    struct item_new row = { .item = *in, .code = "", .pointer = "" };
    enum err rc = item_create_many(c, &row, 1, e);
    if (rc) return rc;
    if (*row.code)
        return error_at(e, ERR_CONFLICT, row.code, row.pointer, "%.*s",
            STR_FMT(item_new_detail(&row, c->arena)));
    *in = row.item;
    return OK;
}
