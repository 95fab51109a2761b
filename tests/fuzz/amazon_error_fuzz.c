/* amazon_error_fuzz.c: the body of a failed call, with every class of status; the detail is clean
 * text. */
#include "amazon/internal.h"

#include "base/assert.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena;
    struct str body = { (const char *)data, size };
    if (size > 256 * 1024) return 0;
    arena_init(&arena, "fuzz", JOB_ARENA_MAX);
    static const int statuses[] = { 301, 400, 403, 404, 429, 500, 504 };
    for (size_t i = 0; i < sizeof statuses / sizeof statuses[0]; i++) {
        struct transport_reply reply = { .status = statuses[i], .body = body, .header_count = 2 };
        reply.headers[0] = (struct transport_header){ S("x-amzn-RateLimit-Limit"), body };
        reply.headers[1] = (struct transport_header){ S("Date"), body };
        struct channel_outcome o;
        amazon_outcome_of_reply(NULL, false, &reply, &arena, &o);
        ASSERT(o.result != CHANNEL_DONE && o.code.len > 0);
        ASSERT(o.detail.len <= AMAZON_DETAIL_MAX && str_is_utf8(o.detail));
        ASSERT(!str_contains(o.detail, S("Atza|")) && !str_contains(o.detail, S("\n")));
    }
    arena_release(&arena);
    return 0;
}
