/* order_json.c: an order as `Order` of the Orders API 2026-01-01. */
#include "api.h"

const char *const order_data_names[] = { "BUYER", "RECIPIENT", "PROCEEDS", "EXPENSE", "PROMOTION",
    "CANCELLATION", "FULFILLMENT", "PACKAGES", "TAX", "PAYMENT", "FULFILLMENT_ORDERS", NULL };

static const time_ms day_ms = 86400000;

static bool has_price(const struct order *o)
{
    return o->status > ORDER_PENDING;
}

static const char *currency_of(const struct call *c, const struct order *o)
{
    const struct marketplace *m = region_marketplace(c->sim->options.region, o->marketplace);
    return m ? m->currency : "USD";
}

static void write_window(struct call *c, const char *key, time_ms from, time_ms to)
{
    jw_key(&c->w, key);
    jw_object(&c->w);
    jw_kstr(&c->w, "earliestDateTime", sim_rfc3339(c->arena, from));
    jw_kstr(&c->w, "latestDateTime", sim_rfc3339(c->arena, to));
    jw_object_end(&c->w);
}

static void write_fulfillment(struct call *c, const struct order *o)
{
    struct jw *w = &c->w;
    jw_key(w, "fulfillment");
    jw_object(w);
    if (o->malformed != ORDER_WITHOUT_STATUS)
        jw_kstr(w, "fulfillmentStatus", str_of(order_status_names[o->status]));
    jw_kstr(w, "fulfilledBy", o->fba ? S("AMAZON") : S("MERCHANT"));
    jw_kstr(w, "fulfillmentServiceLevel", S("STANDARD"));
    if (has_price(o)) {
        write_window(c, "shipByWindow", o->created, o->created + 2 * day_ms);
        write_window(c, "deliverByWindow", o->created + 2 * day_ms, o->created + 6 * day_ms);
    }
    jw_object_end(w);
}

static void write_product(struct call *c, const struct order *o, const struct order_line *l)
{
    struct jw *w = &c->w;
    jw_key(w, "product");
    jw_object(w);
    if (l->asin.len) jw_kstr(w, "asin", l->asin);
    if (l->title.len) jw_kstr(w, "title", l->title);
    if (l->sku.len) jw_kstr(w, "sellerSku", l->sku);
    if (l->condition.len) {
        struct str type, subtype;
        str_cut(l->condition, '_', &type, &subtype);
        jw_key(w, "condition");
        jw_object(w);
        jw_kstr(w, "conditionType", type);
        jw_kstr(w, "conditionSubtype", subtype);
        jw_object_end(w);
    }
    if (has_price(o)) {
        jw_key(w, "price");
        jw_object(w);
        money_write(w, "unitPrice", l->price, currency_of(c, o));
        jw_object_end(w);
    }
    jw_object_end(w);
}

static void write_cancellation(struct call *c, const struct order *o, const struct order_line *l)
{
    if (!o->cancel_requested && !l->cancelled) return;
    struct jw *w = &c->w;
    jw_key(w, "cancellation");
    jw_object(w);
    if (o->cancel_requested) {
        jw_key(w, "cancellationRequest");
        jw_object(w);
        jw_kstr(w, "requester", S("BUYER"));
        jw_kstr(w, "cancelReason", S("ORDER_CREATED_BY_MISTAKE"));
        jw_object_end(w);
    }
    if (l->cancelled) {
        jw_key(w, "cancellationExecution");
        jw_object(w);
        jw_kstr(w, "cancelledBy", o->cancel_requested ? S("BUYER") : S("MERCHANT"));
        jw_kstr(w, "cancelReason", o->cancel_requested ? S("BUYER_CANCELED") : S("NO_INVENTORY"));
        jw_object_end(w);
    }
    jw_object_end(w);
}

static void write_line(
    struct call *c, const struct order *o, const struct order_line *l, uint32_t data)
{
    struct jw *w = &c->w;
    jw_object(w);
    jw_kstr(w, "orderItemId", l->item_id);
    if (o->malformed != ORDER_WITHOUT_QUANTITY) jw_kint(w, "quantityOrdered", l->ordered);
    write_product(c, o, l);
    if ((data & ORDER_PROCEEDS) && has_price(o)) {
        jw_key(w, "proceeds");
        jw_object(w);
        money_write(w, "proceedsTotal", l->price * l->ordered, currency_of(c, o));
        jw_object_end(w);
    }
    if (data & ORDER_CANCELLATION) write_cancellation(c, o, l);
    if (data & ORDER_FULFILLMENT) {
        jw_key(w, "fulfillment");
        jw_object(w);
        jw_kint(w, "quantityFulfilled", l->shipped);
        jw_kint(w, "quantityUnfulfilled", order_line_left(l));
        jw_object_end(w);
    }
    jw_object_end(w);
}

static void write_package(struct call *c, const struct order *o, const struct package *p)
{
    struct jw *w = &c->w;
    jw_object(w);
    jw_kstr(w, "packageReferenceId", arena_fmt(c->arena, "%lld", (long long)p->reference));
    jw_kstr(w, "shipTime", sim_rfc3339(c->arena, p->shipped));
    jw_kstr(w, "carrier", S("UPS"));
    jw_kstr(w, "trackingNumber", arena_fmt(c->arena, "1ZSIM%010lld", (long long)p->reference));
    jw_key(w, "packageStatus");
    jw_object(w);
    jw_kstr(w, "status", S("SHIPPED"));
    jw_object_end(w);
    jw_key(w, "packageItems");
    jw_array(w);
    for (size_t i = 0; i < o->line_count; i++) {
        if (!p->quantities[i]) continue;
        jw_object(w);
        jw_kstr(w, "orderItemId", o->lines[i].item_id);
        jw_kint(w, "quantity", p->quantities[i]);
        jw_object_end(w);
    }
    jw_array_end(w);
    jw_object_end(w);
}

/* Invented, but shaped like the real thing: a client that asks must not keep it. */
static void write_person(struct call *c, uint32_t data)
{
    struct jw *w = &c->w;
    if (data & ORDER_BUYER) {
        jw_key(w, "buyer");
        jw_object(w);
        jw_kstr(w, "buyerName", S("Erika Mustermann"));
        jw_kstr(w, "buyerEmail", S("buyer@marketplace.invalid"));
        jw_object_end(w);
    }
    if (data & ORDER_RECIPIENT) {
        jw_key(w, "recipient");
        jw_object(w);
        jw_key(w, "deliveryAddress");
        jw_object(w);
        jw_kstr(w, "name", S("Erika Mustermann"));
        jw_kstr(w, "addressLine1", S("1 Nowhere Street"));
        jw_kstr(w, "city", S("Springfield"));
        jw_kstr(w, "postalCode", S("00000"));
        jw_kstr(w, "countryCode", S("US"));
        jw_object_end(w);
        jw_object_end(w);
    }
}

void order_write(struct call *c, const struct order *o, uint32_t data)
{
    struct jw *w = &c->w;
    const struct marketplace *m = region_marketplace(c->sim->options.region, o->marketplace);
    jw_object(w);
    jw_kstr(w, "orderId", str_of(o->id));
    jw_kstr(w, "createdTime", sim_rfc3339(c->arena, o->created));
    jw_kstr(w, "lastUpdatedTime", sim_rfc3339(c->arena, o->updated));
    jw_key(w, "salesChannel");
    jw_object(w);
    jw_kstr(w, "channelName", S("AMAZON"));
    jw_kstr(w, "marketplaceId", o->marketplace);
    if (m) jw_kstr(w, "marketplaceName", str_of(m->name));
    jw_object_end(w);
    write_person(c, data);
    if ((data & ORDER_PROCEEDS) && has_price(o)) {
        int64_t total = 0;
        for (size_t i = 0; i < o->line_count; i++)
            total += o->lines[i].price * o->lines[i].ordered;
        jw_key(w, "proceeds");
        jw_object(w);
        money_write(w, "grandTotal", total, currency_of(c, o));
        jw_object_end(w);
    }
    if (data & ORDER_FULFILLMENT) write_fulfillment(c, o);
    jw_key(w, "orderItems");
    jw_array(w);
    for (size_t i = 0; i < o->line_count; i++)
        write_line(c, o, &o->lines[i], data);
    jw_array_end(w);
    if (data & ORDER_PACKAGES) {
        jw_key(w, "packages");
        jw_array(w);
        for (const struct package *p = o->packages; p; p = p->next)
            write_package(c, o, p);
        jw_array_end(w);
    }
    jw_object_end(w);
}
