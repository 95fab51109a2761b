/*
 * kept.c: what of a malformed order or listing may be kept for the report.
 *
 * A list of what is allowed, not of what is forbidden: Amazon adds fields, and one that holds a
 * name or an address must not be stored because nobody had heard of it.
 */
#include "amazon/internal.h"

static bool is_harmless(struct str key)
{
    static const char *const keys[] = { "orderId", "createdTime", "lastUpdatedTime", "salesChannel",
        "channelName", "marketplaceId", "marketplaceName", "fulfillment", "fulfillmentStatus",
        "fulfilledBy", "orderItems", "orderItemId", "quantityOrdered", "quantityFulfilled",
        "quantityUnfulfilled", "product", "asin", "title", "sellerSku", "price", "unitPrice",
        "amount", "currencyCode", "cancellation", "cancellationRequest", "requester",
        "cancellationExecution", "cancelledBy", "sku", "summaries", "status", "productType",
        "productTypes", "conditionType", "fnSku", "itemName", "createdDate", "lastUpdatedDate",
        "fulfillmentAvailability", "fulfillmentChannelCode", "quantity" };
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
        if (str_eq(key, str_of(keys[i]))) return true;
    return false;
}

/* The name of a dropped member helps to see what Amazon renamed; only names, never prose. */
static bool is_name(struct str key)
{
    for (size_t i = 0; i < key.len; i++) {
        char c = key.at[i];
        if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'))) return false;
    }
    return key.len > 0 && key.len <= 40;
}

static void put(struct jw *w, struct json v)
{
    struct json_member m = { 0 };
    struct str s;
    switch (json_kind(v)) {
    case JSON_KIND_OBJECT:
        jw_object(w);
        while (json_next(v, &m) && !w->out->failed) {
            if (is_harmless(m.key)) {
                jw_key_str(w, m.key);
                put(w, m.value);
            } else if (is_name(m.key)) {
                jw_key_str(w, m.key);
                jw_str(w, S("[dropped]"));
            }
        }
        jw_object_end(w);
        break;
    case JSON_KIND_ARRAY:
        jw_array(w);
        for (size_t i = 0; i < json_len(v) && !w->out->failed; i++)
            put(w, json_at(v, i));
        jw_array_end(w);
        break;
    case JSON_KIND_STRING:
        jw_str(w, json_str(v, &s) ? str_sub(s, 0, 500) : S(""));
        break;
    case JSON_KIND_ABSENT:
        jw_null(w);
        break;
    case JSON_KIND_NULL:
    case JSON_KIND_BOOL:
    case JSON_KIND_INTEGER:
    case JSON_KIND_REAL:
        jw_raw(w, S("")); /* its comma */
        json_put(w->out, v, false);
        break;
    }
}

struct str amazon_kept(struct json v, struct arena *arena)
{
    struct buf out;
    struct jw w;
    buf_init(&out, AMAZON_RAW_MAX);
    jw_init(&w, &out);
    /* A bare text where an object belongs could be anything, a name as well. */
    if (json_kind(v) == JSON_KIND_STRING)
        jw_str(&w, S("[dropped]"));
    else
        put(&w, v);
    struct str kept = out.failed ? S("{\"cut\":\"too long to keep\"}") : buf_str(&out);
    kept = arena_str(arena, kept);
    buf_release(&out);
    return kept;
}

struct str amazon_copy(struct json v, struct arena *arena)
{
    struct str s;
    return json_str(v, &s) ? arena_str(arena, s) : S("");
}
