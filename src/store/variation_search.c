/* variation_search.c: by which texts variations are found; see variation.h. */
#include "store/search.h"
#include "store/variation.h"

struct str variation_search_text(const struct variation *v, struct arena *arena)
{
    struct buf b;
    buf_init(&b, 16 * 1024);
    for (int i = 0; i < VARIATION_TEXT_COUNT; i++) {
        buf_put(&b, v->text[i]);
        buf_put_char(&b, ' ');
    }
    buf_put(&b, v->grade);
    for (size_t i = 0; i < v->damage_count; i++) {
        buf_put_char(&b, ' ');
        buf_put(&b, v->damages[i]);
    }
    buf_put_char(&b, ' ');
    buf_put(&b, v->sku);
    struct str text = words_fold(buf_str(&b), arena);
    buf_release(&b);
    return text;
}

struct str variation_index(const struct variation *v, struct arena *arena)
{
    struct words_part parts[VARIATION_TEXT_COUNT + VARIATION_DAMAGES_MAX + 2];
    size_t count = 0;
    for (int i = 0; i < VARIATION_TEXT_COUNT; i++)
        parts[count++] = (struct words_part){ i <= VARIATION_VARIANT ? WORDS_NAME : WORDS_ATTRIBUTE,
            v->text[i] };
    parts[count++] = (struct words_part){ WORDS_ATTRIBUTE, v->grade };
    for (size_t i = 0; i < v->damage_count; i++)
        parts[count++] = (struct words_part){ WORDS_ATTRIBUTE, v->damages[i] };
    if (v->sku.len) parts[count++] = (struct words_part){ WORDS_CODE, v->sku };
    return words_index(parts, count, v->id, arena);
}

enum err variation_index_again(
    struct change *c, int64_t grade_id, int64_t damage_id, struct error *e)
{
    struct variation_filter filter = { .grade_id = grade_id, .archived = ARCHIVED_TOO };
    struct page page = { 0, 200 };
    for (bool more = true; more;) {
        struct arena_mark mark = arena_mark(c->arena);
        struct variation *rows;
        size_t count;
        enum err rc = variation_list(c->tx, &filter, &page, c->arena, &rows, &count, e);
        if (rc) return rc;
        more = count > (size_t)page.limit;
        for (size_t i = 0; i < count; i++) {
            page.after = rows[i].id;
            if (damage_id && !variation_has_damage(&rows[i], damage_id)) continue;
            struct stmt *st = tx_prepare(c->tx, "UPDATE variation SET search = $1 WHERE id = $2");
            stmt_bind_str(st, 1, variation_search_text(&rows[i], c->arena));
            stmt_bind_int(st, 2, rows[i].id);
            stmt_later(st);
            search_put(c->tx, rows[i].id, variation_index(&rows[i], c->arena));
        }
        arena_rewind(c->arena, mark);
    }
    return OK;
}

static enum err is_unfilled(struct tx *tx, void *ctx, struct error *e)
{
    int64_t *unfilled = ctx;
    struct stmt *st =
        tx_prepare(tx, "SELECT 1 FROM variation WHERE NOT EXISTS (SELECT 1 FROM variation_index)"
                       " LIMIT 1 /* scan wanted */");
    return stmt_scalar(st, 0, unfilled, e);
}

static enum err fill(struct tx *tx, void *ctx, struct error *e)
{
    static const struct actor system = { ACTOR_SYSTEM, 0, { "search", 6 }, { "", 0 } };
    const time_ms *now = ctx;
    struct change c = { tx, tx_arena(tx), &system, *now, NULL };
    return variation_index_again(&c, 0, 0, e);
}

enum err variation_index_fill(struct db *db, struct clock *clock, struct error *e)
{
    int64_t unfilled = 0;
    time_ms now = clock_now(clock);
    enum err rc = db_read(db, "search_look", is_unfilled, &unfilled, e);
    return rc || !unfilled ? rc : db_write(db, "search_fill", fill, &now, e);
}
