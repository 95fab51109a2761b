/* api.h: the operations, one function each, and the JSON of listings and orders. */
#ifndef AMAZON_SIM_API_H
#define AMAZON_SIM_API_H

#include "params.h"

void token_post(struct call *c);
void consent_get(struct call *c); /* the page where a seller authorises; answers with a redirect */
void participations_get(struct call *c);
void listings_search(struct call *c);
void listing_get(struct call *c);
void listing_patch(struct call *c);
void orders_search(struct call *c);
void order_get(struct call *c);
void feed_document_post(struct call *c);
void feed_document_get(struct call *c);
void feed_post(struct call *c);
void feed_get(struct call *c);
void document_serve(struct call *c); /* everything under /_document (documents.h) */
void control(struct call *c);        /* everything under /_sim */

/* includedData of the listings operations, in this order. */
enum {
    LISTING_SUMMARIES = 1 << 0,
    LISTING_ATTRIBUTES = 1 << 1,
    LISTING_ISSUES = 1 << 2,
    LISTING_OFFERS = 1 << 3,
    LISTING_AVAILABILITY = 1 << 4,
    LISTING_PROCUREMENT = 1 << 5,
    LISTING_RELATIONSHIPS = 1 << 6,
    LISTING_PRODUCT_TYPES = 1 << 7,
};
extern const char *const listing_data_names[];
void listing_write(
    struct call *c, const struct listing *l, const struct param_list *marketplaces, uint32_t data);
struct issue {
    const char *code, *severity, *attribute;
    struct str message;
};
void issue_write(struct call *c, const struct issue *i);
/* A message of a feed, as a patch of its listing: submitted, or so many issues of it. */
size_t patch_message(
    struct call *c, struct str sku, struct json message, struct issue *issues, size_t max);

/* includedData of the orders operations; those not named here are accepted and add nothing. */
enum {
    ORDER_BUYER = 1 << 0,
    ORDER_RECIPIENT = 1 << 1,
    ORDER_PROCEEDS = 1 << 2,
    ORDER_CANCELLATION = 1 << 5,
    ORDER_FULFILLMENT = 1 << 6,
    ORDER_PACKAGES = 1 << 7,
};
extern const char *const order_data_names[];
void order_write(struct call *c, const struct order *o, uint32_t data);
void money_write(struct jw *w, const char *key, int64_t minor, const char *currency);

#endif
