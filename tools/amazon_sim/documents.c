/* documents.c: see documents.h; and the server's side of it, /_document/ID. */
#include "documents.h"

#include "api.h"

#include <stdio.h>

static struct document *next_place(
    struct documents *d, struct rng *rng, struct str content_type, time_ms now)
{
    struct document *doc = &d->ring[d->next];
    if (content_type.len >= sizeof doc->content_type) return NULL;
    d->next = (d->next + 1) % DOCUMENTS_MAX;
    if (doc->id[0]) buf_release(&doc->body);
    *doc = (struct document){ .made_at = now };
    buf_init(&doc->body, DOCUMENT_BODY_MAX);
    uint64_t a = rng_u64(rng), b = rng_u64(rng);
    (void)snprintf(doc->id, sizeof doc->id, "amzn1.tortuga.4.na.%08x-%04x-%016llx",
        (unsigned)(a >> 32), (unsigned)(a & 0xffff), (unsigned long long)b);
    call_text(doc->content_type, sizeof doc->content_type, content_type);
    return doc;
}

struct document *document_to_upload(
    struct documents *d, struct rng *rng, struct str content_type, time_ms now)
{
    struct document *doc = next_place(d, rng, content_type, now);
    if (doc) doc->upload = true;
    return doc;
}

struct document *document_to_fetch(
    struct documents *d, struct rng *rng, struct str content_type, struct str bytes, time_ms now)
{
    if (bytes.len > DOCUMENT_BODY_MAX) return NULL;
    struct document *doc = next_place(d, rng, content_type, now);
    if (!doc) return NULL;
    buf_put(&doc->body, bytes);
    doc->filled = true;
    return doc;
}

static struct document *by_id(struct documents *d, struct str id)
{
    for (size_t i = 0; i < DOCUMENTS_MAX; i++)
        if (d->ring[i].id[0] && str_eq(id, str_of(d->ring[i].id))) return &d->ring[i];
    return NULL;
}

struct document *document_find(struct documents *d, struct str id, time_ms now)
{
    struct document *doc = by_id(d, id);
    return doc && now - doc->made_at <= DOCUMENT_KEEP_MS ? doc : NULL;
}

struct str document_address(struct document *doc, struct rng *rng, struct arena *a, time_ms now)
{
    (void)snprintf(
        doc->signature, sizeof doc->signature, "%016llx", (unsigned long long)rng_u64(rng));
    doc->url_until = now + DOCUMENT_URL_MS;
    return arena_fmt(a, "/_document/%s?X-Amz-Expires=%d&X-Amz-Signature=%s", doc->id,
        DOCUMENT_URL_MS / 1000, doc->signature);
}

void documents_clear(struct documents *d)
{
    for (size_t i = 0; i < DOCUMENTS_MAX; i++)
        if (d->ring[i].id[0]) buf_release(&d->ring[i].body);
    *d = (struct documents){ .next = 0 };
}

static struct document_answer denied(const char *code, const char *message)
{
    return (struct document_answer){ 403, code, message, NULL };
}

struct document_answer document_use(
    struct documents *d, const struct document_use *use, time_ms now)
{
    struct document *doc = by_id(d, use->id);
    if (!doc || !doc->signature[0] || !str_eq(use->signature, str_of(doc->signature)) ||
        use->upload != doc->upload)
        return denied("SignatureDoesNotMatch",
            "The request signature we calculated does not match the signature you provided.");
    if (now > doc->url_until) return denied("AccessDenied", "Request has expired");
    if (use->other_headers)
        return denied(
            "AccessDenied", "There were headers present in the request which were not signed");
    if (use->upload && !str_eq(use->content_type, str_of(doc->content_type)))
        return denied("SignatureDoesNotMatch",
            "The request signature we calculated does not match the signature you provided.");
    return (struct document_answer){ .status = 200, .document = doc };
}

static void answer_storage_error(struct call *c, const struct document_answer *a)
{
    c->reply->status = a->status;
    buf_clear(&c->reply->body);
    buf_put_fmt(&c->reply->body,
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
        "<Error><Code>%s</Code><Message>%s</Message></Error>",
        a->code, a->message);
    http_reply_header(c->reply, S("Content-Type"), S("application/xml"));
}

void document_serve(struct call *c)
{
    struct document_use use = { .id = c->segment_count == 2 ? c->segments[1] : S(""),
        .signature = param(c, S("X-Amz-Signature")),
        .content_type = http_request_header(c->req, S("content-type")),
        .upload = str_eq(c->req->method, S("PUT")),
        .other_headers = http_request_header(c->req, S("x-amz-access-token")).len > 0 };
    struct document_answer a = document_use(&c->sim->documents, &use, c->now);
    if (a.status == 200 && use.upload && c->req->body.len > DOCUMENT_BODY_MAX)
        a = (struct document_answer){ 400, "EntityTooLarge",
            "Your proposed upload exceeds the maximum allowed object size.", NULL };
    if (a.status != 200) {
        answer_storage_error(c, &a);
        return;
    }
    c->reply->status = 200;
    if (use.upload) {
        buf_clear(&a.document->body);
        buf_put(&a.document->body, c->req->body);
        a.document->filled = true;
        return;
    }
    buf_put(&c->reply->body, buf_str(&a.document->body));
    http_reply_header(
        c->reply, S("Content-Type"), arena_str(c->arena, str_of(a.document->content_type)));
}
