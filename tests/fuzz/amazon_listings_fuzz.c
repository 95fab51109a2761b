/* amazon_listings_fuzz.c: a page of listings; whatever it holds, good or bad, can be written into a
 * report. */
#include "amazon/internal.h"

#include "base/assert.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena;
    struct str body = { (const char *)data, size };
    if (size > 256 * 1024) return 0;
    arena_init(&arena, "fuzz", JOB_ARENA_MAX);
    struct channel_listings_page page;
    struct channel_outcome o = { 0 };
    amazon_listings_parse(body, S("ATVPDKIKX0DER"), &arena, &page, &o);
    ASSERT(o.result == CHANNEL_DONE || (page.count == 0 && page.bad_count == 0));
    for (size_t i = 0; i < page.count; i++) {
        ASSERT(page.listings[i].sku.len > 0 && page.listings[i].quantity >= 0);
        ASSERT(page.listings[i].issues.len >= 2);
    }
    for (size_t i = 0; i < page.bad_count; i++)
        ASSERT(page.bad[i].raw.len <= AMAZON_RAW_MAX && page.bad[i].detail.len > 0);
    amazon_patch_parse(NULL, body, &arena, &o);
    ASSERT(o.detail.len <= AMAZON_DETAIL_MAX);
    arena_release(&arena);
    return 0;
}
