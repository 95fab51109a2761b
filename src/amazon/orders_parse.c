/*
 * orders_parse.c: orders of the 2026-01-01 API (sp-api.md 2).
 *
 * Only the members named here are read, so nothing about a buyer enters the program. An order that
 * contradicts Amazon's documents where stock depends on it is put aside with what is wrong; a price
 * that cannot be read is only left out, because no quantity depends on it.
 */
#include "amazon/internal.h"
#include "core/money.h"

#include <stdlib.h>

struct parse {
    struct arena *arena;
    struct str *detail;
};

static bool fault(struct parse *p, const char *path, const char *what)
{
    *p->detail = arena_fmt(p->arena, "%s: %s", path, what);
    return false;
}

static bool line_fault(struct parse *p, size_t i, const char *path, const char *what)
{
    *p->detail = arena_fmt(p->arena, "/orderItems/%zu%s: %s", i, path, what);
    return false;
}

static bool is_object(struct json v)
{
    return !json_present(v) || json_kind(v) == JSON_KIND_OBJECT;
}

/* An absent text is empty; false when it is there and no text. */
static bool read_text(struct json v, struct arena *arena, struct str *out)
{
    *out = amazon_copy(v, arena);
    return !json_present(v) || json_kind(v) == JSON_KIND_STRING;
}

static bool read_id(struct json v, struct arena *arena, struct str *out)
{
    *out = amazon_copy(v, arena);
    return out->len > 0 && out->len <= AMAZON_ID_MAX;
}

static bool read_time(struct json v, time_ms *out)
{
    struct str s;
    return json_str(v, &s) && rfc3339_parse(s, out);
}

static bool read_count(struct json v, int64_t *out)
{
    return json_int64(v, out) && *out >= 0 && *out <= LINE_QUANTITY_MAX;
}

static void read_price(struct json price, struct arena *arena, struct channel_order_line *line)
{
    struct str amount, currency;
    line->currency = S("");
    if (!json_str(json_get(price, "amount"), &amount)) return;
    if (!json_str(json_get(price, "currencyCode"), &currency) || currency.len != 3) return;
    int64_t minor = 0;
    if (!amazon_decimal(amount, money_exponent(currency), true, &minor) || minor < 0) return;
    line->has_price = true;
    line->price_minor = minor;
    line->currency = arena_str(arena, currency);
}

static bool read_quantities(
    struct parse *p, struct json item, size_t i, struct channel_order_line *line)
{
    if (!read_count(json_get(item, "quantityOrdered"), &line->ordered))
        return line_fault(p, i, "/quantityOrdered", "missing or no count");
    struct json fulfillment = json_get(item, "fulfillment");
    if (!is_object(fulfillment)) return line_fault(p, i, "/fulfillment", "no object");
    struct json done = json_get(fulfillment, "quantityFulfilled");
    struct json open = json_get(fulfillment, "quantityUnfulfilled");
    if (json_present(done) && !read_count(done, &line->fulfilled))
        return line_fault(p, i, "/fulfillment/quantityFulfilled", "no count");
    if (json_present(open) && !read_count(open, &line->unfulfilled))
        return line_fault(p, i, "/fulfillment/quantityUnfulfilled", "no count");
    line->has_fulfilled = json_present(done) && json_present(open);
    if (line->has_fulfilled && line->fulfilled + line->unfulfilled > line->ordered)
        return line_fault(p, i, "/fulfillment", "more than was ordered");
    return true;
}

enum { CANCEL_REASON_MAX = 64 };

/* "ORDER_CREATED_BY_MISTAKE": a word of Amazon's. What is no such word may be a sentence of the
 * buyer's, which is not ours to keep. */
static bool is_reason(struct str s)
{
    bool underscore = false;
    for (size_t i = 0; i < s.len; i++) {
        bool letter = s.at[i] >= 'A' && s.at[i] <= 'Z';
        if (!letter && s.at[i] != '_') return false;
        underscore = underscore || !letter;
    }
    return underscore && s.len <= CANCEL_REASON_MAX;
}

static void read_cancel_request(
    struct json request, struct arena *arena, struct channel_order_line *line)
{
    struct str requester = S("BUYER"), reason = S(""); /* the only one there is today */
    (void)json_str(json_get(request, "requester"), &requester);
    line->cancel_requested =
        json_kind(request) == JSON_KIND_OBJECT && str_eq(requester, S("BUYER"));
    (void)json_str(json_get(request, "cancelReason"), &reason);
    line->cancel_reason =
        line->cancel_requested && is_reason(reason) ? arena_str(arena, reason) : S("");
}

static bool read_line(struct parse *p, struct json item, size_t i, struct channel_order_line *line)
{
    *line = (struct channel_order_line){ .ordered = 0 };
    if (json_kind(item) != JSON_KIND_OBJECT) return line_fault(p, i, "", "no object");
    if (!read_id(json_get(item, "orderItemId"), p->arena, &line->line_id))
        return line_fault(p, i, "/orderItemId", "missing, no text, or too long");
    if (!read_quantities(p, item, i, line)) return false;
    struct json product = json_get(item, "product");
    if (!is_object(product)) return line_fault(p, i, "/product", "no object");
    if (!read_text(json_get(product, "sellerSku"), p->arena, &line->sku) || line->sku.len > SKU_MAX)
        return line_fault(p, i, "/product/sellerSku", "no text, or too long");
    if (!read_text(json_get(product, "asin"), p->arena, &line->asin))
        return line_fault(p, i, "/product/asin", "no text");
    if (!read_text(json_get(product, "title"), p->arena, &line->title))
        return line_fault(p, i, "/product/title", "no text");
    read_cancel_request(
        json_path(item, "cancellation", "cancellationRequest", NULL), p->arena, line);
    read_price(json_path(product, "price", "unitPrice", NULL), p->arena, line);
    return true;
}

static int by_id(const void *a, const void *b)
{
    return str_cmp(*(const struct str *)a, *(const struct str *)b);
}

/* Lines are stored by their id: a second one would overwrite the first. */
static bool ids_differ(const struct channel_order *order, struct arena *arena)
{
    struct str *ids = arena_new(arena, struct str, order->line_count + 1);
    for (size_t i = 0; i < order->line_count; i++)
        ids[i] = order->lines[i].line_id;
    qsort(ids, order->line_count, sizeof ids[0], by_id);
    for (size_t i = 1; i < order->line_count; i++)
        if (str_eq(ids[i - 1], ids[i])) return false;
    return true;
}

static bool read_lines(struct parse *p, struct json items, struct channel_order *out)
{
    size_t len = json_len(items);
    if (json_kind(items) != JSON_KIND_ARRAY) return fault(p, "/orderItems", "missing or no list");
    if (len > ORDER_LINES_MAX) return fault(p, "/orderItems", "too many");
    out->lines = arena_new(p->arena, struct channel_order_line, len + 1);
    for (size_t i = 0; i < len; i++)
        if (!read_line(p, json_at(items, i), i, &out->lines[out->line_count++])) return false;
    if (!ids_differ(out, p->arena)) return fault(p, "/orderItems", "an orderItemId twice");
    return true;
}

static bool read_fulfillment(struct parse *p, struct json fulfillment, struct channel_order *out)
{
    if (!read_id(json_get(fulfillment, "fulfillmentStatus"), p->arena, &out->status))
        return fault(p, "/fulfillment/fulfillmentStatus", "missing, no text, or too long");
    struct json by = json_get(fulfillment, "fulfilledBy");
    struct str who = S("MERCHANT");
    if (json_present(by) && !json_str(by, &who))
        return fault(p, "/fulfillment/fulfilledBy", "no text");
    if (str_eq(who, S("AMAZON")))
        out->fulfillment = CHANNEL_AMAZON;
    else if (!str_eq(who, S("MERCHANT")))
        return fault(p, "/fulfillment/fulfilledBy", "neither MERCHANT nor AMAZON");
    return true;
}

bool amazon_order_parse(
    struct json order, struct arena *arena, struct channel_order *out, struct str *detail)
{
    struct parse p = { arena, detail };
    *out = (struct channel_order){ .fulfillment = CHANNEL_MERCHANT };
    if (json_kind(order) != JSON_KIND_OBJECT) return fault(&p, "", "no object");
    if (!read_id(json_get(order, "orderId"), arena, &out->id))
        return fault(&p, "/orderId", "missing, no text, or too long");
    if (!read_time(json_get(order, "createdTime"), &out->created_at))
        return fault(&p, "/createdTime", "missing or no time");
    if (!read_time(json_get(order, "lastUpdatedTime"), &out->updated_at))
        return fault(&p, "/lastUpdatedTime", "missing or no time");
    if (!read_text(
            json_path(order, "salesChannel", "marketplaceId", NULL), arena, &out->marketplace_id))
        return fault(&p, "/salesChannel/marketplaceId", "no text");
    if (!read_fulfillment(&p, json_get(order, "fulfillment"), out)) return false;
    return read_lines(&p, json_get(order, "orderItems"), out);
}

static void read_orders(struct json orders, struct arena *arena, struct channel_orders_page *page)
{
    size_t len = json_len(orders);
    page->orders = arena_new(arena, struct channel_order, len + 1);
    page->bad = arena_new(arena, struct channel_bad, len + 1);
    for (size_t i = 0; i < len; i++) {
        struct json order = json_at(orders, i);
        struct str detail = S(""), id = S("");
        if (amazon_order_parse(order, arena, &page->orders[page->count], &detail)) {
            page->count++;
            continue;
        }
        (void)json_str(json_get(order, "orderId"), &id);
        page->bad[page->bad_count++] = (struct channel_bad){
            .id = amazon_clean(NULL, arena, id, AMAZON_ID_MAX),
            .raw = amazon_kept(order, arena),
            .detail = detail,
        };
    }
    page->orders[page->count] = (struct channel_order){ .line_count = 0 };
}

void amazon_orders_parse(struct str body, struct arena *arena, struct channel_orders_page *page,
    struct channel_outcome *outcome)
{
    struct json root;
    struct error e;
    *page = (struct channel_orders_page){ .next_token = S("") };
    if (json_parse(body, TRANSPORT_REPLY_MAX, &root, &e) != OK) {
        amazon_outcome_unreadable(outcome, CHANNEL_BROKEN, &e, arena);
        return;
    }
    struct json orders = json_get(root, "orders"), token = json_get(root, "pagination");
    token = json_get(token, "nextToken");
    if (json_kind(orders) != JSON_KIND_ARRAY || json_len(orders) > AMAZON_ELEMENTS_MAX)
        amazon_outcome_set(outcome, CHANNEL_BROKEN, S("malformed_reply"),
            S("/orders: no list of at most 200"), NULL, arena);
    else if (json_present(token) && json_kind(token) != JSON_KIND_STRING)
        /* Taken for the last page it would lose the orders behind it. */
        amazon_outcome_set(outcome, CHANNEL_BROKEN, S("malformed_reply"),
            S("/pagination/nextToken: no text"), NULL, arena);
    else {
        read_orders(orders, arena, page);
        page->next_token = amazon_copy(token, arena);
    }
    json_release(&root);
}
