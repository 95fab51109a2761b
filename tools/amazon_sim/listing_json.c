/* listing_json.c: a listing as `Item` of the Listings Items API 2021-08-01. */
#include "api.h"

const char *const listing_data_names[] = { "summaries", "attributes", "issues", "offers",
    "fulfillmentAvailability", "procurement", "relationships", "productTypes", NULL };

void money_write(struct jw *w, const char *key, int64_t minor, const char *currency)
{
    char amount[40];
    struct buf b;
    buf_init(&b, sizeof amount);
    /* Yen have no smaller unit; the other currencies of the marketplaces have hundredths. */
    if (str_eq(str_of(currency), S("JPY")))
        buf_put_fmt(&b, "%lld", (long long)minor);
    else
        buf_put_fmt(&b, "%lld.%02lld", (long long)(minor / 100), (long long)(minor % 100));
    jw_key(w, key);
    jw_object(w);
    jw_kstr(w, "amount", buf_str(&b));
    jw_kstr(w, "currencyCode", str_of(currency));
    jw_object_end(w);
    buf_release(&b);
}

static void write_summary(struct call *c, const struct listing *l, struct str marketplace)
{
    struct jw *w = &c->w;
    struct place here = listing_in(l, marketplace);
    bool buyable = !here.blocked && (here.fba || l->quantity > 0);
    jw_object(w);
    jw_kstr(w, "marketplaceId", marketplace);
    jw_kstr(w, "asin", l->asin);
    jw_kstr(w, "productType", l->product_type);
    jw_kstr(w, "conditionType", l->condition);
    jw_key(w, "status");
    jw_array(w);
    if (buyable) jw_str(w, S("BUYABLE"));
    if (!here.suppressed) jw_str(w, S("DISCOVERABLE"));
    jw_array_end(w);
    if (here.fba) {
        struct str tail = str_sub(l->asin, 2, l->asin.len);
        jw_kstr(w, "fnSku", arena_fmt(c->arena, "X0%.*s", STR_FMT(tail)));
    }
    jw_kstr(w, "itemName", l->title);
    jw_kstr(w, "createdDate", sim_rfc3339(c->arena, l->created));
    jw_kstr(w, "lastUpdatedDate", sim_rfc3339(c->arena, l->updated));
    jw_key(w, "mainImage");
    jw_object(w);
    jw_kstr(w, "link", arena_fmt(c->arena, "https://images.invalid/%.*s.jpg", STR_FMT(l->asin)));
    jw_kint(w, "height", 500);
    jw_kint(w, "width", 500);
    jw_object_end(w);
    jw_object_end(w);
}

static void attribute(struct jw *w, const char *name, struct str value, struct str marketplace)
{
    jw_key(w, name);
    jw_array(w);
    jw_object(w);
    jw_kstr(w, "value", value);
    jw_kstr(w, "marketplace_id", marketplace);
    jw_object_end(w);
    jw_array_end(w);
}

static void write_attributes(struct call *c, const struct listing *l, struct str marketplace)
{
    struct jw *w = &c->w;
    jw_key(w, "attributes");
    jw_object(w);
    attribute(w, "item_name", l->title, marketplace);
    attribute(w, "condition_type", l->condition, marketplace);
    jw_key(w, "fulfillment_availability");
    jw_array(w);
    jw_object(w);
    jw_kstr(w, "fulfillment_channel_code",
        l->fba ? str_of(c->sim->options.region->fba_code) : S("DEFAULT"));
    if (!l->fba) jw_kint(w, "quantity", l->quantity);
    if (l->handling_days >= 0) jw_kint(w, "lead_time_to_ship_max_days", l->handling_days);
    if (l->restock_date[0]) jw_kstr(w, "restock_date", str_of(l->restock_date));
    jw_kstr(w, "marketplace_id", marketplace);
    jw_object_end(w);
    jw_array_end(w);
    jw_object_end(w);
}

void issue_write(struct call *c, const struct issue *i)
{
    struct jw *w = &c->w;
    jw_object(w);
    jw_kstr(w, "code", str_of(i->code));
    jw_kstr(w, "message", i->message);
    jw_kstr(w, "severity", str_of(i->severity));
    if (i->attribute) {
        jw_key(w, "attributeNames");
        jw_array(w);
        jw_str(w, str_of(i->attribute));
        jw_array_end(w);
    }
    jw_key(w, "categories");
    jw_array(w);
    jw_str(w, i->attribute ? S("INVALID_ATTRIBUTE") : S("QUALIFICATION_REQUIRED"));
    jw_array_end(w);
    jw_object_end(w);
}

/* In any of these marketplaces. */
static struct place in_any(const struct listing *l, const struct param_list *marketplaces)
{
    struct place any = { .absent = true };
    for (size_t i = 0; i < marketplaces->count; i++) {
        struct place here = listing_in(l, marketplaces->items[i]);
        any.absent = any.absent && here.absent;
        any.fba = any.fba || (here.fba && !here.absent);
        any.suppressed = any.suppressed || (here.suppressed && !here.absent);
    }
    return any;
}

static void write_issues(
    struct call *c, const struct listing *l, const struct param_list *marketplaces)
{
    jw_key(&c->w, "issues");
    jw_array(&c->w);
    if (in_any(l, marketplaces).suppressed)
        issue_write(c, &(struct issue){ .code = "18027",
                           .severity = "ERROR",
                           .attribute = "main_product_image_locator",
                           .message = S("The listing is suppressed: a main image is required.") });
    if (l->stranded)
        issue_write(
            c, &(struct issue){ .code = "18432",
                   .severity = "WARNING",
                   .message = S("Inventory in a fulfilment centre is stranded: the listing is "
                                "fulfilled by the merchant.") });
    jw_array_end(&c->w);
}

static void write_availability(
    struct call *c, const struct listing *l, const struct param_list *marketplaces)
{
    struct jw *w = &c->w;
    bool fba = in_any(l, marketplaces).fba;
    jw_key(w, "fulfillmentAvailability");
    jw_array(w);
    jw_object(w);
    if (l->malformed != MALFORMED_AVAILABILITY)
        jw_kstr(w, "fulfillmentChannelCode",
            fba ? str_of(c->sim->options.region->fba_code) : S("DEFAULT"));
    if (!fba) jw_kint(w, "quantity", l->quantity);
    jw_object_end(w);
    jw_array_end(w);
}

static void write_offer(struct call *c, const struct listing *l, struct str marketplace)
{
    const struct marketplace *m = region_marketplace(c->sim->options.region, marketplace);
    jw_object(&c->w);
    jw_kstr(&c->w, "marketplaceId", marketplace);
    jw_kstr(&c->w, "offerType", S("B2C"));
    money_write(&c->w, "price", l->price, m->currency);
    jw_object_end(&c->w);
}

static void write_in_marketplace(
    struct call *c, const struct listing *l, struct str marketplace, uint32_t what)
{
    struct jw *w = &c->w;
    if (what == LISTING_SUMMARIES) {
        write_summary(c, l, marketplace);
    } else if (what == LISTING_OFFERS) {
        write_offer(c, l, marketplace);
    } else if (what == LISTING_RELATIONSHIPS) {
        jw_object(w);
        jw_kstr(w, "marketplaceId", marketplace);
        jw_key(w, "relationships");
        jw_array(w);
        jw_array_end(w);
        jw_object_end(w);
    } else {
        jw_object(w);
        jw_kstr(w, "marketplaceId", marketplace);
        jw_kstr(w, "productType", l->product_type);
        jw_object_end(w);
    }
}

static void write_for_each(struct call *c, const struct listing *l, const char *key,
    const struct param_list *marketplaces, uint32_t what)
{
    jw_key(&c->w, key);
    jw_array(&c->w);
    for (size_t i = 0; i < marketplaces->count; i++)
        if (!listing_in(l, marketplaces->items[i]).absent)
            write_in_marketplace(c, l, marketplaces->items[i], what);
    jw_array_end(&c->w);
}

void listing_write(
    struct call *c, const struct listing *l, const struct param_list *marketplaces, uint32_t data)
{
    jw_object(&c->w);
    if (l->malformed != MALFORMED_SKU) jw_kstr(&c->w, "sku", l->sku);
    if (data & LISTING_SUMMARIES)
        write_for_each(c, l, "summaries", marketplaces, LISTING_SUMMARIES);
    if (data & LISTING_ATTRIBUTES) write_attributes(c, l, marketplaces->items[0]);
    if (data & LISTING_ISSUES) write_issues(c, l, marketplaces);
    if (data & LISTING_OFFERS) write_for_each(c, l, "offers", marketplaces, LISTING_OFFERS);
    if (data & LISTING_AVAILABILITY) write_availability(c, l, marketplaces);
    if (data & LISTING_PROCUREMENT) {
        jw_key(&c->w, "procurement"); /* of vendors only */
        jw_array(&c->w);
        jw_array_end(&c->w);
    }
    if (data & LISTING_RELATIONSHIPS)
        write_for_each(c, l, "relationships", marketplaces, LISTING_RELATIONSHIPS);
    if (data & LISTING_PRODUCT_TYPES)
        write_for_each(c, l, "productTypes", marketplaces, LISTING_PRODUCT_TYPES);
    jw_object_end(&c->w);
}
