/* item_pick.c: see item_pick.h. */
#include "store/item_pick.h"

#include "core/hexid.h"

#include <stdlib.h>
#include <string.h>

enum { TEXTS_SIZE_MAX = 16 * 1024 * 1024 };

/* The inputs of one kind, with where they stand in the list. */
struct part {
    size_t *at;
    size_t count;
};

static struct part part_of(
    const struct pick_input *inputs, size_t count, enum pick_by by, struct arena *arena)
{
    struct part p = { arena_new(arena, size_t, count + 1), 0 };
    for (size_t i = 0; i < count; i++)
        if (inputs[i].by == by) p.at[p.count++] = i;
    return p;
}

static int compare_ids(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static enum err pick_by_id(struct tx *tx, const struct pick_input *inputs, const struct part *p,
    struct arena *arena, struct pick_result *results, struct error *e)
{
    int64_t *asked = arena_new(arena, int64_t, p->count),
            *known = arena_new(arena, int64_t, p->count);
    size_t known_count = 0;
    for (size_t i = 0; i < p->count; i++)
        asked[i] = inputs[p->at[i]].id;
    /* Ordered and each once: fewer rows come back than were asked for at most. */
    struct stmt *st = tx_prepare(tx, "SELECT id FROM item WHERE id IN {ints $1} ORDER BY id");
    stmt_bind_ints(st, 1, asked, p->count);
    while (stmt_row(st) && known_count < p->count)
        known[known_count++] = stmt_int(st, 0);
    enum err rc = stmt_end(st, e);
    for (size_t i = 0; i < p->count && !rc; i++) {
        bool found = bsearch(&asked[i], known, known_count, sizeof *known, compare_ids) != NULL;
        results[p->at[i]] =
            found ? (struct pick_result){ asked[i], "" } : (struct pick_result){ 0, "unknown_id" };
    }
    return rc;
}

/* The texts as a JSON array; one that can be no Hex ID stands as "", which no item has. */
static struct str texts_of(const struct pick_input *inputs, const struct part *p, struct buf *b)
{
    struct jw w;
    jw_init(&w, b);
    jw_array(&w);
    for (size_t i = 0; i < p->count; i++) {
        const struct pick_input *in = &inputs[p->at[i]];
        char text[HEX_ID_TEXT_SIZE];
        struct str s = str_trim(in->text), hex;
        if (in->by == PICK_HEX_ID) s = hex_id_parse(s, text, &hex) ? hex : S("");
        jw_str(&w, s);
    }
    jw_array_end(&w);
    return buf_str(b);
}

static struct stmt *find_texts(struct tx *tx, enum pick_by by)
{
    if (by == PICK_HEX_ID)
        return tx_prepare(
            tx, tx_engine(tx) == DB_SQLITE
                    ? "SELECT x.key, i.id, i.is_open FROM json_each($1) x"
                      " JOIN item i ON i.hex_id = x.value ORDER BY 1"
                    : "SELECT x.n - 1, i.id, i.is_open FROM jsonb_array_elements_text("
                      "$1::jsonb) WITH ORDINALITY AS x(value, n)"
                      " JOIN item i ON i.hex_id = x.value ORDER BY 1");
    return tx_prepare(tx, tx_engine(tx) == DB_SQLITE
                              ? "SELECT x.key, i.id, i.is_open FROM json_each($1) x"
                                " JOIN item i ON i.esn = x.value ORDER BY 1, i.is_open DESC, 2"
                              : "SELECT x.n - 1, i.id, i.is_open FROM jsonb_array_elements_text("
                                "$1::jsonb) WITH ORDINALITY AS x(value, n)"
                                " JOIN item i ON i.esn = x.value ORDER BY 1, i.is_open DESC, 2");
}

static enum err pick_by_text(struct tx *tx, const struct pick_input *inputs, const struct part *p,
    enum pick_by by, struct pick_result *results, struct error *e)
{
    for (size_t i = 0; i < p->count; i++)
        results[p->at[i]] =
            (struct pick_result){ 0, by == PICK_ESN ? "unknown_esn" : "unknown_hex_id" };
    struct buf b;
    buf_init(&b, TEXTS_SIZE_MAX);
    struct stmt *st = find_texts(tx, by);
    stmt_bind_str(st, 1, texts_of(inputs, p, &b));
    int64_t before = -1;
    bool open = false;
    while (stmt_row(st)) {
        int64_t n = stmt_int(st, 0);
        if (n < 0 || (size_t)n >= p->count) continue;
        struct pick_result *r = &results[p->at[n]];
        if (n != before) {
            *r = (struct pick_result){ stmt_int(st, 1), "" };
            open = stmt_int(st, 2) != 0;
        } else if (!open) {
            *r = (struct pick_result){ 0, "ambiguous_esn" };
        }
        before = n;
    }
    enum err rc = stmt_end(st, e);
    buf_release(&b);
    return rc;
}

struct place {
    int64_t id;
    size_t at;
};

static int compare_places(const void *a, const void *b)
{
    const struct place *x = a, *y = b;
    if (x->id != y->id) return x->id < y->id ? -1 : 1;
    return (x->at > y->at) - (x->at < y->at);
}

static void mark_repeated(struct pick_result *results, size_t count, struct arena *arena)
{
    struct place *places = arena_new(arena, struct place, count + 1);
    size_t n = 0;
    for (size_t i = 0; i < count; i++)
        if (results[i].item_id) places[n++] = (struct place){ results[i].item_id, i };
    if (!n) return;
    qsort(places, n, sizeof *places, compare_places);
    for (size_t i = 1; i < n; i++)
        if (places[i].id == places[i - 1].id) results[places[i].at].code = "repeated";
}

enum err item_pick(struct tx *tx, const struct pick_input *inputs, size_t count,
    struct arena *arena, struct pick_result *results, struct error *e)
{
    enum err rc = OK;
    for (int by = 0; by < PICK_BY_COUNT && !rc; by++) {
        struct part p = part_of(inputs, count, (enum pick_by)by, arena);
        if (!p.count) continue;
        rc = by == PICK_ID ? pick_by_id(tx, inputs, &p, arena, results, e)
                           : pick_by_text(tx, inputs, &p, (enum pick_by)by, results, e);
    }
    if (!rc) mark_repeated(results, count, arena);
    return rc;
}

const char *pick_detail(const char *code, const struct pick_input *input)
{
    static const char *const rows[][2] = {
        { "unknown_id", "there is no item with this id" },
        { "unknown_esn", "no item has this ESN" },
        { "ambiguous_esn", "several sold items have this ESN: use the Hex ID" },
        { "repeated", "it is in this list twice" },
        { "not_tried", "another one was refused, and all or nothing was asked for" },
    };
    if (strcmp(code, "unknown_hex_id") == 0) return hex_id_unknown(input->text);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (strcmp(code, rows[i][0]) == 0) return rows[i][1];
    return "";
}
