/* marketplaces.c: Amazon's marketplaces, order statuses, endpoints and documented rates, as tables.
 */
#include "amazon/internal.h"

/* id, name, country by ISO 3166 (Amazon says GB here and UK elsewhere), currency by ISO 4217 */
#define AMERICA(X)                                                                                 \
    X("ATVPDKIKX0DER", "United States", "US", "USD")                                               \
    X("A2EUQ1WTGCTBG2", "Canada", "CA", "CAD")                                                     \
    X("A1AM78C64UM0Y8", "Mexico", "MX", "MXN")                                                     \
    X("A2Q3Y263D00KWC", "Brazil", "BR", "BRL")
#define EUROPE(X)                                                                                  \
    X("A1F83G8C2ARO7P", "United Kingdom", "GB", "GBP")                                             \
    X("A1PA6795UKMFR9", "Germany", "DE", "EUR")                                                    \
    X("A13V1IB3VIYZZH", "France", "FR", "EUR")                                                     \
    X("APJ6JRA9NG5V4", "Italy", "IT", "EUR")                                                       \
    X("A1RKKUPIHCS9HS", "Spain", "ES", "EUR")                                                      \
    X("A1805IZSGTT6HS", "Netherlands", "NL", "EUR")                                                \
    X("A2NODRKZP88ZB9", "Sweden", "SE", "SEK")                                                     \
    X("A1C3SOZRARQ6R3", "Poland", "PL", "PLN")                                                     \
    X("AMEN7PMS3EDWL", "Belgium", "BE", "EUR")                                                     \
    X("A28R8C7NBKEWEA", "Ireland", "IE", "EUR")                                                    \
    X("A33AVAJ2PDY3EV", "Turkey", "TR", "TRY")                                                     \
    X("A17E79C6D8DWNP", "Saudi Arabia", "SA", "SAR")                                               \
    X("A2VIGQ35RCS4UG", "United Arab Emirates", "AE", "AED")                                       \
    X("ARBP9OOSHTCHU", "Egypt", "EG", "EGP")                                                       \
    X("A21TJRUUN4KGV", "India", "IN", "INR")                                                       \
    X("AE08WJ6YKNBMC", "South Africa", "ZA", "ZAR")
#define FAR_EAST(X)                                                                                \
    X("A1VC38T7YXB528", "Japan", "JP", "JPY")                                                      \
    X("A39IBJ37TRP1C6", "Australia", "AU", "AUD")                                                  \
    X("A19VAU5U5O7RUS", "Singapore", "SG", "SGD")

#define PLACE(id, name, country, currency) { id, name, country },
#define CURRENCY(id, name, country, currency) currency,
#define COUNT(table) (sizeof(table) / sizeof(table)[0])

static const struct channel_kind_marketplace america[] = { AMERICA(PLACE) };
static const struct channel_kind_marketplace europe[] = { EUROPE(PLACE) };
static const struct channel_kind_marketplace far_east[] = { FAR_EAST(PLACE) };
static const char *const america_currencies[] = { AMERICA(CURRENCY) };
static const char *const europe_currencies[] = { EUROPE(CURRENCY) };
static const char *const far_east_currencies[] = { FAR_EAST(CURRENCY) };

static const struct channel_kind_region regions[] = {
    { "na", "North America and Brazil", america, COUNT(america) },
    { "eu", "Europe, Middle East, India and South Africa", europe, COUNT(europe) },
    { "fe", "Japan, Australia and Singapore", far_east, COUNT(far_east) },
};

/* The marketplace's own words for an order; it may well send others. */
static const struct channel_kind_status statuses[] = {
    { "PENDING_AVAILABILITY", "a pre-order that waits for its release", NULL },
    { "PENDING", "placed, payment not yet authorized", "Pending payment" },
    { "UNSHIPPED", "ready for shipment", "New" },
    { "PARTIALLY_SHIPPED", "some of it was shipped", "New" },
    { "SHIPPED", "all of it was shipped", "Shipped" },
    { "CANCELLED", "canceled by the buyer, the seller or Amazon", "Canceled" },
    { "UNFULFILLABLE", "cannot be fulfilled (only orders that Amazon fulfills)", NULL },
};

const struct channel_kind_info amazon_info = {
    .kind = "amazon",
    .name = "Amazon",
    .regions = regions,
    .region_count = COUNT(regions),
    .statuses = statuses,
    .status_count = COUNT(statuses),
};

bool amazon_marketplace_find(struct str id, struct amazon_marketplace *out)
{
    static const char *const *const currencies[] = { america_currencies, europe_currencies,
        far_east_currencies };
    for (size_t r = 0; r < COUNT(regions); r++) {
        for (size_t i = 0; i < regions[r].marketplace_count; i++) {
            const struct channel_kind_marketplace *place = &regions[r].marketplaces[i];
            if (!str_eq(str_of(place->id), id)) continue;
            *out = (struct amazon_marketplace){
                .id = str_of(place->id),
                .name = str_of(place->name),
                .country = str_of(place->country),
                .region = str_of(regions[r].region),
                .currency = str_of(currencies[r][i]),
            };
            return true;
        }
    }
    return false;
}

struct str amazon_region_endpoint(struct str region)
{
    if (str_eq(region, S("na"))) return S("https://sellingpartnerapi-na.amazon.com");
    if (str_eq(region, S("eu"))) return S("https://sellingpartnerapi-eu.amazon.com");
    if (str_eq(region, S("fe"))) return S("https://sellingpartnerapi-fe.amazon.com");
    return S("");
}

/* Where Amazon's documents and its SDK disagree on a burst, this has the smaller one: too little
 * costs a moment, too much a 429. */
const struct channel_op_limit amazon_limits[CHANNEL_OP_COUNT] = {
    [CHANNEL_OP_ACCOUNT] = { "getMarketplaceParticipations", 16000, 15 },
    [CHANNEL_OP_LISTINGS_PAGE] = { "searchListingsItems", 5000000, 5 },
    [CHANNEL_OP_LISTING_GET] = { "getListingsItem", 5000000, 5 },
    [CHANNEL_OP_QUANTITY_PUSH] = { "patchListingsItem", 5000000, 5 },
    [CHANNEL_OP_ORDERS_PAGE] = { "searchOrders", 5600, 20 },
    [CHANNEL_OP_ORDER_GET] = { "getOrder", 500000, 30 },
    [CHANNEL_OP_FEED_DOCUMENT] = { "createFeedDocument", 500000, 15 },
    /* 15 in a row for feeds of any kind, but 5 in five minutes for those of listings. */
    [CHANNEL_OP_FEED_CREATE] = { "createFeed", 8300, 5 },
    [CHANNEL_OP_FEED_GET] = { "getFeed", 2000000, 15 },
    [CHANNEL_OP_FEED_RESULT] = { "getFeedDocument", 22200, 10 },
    [CHANNEL_OP_REPORT_CREATE] = { "createReport", 16700, 15 },
    [CHANNEL_OP_REPORT_GET] = { "getReport", 2000000, 15 },
    [CHANNEL_OP_REPORT_DOCUMENT] = { "getReportDocument", 16700, 15 },
    [CHANNEL_OP_SHIPMENT_CONFIRM] = { "confirmShipment", 2000000, 10 },
    /* Each of the operations on them has this limit; together they are held to one. */
    [CHANNEL_OP_DESTINATION] = { "createDestination", 1000000, 5 },
    [CHANNEL_OP_SUBSCRIPTION] = { "createSubscription", 1000000, 5 },
};
