/*
 * feeds_build.c: JSON_LISTINGS_FEED, from messages to a feed that Amazon has (sp-api.md 4).
 *
 * As with single quantities the operation is `merge` and the channel code DEFAULT: see
 * listings_patch.c. A listing that Amazon fulfils never becomes a message (store/bulk_push.c).
 */
#include "amazon/internal.h"

#include "core/send_plan.h"

enum { FEED_MARKETPLACES_MAX = 25, FEED_ROOM = 12 * 1024 * 1024 };

/* To the byte the same in the place that is asked for and in the upload: it is part of the
 * address's signature. */
#define FEED_TYPE "application/json; charset=UTF-8"

static void put_message(struct jw *w, const struct channel_feed_message *m)
{
    jw_object(w);
    jw_kint(w, "messageId", m->id);
    jw_kstr(w, "sku", m->sku);
    jw_kstr(w, "operationType", S("PATCH"));
    amazon_quantity_put(w, m->product_type, m->quantity);
    jw_object_end(w);
}

static bool build(struct channel_conn *c, const struct channel_feed_message *messages, size_t count,
    struct buf *out)
{
    struct jw w;
    buf_init(out, FEED_ROOM);
    jw_init(&w, out);
    jw_object(&w);
    jw_key(&w, "header");
    jw_object(&w);
    jw_kstr(&w, "sellerId", c->seller_id);
    jw_kstr(&w, "version", S("2.0"));
    jw_kstr(&w, "issueLocale", S("en_US"));
    jw_object_end(&w);
    jw_key(&w, "messages");
    jw_array(&w);
    for (size_t i = 0; i < count && !out->failed; i++)
        put_message(&w, &messages[i]);
    jw_array_end(&w);
    jw_object_end(&w);
    return count > 0 && !out->failed && out->len <= LOT_BYTES_MAX;
}

static struct str object_of(struct arena *arena, const char *key, struct str value)
{
    struct buf out;
    struct jw w;
    buf_init(&out, 16 * 1024);
    jw_init(&w, &out);
    jw_object(&w);
    jw_kstr(&w, key, value);
    jw_object_end(&w);
    struct str body = out.failed ? S("") : arena_str(arena, buf_str(&out));
    buf_release(&out);
    return body;
}

static enum err document(struct channel_conn *c, struct arena *arena,
    struct channel_feed_place *place, struct channel_outcome *outcome, struct error *e)
{
    *place = (struct channel_feed_place){ .id = S(""), .url = S("") };
    const struct amazon_call call = { .method = S("POST"),
        .target = S("/feeds/2021-06-30/documents"),
        .body = object_of(arena, "contentType", S(FEED_TYPE)),
        .reply_max = AMAZON_SMALL_REPLY };
    struct transport_reply reply;
    enum err rc = amazon_send(c, &call, arena, &reply, outcome, e);
    if (rc == OK && outcome->result == CHANNEL_DONE)
        amazon_feed_place_parse(reply.body, arena, place, outcome);
    return rc;
}

static enum err upload(struct channel_conn *c, const struct channel_feed_place *place,
    struct str text, struct arena *arena, struct channel_outcome *outcome, struct error *e)
{
    /* No header of the API: they are not part of the address's signature, and it carries no token.
     */
    const struct transport_header type = { S("content-type"), S(FEED_TYPE) };
    struct transport_request request = { .method = S("PUT"),
        .headers = &type,
        .header_count = 1,
        .body = text,
        .timeout_ms = AMAZON_UPLOAD_MS,
        .reply_max = AMAZON_SMALL_REPLY };
    return amazon_storage_send(c, place->url, &request, arena, NULL, outcome, e);
}

static struct str feed_body(struct channel_conn *c, struct str document_id, struct arena *arena)
{
    struct buf out;
    struct jw w;
    buf_init(&out, 64 * 1024);
    jw_init(&w, &out);
    jw_object(&w);
    jw_kstr(&w, "feedType", S("JSON_LISTINGS_FEED"));
    jw_key(&w, "marketplaceIds");
    jw_array(&w);
    for (size_t i = 0; i < c->marketplace_count && i < FEED_MARKETPLACES_MAX; i++)
        jw_str(&w, c->marketplace_ids[i]);
    jw_array_end(&w);
    jw_kstr(&w, "inputFeedDocumentId", document_id);
    jw_object_end(&w);
    struct str body = out.failed ? S("") : arena_str(arena, buf_str(&out));
    buf_release(&out);
    return body;
}

static enum err create(struct channel_conn *c, struct str document_id, struct arena *arena,
    struct str *feed_id, struct channel_outcome *outcome, struct error *e)
{
    *feed_id = S("");
    const struct amazon_call call = { .method = S("POST"),
        .target = S("/feeds/2021-06-30/feeds"),
        .body = feed_body(c, document_id, arena),
        .reply_max = AMAZON_SMALL_REPLY };
    if (c->marketplace_count == 0) {
        *outcome = (struct channel_outcome){ .request_id = S("") };
        amazon_outcome_set(
            outcome, CHANNEL_REFUSED, S("no_marketplace"), S("not sent to Amazon"), c, arena);
        return OK;
    }
    struct transport_reply reply;
    enum err rc = amazon_send(c, &call, arena, &reply, outcome, e);
    if (rc == OK && outcome->result == CHANNEL_DONE)
        amazon_feed_id_parse(reply.body, arena, feed_id, outcome);
    return rc;
}

const struct channel_feeds amazon_feeds = {
    .build = build,
    .document = document,
    .upload = upload,
    .create = create,
    .get = amazon_feed_get,
    .result = amazon_feed_result,
    .report = amazon_feed_report,
};
