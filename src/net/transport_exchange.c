/* transport_exchange.c: one request as libcurl wants it, and what came of it; see transport_curl.h.
 */
#include "net/transport_curl.h"

#include "base/assert.h"
#include "net/address.h"

#include <string.h>

/* NOLINTBEGIN(readability-non-const-parameter): the types of these callbacks are libcurl's. */
static size_t take_header(char *at, size_t size, size_t count, void *exchange)
{
    struct exchange *x = exchange;
    struct str line = { at, size * count };
    if (str_starts(line, S("HTTP/"))) { /* what came before was interim */
        buf_clear(&x->head);
        x->head_ended = false;
    }
    if (x->head_ended) return line.len; /* a trailer */
    x->head_ended = str_trim(line).len == 0;
    buf_put(&x->head, line);
    x->too_large = x->head.failed;
    return x->too_large ? 0 : line.len;
}

static size_t take_body(char *at, size_t size, size_t count, void *exchange)
{
    struct exchange *x = exchange;
    if (x->excerpt && size * count > x->body.cap - x->body.len) {
        buf_put(&x->body, (struct str){ at, x->body.cap - x->body.len });
        x->cut = true;
        return 0;
    }
    buf_put(&x->body, (struct str){ at, size * count });
    x->too_large = x->body.failed;
    return x->too_large ? 0 : size * count;
}

/*
 * Called when the connection stands (TLS included) and the first byte of the request is about to be
 * written: before it nothing can have reached the other side. libcurl writes a request a second
 * time, on a fresh connection, when a reused one breaks before a reply. That is a retry, even of a
 * POST, so the second call aborts.
 */
static int before_request(
    void *exchange, char *remote, char *local, int remote_port, int local_port)
{
    (void)local;
    (void)remote_port;
    (void)local_port;
    struct exchange *x = exchange;
    /* A connection that another request has left is not opened anew: see open_socket. */
    x->refused = x->refused || (x->public_only && !address_text_is_public(remote));
    if (x->refused) return CURL_PREREQFUNC_ABORT;
    return ++x->attempts > 1 ? CURL_PREREQFUNC_ABORT : CURL_PREREQFUNC_OK;
}

/* Here the name is resolved: what is looked at is what is connected to. */
static curl_socket_t open_socket(void *exchange, curlsocktype purpose, struct curl_sockaddr *a)
{
    struct exchange *x = exchange;
    (void)purpose;
    if (!address_is_public(&a->addr)) {
        x->refused = true;
        return CURL_SOCKET_BAD;
    }
    return socket(a->family, a->socktype | SOCK_CLOEXEC, a->protocol);
}
/* NOLINTEND(readability-non-const-parameter) */

static bool is_token(struct str s)
{
    for (size_t i = 0; i < s.len; i++) {
        char c = s.at[i];
        bool alnum = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (!alnum && c != '-' && c != '_' && c != '.') return false;
    }
    return s.len > 0;
}

static bool is_one_line(struct str s)
{
    for (size_t i = 0; i < s.len; i++)
        if (((unsigned char)s.at[i] < 0x20 && s.at[i] != '\t') || s.at[i] == 0x7f) return false;
    return true;
}

static bool is_url_text(struct str s)
{
    for (size_t i = 0; i < s.len; i++)
        if ((unsigned char)s.at[i] <= 0x20 || (unsigned char)s.at[i] >= 0x7f) return false;
    return true;
}

static enum err check(const struct transport_request *q, struct error *e)
{
    bool plain = str_eq_nocase(str_sub(q->url, 0, 7), S("http://"));
    if (!plain && !str_eq_nocase(str_sub(q->url, 0, 8), S("https://")))
        return error_code(e, ERR_INVALID, "bad_url", "only http and https are spoken");
    if (!is_url_text(q->url))
        return error_code(e, ERR_INVALID, "bad_url", "the URL is not percent-encoded");
    if (plain && !q->cleartext_okay)
        return error_code(e, ERR_INVALID, "cleartext", "plain http is refused");
    if (!is_token(q->method)) return error_code(e, ERR_INVALID, "bad_method", "not a method");
    for (size_t i = 0; i < q->header_count; i++) {
        struct str name = q->headers[i].name;
        if (!is_token(name) || !is_one_line(q->headers[i].value))
            return error_code(
                e, ERR_INVALID, "bad_header", "header %zu cannot be sent as it is", i);
        if (str_eq_nocase(name, S("Content-Length")) || str_eq_nocase(name, S("Transfer-Encoding")))
            return error_code(
                e, ERR_INVALID, "bad_header", "%.*s is the transport's own", STR_FMT(name));
    }
    if (q->timeout_ms <= 0 || q->timeout_ms > INT32_MAX)
        return error_code(e, ERR_INVALID, "bad_timeout", "a timeout has to be positive");
    return OK;
}

static void add_line(struct exchange *x, const char *line)
{
    struct curl_slist *more = curl_slist_append(x->headers, line);
    if (!more) PANIC("out of memory: header");
    x->headers = more;
}

/* "Name: value" is sent, "Name;" is sent empty, "Name:" keeps libcurl from adding its own. */
static void add_headers(struct exchange *x, const struct transport_request *q)
{
    bool typed = false;
    struct buf line;
    buf_init(&line, SIZE_MAX / 4);
    for (size_t i = 0; i < q->header_count; i++) {
        const struct transport_header *h = &q->headers[i];
        struct str value = str_trim(h->value);
        typed = typed || str_eq_nocase(h->name, S("Content-Type"));
        buf_clear(&line);
        buf_put(&line, h->name);
        buf_put(&line, value.len ? S(": ") : S(";"));
        buf_put(&line, value);
        buf_put_char(&line, '\0');
        add_line(x, line.at);
    }
    buf_release(&line);
    if (!typed) add_line(x, "Content-Type:");
    add_line(x, "Expect:"); /* an extra round trip, and a second of waiting where it is ignored */
}

/* An option that this libcurl does not know, or no memory: both are no error of the outside world.
 */
#define SET(easy, option, value)                                                                   \
    do {                                                                                           \
        CURLcode set_ = curl_easy_setopt((easy), (option), (value));                               \
        if (set_) PANIC("curl_easy_setopt %s: %s", #option, curl_easy_strerror(set_));             \
    } while (0)

static void set_text(CURL *easy, CURLoption option, struct str text)
{
    struct buf z;
    buf_init(&z, SIZE_MAX / 4);
    buf_put(&z, text);
    buf_put_char(&z, '\0');
    SET(easy, option, z.at); /* libcurl copies */
    buf_release(&z);
}

static void set_request(struct exchange *x, const struct transport_request *q)
{
    bool uploads = q->body.len > 0 || str_eq(q->method, S("POST")) || str_eq(q->method, S("PUT")) ||
                   str_eq(q->method, S("PATCH"));
    if (uploads) {
        SET(x->easy, CURLOPT_POST, 1L);
        SET(x->easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)q->body.len);
        SET(x->easy, CURLOPT_POSTFIELDS, q->body.len ? q->body.at : ""); /* not copied */
    } else if (str_eq(q->method, S("HEAD"))) {
        SET(x->easy, CURLOPT_NOBODY, 1L);
    }
    set_text(x->easy, CURLOPT_CUSTOMREQUEST, q->method);
    set_text(x->easy, CURLOPT_URL, q->url);
    SET(x->easy, CURLOPT_PROTOCOLS_STR, q->cleartext_okay ? "http,https" : "https");
    SET(x->easy, CURLOPT_TIMEOUT_MS, (long)q->timeout_ms);
    if (!q->excerpt) SET(x->easy, CURLOPT_MAXFILESIZE_LARGE, (curl_off_t)q->reply_max);
    add_headers(x, q);
    SET(x->easy, CURLOPT_HTTPHEADER, x->headers);
}

/* What makes libcurl do no more than what was asked. */
static void set_restraint(struct exchange *x, const struct transport_curl_options *o)
{
    SET(x->easy, CURLOPT_NOSIGNAL, 1L);
    SET(x->easy, CURLOPT_PROXY, ""); /* also not that of the environment */
    SET(x->easy, CURLOPT_FOLLOWLOCATION, 0L);
    SET(x->easy, CURLOPT_DISALLOW_USERNAME_IN_URL, 1L);
    SET(x->easy, CURLOPT_PATH_AS_IS, 1L);                            /* a SKU may be ".." */
    SET(x->easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1); /* HTTP/2 retries streams */
    /* Load balancers close after 60 idle seconds; a request that meets the closing is lost. */
    SET(x->easy, CURLOPT_MAXAGE_CONN, 50L);
    SET(x->easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    SET(x->easy, CURLOPT_CONNECTTIMEOUT_MS, (long)o->connect_timeout_ms);
    /* A lookup that timed out would else be waited for, and with it all other exchanges. */
    SET(x->easy, CURLOPT_QUICK_EXIT, 1L);
    if (o->user_agent.len) set_text(x->easy, CURLOPT_USERAGENT, o->user_agent);
    if (o->ca_file.len) set_text(x->easy, CURLOPT_CAINFO, o->ca_file);
}

static void set_callbacks(struct exchange *x)
{
    SET(x->easy, CURLOPT_PRIVATE, (void *)x);
    SET(x->easy, CURLOPT_ERRORBUFFER, x->message);
    SET(x->easy, CURLOPT_PREREQFUNCTION, before_request);
    SET(x->easy, CURLOPT_PREREQDATA, (void *)x);
    SET(x->easy, CURLOPT_HEADERFUNCTION, take_header);
    SET(x->easy, CURLOPT_HEADERDATA, (void *)x);
    SET(x->easy, CURLOPT_WRITEFUNCTION, take_body);
    SET(x->easy, CURLOPT_WRITEDATA, (void *)x);
    if (!x->public_only) return;
    SET(x->easy, CURLOPT_OPENSOCKETFUNCTION, open_socket);
    SET(x->easy, CURLOPT_OPENSOCKETDATA, (void *)x);
}

enum err exchange_prepare(struct exchange *x, const struct transport_request *request,
    const struct transport_curl_options *options, struct error *e)
{
    *x = (struct exchange){ .public_only = request->public_only, .excerpt = request->excerpt };
    enum err rc = check(request, e);
    if (rc) return rc;
    x->easy = curl_easy_init();
    if (!x->easy || pthread_cond_init(&x->ready, NULL)) PANIC("out of memory: exchange");
    buf_init(&x->head, TRANSPORT_HEADERS_SIZE_MAX);
    buf_init(&x->body, request->reply_max);
    set_restraint(x, options);
    set_request(x, request);
    set_callbacks(x);
    return OK;
}

static void parse_headers(struct str head, struct transport_reply *reply)
{
    struct str line, rest, name, value;
    str_cut(head, '\n', &line, &rest); /* the status line */
    while (rest.len > 0 && reply->header_count < TRANSPORT_HEADERS_MAX) {
        str_cut(rest, '\n', &line, &rest);
        if (!str_cut(line, ':', &name, &value) || !is_token(name)) continue;
        reply->headers[reply->header_count++] = (struct transport_header){ name, str_trim(value) };
    }
}

static const char *how_far(const struct exchange *x)
{
    return x->attempts == 0 ? "not_sent" : "unknown_outcome";
}

static enum err failure(const struct exchange *x, struct error *e)
{
    const char *message = x->message[0] ? x->message : curl_easy_strerror(x->result);
    if (x->canceled)
        return error_code(e, ERR_CANCELED, how_far(x), "canceled: the program is stopping");
    if (x->too_large || x->result == CURLE_FILESIZE_EXCEEDED)
        return error_set(e, ERR_TOO_LARGE, "the reply is larger than is accepted");
    if (x->refused)
        return error_code(e, ERR_UNAVAILABLE, "not_public", "the address is not a public one");
    bool sent = x->attempts > 0;
    if (!sent && (x->result == CURLE_URL_MALFORMAT || x->result == CURLE_UNSUPPORTED_PROTOCOL ||
                     x->result == CURLE_LOGIN_DENIED)) /* a user in the URL */
        return error_code(e, ERR_INVALID, "bad_url", "%s", message);
    if (x->result == CURLE_OPERATION_TIMEDOUT)
        return error_code(e, ERR_TIMEOUT, how_far(x), "%s", message);
    if (x->attempts > 1) message = "the kept connection broke before a reply came";
    return error_code(e, ERR_UNAVAILABLE, how_far(x), "%s", message);
}

enum err exchange_finish(
    struct exchange *x, struct arena *arena, struct transport_reply *reply, struct error *e)
{
    if (x->canceled || (x->result != CURLE_OK && !x->cut)) return failure(x, e);
    if (!x->head_ended) /* which libcurl takes for a reply without body */
        return error_code(e, ERR_UNAVAILABLE, how_far(x), "the reply's head was cut short");
    long status = 0;
    curl_easy_getinfo(x->easy, CURLINFO_RESPONSE_CODE, &status);
    *reply = (struct transport_reply){ .status = (int)status };
    parse_headers(arena_str(arena, buf_str(&x->head)), reply);
    reply->body = arena_str(arena, buf_str(&x->body));
    return OK;
}

void exchange_release(struct exchange *x)
{
    if (!x->easy) return;
    curl_easy_cleanup(x->easy);
    curl_slist_free_all(x->headers);
    buf_release(&x->head);
    buf_release(&x->body);
    pthread_cond_destroy(&x->ready);
}
