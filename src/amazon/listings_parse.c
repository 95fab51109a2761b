/*
 * listings_parse.c: pages and items of the Listings Items API (sp-api.md 3).
 *
 * What matters most is the fulfilment: a quantity pushed to an FBA listing strands its stock. So
 * any sign of Amazon's fulfilment makes a listing Amazon's.
 */
#include "amazon/internal.h"

static bool fault(struct arena *arena, struct str *detail, const char *path, const char *what)
{
    *detail = arena_fmt(arena, "%s: %s", path, what);
    return false;
}

static bool is_list(struct json v)
{
    return !json_present(v) || json_kind(v) == JSON_KIND_ARRAY;
}

/* The element that is about this marketplace. */
static struct json of_marketplace(struct json list, struct str marketplace_id)
{
    struct str id;
    for (size_t i = 0; i < json_len(list); i++) {
        struct json one = json_at(list, i);
        if (json_str(json_get(one, "marketplaceId"), &id) && str_eq(id, marketplace_id)) return one;
    }
    return (struct json){ NULL };
}

static bool has_text(struct json list, struct str text)
{
    struct str s;
    for (size_t i = 0; i < json_len(list); i++)
        if (json_str(json_at(list, i), &s) && str_eq(s, text)) return true;
    return false;
}

static bool read_time(struct json v, time_ms *out)
{
    struct str s;
    if (!json_present(v)) return true;
    return json_str(v, &s) && rfc3339_parse(s, out);
}

static bool read_summary(
    struct json summary, struct arena *arena, struct channel_listing *out, struct str *detail)
{
    out->asin = amazon_copy(json_get(summary, "asin"), arena);
    out->title = amazon_copy(json_get(summary, "itemName"), arena);
    out->product_type = amazon_copy(json_get(summary, "productType"), arena);
    out->condition = amazon_copy(json_get(summary, "conditionType"), arena);
    if (!is_list(json_get(summary, "status")))
        return fault(arena, detail, "/summaries/status", "no list");
    out->active = has_text(json_get(summary, "status"), S("BUYABLE"));
    if (!read_time(json_get(summary, "createdDate"), &out->created_at))
        return fault(arena, detail, "/summaries/createdDate", "no time");
    if (!read_time(json_get(summary, "lastUpdatedDate"), &out->updated_at))
        return fault(arena, detail, "/summaries/lastUpdatedDate", "no time");
    return true;
}

static bool read_availability(
    struct json list, struct arena *arena, struct channel_listing *out, struct str *detail)
{
    const char *path = "/fulfillmentAvailability";
    if (!is_list(list)) return fault(arena, detail, path, "no list");
    for (size_t i = 0; i < json_len(list); i++) {
        struct json one = json_at(list, i), quantity = json_get(one, "quantity");
        struct str code;
        if (!json_str(json_get(one, "fulfillmentChannelCode"), &code) || code.len == 0)
            return fault(arena, detail, path, "an entry without its fulfillmentChannelCode");
        if (!str_eq(code, S("DEFAULT"))) {
            out->fulfillment = CHANNEL_AMAZON;
            continue;
        }
        if (!json_present(quantity) || out->has_quantity) continue;
        if (!json_int64(quantity, &out->quantity) || out->quantity < 0)
            return fault(arena, detail, path, "quantity is no count");
        out->has_quantity = true;
    }
    return true;
}

static struct str read_issues(struct json list, struct str marketplace_id, struct arena *arena)
{
    struct buf out;
    struct jw w;
    buf_init(&out, 64 * 1024);
    jw_init(&w, &out);
    jw_array(&w);
    for (size_t i = 0, kept = 0; i < json_len(list) && kept < AMAZON_ISSUES_MAX; i++) {
        struct json one = json_at(list, i), places = json_get(one, "marketplaceIds");
        if (json_kind(one) != JSON_KIND_OBJECT) continue;
        if (json_len(places) > 0 && !has_text(places, marketplace_id)) continue;
        struct str code = S(""), message = S(""), severity = S("");
        (void)json_str(json_get(one, "code"), &code);
        (void)json_str(json_get(one, "message"), &message);
        (void)json_str(json_get(one, "severity"), &severity);
        jw_object(&w);
        jw_kstr(&w, "code", amazon_clean(NULL, arena, code, AMAZON_CODE_MAX));
        jw_kstr(&w, "message", amazon_clean(NULL, arena, message, AMAZON_DETAIL_MAX));
        jw_kstr(&w, "severity", amazon_clean(NULL, arena, severity, AMAZON_CODE_MAX));
        jw_object_end(&w);
        kept++;
    }
    jw_array_end(&w);
    /* Escapes may lengthen each text sixfold; then better none than half of the JSON. */
    struct str issues = arena_str(arena, out.failed ? S("[]") : buf_str(&out));
    buf_release(&out);
    return issues;
}

bool amazon_listing_parse(struct json item, struct str marketplace_id, struct arena *arena,
    struct channel_listing *out, struct str *detail)
{
    *out = (struct channel_listing){
        .sku = amazon_copy(json_get(item, "sku"), arena),
        .marketplace_id = arena_str(arena, marketplace_id),
    };
    if (json_kind(item) != JSON_KIND_OBJECT) return fault(arena, detail, "", "no object");
    if (out->sku.len == 0 || out->sku.len > SKU_MAX)
        return fault(arena, detail, "/sku", "missing, no text, or too long");
    struct json summaries = json_get(item, "summaries");
    if (!is_list(summaries)) return fault(arena, detail, "/summaries", "no list");
    struct json summary = of_marketplace(summaries, marketplace_id);
    if (!read_summary(summary, arena, out, detail)) return false;
    struct json availability = json_get(item, "fulfillmentAvailability");
    if (!read_availability(availability, arena, out, detail)) return false;
    /* A new FBA listing has its FNSKU before it has any availability. */
    if (json_len(availability) == 0 && json_present(json_get(summary, "fnSku")))
        out->fulfillment = CHANNEL_AMAZON;
    if (out->product_type.len == 0) {
        struct json type = of_marketplace(json_get(item, "productTypes"), marketplace_id);
        out->product_type = amazon_copy(json_get(type, "productType"), arena);
    }
    out->issues = read_issues(json_get(item, "issues"), marketplace_id, arena);
    return true;
}

static void read_items(struct json items, struct str marketplace_id, struct arena *arena,
    struct channel_listings_page *page)
{
    size_t len = json_len(items);
    page->listings = arena_new(arena, struct channel_listing, len + 1);
    page->bad = arena_new(arena, struct channel_bad, len + 1);
    for (size_t i = 0; i < len; i++) {
        struct json item = json_at(items, i);
        struct channel_listing *listing = &page->listings[page->count];
        struct str detail = S("");
        if (amazon_listing_parse(item, marketplace_id, arena, listing, &detail)) {
            page->count++;
            continue;
        }
        page->bad[page->bad_count++] = (struct channel_bad){
            .id = str_sub(amazon_copy(json_get(item, "sku"), arena), 0, SKU_MAX),
            .raw = amazon_kept(item, arena),
            .detail = detail,
        };
    }
}

void amazon_listings_parse(struct str body, struct str marketplace_id, struct arena *arena,
    struct channel_listings_page *page, struct channel_outcome *outcome)
{
    struct json root;
    struct error e;
    *page = (struct channel_listings_page){ .next_token = S("") };
    if (json_parse(body, TRANSPORT_REPLY_MAX, &root, &e) != OK) {
        amazon_outcome_unreadable(outcome, CHANNEL_BROKEN, &e, arena);
        return;
    }
    struct json items = json_get(root, "items");
    if (json_kind(items) != JSON_KIND_ARRAY || json_len(items) > AMAZON_ELEMENTS_MAX) {
        amazon_outcome_set(outcome, CHANNEL_BROKEN, S("malformed_reply"),
            S("/items: no list of at most 200"), NULL, arena);
    } else if (!json_int64(json_get(root, "numberOfResults"), &page->total) || page->total < 0) {
        /* The import is split by this number: without it a part could be missed unseen. */
        page->total = 0;
        amazon_outcome_set(outcome, CHANNEL_BROKEN, S("malformed_reply"),
            S("/numberOfResults: missing or no count"), NULL, arena);
    } else {
        read_items(items, marketplace_id, arena, page);
        page->next_token = amazon_copy(json_path(root, "pagination", "nextToken", NULL), arena);
    }
    json_release(&root);
}
