/* url_fuzz.c: decoding and query walking never fail on what encoding made, and stay in bounds on
 * anything else. */
#include "net/url.h"

#include "base/assert.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A name and a value of any bytes come back as they went in. */
static void check_query_round_trip(struct arena *a, struct str name, struct str value)
{
    struct buf url;
    struct str path, query, name_back, value_back;
    buf_init(&url, SIZE_MAX / 4);
    url_put_query(&url, name, value);
    ASSERT(str_cut(buf_str(&url), '?', &path, &query) && path.len == 0);
    ASSERT(url_query_next(&query, a, &name_back, &value_back) == URL_PAIR);
    ASSERT(str_eq(name, name_back) && str_eq(value, value_back) && query.len == 0);
    buf_release(&url);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena a;
    struct str s = { (const char *)data, size }, out, name, value, rest = s;
    if (size > 64 * 1024) return 0;
    arena_init(&a, "fuzz", (size_t)16 * 1024 * 1024);
    if (url_decode(s, &a, &out)) ASSERT(out.len <= s.len);
    ASSERT(url_decode(url_encode(&a, s), &a, &out) && str_eq(out, s));
    while (url_query_next(&rest, &a, &name, &value) == URL_PAIR)
        ASSERT(name.len + value.len <= s.len);
    str_cut(s, '\n', &name, &value);
    check_query_round_trip(&a, name, value);
    arena_release(&a);
    return 0;
}
