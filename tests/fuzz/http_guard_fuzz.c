/* http_guard_fuzz.c: a request's head, cut into lines as the HTTP library does: what passes the
 * guard has exactly one meaning. */
#include "net/http_guard.h"

#include "base/assert.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What smuggling needs, counted a second time and more simply. */
struct count {
    int hosts, lengths, encodings;
};

static void count_header(struct count *n, struct str name)
{
    n->hosts += str_eq_nocase(name, S("host"));
    n->lengths += str_eq_nocase(name, S("content-length"));
    n->encodings += str_eq_nocase(name, S("transfer-encoding"));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str rest = { (const char *)data, size }, line, target, version, name, value;
    struct http_guard g;
    struct count n = { 0 };
    http_guard_init(&g);
    str_cut(rest, '\n', &line, &rest);
    str_cut(line, ' ', &target, &version);
    while (rest.len > 0) {
        str_cut(rest, '\n', &line, &rest);
        str_cut(line, ':', &name, &value);
        value = str_trim(value);
        count_header(&n, name);
        http_guard_header(&g, name, value);
    }
    if (http_guard_verdict(&g, target, version)) return 0;
    ASSERT(n.hosts == 1 || (n.hosts == 0 && str_eq(version, S("HTTP/1.0"))));
    ASSERT(n.lengths + n.encodings <= 1);
    ASSERT(g.chunked == (n.encodings == 1));
    ASSERT(!str_contains(target, S("\0")) && !str_contains(target, S("\r")));
    ASSERT(http_target_origin(target).len <= target.len || target.len == 0 ||
           str_eq(http_target_origin(target), S("/")));
    return 0;
}
