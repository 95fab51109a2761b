/* amazon_lwa_fuzz.c: a reply of the token endpoint, with every class of status. */
#include "amazon/internal.h"

#include "base/assert.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena;
    struct str body = { (const char *)data, size };
    if (size > 256 * 1024) return 0;
    arena_init(&arena, "fuzz", JOB_ARENA_MAX);
    static const int statuses[] = { 200, 400, 401, 500 };
    for (size_t i = 0; i < sizeof statuses / sizeof statuses[0]; i++) {
        struct transport_reply reply = { .status = statuses[i], .body = body };
        struct amazon_lwa_reply out;
        amazon_lwa_parse(NULL, &reply, &arena, &out);
        ASSERT(out.outcome.result != CHANNEL_UNKNOWN);
        ASSERT(out.outcome.detail.len <= AMAZON_DETAIL_MAX);
        if (out.outcome.result != CHANNEL_DONE) continue;
        ASSERT(statuses[i] == 200 && out.access_token.len > 0 && out.expires_s > 0);
    }
    arena_release(&arena);
    return 0;
}
