/* item_fold.c: see item_fold.h. */
#include "item_fold.h"

enum { PAGE = 100, FIELDS = 9, CUSTOM_MAX = 8, CHANGES_MAX = 100000 };

static const char *const names[FIELDS] = { "esn", "variation_id", "status", "warehouse", "location",
    "paid", "order", "transfer", "purchase_order" };

struct folded {
    struct fix *f;
    const char *why;
    int64_t item_id;
    struct str values[FIELDS];
    struct {
        struct str name, value;
    } custom[CUSTOM_MAX];
    size_t custom_count;
};

static struct str *place_of(struct folded *n, struct str name)
{
    struct str rest = str_sub(name, sizeof "custom." - 1, name.len);
    for (int i = 0; i < FIELDS; i++)
        if (str_eq(name, str_of(names[i]))) return &n->values[i];
    if (!str_starts(name, S("custom.")) || n->custom_count == CUSTOM_MAX)
        fail_msg("%s: the history of item %lld tells of %.*s", n->why, (long long)n->item_id,
            STR_FMT(name));
    for (size_t i = 0; i < n->custom_count; i++)
        if (str_eq(n->custom[i].name, rest)) return &n->custom[i].value;
    n->custom[n->custom_count].name = arena_str(&n->f->arena, rest);
    return &n->custom[n->custom_count++].value;
}

/* Puts one change onto what came of those before it, which must be what it says it came from. */
static void fold_change(struct folded *n, struct json change)
{
    struct str name = S(""), from = S(""), to = S("");
    (void)json_str(json_get(change, "field"), &name);
    (void)json_str(json_get(change, "from"), &from);
    (void)json_str(json_get(change, "to"), &to);
    struct str *place = place_of(n, name);
    CHECK_STR(*place, from, n->why);
    *place = arena_str(&n->f->arena, to);
}

static void fold_event(struct folded *n, const struct item_event *event)
{
    struct json list;
    CHECK_ERR(json_parse(event->changes, CHANGES_MAX, &list, &n->f->e), OK, &n->f->e, n->why);
    for (size_t i = 0; i < json_len(list); i++)
        fold_change(n, json_at(list, i));
    json_release(&list);
}

/* Newest first is how they are read; the pages behind come before. */
static void fold_before(struct folded *n, int64_t before)
{
    struct page page = { before, PAGE };
    struct item_event *events;
    size_t count;
    CHECK_ERR(item_history(n->f->c.tx, n->item_id, &page, &n->f->arena, &events, &count, &n->f->e),
        OK, &n->f->e, n->why);
    if (count > PAGE) {
        count = PAGE;
        fold_before(n, events[PAGE - 1].id);
    }
    while (count-- > 0)
        fold_event(n, &events[count]);
}

static struct str number(struct fix *f, int64_t n)
{
    return n ? arena_fmt(&f->arena, "%lld", (long long)n) : S("");
}

static void compare_custom(struct folded *n)
{
    struct item_value *values;
    size_t count;
    CHECK_ERR(item_values_load(n->f->c.tx, &n->item_id, 1, &n->f->arena, &values, &count, &n->f->e),
        OK, &n->f->e, n->why);
    size_t told = 0;
    for (size_t i = 0; i < n->custom_count; i++)
        told += n->custom[i].value.len != 0;
    CHECK_INT(told, count, n->why);
    for (size_t i = 0; i < count; i++)
        CHECK_STR(*place_of(n, arena_fmt(&n->f->arena, "custom.%.*s", STR_FMT(values[i].name))),
            values[i].value, n->why);
}

void item_fold_check(struct fix *f, const struct item *item, const char *why)
{
    struct folded n = { .f = f, .why = why, .item_id = item->id };
    for (int i = 0; i < FIELDS; i++)
        n.values[i] = S("");
    fold_before(&n, 0);
    const struct str row[FIELDS] = { item->esn, number(f, item->variation_id), item->status,
        item->warehouse, item->location,
        item->paid.present ? arena_fmt(&f->arena, "%lld %.*s", (long long)item->paid.amount,
                                 STR_FMT(item->paid.currency))
                           : S(""),
        item->order_number, number(f, item->transfer_id), item->purchase_order };
    for (int i = 0; i < FIELDS; i++)
        if (!str_eq(n.values[i], row[i]))
            fail_msg("%s: item %lld, %s: by its history \"%.*s\", is \"%.*s\"", why,
                (long long)item->id, names[i], STR_FMT(n.values[i]), STR_FMT(row[i]));
    compare_custom(&n);
}
