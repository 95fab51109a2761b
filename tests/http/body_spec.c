/* body_spec.c: the rows, as docs/openapi.yaml has them. */
#include "body_spec.h"

#include <stddef.h>

#define TITLE(name, must)                                                                          \
    {                                                                                              \
        name, "\"T~\"", FIELD_TEXT, must, 1, 100                                                   \
    }
#define COLOR                                                                                      \
    {                                                                                              \
        "color", "\"#1971c2\"", FIELD_COLOR, NULL_OK, 0, 0                                         \
    }
#define FLAG(name)                                                                                 \
    {                                                                                              \
        name, "true", FIELD_FLAG, 0, 0, 0                                                          \
    }
#define MONEY(name)                                                                                \
    {                                                                                              \
        name, "{\"amount\":1,\"currency\":\"EUR\"}", FIELD_MONEY, NULL_OK, 0, 0                    \
    }
#define NUMBER(name, flags, least, most)                                                           \
    {                                                                                              \
        name, "3", FIELD_NUMBER, flags, least, most                                                \
    }
#define END                                                                                        \
    {                                                                                              \
        NULL, NULL, FIELD_TEXT, 0, 0, 0                                                            \
    }

#define GRADE(must) TITLE("title", must), COLOR, NUMBER("position", 0, 0, 10000), END
static const struct field_spec grade[] = { GRADE(REQUIRED) }, grade_patch[] = { GRADE(0) };

#define DAMAGE(must) TITLE("title", must), COLOR, { "initials", "\"I\"", FIELD_TEXT, 0, 1, 10 }, END
static const struct field_spec damage[] = { DAMAGE(REQUIRED) }, damage_patch[] = { DAMAGE(0) };

#define WAREHOUSE(must) TITLE("name", must), COLOR, END
static const struct field_spec warehouse[] = { WAREHOUSE(REQUIRED) },
                               warehouse_patch[] = { WAREHOUSE(0) };

static const struct field_spec location[] = { TITLE("name", REQUIRED), END },
                               location_patch[] = { TITLE("name", 0), END };

#define STATUS(must) TITLE("title", must), COLOR, END
static const struct field_spec status[] = { STATUS(REQUIRED) }, status_patch[] = { STATUS(0) };

#define ORDER_STATUS(must)                                                                         \
    TITLE("title", must), COLOR, FLAG("is_open"), FLAG("allow_commitment"),                        \
        FLAG("sync_to_shipstation"), END
static const struct field_spec order_status[] = { ORDER_STATUS(REQUIRED) },
                               order_status_patch[] = { ORDER_STATUS(0) };

static const struct field_spec settings[] = { FLAG("unique_skus"),
    { "committed_status", "\"Sold\"", FIELD_WORD, 0, 1, 100 },
    { "received_status", "\"In stock\"", FIELD_WORD, 0, 1, 100 }, END };

#define VARIATION(must)                                                                            \
    TITLE("manufacturer", must), TITLE("model", must), TITLE("variant", 0), TITLE("network", 0),   \
        TITLE("capacity", 0), { "color", "\"Black\"", FIELD_TEXT, 0, 1, 100 },                     \
        { "grade", "\"A\"", FIELD_WORD, 0, 1, 100 },                                               \
        { "damages", "[]", FIELD_LIST, TEXTS | LISTED, 0, 20 },                                    \
        { "sku", "\"SKU-~\"", FIELD_TEXT, NULL_OK, 1, 100 }, MONEY("price"), END
static const struct field_spec variation[] = { VARIATION(REQUIRED) },
                               variation_patch[] = { VARIATION(0) };

#define ITEM(must)                                                                                 \
    { "esn", "\"SN~\"", FIELD_ESN, must, 1, 64 }, { "variation_id", "1", FIELD_ID, must, 1, 0 },   \
        { "status", "\"In stock\"", FIELD_WORD, 0, 1, 100 },                                       \
        { "warehouse", "\"Main\"", FIELD_WORD, NULL_OK, 1, 100 },                                  \
        { "location", "null", FIELD_WORD, NULL_OK, 1, 100 }, MONEY("paid"),                        \
        FLAG("accept_warnings"), END
static const struct field_spec item[] = { ITEM(REQUIRED) }, item_patch[] = { ITEM(0) };
static const struct field_spec items[] = {
    { "items", "[{\"esn\":\"SN~\",\"variation_id\":1}]", FIELD_LIST, ALWAYS, 1, 1000 }, END
};

#define LINE(must)                                                                                 \
    { "sku", "\"SKU-1\"", FIELD_TEXT, ALWAYS, 1, 100 },                                            \
        { "title", "\"T\"", FIELD_TEXT, 0, 0, 500 }, NUMBER("quantity", must, 1, 100000),          \
        MONEY("unit_price"), END
static const struct field_spec line[] = { LINE(REQUIRED) }, line_patch[] = { LINE(0) };
static const struct field_spec line_of_variation[] = {
    { "variation_id", "1", FIELD_ID, REQUIRED, 1, 0 }, NUMBER("quantity", REQUIRED, 1, 100000), END
};

#define ORDER(must)                                                                                \
    { "organization", "\"Ann's shop\"", FIELD_TEXT, must, 1, 200 },                                \
        { "status", "\"New\"", FIELD_WORD, 0, 1, 100 },                                            \
        { "ordered_at", NULL, FIELD_TIME, 0, 0, 0 },                                               \
    {                                                                                              \
        "notes", "\"\"", FIELD_LINES, 0, 0, 4000                                                   \
    }
static const struct field_spec order[] = { ORDER(REQUIRED),
    { "lines", "[]", FIELD_LIST, 0, 0, 500 }, END };
static const struct field_spec order_patch[] = { ORDER(0), END };

static const struct field_spec commitment[] = { { "esns", "[\"SN-none\"]", FIELD_LIST,
                                                    ALWAYS | TEXTS | FREE, 0, 1000 },
    { "hex_ids", "[\"00000000\"]", FIELD_LIST, TEXTS, 0, 1000 },
    { "scans", "[\"SN-none\"]", FIELD_LIST, TEXTS, 0, 1000 }, FLAG("atomic"), END };

static const struct field_spec credentials[] = { { "client_id", "\"a\"", FIELD_TEXT, REQUIRED, 1,
                                                     200 },
    { "client_secret", "\"b\"", FIELD_TEXT, REQUIRED, 1, 2048 },
    { "refresh_token", "\"c\"", FIELD_TEXT, REQUIRED, 1, 2048 }, END };

#define CHANNEL(must)                                                                              \
    { "name", "\"C~\"", FIELD_TEXT, must, 1, 100 },                                                \
        { "marketplace_ids", "[\"M1\"]", FIELD_LIST, (must) | TEXTS | LISTED, 1, 25 },             \
        { "seller_id", "\"S~\"", FIELD_TEXT, must, 1, 50 },                                        \
        { "credentials", "{\"client_id\":\"a\",\"client_secret\":\"b\",\"refresh_token\":\"c\"}",  \
            FIELD_OBJECT, must, 0, 0 },                                                            \
        { "endpoint_url", "\"https://a.example\"", FIELD_URL, NULL_OK, 1, 500 },                   \
        { "token_url", "\"https://a.example/t\"", FIELD_URL, NULL_OK, 1, 500 }, FLAG("paused"),    \
        FLAG("inventory_sync"),                                                                    \
        { "counted_statuses", "[\"In stock\"]", FIELD_LIST, TEXTS | LISTED, 0, 100 },              \
        { "counted_warehouses", "[\"Main\"]", FIELD_LIST, TEXTS | LISTED, 0, 100 },                \
        FLAG("order_import"), { "import_orders_from", NULL, FIELD_TIME, NULL_OK, 0, 0 },           \
        { "organization_type", "\"Shop\"", FIELD_TEXT, 0, 1, 100 },                                \
        { "order_status_map", "{\"UNSHIPPED\":\"New\"}", FIELD_OBJECT, 0, 0, 0 },                  \
        NUMBER("reserve", 0, 0, 1000000), NUMBER("cap", NULL_OK, 0, 1000000), END
static const struct field_spec channel[] = { { "kind", "\"amazon\"", FIELD_WORD, REQUIRED, 1, 20 },
    { "region", "\"eu\"", FIELD_WORD, REQUIRED, 1, 10 }, CHANNEL(REQUIRED) };
static const struct field_spec channel_patch[] = { CHANNEL(0) };

static const struct field_spec import_orders[] = { { "from", NULL, FIELD_TIME, 0, 0, 0 }, END };

static const struct field_spec listing[] = { { "connection", "{\"mode\":\"auto\"}", FIELD_OBJECT, 0,
                                                 0, 0 },
    NUMBER("reserve", NULL_OK, 0, 1000000), NUMBER("cap", NULL_OK, 0, 1000000), END };
static const struct field_spec connection[] = { { "mode", "\"none\"", FIELD_WORD, REQUIRED, 1, 20 },
    { "skus", "[\"A\"]", FIELD_LIST, TEXTS | LISTED | FREE, 0, 100 },
    { "variation_ids", "[1]", FIELD_LIST, IDS | LISTED, 0, 1000 }, END };
static const struct field_spec connected_skus[] = { { "mode", "\"skus\"", FIELD_WORD, REQUIRED, 1,
                                                        20 },
    { "skus", "[\"A\"]", FIELD_LIST, REQUIRED | TEXTS | LISTED | FREE, 0, 100 }, END };
static const struct field_spec connected_variations[] = { { "mode", "\"variations\"", FIELD_WORD,
                                                              REQUIRED, 1, 20 },
    { "variation_ids", "[1]", FIELD_LIST, REQUIRED | IDS | LISTED, 0, 1000 }, END };

#define PERSON                                                                                     \
    {                                                                                              \
        "name", "\"Ann\"", FIELD_TEXT, 0, 0, 200                                                   \
    }
#define ROLE(must)                                                                                 \
    {                                                                                              \
        "role", "\"viewer\"", FIELD_WORD, must, 1, 0                                               \
    }
#define PASSWORD                                                                                   \
    {                                                                                              \
        "password", "\"maple-otter-canyon-71\"", FIELD_SECRET, 0, 12, 256                          \
    }
static const struct field_spec user[] = { { "email", "\"u~@example.com\"", FIELD_WORD, REQUIRED, 3,
                                              254 },
    PERSON, ROLE(REQUIRED), PASSWORD, END };
static const struct field_spec user_patch[] = { PERSON, ROLE(0), FLAG("active"), PASSWORD, END };
static const struct field_spec token[] = { TITLE("name", REQUIRED), ROLE(REQUIRED),
    { "expires_at", NULL, FIELD_FUTURE, NULL_OK, 0, 0 }, END };
static const struct field_spec session[] = { { "email", "\"nobody~@example.com\"", FIELD_TEXT,
                                                 REQUIRED, 1, 254 },
    { "password", "\"x\"", FIELD_SECRET, REQUIRED, 1, 256 },
    { "totp", "\"123456\"", FIELD_WORD, 0, 6, 6 }, END };
static const struct field_spec me[] = { PERSON, END };

const struct body_spec body_specs[] = {
    { "POST /grades", "/grades", NULL, "", 201, grade, NULL },
    { "PATCH /grades/{}", "/grades/5", NULL, "", 200, grade_patch, NULL },
    { "POST /damage_conditions", "/damage_conditions", NULL, "", 201, damage, NULL },
    { "PATCH /damage_conditions/{}", "/damage_conditions/1", NULL, "", 200, damage_patch, NULL },
    { "POST /warehouses", "/warehouses", NULL, "", 201, warehouse, NULL },
    { "PATCH /warehouses/{}", "/warehouses/2", NULL, "", 200, warehouse_patch, NULL },
    { "POST /warehouses/{}/locations", "/warehouses/1/locations", NULL, "", 201, location, NULL },
    { "PATCH /warehouses/{}/locations/{}", "/warehouses/1/locations/1", NULL, "", 200,
        location_patch, NULL },
    { "POST /inventory_statuses", "/inventory_statuses", NULL, "", 201, status, NULL },
    { "PATCH /inventory_statuses/{}", "/inventory_statuses/3", NULL, "", 200, status_patch, NULL },
    { "POST /order_statuses", "/order_statuses", NULL, "", 201, order_status, NULL },
    { "PATCH /order_statuses/{}", "/order_statuses/6", NULL, "", 200, order_status_patch, NULL },
    { "PATCH /settings", "/settings", NULL, "", 200, settings, NULL },
    { "POST /variations", "/variations", NULL, "", 201, variation, NULL },
    { "PATCH /variations/{}", "/variations/1", NULL, "", 200, variation_patch, NULL },
    { "POST /items", "/items", NULL, "", 201, item, NULL },
    { "POST /items", "/items", NULL, "", 200, items, NULL },
    { "PATCH /items/{}", "/items/1", NULL, "", 200, item_patch, NULL },
    { "POST /orders", "/orders", NULL, "", 201, order, NULL },
    { "POST /orders", "/orders", "{\"organization\":\"O\",\"lines\":[$]}", "/lines/0", 201, line,
        NULL },
    { "PATCH /orders/{}", "/orders/1", NULL, "", 200, order_patch, NULL },
    { "POST /orders/{}/lines", "/orders/1/lines", NULL, "", 201, line, NULL },
    { "POST /orders/{}/lines", "/orders/1/lines", NULL, "", 201, line_of_variation, NULL },
    { "PATCH /orders/{}/lines/{}", "/orders/1/lines/1", NULL, "", 200, line_patch, NULL },
    { "POST /orders/{}/commitments", "/orders/1/commitments", NULL, "", 200, commitment, NULL },
    { "POST /channels", "/channels", NULL, "", 201, channel, NULL },
    { "PATCH /channels/{}", "/channels/1", NULL, "", 200, channel_patch, NULL },
    { "PATCH /channels/{}", "/channels/1", "{\"credentials\":$}", "/credentials", 200, credentials,
        NULL },
    { "POST /channels/{}/import_orders", "/channels/1/import_orders", NULL, "", 202, import_orders,
        NULL },
    { "PATCH /listings/{}", "/listings/1", NULL, "", 200, listing, NULL },
    { "PATCH /listings/{}", "/listings/1", "{\"connection\":$}", "/connection", 200, connection,
        NULL },
    { "PATCH /listings/{}", "/listings/1", "{\"connection\":$}", "/connection", 200, connected_skus,
        NULL },
    { "PATCH /listings/{}", "/listings/1", "{\"connection\":$}", "/connection", 200,
        connected_variations, NULL },
    { "POST /users", "/users", NULL, "", 201, user, NULL },
    { "PATCH /users/{}", "/users/1", NULL, "", 200, user_patch, NULL },
    { "POST /tokens", "/tokens", NULL, "", 201, token, NULL },
    { "POST /session", "/session", NULL, "", 401, session, NULL },
    { "PATCH /me", "/me", NULL, "", 200, me, "manager" },
    { NULL, NULL, NULL, NULL, 0, NULL, NULL },
};
