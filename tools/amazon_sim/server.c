/* server.c: one call: whose it is, may it pass, which fault meets it, and what is logged of it. */
#include "api.h"

#include "number.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

void answer_begin(struct call *c, int status)
{
    c->reply->status = status;
    buf_clear(&c->reply->body);
    jw_init(&c->w, &c->reply->body);
}

static bool write_error(struct call *c, int status, const char *code, struct str message)
{
    answer_begin(c, status);
    jw_object(&c->w);
    jw_key(&c->w, "errors");
    jw_array(&c->w);
    jw_object(&c->w);
    jw_kstr(&c->w, "code", str_of(code));
    jw_kstr(&c->w, "message", message);
    jw_kstr(&c->w, "details", S(""));
    jw_object_end(&c->w);
    jw_array_end(&c->w);
    jw_object_end(&c->w);
    return false;
}

__attribute__((format(printf, 4, 0))) static bool write_error_v(
    struct call *c, int status, const char *code, const char *fmt, va_list args)
{
    char text[400];
    (void)vsnprintf(text, sizeof text, fmt, args);
    return write_error(c, status, code, str_of(text));
}

bool refuse(struct call *c, int status, const char *code, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    bool no = write_error_v(c, status, code, fmt, args);
    va_end(args);
    return no;
}

bool refuse_input(struct call *c, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    bool no = write_error_v(c, 400, "InvalidInput", fmt, args);
    va_end(args);
    return no;
}

static bool split_path(struct call *c)
{
    struct str rest = c->req->path, piece;
    if (!str_starts(rest, S("/"))) return true;
    rest = str_sub(rest, 1, rest.len);
    for (bool more = rest.len > 0; more;) {
        more = str_cut(rest, '/', &piece, &rest);
        if (c->segment_count == SEGMENTS_MAX) {
            c->segment_count = 0; /* no route is that long */
            return true;
        }
        if (!http_path_decode(piece, c->arena, &c->segments[c->segment_count++])) return false;
    }
    return true;
}

static bool is_authorized(struct call *c)
{
    enum access access = operations[c->op].access;
    struct str token = http_request_header(c->req, S("x-amz-access-token"));
    if (access == ACCESS_OPEN) return true;
    const char *why =
        lwa_refusal(&c->sim->lwa, c->arena, token, access == ACCESS_GRANTLESS, c->now);
    bool other_seller = c->sim->lwa.strict && access == ACCESS_SELLER_IN_PATH &&
                        !str_eq(c->segments[3], S(LWA_SELLER_ID));
    if (!why && other_seller) why = "Access to requested resource is denied.";
    return !why || refuse(c, 403, "Unauthorized", "%s", why);
}

static bool is_within_rate(struct call *c)
{
    if (bucket_take(&c->sim->buckets[c->op], c->now)) return true;
    c->entry.throttled = true;
    return refuse(c, 429, "QuotaExceeded", "You exceeded your quota for the requested resource.");
}

static bool is_well_formed(struct call *c)
{
    if (c->req->query_bad) return refuse_input(c, "The query string could not be decoded.");
    if (http_request_header(c->req, S("user-agent")).len > 500)
        return refuse_input(c, "The User-Agent header is longer than 500 characters.");
    return true;
}

/* What is no operation: where browsers and files go. */
static void serve_elsewhere(struct call *c)
{
    bool consent = c->segment_count == 3 && str_eq(c->segments[0], S("apps")) &&
                   str_eq(c->segments[1], S("authorize")) && str_eq(c->segments[2], S("consent"));
    if (consent)
        consent_get(c);
    else if (c->segment_count && str_eq(c->segments[0], S("_document")))
        document_serve(c);
    else
        refuse(c, 404, "NotFound", "The requested resource doesn't exist.");
}

static void serve_amazon(struct call *c)
{
    if (!is_well_formed(c)) return;
    if (c->op == OP_NONE)
        serve_elsewhere(c);
    else if (is_authorized(c) && is_within_rate(c))
        operations[c->op].serve(c);
}

static void answer_token_fault(struct call *c, int status)
{
    const char *error = status == 429 || status == 503 ? "temporarily_unavailable"
                        : status == 500                ? "server_error"
                                                       : "access_denied";
    answer_begin(c, status);
    jw_object(&c->w);
    jw_kstr(&c->w, "error", str_of(error));
    jw_kstr(&c->w, "error_description", S("The request could not be served (injected)."));
    jw_object_end(&c->w);
}

static void answer_fault(struct call *c, int status, const char *code, const char *message)
{
    if (c->op == OP_TOKEN)
        answer_token_fault(c, status);
    else
        refuse(c, status, code, "%s", message);
}

static void answer_html(struct call *c)
{
    buf_put(
        &c->reply->body, S("<html>\r\n<head><title>400 Bad Request</title></head>\r\n<body>\r\n"
                           "<center><h1>400 Bad Request</h1></center>\r\n</body>\r\n</html>\r\n"));
    c->reply->status = 400;
    http_reply_header(c->reply, S("Content-Type"), S("text/html"));
}

/* Faults that stand in for the operation; false: it is to be served. */
static bool fault_answers(struct call *c, enum fault_kind kind)
{
    switch (kind) {
    case FAULT_429:
        answer_fault(
            c, 429, "QuotaExceeded", "You exceeded your quota for the requested resource.");
        c->entry.throttled = true;
        return true;
    case FAULT_500:
        answer_fault(
            c, 500, "InternalFailure", "We encountered an internal error. Please try again.");
        return true;
    case FAULT_503:
        answer_fault(
            c, 503, "ServiceUnavailable", "Service is temporarily unavailable. Please try again.");
        return true;
    case FAULT_403:
        answer_fault(c, 403, "Unauthorized", "Access to requested resource is denied.");
        return true;
    case FAULT_HTML400:
        answer_html(c);
        return true;
    case FAULT_RESET:
        c->reply->cut = true;
        return true;
    case FAULT_NONE:
    case FAULT_SLOW:
    case FAULT_INVALID:
    case FAULT_DROP_AFTER_APPLY:
    case FAULT_NO_RATE_HEADER:
    case FAULT_NEVER_APPLY:
    case FAULT_FEED_STUCK:
    case FAULT_FEED_INVALID:
    case FAULT_FEED_FATAL:
    case FAULT_SAME_PAGE:
        break;
    }
    return false;
}

static void add_headers(struct call *c)
{
    struct http_reply *r = c->reply;
    bool typed = false;
    for (size_t i = 0; i < r->header_count; i++)
        typed = typed || str_eq_nocase(r->headers[i].name, S("Content-Type"));
    if (!typed && r->body.len) http_reply_header(r, S("Content-Type"), S("application/json"));
    http_reply_header(r, S("Date"), sim_http_date(c->arena, c->now));
    http_reply_header(r, S("x-amzn-RequestId"), arena_str(c->arena, str_of(c->entry.request_id)));
    bool documented = r->status / 100 == 2 || r->status == 400 || r->status == 404;
    if (c->op <= OP_TOKEN || !documented || c->fault == FAULT_NO_RATE_HEADER) return;
    struct buf rate;
    buf_init(&rate, 64);
    double stated = c->sim->stated[c->op] > 0 ? c->sim->stated[c->op] : c->sim->buckets[c->op].rate;
    /* In the client's seconds, of which a fast clock has fewer. */
    number_put(&rate, stated * c->sim->clock.scale / c->sim->options.client_scale);
    http_reply_header(r, S("x-amzn-RateLimit-Limit"), arena_str(c->arena, buf_str(&rate)));
    buf_release(&rate);
}

static void write_entry(struct call *c)
{
    struct call_entry *e = &c->entry;
    struct buf query;
    e->time = c->now;
    e->quantity = -1;
    call_text(e->method, sizeof e->method, c->req->method);
    call_text(e->path, sizeof e->path, c->req->path);
    buf_init(&query, 1024);
    for (size_t i = 0; i < c->req->query_count && query.len < sizeof e->query; i++)
        buf_put_fmt(&query, "%s%.*s=%.*s", i ? "&" : "", STR_FMT(c->req->query[i].name),
            STR_FMT(str_sub(c->req->query[i].value, 0, sizeof e->query)));
    call_text(e->query, sizeof e->query, buf_str(&query));
    buf_release(&query);
    uint64_t a = rng_u64(&c->sim->rng), b = rng_u64(&c->sim->rng);
    struct str id = arena_fmt(c->arena, "%08x-%04x-4%03x-8%03x-%012llx", (unsigned)(a >> 32),
        (unsigned)(a >> 16 & 0xffff), (unsigned)(a & 0xfff), (unsigned)(b >> 52),
        (unsigned long long)(b & 0xffffffffffff));
    call_text(e->request_id, sizeof e->request_id, id);
}

/* Returns how long the answer is to be held back, in simulated time. */
static time_ms amazon_call(struct call *c)
{
    write_entry(c);
    c->op = operation_of(c);
    if (c->op != OP_NONE)
        call_text(c->entry.operation, sizeof c->entry.operation, str_of(operations[c->op].name));
    struct fault fault = faults_take(&c->sim->faults, &c->sim->rng,
        &(struct fault_target){ c->req->method, c->req->path, str_of(operations[c->op].name) });
    c->fault = fault.kind;
    if (fault.kind)
        call_text(c->entry.fault, sizeof c->entry.fault, str_of(fault_names[fault.kind]));
    if (!fault_answers(c, fault.kind)) serve_amazon(c);
    if (fault.kind == FAULT_INVALID && c->op != OP_PATCH_LISTING)
        c->reply->body.len -= c->reply->body.len / 2;
    if (fault.kind == FAULT_DROP_AFTER_APPLY) c->reply->cut = true;
    c->entry.status = c->reply->cut ? 0 : c->reply->status;
    calls_add(&c->sim->calls, &c->entry);
    if (!c->reply->cut) add_headers(c);
    return fault.kind == FAULT_SLOW ? fault.delay_ms : 0;
}

static void hold_back(struct sim *s, time_ms simulated)
{
    time_ms real = (time_ms)((double)simulated / s->clock.scale);
    time_ms until = clock_monotonic(clock_system()) + real;
    struct timespec at = { .tv_sec = until / 1000, .tv_nsec = until % 1000 * 1000000 };
    while (!s->stopping && clock_monotonic(clock_system()) < until)
        (void)pthread_cond_timedwait(&s->stop, &s->lock, &at);
}

void sim_handle(void *sim, struct http_request *req, struct http_reply *reply)
{
    struct sim *s = sim;
    struct call c = { .sim = s, .req = req, .reply = reply, .arena = req->arena };
    time_ms wait = 0;
    pthread_mutex_lock(&s->lock);
    c.now = sim_clock_now(&s->clock);
    sim_settle(s, c.now);
    if (!split_path(&c)) {
        refuse_input(&c, "The path could not be decoded.");
        http_reply_header(reply, S("Content-Type"), S("application/json"));
    } else if (c.segment_count && str_eq(c.segments[0], S("_sim"))) {
        control(&c);
        http_reply_header(reply, S("Content-Type"), S("application/json"));
    } else {
        wait = amazon_call(&c);
    }
    if (wait > 0) hold_back(s, wait);
    pthread_mutex_unlock(&s->lock);
}
