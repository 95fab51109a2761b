/* feeds.c: see feeds.h; the operations of the Feeds API, and what a feed does when its time has
 * come.
 */
#include "feeds.h"

#include "control.h"

#include <stdio.h>

enum { BODY_MAX = 64 * 1024, REPORT_MAX = 31 * 1024 * 1024, ISSUES_EACH = 3, TYPE_MAX = 90 };
#define LISTINGS_FEED "JSON_LISTINGS_FEED"

static const char *const status_names[] = { "IN_QUEUE", "IN_PROGRESS", "DONE", "FATAL" };

void feeds_clear(struct feeds *f)
{
    *f = (struct feeds){ .count = 0 };
}

void feeds_set_rate_scale(struct feeds *f, double scale, time_ms now)
{
    double burst = 5 * scale;
    bucket_init(&f->listings, 5.0 / 300 * scale, burst < 1 ? 1 : burst, now);
}

static struct feed *by_id(struct feeds *f, struct str id)
{
    for (size_t i = 0; i < FEEDS_MAX; i++)
        if (f->ring[i].id[0] && str_eq(id, str_of(f->ring[i].id))) return &f->ring[i];
    return NULL;
}

/* An absolute address, as the caller reached us. */
static struct str address(struct call *c, struct document *doc)
{
    struct str host = http_request_header(c->req, S("host"));
    struct str path = document_address(doc, &c->sim->rng, c->arena, c->now);
    return arena_fmt(c->arena, "http://%.*s%.*s", STR_FMT(host), STR_FMT(path));
}

static bool read_body(struct call *c, struct json *body)
{
    struct error e;
    struct str type = http_request_header(c->req, S("content-type"));
    if (!str_eq_nocase(str_trim(str_sub(type, 0, 16)), S("application/json")))
        return refuse(c, 415, "UnsupportedMediaType", "Content-Type must be application/json.");
    if (json_parse(c->req->body, BODY_MAX, body, &e))
        return refuse_input(c, "The body is not valid JSON: %s", e.detail);
    return true;
}

static void write_document(struct call *c, int status, struct document *doc)
{
    answer_begin(c, status);
    jw_object(&c->w);
    jw_kstr(&c->w, "feedDocumentId", str_of(doc->id));
    jw_kstr(&c->w, "url", address(c, doc));
    jw_object_end(&c->w);
}

void feed_document_post(struct call *c)
{
    struct json body = { 0 };
    struct str type = S("");
    if (!read_body(c, &body)) return;
    (void)json_str(json_get(body, "contentType"), &type);
    struct document *doc =
        type.len ? document_to_upload(&c->sim->documents, &c->sim->rng, type, c->now) : NULL;
    if (doc)
        write_document(c, 201, doc);
    else
        refuse_input(c, "'contentType' is required, of at most %d bytes.", TYPE_MAX);
    json_release(&body);
}

void feed_document_get(struct call *c)
{
    struct document *doc = document_find(&c->sim->documents, c->segments[3], c->now);
    if (doc && doc->filled)
        write_document(c, 200, doc);
    else
        refuse(c, 404, "NotFound", "There is no such feed document.");
}

static bool read_places(struct call *c, struct json body, struct feed *f)
{
    struct json places = json_get(body, "marketplaceIds");
    if (json_kind(places) != JSON_KIND_ARRAY || json_len(places) == 0 ||
        json_len(places) > FEED_PLACES_MAX)
        return refuse_input(c, "'marketplaceIds' must have 1 to %d elements.", FEED_PLACES_MAX);
    for (size_t i = 0; i < json_len(places); i++) {
        struct str id;
        if (!json_str(json_at(places, i), &id) || !region_marketplace(c->sim->options.region, id))
            return refuse_input(c, "A marketplace is not one of this region.");
        call_text(f->places[f->place_count++], sizeof f->places[0], id);
    }
    return true;
}

/* How many messages; -1: it is no feed at all. */
static int64_t count_messages(const struct document *doc)
{
    struct json root;
    struct error e;
    if (json_parse(buf_str(&doc->body), DOCUMENT_BODY_MAX, &root, &e)) return -1;
    struct json messages = json_get(root, "messages");
    int64_t n = json_kind(messages) == JSON_KIND_ARRAY ? (int64_t)json_len(messages) : -1;
    json_release(&root);
    return n;
}

/* When it begins and ends: behind the one before it. */
static void plan(struct call *c, struct feed *f)
{
    const struct sim_settings *t = &c->sim->settings;
    struct feeds *all = &c->sim->feeds;
    f->created = c->now;
    f->starts = c->now + t->feed_queue_ms;
    for (size_t i = 0; i < FEEDS_MAX; i++) {
        const struct feed *other = &all->ring[i];
        bool stuck = other->fault == FAULT_FEED_STUCK;
        if (other->id[0] && !stuck && other->ends > f->starts) f->starts = other->ends;
    }
    f->ends = f->starts + f->messages * t->feed_message_ms;
}

static bool read_feed(struct call *c, struct json body, struct feed *f)
{
    struct str type = S(""), id = S("");
    (void)json_str(json_get(body, "feedType"), &type);
    (void)json_str(json_get(body, "inputFeedDocumentId"), &id);
    if (type.len == 0 || type.len >= sizeof f->type)
        return refuse_input(c, "'feedType' is required.");
    if (!read_places(c, body, f)) return false;
    struct document *doc = document_find(&c->sim->documents, id, c->now);
    if (!doc || !doc->upload || !doc->filled)
        return refuse_input(c, "'inputFeedDocumentId' names no document that was uploaded.");
    call_text(f->type, sizeof f->type, type);
    call_text(f->document, sizeof f->document, id);
    f->fault = c->fault;
    f->messages = count_messages(doc);
    /* The feeds of before 2025-07-31 are created, and end FATAL (sp-api.md 4). */
    bool dead =
        !str_eq(type, S(LISTINGS_FEED)) || f->messages < 0 || f->messages > FEED_MESSAGES_MAX;
    if (dead) f->fault = FAULT_FEED_FATAL;
    if (dead) f->messages = 0;
    if (!str_eq(type, S(LISTINGS_FEED)) || bucket_take(&c->sim->feeds.listings, c->now))
        return true;
    c->entry.throttled = true;
    return refuse(c, 429, "QuotaExceeded", "You exceeded your quota for the requested resource.");
}

void feed_post(struct call *c)
{
    struct feed f = { .status = FEED_IN_QUEUE };
    struct feeds *all = &c->sim->feeds;
    struct json body = { 0 };
    if (!read_body(c, &body)) return;
    if (read_feed(c, body, &f)) {
        plan(c, &f);
        (void)snprintf(f.id, sizeof f.id, "%lld", 50000000000LL + (long long)all->count);
        all->ring[all->count++ % FEEDS_MAX] = f;
        answer_begin(c, 202);
        jw_object(&c->w);
        jw_kstr(&c->w, "feedId", arena_str(c->arena, str_of(f.id)));
        jw_object_end(&c->w);
    }
    json_release(&body);
}

static void write_feed(struct call *c, const struct feed *f)
{
    jw_kstr(&c->w, "feedId", str_of(f->id));
    jw_kstr(&c->w, "feedType", str_of(f->type));
    jw_key(&c->w, "marketplaceIds");
    jw_array(&c->w);
    for (size_t i = 0; i < f->place_count; i++)
        jw_str(&c->w, str_of(f->places[i]));
    jw_array_end(&c->w);
    jw_kstr(&c->w, "createdTime", sim_rfc3339(c->arena, f->created));
    jw_kstr(&c->w, "processingStatus", str_of(status_names[f->status]));
    if (f->status != FEED_IN_QUEUE)
        jw_kstr(&c->w, "processingStartTime", sim_rfc3339(c->arena, f->starts));
    if (f->status > FEED_IN_PROGRESS)
        jw_kstr(&c->w, "processingEndTime", sim_rfc3339(c->arena, f->ends));
    if (f->report[0]) jw_kstr(&c->w, "resultFeedDocumentId", str_of(f->report));
}

void feed_get(struct call *c)
{
    const struct feed *f = by_id(&c->sim->feeds, c->segments[3]);
    if (!f) {
        refuse(c, 404, "NotFound", "There is no such feed.");
        return;
    }
    answer_begin(c, 200);
    jw_object(&c->w);
    write_feed(c, f);
    jw_object_end(&c->w);
}

static void put_issue(struct jw *w, int64_t id, struct str sku, const struct issue *i)
{
    jw_object(w);
    jw_kint(w, "messageId", id);
    jw_kstr(w, "sku", sku);
    jw_kstr(w, "code", str_of(i->code));
    jw_kstr(w, "severity", str_of(i->severity));
    jw_kstr(w, "message", i->message);
    if (i->attribute) jw_kstr(w, "attributeName", str_of(i->attribute));
    jw_object_end(w);
}

/* One message; its issues go into the report. */
static void apply(struct call *c, struct feed *f, size_t index, struct json message, struct jw *w)
{
    static const struct issue injected = { .code = "8541",
        .severity = "ERROR",
        .message = { "The data you submitted does not match the catalog (injected).", 61 } };
    struct issue issues[ISSUES_EACH];
    struct str sku = S(""), kind = S("");
    int64_t id = 0;
    size_t count = 0;
    (void)json_str(json_get(message, "sku"), &sku);
    (void)json_str(json_get(message, "operationType"), &kind);
    (void)json_int64(json_get(message, "messageId"), &id);
    if (f->fault == FAULT_FEED_INVALID && index % 2)
        issues[count++] = injected;
    else if (str_eq(kind, S("PATCH")))
        count = patch_message(c, sku, message, issues, ISSUES_EACH);
    else
        issues[count++] = (struct issue){ .code = "4000004",
            .severity = "ERROR",
            .message = S("Only the operation PATCH is simulated.") };
    for (size_t i = 0; i < count; i++)
        put_issue(w, id, sku, &issues[i]);
    if (count)
        f->invalid++;
    else
        f->accepted++;
}

static void write_summary(struct jw *w, const struct feed *f)
{
    jw_key(w, "summary");
    jw_object(w);
    jw_kint(w, "errors", f->invalid);
    jw_kint(w, "warnings", 0);
    jw_kint(w, "messagesProcessed", f->accepted + f->invalid);
    jw_kint(w, "messagesAccepted", f->accepted);
    jw_kint(w, "messagesInvalid", f->invalid);
    jw_object_end(w);
}

static void work_off(struct call *c, struct feed *f, struct json root, struct buf *report)
{
    struct jw w;
    struct str seller = S(""), version = S("2.0");
    struct json messages = json_get(root, "messages");
    size_t n = json_len(messages);
    if (f->fault == FAULT_FEED_FATAL) n /= 2;
    (void)json_str(json_path(root, "header", "sellerId", NULL), &seller);
    (void)json_str(json_path(root, "header", "version", NULL), &version);
    jw_init(&w, report);
    jw_object(&w);
    jw_key(&w, "header");
    jw_object(&w);
    jw_kstr(&w, "sellerId", seller);
    jw_kstr(&w, "version", version);
    jw_kstr(&w, "feedId", str_of(f->id));
    jw_object_end(&w);
    jw_key(&w, "issues");
    jw_array(&w);
    for (size_t i = 0; i < n; i++) {
        struct arena_mark mark = arena_mark(c->arena);
        apply(c, f, i, json_at(messages, i), &w);
        arena_rewind(c->arena, mark);
    }
    jw_array_end(&w);
    write_summary(&w, f);
    jw_object_end(&w);
}

/* Its time has come. */
static void finish(struct sim *s, struct feed *f)
{
    struct json root;
    struct error e;
    struct arena arena;
    struct buf report;
    struct http_reply scratch = { .status = 0 };
    struct document *doc = document_find(&s->documents, str_of(f->document), f->ends);
    f->status = FEED_FATAL;
    if (!doc || json_parse(buf_str(&doc->body), DOCUMENT_BODY_MAX, &root, &e)) return;
    arena_init(&arena, "feed", (size_t)16 << 20);
    buf_init(&scratch.body, BODY_MAX);
    buf_init(&report, REPORT_MAX);
    struct call c = { .sim = s, .reply = &scratch, .arena = &arena, .now = f->ends };
    work_off(&c, f, root, &report);
    json_release(&root);
    if (f->fault != FAULT_FEED_FATAL) {
        doc = document_to_fetch(&s->documents, &s->rng, S("application/json; charset=UTF-8"),
            buf_str(&report), f->ends);
        if (doc) call_text(f->report, sizeof f->report, str_of(doc->id));
        f->status = FEED_DONE;
    }
    buf_release(&report);
    buf_release(&scratch.body);
    arena_release(&arena);
}

void feeds_settle(struct sim *s, time_ms now)
{
    struct feeds *all = &s->feeds;
    int64_t first = all->count > FEEDS_MAX ? all->count - FEEDS_MAX : 0;
    for (int64_t n = first; n < all->count; n++) {
        struct feed *f = &all->ring[n % FEEDS_MAX];
        if (f->status > FEED_IN_PROGRESS || f->fault == FAULT_FEED_STUCK) continue;
        if (f->starts <= now) f->status = FEED_IN_PROGRESS;
        if (f->ends <= now) finish(s, f);
    }
}

void control_feeds(struct call *c)
{
    const struct feeds *all = &c->sim->feeds;
    int64_t first = all->count > FEEDS_MAX ? all->count - FEEDS_MAX : 0;
    answer_begin(c, 200);
    jw_object(&c->w);
    jw_key(&c->w, "feeds");
    jw_array(&c->w);
    for (int64_t n = first; n < all->count; n++) {
        const struct feed *f = &all->ring[n % FEEDS_MAX];
        jw_object(&c->w);
        write_feed(c, f);
        jw_kint(&c->w, "messages", f->messages);
        jw_kint(&c->w, "accepted", f->accepted);
        jw_kint(&c->w, "invalid", f->invalid);
        jw_object_end(&c->w);
    }
    jw_array_end(&c->w);
    jw_object_end(&c->w);
}
