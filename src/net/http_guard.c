/* http_guard.c: the framing of a request, checked as RFC 9112 wants it; see http_guard.h. */
#include "net/http_guard.h"

void http_guard_init(struct http_guard *g)
{
    *g = (struct http_guard){ .fault = NULL };
}

/* tchar of RFC 9110 5.6.2. A space before the colon fails here. */
static bool is_token(struct str s)
{
    if (s.len == 0) return false;
    for (size_t i = 0; i < s.len; i++) {
        char c = s.at[i];
        bool alnum = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (!alnum && c != '-' && c != '_' &&
            !str_contains(S("!#$%&'*+.^`|~"), (struct str){ &c, 1 }))
            return false;
    }
    return true;
}

static bool has_control(struct str s)
{
    for (size_t i = 0; i < s.len; i++) {
        unsigned char c = (unsigned char)s.at[i];
        if ((c < 0x20 && c != '\t') || c == 0x7f) return true;
    }
    return false;
}

/* uri-host [":" port], only as far as the bytes that no host can hold. */
static bool is_host(struct str s)
{
    if (s.len == 0) return false;
    for (size_t i = 0; i < s.len; i++) {
        unsigned char c = (unsigned char)s.at[i];
        if (c <= 0x20 || c >= 0x7f ||
            str_contains(S("/\\?#@,<>\"{}|^`"), (struct str){ &s.at[i], 1 }))
            return false;
    }
    return true;
}

static bool parse_length(struct str s, uint64_t *out)
{
    if (s.len == 0) return false;
    uint64_t n = 0;
    for (size_t i = 0; i < s.len; i++) {
        if (s.at[i] < '0' || s.at[i] > '9') return false;
        uint64_t digit = (uint64_t)(s.at[i] - '0');
        if (n > (UINT64_MAX - digit) / 10) return false;
        n = n * 10 + digit;
    }
    *out = n;
    return true;
}

void http_guard_header(struct http_guard *g, struct str name, struct str value)
{
    g->bytes += name.len + value.len + 4;
    if (!is_token(name)) g->fault = "A header's name holds a character that names cannot hold.";
    if (has_control(value)) g->fault = "A header's value holds a control character.";
    if (str_eq_nocase(name, S("Host"))) {
        g->hosts++;
        if (!is_host(value)) g->fault = "The Host header is not a host.";
    } else if (str_eq_nocase(name, S("Content-Length"))) {
        g->lengths++;
        if (!parse_length(value, &g->content_length))
            g->fault = "The Content-Length header is not a number.";
    } else if (str_eq_nocase(name, S("Transfer-Encoding"))) {
        g->encodings++;
        g->chunked = str_eq_nocase(value, S("chunked"));
        if (!g->chunked) g->fault = "The only Transfer-Encoding that is understood is chunked.";
    }
}

static bool is_target(struct str s)
{
    for (size_t i = 0; i < s.len; i++) {
        unsigned char c = (unsigned char)s.at[i];
        if (c <= 0x20 || c >= 0x7f) return false;
    }
    return s.len > 0;
}

const char *http_guard_verdict(const struct http_guard *g, struct str target, struct str version)
{
    bool modern = str_eq(version, S("HTTP/1.1"));
    if (!modern && !str_eq(version, S("HTTP/1.0"))) return "Only HTTP/1.1 and HTTP/1.0 are spoken.";
    if (!is_target(target))
        return "The request target holds a character that has to be percent-encoded.";
    if (g->fault) return g->fault;
    if (g->hosts > 1) return "There is more than one Host header.";
    if (g->hosts == 0 && modern) return "There is no Host header.";
    if (g->lengths > 1) return "There is more than one Content-Length header.";
    if (g->encodings > 1) return "There is more than one Transfer-Encoding header.";
    if (g->encodings && g->lengths)
        return "Content-Length and Transfer-Encoding exclude each other.";
    if (g->encodings && !modern) return "HTTP/1.0 has no Transfer-Encoding.";
    return NULL;
}

struct str http_target_origin(struct str target)
{
    size_t from = 0;
    if (str_starts(target, S("http://"))) from = 7;
    if (str_starts(target, S("https://"))) from = 8;
    if (from == 0) return target;
    while (from < target.len && target.at[from] != '/' && target.at[from] != '?')
        from++;
    return from < target.len ? str_sub(target, from, target.len) : S("/");
}
