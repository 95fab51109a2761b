/* listing_take.c: see listing_take.h. */
#include "sync/listing_take.h"

#include "store/listing.h"

static struct listing_read *reads(const struct channel_listings_page *page, struct arena *arena)
{
    struct listing_read *out = arena_new(arena, struct listing_read, page->count + 1);
    for (size_t i = 0; i < page->count; i++) {
        const struct channel_listing *l = &page->listings[i];
        out[i] = (struct listing_read){ l->sku, l->asin, l->title, l->product_type, l->condition,
            l->marketplace_id, l->fulfillment == CHANNEL_AMAZON, l->active, l->has_quantity,
            l->quantity, l->issues.len ? l->issues : S("[]") };
    }
    return out;
}

/* It was there, whatever it was: it stays as it was known, and a person is told, once. */
static enum err take_bad(
    struct change *c, struct listing_taking *t, const struct channel_bad *bad, struct error *e)
{
    struct listing_unreadable u = { bad->id, t->marketplace_id, bad->detail, 0, true };
    if (!bad->id.len) t->nameless++;
    enum err rc = bad->id.len ? listing_unread(c, t->channel_id, t->run_id, &u, e) : OK;
    if (rc || !u.is_new) return rc;
    channel_event_add(c, t->channel_id,
        &(struct channel_event){ .kind = "listing_unreadable",
            .severity = "error",
            .sku = bad->id,
            .listing_id = u.listing_id,
            .run_id = t->run_id,
            .detail = arena_fmt(c->arena, "a listing in %.*s could not be understood: %.*s",
                STR_FMT(t->marketplace_id), STR_FMT(bad->detail)) });
    return OK;
}

enum err listing_take(struct change *c, struct listing_taking *t, struct error *e)
{
    t->nameless = 0;
    enum err rc =
        listing_import(c, t->channel_id, t->run_id, reads(t->page, c->arena), t->page->count, e);
    for (size_t i = 0; i < t->page->bad_count && !rc; i++)
        rc = take_bad(c, t, &t->page->bad[i], e);
    return rc;
}

struct page_print listing_page_print(const struct channel_listings_page *page)
{
    struct page_print print = { 0, 0 };
    for (size_t i = 0; i < page->count; i++)
        page_print_add(&print, page->listings[i].sku);
    for (size_t i = 0; i < page->bad_count; i++)
        page_print_add(&print, page->bad[i].id.len ? page->bad[i].id : page->bad[i].raw);
    return print;
}
