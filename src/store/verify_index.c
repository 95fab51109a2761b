/* verify_index.c: the catalog's index against the variations; see verify.h. */
#include "store/verify.h"

#include "store/search.h"
#include "store/variation.h"

#include <stdlib.h>

struct index_check {
    struct change *c;
    bool repair;
    verify_fn tell;
    void *ctx;
    int64_t differences;
    struct str *known; /* every word of search_word, ascending */
    size_t known_count;
};

static void differ(struct index_check *k, const char *what, int64_t id, const char *how)
{
    k->differences++;
    struct arena_mark mark = arena_mark(k->c->arena);
    if (k->tell)
        k->tell(k->ctx, what, arena_fmt(k->c->arena, "variation %lld: %s", (long long)id, how));
    arena_rewind(k->c->arena, mark);
}

static enum err read_known(struct index_check *k, struct error *e)
{
    int64_t most;
    struct stmt *st = tx_prepare(k->c->tx, "SELECT COUNT(*) FROM search_word /* scan wanted */");
    enum err rc = stmt_scalar(st, 0, &most, e);
    if (rc) return rc;
    k->known = arena_new(k->c->arena, struct str, (size_t)most + 1);
    st = tx_prepare(k->c->tx, "SELECT word FROM search_word ORDER BY word /* scan wanted */");
    while (stmt_row(st) && k->known_count < (size_t)most)
        k->known[k->known_count++] = stmt_str(st, 0, k->c->arena);
    return stmt_end(st, e);
}

static int compare_words(const void *a, const void *b)
{
    const struct str *x = a, *y = b;
    return str_cmp(*x, *y);
}

static bool knows_all(const struct index_check *k, struct str index)
{
    for (struct str word; words_next_known(&index, &word);)
        if (!k->known_count ||
            !bsearch(&word, k->known, k->known_count, sizeof word, compare_words))
            return false;
    return true;
}

/* A page of variations, those with ids from `after` on. */
static enum err check_page(struct index_check *k, const struct variation *rows, size_t count,
    int64_t after, struct error *e)
{
    struct change *c = k->c;
    struct str *have = arena_new(c->arena, struct str, count);
    struct stmt *st = tx_prepare(c->tx, "SELECT rowid, words FROM variation_index WHERE rowid > $1"
                                        " AND rowid <= $2 ORDER BY rowid /* scan wanted */");
    stmt_bind_int(st, 1, after);
    stmt_bind_int(st, 2, rows[count - 1].id);
    for (size_t i = 0; stmt_row(st);) {
        int64_t id = stmt_int(st, 0);
        while (i < count && rows[i].id < id)
            i++;
        if (i < count && rows[i].id == id) have[i] = stmt_str(st, 1, c->arena);
    }
    enum err rc = stmt_end(st, e);
    for (size_t i = 0; i < count && !rc; i++) {
        struct str want = variation_index(&rows[i], c->arena);
        bool right = str_eq(have[i], want), known = knows_all(k, want);
        if (!right)
            differ(k, "variation_index", rows[i].id,
                have[i].len ? "is found by other words" : "is not found");
        if (!known) differ(k, "search_word", rows[i].id, "has a word that is missing");
        if (k->repair && (!right || !known)) search_put(c->tx, rows[i].id, want);
    }
    return rc;
}

static enum err check_strays(struct index_check *k, struct error *e)
{
    struct stmt *st =
        tx_prepare(k->c->tx, "SELECT rowid FROM variation_index WHERE rowid NOT IN"
                             " (SELECT id FROM variation) ORDER BY rowid /* scan wanted */");
    while (stmt_row(st))
        differ(k, "variation_index", stmt_int(st, 0), "is found, but does not exist");
    enum err rc = stmt_end(st, e);
    if (rc || !k->repair) return rc;
    st = tx_prepare(k->c->tx, "DELETE FROM variation_index WHERE rowid NOT IN"
                              " (SELECT id FROM variation) /* scan wanted */");
    return stmt_run(st, NULL, e);
}

enum err verify_index(
    struct change *c, bool repair, verify_fn tell, void *ctx, int64_t *differences, struct error *e)
{
    struct index_check k = { .c = c, .repair = repair, .tell = tell, .ctx = ctx };
    struct variation_filter all = { .archived = ARCHIVED_TOO };
    struct page page = { 0, 200 };
    struct arena_mark start = arena_mark(c->arena);
    enum err rc = check_strays(&k, e);
    if (!rc) rc = read_known(&k, e);
    for (bool more = true; more && !rc;) {
        struct arena_mark mark = arena_mark(c->arena);
        struct variation *rows;
        size_t count;
        rc = variation_list(c->tx, &all, &page, c->arena, &rows, &count, e);
        more = !rc && count > (size_t)page.limit;
        if (more) count = (size_t)page.limit;
        if (!rc && count) {
            rc = check_page(&k, rows, count, page.after, e);
            page.after = rows[count - 1].id;
        }
        arena_rewind(c->arena, mark);
    }
    if (!rc && repair) rc = search_rebuild(c->tx, e);
    arena_rewind(c->arena, start);
    *differences = k.differences;
    return rc;
}
