/* amazon_orders_fuzz.c: a page of orders; an order is delivered with sound quantities or put aside.
 */
#include "amazon/internal.h"

#include "base/assert.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena;
    struct str body = { (const char *)data, size };
    if (size > 256 * 1024) return 0;
    arena_init(&arena, "fuzz", JOB_ARENA_MAX);
    struct channel_orders_page page;
    struct channel_outcome o = { 0 };
    amazon_orders_parse(body, &arena, &page, &o);
    ASSERT(o.result == CHANNEL_DONE || (page.count == 0 && page.bad_count == 0));
    for (size_t i = 0; i < page.count; i++) {
        const struct channel_order *order = &page.orders[i];
        ASSERT(order->id.len > 0 && order->status.len > 0);
        for (size_t k = 0; k < order->line_count; k++) {
            const struct channel_order_line *line = &order->lines[k];
            ASSERT(line->line_id.len > 0 && line->ordered >= 0 && line->price_minor >= 0);
            ASSERT(!line->has_fulfilled || line->fulfilled + line->unfulfilled <= line->ordered);
        }
    }
    for (size_t i = 0; i < page.bad_count; i++) {
        struct json kept;
        struct error e;
        ASSERT(page.bad[i].raw.len <= AMAZON_RAW_MAX && page.bad[i].detail.len > 0);
        /* What was put aside is shown as JSON; it must be some. */
        ASSERT(json_parse(page.bad[i].raw, AMAZON_RAW_MAX, &kept, &e) == OK);
        json_release(&kept);
    }
    arena_release(&arena);
    return 0;
}
