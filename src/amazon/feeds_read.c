/*
 * feeds_read.c: how far a feed is, where its report lies, and what the report says.
 *
 * Messages are told apart by their messageId alone: Amazon's own example names another SKU beside
 * it than the feed does (sp-api.md 4).
 */
#include "amazon/internal.h"

#include "net/url.h"

#include <stdlib.h>

enum { FEED_REPORT_MAX = 64 * 1024 * 1024, FEED_ISSUES_MAX = 500000, FEED_URL_MAX = 4000 };

/* Where documents lie: not the API. No token goes there; plain http only where the API itself is a
 * simulator on this machine. */
enum err amazon_storage_send(struct channel_conn *c, struct str url,
    struct transport_request *request, struct arena *arena, struct transport_reply *kept,
    struct channel_outcome *outcome, struct error *e)
{
    bool simulated = str_starts(c->endpoint, S("http://"));
    bool reading = str_eq(request->method, S("GET"));
    struct transport_reply mine, *reply = kept ? kept : &mine;
    *outcome = (struct channel_outcome){ .request_id = S("") };
    if (!amazon_url_okay(url) || (!simulated && !str_starts(url, S("https://")))) {
        amazon_outcome_set(outcome, CHANNEL_BROKEN, S("bad_address"),
            S("Amazon gave an address of a document that is not called"), c, arena);
        return OK;
    }
    request->url = url;
    request->cleartext_okay = simulated;
    request->public_only = !simulated;
    enum err rc = c->transport->send(c->transport, request, arena, reply, e);
    if (rc != OK) return amazon_outcome_of_failure(c, reading, rc, e, arena, outcome);
    outcome->http_status = reply->status;
    outcome->code = outcome->detail = S("");
    if (reply->status >= 200 && reply->status < 300) return OK;
    /* An address that has run out is a 403; a new one comes with the next try. */
    amazon_outcome_set(
        outcome, CHANNEL_BROKEN, arena_fmt(arena, "http_%d", reply->status), reply->body, c, arena);
    return OK;
}

static void malformed(struct channel_outcome *outcome, const char *detail, struct arena *arena)
{
    amazon_outcome_set(outcome, CHANNEL_BROKEN, S("malformed_reply"), str_of(detail), NULL, arena);
}

void amazon_feed_place_parse(struct str body, struct arena *arena, struct channel_feed_place *place,
    struct channel_outcome *outcome)
{
    struct json root;
    struct error e;
    struct str packed;
    if (json_parse(body, AMAZON_SMALL_REPLY, &root, &e) != OK) {
        amazon_outcome_unreadable(outcome, CHANNEL_BROKEN, &e, arena);
        return;
    }
    place->id = amazon_copy(json_get(root, "feedDocumentId"), arena);
    place->url = amazon_copy(json_get(root, "url"), arena);
    place->packed = json_str(json_get(root, "compressionAlgorithm"), &packed);
    if (place->id.len == 0 || place->id.len > AMAZON_ID_MAX || place->url.len == 0 ||
        place->url.len > FEED_URL_MAX)
        malformed(outcome, "a document without its id or its address", arena);
    json_release(&root);
}

void amazon_feed_id_parse(
    struct str body, struct arena *arena, struct str *feed_id, struct channel_outcome *outcome)
{
    struct json root;
    struct error e;
    /* Something was answered to a request to create it: it may be there. */
    if (json_parse(body, AMAZON_SMALL_REPLY, &root, &e) != OK) {
        amazon_outcome_unreadable(outcome, CHANNEL_UNKNOWN, &e, arena);
        return;
    }
    *feed_id = amazon_copy(json_get(root, "feedId"), arena);
    if (feed_id->len == 0 || feed_id->len > AMAZON_ID_MAX)
        amazon_outcome_set(
            outcome, CHANNEL_UNKNOWN, S("malformed_reply"), S("/feedId: none"), NULL, arena);
    json_release(&root);
}

void amazon_feed_progress_parse(struct str body, struct arena *arena,
    struct channel_feed_progress *out, struct channel_outcome *outcome)
{
    struct json root;
    struct error e;
    *out = (struct channel_feed_progress){ .word = S(""), .report_id = S("") };
    if (json_parse(body, AMAZON_SMALL_REPLY, &root, &e) != OK) {
        amazon_outcome_unreadable(outcome, CHANNEL_BROKEN, &e, arena);
        return;
    }
    out->word = amazon_clean(
        NULL, arena, amazon_copy(json_get(root, "processingStatus"), arena), AMAZON_CODE_MAX);
    out->report_id = amazon_copy(json_get(root, "resultFeedDocumentId"), arena);
    if (out->report_id.len > AMAZON_ID_MAX) out->report_id = S("");
    if (str_eq(out->word, S("DONE")))
        out->state = CHANNEL_FEED_DONE;
    else if (str_eq(out->word, S("FATAL")) || str_eq(out->word, S("CANCELLED")))
        out->state = CHANNEL_FEED_FAILED;
    else if (out->word.len == 0)
        malformed(outcome, "/processingStatus: none", arena);
    json_release(&root);
}

static int by_id(const void *a, const void *b)
{
    const struct channel_feed_refusal *x = a, *y = b;
    return x->message_id < y->message_id ? -1 : x->message_id > y->message_id;
}

/* Sorted, each message once, with the words of its first error. */
static size_t unique(struct channel_feed_refusal *rows, size_t count)
{
    size_t n = 0;
    if (count) qsort(rows, count, sizeof *rows, by_id);
    for (size_t i = 0; i < count; i++)
        if (n == 0 || rows[n - 1].message_id != rows[i].message_id) rows[n++] = rows[i];
    return n;
}

static void read_issues(struct json issues, struct arena *arena, struct channel_feed_report *out)
{
    size_t most = json_len(issues) < FEED_ISSUES_MAX ? json_len(issues) : FEED_ISSUES_MAX;
    out->refusals = arena_new(arena, struct channel_feed_refusal, most + 1);
    for (size_t i = 0; i < most; i++) {
        struct json one = json_at(issues, i);
        struct str severity = S(""), code = S(""), message = S("");
        int64_t id = 0;
        (void)json_str(json_get(one, "severity"), &severity);
        if (!str_eq(severity, S("ERROR"))) continue;
        (void)json_str(json_get(one, "code"), &code);
        (void)json_str(json_get(one, "message"), &message);
        struct str words = arena_fmt(arena, "%.*s: %.*s", STR_FMT(str_sub(code, 0, 100)),
            STR_FMT(str_sub(message, 0, 2 * AMAZON_DETAIL_MAX)));
        words = amazon_clean(NULL, arena, words, AMAZON_DETAIL_MAX);
        if (json_int64(json_get(one, "messageId"), &id) && id > 0) {
            out->refusals[out->count++] = (struct channel_feed_refusal){ id, words };
        } else if (!out->whole) {
            out->whole = true;
            out->words = words;
        }
    }
    out->count = unique(out->refusals, out->count);
}

void amazon_feed_report_parse(struct str body, struct arena *arena, struct channel_feed_report *out,
    struct channel_outcome *outcome)
{
    struct json root;
    struct error e;
    *out = (struct channel_feed_report){ .words = S("") };
    if (json_parse(body, FEED_REPORT_MAX, &root, &e) != OK) {
        amazon_outcome_unreadable(outcome, CHANNEL_REFUSED, &e, arena);
        return;
    }
    if (json_kind(json_get(root, "summary")) != JSON_KIND_OBJECT ||
        json_kind(json_get(root, "issues")) != JSON_KIND_ARRAY)
        amazon_outcome_set(outcome, CHANNEL_REFUSED, S("malformed_report"),
            S("a report without its issues or its summary"), NULL, arena);
    else
        read_issues(json_get(root, "issues"), arena, out);
    json_release(&root);
}

static struct str target(struct arena *arena, struct str before, struct str id)
{
    struct buf out;
    buf_init(&out, 16 * 1024);
    buf_put(&out, before);
    url_put(&out, id);
    struct str s = out.failed ? S("") : arena_str(arena, buf_str(&out));
    buf_release(&out);
    return s;
}

enum err amazon_feed_get(struct channel_conn *c, struct str feed_id, struct arena *arena,
    struct channel_feed_progress *out, struct channel_outcome *outcome, struct error *e)
{
    *out = (struct channel_feed_progress){ .word = S(""), .report_id = S("") };
    const struct amazon_call call = { .method = S("GET"),
        .target = target(arena, S("/feeds/2021-06-30/feeds/"), feed_id),
        .reply_max = AMAZON_SMALL_REPLY };
    struct transport_reply reply;
    enum err rc = amazon_send(c, &call, arena, &reply, outcome, e);
    if (rc == OK && outcome->result == CHANNEL_DONE)
        amazon_feed_progress_parse(reply.body, arena, out, outcome);
    return rc;
}

enum err amazon_feed_result(struct channel_conn *c, struct str report_id, struct arena *arena,
    struct channel_feed_place *place, struct channel_outcome *outcome, struct error *e)
{
    *place = (struct channel_feed_place){ .id = S(""), .url = S("") };
    const struct amazon_call call = { .method = S("GET"),
        .target = target(arena, S("/feeds/2021-06-30/documents/"), report_id),
        .reply_max = AMAZON_SMALL_REPLY };
    struct transport_reply reply;
    enum err rc = amazon_send(c, &call, arena, &reply, outcome, e);
    if (rc == OK && outcome->result == CHANNEL_DONE)
        amazon_feed_place_parse(reply.body, arena, place, outcome);
    return rc;
}

enum err amazon_feed_report(struct channel_conn *c, const struct channel_feed_place *place,
    struct arena *arena, struct channel_feed_report *out, struct channel_outcome *outcome,
    struct error *e)
{
    *out = (struct channel_feed_report){ .words = S("") };
    if (place->packed) {
        /* Without it the messages are read back one by one, which is slower and as safe. */
        *outcome = (struct channel_outcome){ .request_id = S("") };
        amazon_outcome_set(outcome, CHANNEL_REFUSED, S("packed_report"),
            S("the report is compressed and is not read"), c, arena);
        return OK;
    }
    struct transport_request request = {
        .method = S("GET"), .timeout_ms = AMAZON_UPLOAD_MS, .reply_max = FEED_REPORT_MAX
    };
    struct transport_reply reply = { 0 };
    enum err rc = amazon_storage_send(c, place->url, &request, arena, &reply, outcome, e);
    if (rc == OK && outcome->result == CHANNEL_DONE)
        amazon_feed_report_parse(reply.body, arena, out, outcome);
    return rc;
}
