/* history_days.c: nights, after which the day is counted. What is taken back later is in none. */
#include "history.h"

#include "store/inventory_day.h"

static int64_t on_hand(const struct history *h, const struct inventory_count *kind)
{
    int64_t units = 0;
    for (int i = 0; i < h->o.item_count; i++) {
        const struct o_item *n = &h->o.items[i];
        units += h->status_id[n->status] == kind->status_id && (n->order >= 0) == kind->committed;
    }
    return units;
}

/* All of the history is before its end: the newest day is how everything stands. */
static void compare_newest(struct history *h, const struct inventory_counts *c)
{
    int64_t all = 0;
    for (size_t i = 0; i < c->count; i++) {
        int64_t units = 0;
        for (size_t k = 0; k < c->count; k++)
            if (c->rows[k].status_id == c->rows[i].status_id &&
                c->rows[k].committed == c->rows[i].committed)
                units += c->rows[k].units;
        CHECK_INT(units, on_hand(h, &c->rows[i]), h->where);
        all += c->rows[i].units;
    }
    CHECK_INT(all, h->o.item_count, h->where);
}

void history_days(struct history *h)
{
    struct change *c = &h->f->c;
    int64_t today = h->f->now / INVENTORY_DAY_MS, day;
    bool due;
    h->f->now = c->now = (today + 1) * INVENTORY_DAY_MS + INVENTORY_SETTLE_MS;
    for (;;) {
        struct inventory_counts counts;
        TRY(h, inventory_day_next(c->tx, c->now, &day, &due, &h->f->e), OK);
        if (!due) return;
        TRY(h, inventory_day_count(c->tx, day, &h->f->arena, &counts, &h->f->e), OK);
        if (day == today) compare_newest(h, &counts);
        TRY(h, inventory_day_keep(c, day, &counts, &h->f->e), OK);
    }
}
