/* render.c: pieces of answers. */
#include "http/internal.h"
#include "store/reference.h"
#include "store/variation.h"

void list_begin(struct call *c)
{
    jw_object(&c->w);
    jw_key(&c->w, "data");
    jw_array(&c->w);
}

void list_end_text(struct call *c, bool more, struct str last)
{
    jw_array_end(&c->w);
    if (more)
        jw_kstr(&c->w, "next_cursor", cursor_encode(last, c->arena));
    else
        jw_knull(&c->w, "next_cursor");
    jw_object_end(&c->w);
}

void list_end_place(struct call *c, bool more, int64_t last_position, int64_t last_id)
{
    list_end_text(
        c, more, arena_fmt(c->arena, "%lld.%lld", (long long)last_position, (long long)last_id));
}

void list_end_id(struct call *c, bool more, int64_t last_id)
{
    list_end_text(c, more, more ? arena_fmt(c->arena, "%lld", (long long)last_id) : S(""));
}

void put_time(struct call *c, const char *key, time_ms t)
{
    char text[RFC3339_SIZE];
    if (t)
        jw_kstr(&c->w, key, rfc3339_format(t, text));
    else
        jw_knull(&c->w, key);
}

void put_opt(struct call *c, const char *key, struct str s)
{
    if (s.len)
        jw_kstr(&c->w, key, s);
    else
        jw_knull(&c->w, key);
}

void put_opt_id(struct call *c, const char *key, int64_t id)
{
    if (id)
        jw_kint(&c->w, key, id);
    else
        jw_knull(&c->w, key);
}

void put_opt_int(struct call *c, const char *key, bool present, int64_t n)
{
    if (present)
        jw_kint(&c->w, key, n);
    else
        jw_knull(&c->w, key);
}

void put_texts(struct call *c, const char *key, const struct str *s, size_t count)
{
    jw_key(&c->w, key);
    jw_array(&c->w);
    for (size_t i = 0; i < count; i++)
        jw_str(&c->w, s[i]);
    jw_array_end(&c->w);
}

void put_money(struct call *c, const char *key, struct money m)
{
    if (!m.present) {
        jw_knull(&c->w, key);
        return;
    }
    jw_key(&c->w, key);
    jw_object(&c->w);
    jw_kint(&c->w, "amount", m.amount);
    jw_kstr(&c->w, "currency", m.currency);
    jw_object_end(&c->w);
}

enum err find_status(
    struct fields *f, const char *name, int kind, struct str title, int64_t *id, struct error *e)
{
    struct reference found;
    enum err rc =
        reference_find(f->c->tx, (enum reference_kind)kind, 0, title, f->c->arena, &found, e);
    if (rc == ERR_NOT_FOUND) {
        field_error(f, name, "unknown_value", "there is no \"%.*s\"", STR_FMT(title));
        return OK;
    }
    if (!rc) *id = found.id;
    return rc;
}

void render_variation_briefs(
    struct call *c, const char *key, const int64_t *ids, size_t count, struct error *e)
{
    struct variation *rows = NULL;
    size_t n = 0;
    jw_key(&c->w, key);
    jw_array(&c->w);
    if (count && variation_load_many(c->tx, ids, count, c->arena, &rows, &n, e)) n = 0;
    for (size_t i = 0; i < n; i++) {
        jw_object(&c->w);
        jw_kint(&c->w, "id", rows[i].id);
        jw_kstr(&c->w, "title", variation_title(&rows[i], c->arena));
        jw_kstr(&c->w, "grade", rows[i].grade);
        put_opt(c, "sku", rows[i].sku);
        jw_object_end(&c->w);
    }
    jw_array_end(&c->w);
}
