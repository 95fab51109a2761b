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

#define ARCHIVED                                                                                   \
    {                                                                                              \
        "archived", "false", FIELD_FLAG, 0, 0, 0                                                   \
    }

#define GRADE(must) TITLE("title", must), COLOR, NUMBER("position", 0, 0, 10000)
static const struct field_spec grade[] = { GRADE(REQUIRED), END },
                               grade_patch[] = { GRADE(0), ARCHIVED, END };

#define DAMAGE(must)                                                                               \
    TITLE("title", must), COLOR, { "initials", "\"I\"", FIELD_TEXT, 0, 1, 10 },                    \
        NUMBER("position", 0, 0, 10000)
static const struct field_spec damage[] = { DAMAGE(REQUIRED), END },
                               damage_patch[] = { DAMAGE(0), ARCHIVED, END };

static const struct field_spec warehouse[] = { TITLE("name", REQUIRED), COLOR, END },
                               warehouse_patch[] = { TITLE("name", 0), COLOR, ARCHIVED, END };

static const struct field_spec location[] = { TITLE("name", REQUIRED), END },
                               location_patch[] = { TITLE("name", 0), ARCHIVED, END };

static const struct field_spec status[] = { TITLE("title", REQUIRED), COLOR, END },
                               status_patch[] = { TITLE("title", 0), COLOR, ARCHIVED, END };

#define ORDER_STATUS(must)                                                                         \
    TITLE("title", must), COLOR, FLAG("is_open"), FLAG("allow_commitment"),                        \
        FLAG("sync_to_shipstation"), { "meaning", "\"canceled\"", FIELD_WORD, NULL_OK, 0, 0 },     \
        NUMBER("position", 0, 0, 10000), END
static const struct field_spec order_status[] = { ORDER_STATUS(REQUIRED) },
                               order_status_patch[] = { ORDER_STATUS(0) };

/* Into itself: refused, after every field was looked at. */
static const struct field_spec retire[] = {
    { "replacement", "\"Canceled\"", FIELD_WORD, REQUIRED, 1, 100 }, END
};
static const struct field_spec organization_merge[] = { { "into", "1", FIELD_ID, REQUIRED, 0, 0 },
    END };
static const struct field_spec organization[] = {
    { "name", "\"T~\"", FIELD_TEXT, REQUIRED, 1, 200 }, END
};
static const struct field_spec organization_patch[] = { { "name", "\"T~\"", FIELD_TEXT, 0, 1, 200 },
    ARCHIVED, END };

static const struct field_spec order_statuses[] = { { "ids", "[1]", FIELD_LIST,
                                                        REQUIRED | IDS | LISTED | FREE, 1, 500 },
    { "status", "\"New\"", FIELD_WORD, REQUIRED, 1, 100 }, END };
static const struct field_spec packing_lists[] = { { "ids", "[1]", FIELD_LIST,
                                                       REQUIRED | IDS | LISTED, 1, 100 },
    { "format", "\"xlsx\"", FIELD_WORD, 0, 1, 20 }, { "paper", "\"letter\"", FIELD_WORD, 0, 1, 20 },
    { "separator", "\"tab\"", FIELD_WORD, 0, 1, 20 }, FLAG("bom"), END };
/* Of an item that is not on the order: a result, and nothing changed. */
static const struct field_spec returned[] = { { "item_id", "7777", FIELD_NUMBER, REQUIRED, 1,
                                                  INT64_C(9007199254740991) },
    { "status", "\"Sold\"", FIELD_WORD, REQUIRED, 1, 100 },
    { "warehouse", "\"Main\"", FIELD_WORD, REQUIRED | NULL_OK, 1, 100 },
    { "location", "null", FIELD_WORD, NULL_OK, 1, 100 },
    { "reason", "\"torn\"", FIELD_LINES, 0, 0, 1000 }, MONEY("refund"), END };
static const struct field_spec returns[] = {
    { "items", "[{\"item_id\":7777,\"status\":\"Sold\",\"warehouse\":null}]", FIELD_LIST, REQUIRED,
        1, 200 },
    FLAG("atomic"), END
};
static const struct field_spec return_patch[] = { { "reason", "\"torn\"", FIELD_LINES, 0, 0, 1000 },
    MONEY("refund"), END };
static const struct field_spec sale_price[] = {
    { "sale_price", "{\"amount\":1,\"currency\":\"EUR\"}", FIELD_MONEY, REQUIRED | NULL_OK, 0, 0 },
    END
};

static const struct field_spec settings[] = { FLAG("unique_skus"),
    { "committed_status", "\"Sold\"", FIELD_WORD, 0, 1, 100 },
    { "received_status", "\"In stock\"", FIELD_WORD, 0, 1, 100 },
    { "totp_roles", "[\"viewer\"]", FIELD_LIST, TEXTS | LISTED, 0, 4 },
    { "audit_months", "36", FIELD_NUMBER, 0, 12, 120 }, END };

#define VARIATION(must)                                                                            \
    TITLE("manufacturer", must), TITLE("model", must), TITLE("variant", 0), TITLE("network", 0),   \
        TITLE("capacity", 0), { "color", "\"Black\"", FIELD_TEXT, 0, 1, 100 },                     \
        { "grade", "\"A\"", FIELD_WORD, 0, 1, 100 },                                               \
        { "damages", "[]", FIELD_LIST, TEXTS | LISTED, 0, 20 },                                    \
        { "sku", "\"SKU-~\"", FIELD_TEXT, NULL_OK, 1, 100 }, MONEY("price")
static const struct field_spec variation[] = { VARIATION(REQUIRED), END },
                               variation_patch[] = { VARIATION(0), ARCHIVED, END };

static const struct field_spec merge[] = { { "into", "1", FIELD_ID, REQUIRED, 1, 0 }, END };

#define ITEM(must)                                                                                 \
    { "esn", "\"SN~\"", FIELD_ESN, must, 1, 64 }, { "variation_id", "1", FIELD_ID, must, 1, 0 },   \
        { "status", "\"In stock\"", FIELD_WORD, 0, 1, 100 },                                       \
        { "warehouse", "\"Main\"", FIELD_WORD, NULL_OK, 1, 100 },                                  \
        { "location", "null", FIELD_WORD, NULL_OK, 1, 100 }, MONEY("paid"),                        \
        { "custom", "{}", FIELD_OBJECT, 0, 0, 0 }, FLAG("accept_warnings"), END
static const struct field_spec item[] = { ITEM(REQUIRED) };
static const struct field_spec item_patch[] = { { "grade", "\"A\"", FIELD_WORD, 0, 1, 100 },
    { "damages", "[]", FIELD_LIST, TEXTS | LISTED, 0, 20 },
    { "reason", "\"R\"", FIELD_TEXT, NULL_OK, 1, 500 }, ITEM(0) };
static const struct field_spec items[] = {
    { "items", "[{\"esn\":\"SN~\",\"variation_id\":1}]", FIELD_LIST, ALWAYS, 1, 1000 }, END
};

#define ITEM_FIELD(must)                                                                           \
    { "name", "\"F~\"", FIELD_TEXT, must, 1, 60 }, FLAG("required"), NUMBER("position", 0, 0, 10000)
static const struct field_spec item_field[] = { { "type", "\"text\"", FIELD_WORD, REQUIRED, 1, 20 },
    ITEM_FIELD(REQUIRED), END };
static const struct field_spec item_field_patch[] = { FLAG("archived"), ITEM_FIELD(0), END };
static const struct field_spec item_field_choices[] = {
    { "choices", "[\"C\"]", FIELD_LIST, ALWAYS | TEXTS | LISTED | FREE, 1, 100 }, END
};

static const struct field_spec bulk_edit[] = { { "ids", "[1]", FIELD_LIST, ALWAYS | IDS | FREE, 0,
                                                   10000 },
    { "esns", "[\"SN-none\"]", FIELD_LIST, TEXTS, 0, 10000 },
    { "hex_ids", "[\"00000000\"]", FIELD_LIST, TEXTS, 0, 10000 },
    { "set", "{\"paid\":null}", FIELD_OBJECT, REQUIRED, 0, 0 },
    { "reason", "\"R\"", FIELD_TEXT, NULL_OK, 1, 500 }, FLAG("atomic"), END };
#define PICKS                                                                                      \
    { "ids", "[999999]", FIELD_LIST, ALWAYS | IDS | FREE, 0, 1000 },                               \
        { "esns", "[\"SN-none\"]", FIELD_LIST, TEXTS, 0, 1000 },                                   \
    {                                                                                              \
        "hex_ids", "[\"00000000\"]", FIELD_LIST, TEXTS, 0, 1000                                    \
    }
static const struct field_spec transfer[] = { { "from_warehouse", "\"Main\"", FIELD_WORD, REQUIRED,
                                                  1, 100 },
    { "to_warehouse", "\"Third\"", FIELD_WORD, REQUIRED, 1, 100 },
    { "notes", "\"\"", FIELD_LINES, 0, 0, 4000 },
    { "ids", "[999999]", FIELD_LIST, IDS | FREE, 0, 1000 }, END };
static const struct field_spec transfer_patch[] = { { "notes", "\"\"", FIELD_LINES, 0, 0, 4000 },
    END };
static const struct field_spec transfer_add[] = { PICKS, END };
static const struct field_spec transfer_receive[] = { PICKS,
    { "location", "null", FIELD_WORD, NULL_OK, 1, 100 }, END };

static const struct field_spec bulk_filter[] = { { "status", "\"Sold\"", FIELD_WORD, ALWAYS, 1,
                                                     100 },
    { "warehouse", "\"Main\"", FIELD_WORD, NULL_OK, 1, 100 },
    { "sku", "\"S\"", FIELD_TEXT, 0, 1, 100 }, { "q", "\"none\"", FIELD_TEXT, 0, 1, 200 },
    NUMBER("order_id", 0, 1, 9007199254740991), NUMBER("purchase_order_id", 0, 1, 9007199254740991),
    NUMBER("variation_id", 0, 1, 9007199254740991), FLAG("committed"),
    { "custom", "{\"None\":1}", FIELD_OBJECT, 0, 0, 0 }, END };
static const struct field_spec bulk_set[] = { { "status", "\"In stock\"", FIELD_WORD, ALWAYS, 1,
                                                  100 },
    { "warehouse", "\"Main\"", FIELD_WORD, NULL_OK, 1, 100 },
    { "location", "null", FIELD_TEXT, NULL_OK, 1, 100 }, MONEY("paid"),
    { "grade", "\"A\"", FIELD_WORD, 0, 1, 100 },
    { "damages", "[]", FIELD_LIST, TEXTS | LISTED, 0, 20 },
    { "custom", "{}", FIELD_OBJECT, 0, 0, 0 }, END };

static const struct field_spec labels[] = { { "ids", "[1]", FIELD_LIST, ALWAYS | IDS, 0, 5000 },
    { "esns", "[]", FIELD_LIST, TEXTS, 0, 5000 }, { "hex_ids", "[]", FIELD_LIST, TEXTS, 0, 5000 },
    { "format", "\"4x6\"", FIELD_WORD, 0, 1, 20 }, { "symbology", "\"qr\"", FIELD_WORD, 0, 1, 20 },
    END };
#define VENDOR(must)                                                                               \
    { "name", "\"V~\"", FIELD_TEXT, must, 1, 200 },                                                \
    {                                                                                              \
        "notes", "\"\"", FIELD_LINES, 0, 0, 4000                                                   \
    }
static const struct field_spec vendor[] = { VENDOR(REQUIRED), END },
                               vendor_patch[] = { VENDOR(0), ARCHIVED, END };
#define PURCHASE(must)                                                                             \
    { "number", "\"N~\"", FIELD_TEXT, 0, 1, 60 }, { "vendor_id", "1", FIELD_ID, must, 1, 0 },      \
        { "notes", "\"\"", FIELD_LINES, 0, 0, 4000 },                                              \
        { "warehouse", "\"Main\"", FIELD_WORD, NULL_OK, 1, 100 },                                  \
        { "inventory_status", "\"In stock\"", FIELD_WORD, NULL_OK, 1, 100 },                       \
    {                                                                                              \
        "ordered_at", NULL, FIELD_TIME, 0, 0, 0                                                    \
    }
static const struct field_spec purchase[] = { PURCHASE(REQUIRED), MONEY("lot_price"),
    { "lines", "[]", FIELD_LIST, 0, 0, 1000 }, END };
static const struct field_spec purchase_patch[] = { PURCHASE(0),
    { "status", "\"open\"", FIELD_WORD, 0, 1, 20 }, END };
#define PURCHASE_LINE(must)                                                                        \
    { "description", "\"D\"", FIELD_TEXT, ALWAYS, 0, 500 },                                        \
        NUMBER("expected_count", must, 0, 1000000), END
static const struct field_spec purchase_line[] = {
    { "variation_id", "1", FIELD_ID, NULL_OK | ALWAYS, 1, 0 }, PURCHASE_LINE(REQUIRED)
};
static const struct field_spec purchase_line_patch[] = { PURCHASE_LINE(0) };
#define RECEIVED                                                                                   \
    { "status", "\"In stock\"", FIELD_WORD, 0, 1, 100 },                                           \
        { "warehouse", "\"Main\"", FIELD_WORD, NULL_OK, 1, 100 },                                  \
        { "location", "null", FIELD_WORD, NULL_OK, 1, 100 }, MONEY("paid"),                        \
        { "custom", "{}", FIELD_OBJECT, 0, 0, 0 }, FLAG("accept_invalid_imei"), END
static const struct field_spec receive_rows[] = {
    { "items", "[{\"esn\":\"SN~\",\"variation_id\":1}]", FIELD_LIST, ALWAYS, 1, 100000 },
    FLAG("accept_invalid_imei"), END
};
static const struct field_spec receive_paste[] = { { "esns", "[\"SN~\"]", FIELD_LIST,
                                                       REQUIRED | FREE, 1, 100000 },
    { "variation_id", "1", FIELD_ID, REQUIRED, 1, 0 }, RECEIVED };

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
    { "scans", "[\"SN-none\"]", FIELD_LIST, TEXTS, 0, 1000 }, FLAG("atomic"),
    FLAG("despite_cancel_request"), END };

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

static const struct field_spec fetch_order[] = {
    { "channel_order_id", "\"701-1\"", FIELD_TEXT, REQUIRED, 1, 100 }, END
};
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
        "password", "\"Maple-otter-~-canyon\"", FIELD_SECRET, 0, 12, 256                           \
    }
static const struct field_spec user[] = { { "email", "\"u~@example.com\"", FIELD_WORD, REQUIRED, 3,
                                              254 },
    PERSON, ROLE(REQUIRED), PASSWORD, END };
static const struct field_spec user_patch[] = { PERSON, ROLE(0), FLAG("active"), PASSWORD, END };
static const struct field_spec token[] = { TITLE("name", REQUIRED), ROLE(REQUIRED),
    { "scopes", "{\"orders\":\"read\"}", FIELD_OBJECT, NULL_OK, 0, 0 },
    { "expires_at", NULL, FIELD_FUTURE, NULL_OK, 0, 0 }, END };
static const struct field_spec rotation[] = { { "expires_at", NULL, FIELD_FUTURE, NULL_OK, 0, 0 },
    END };
static const struct field_spec session[] = { { "email", "\"nobody~@example.com\"", FIELD_TEXT,
                                                 REQUIRED, 1, 254 },
    { "password", "\"x\"", FIELD_SECRET, REQUIRED, 1, 256 },
    { "totp", "\"123456\"", FIELD_WORD, 0, 6, 6 },
    { "recovery_code", "\"MZXW-6YTB\"", FIELD_TEXT, 0, 1, 40 }, END };
static const struct field_spec me[] = { PERSON, END };

static const struct field_spec webhook[] = { { "url", "\"https://receiver.example/~\"", FIELD_URL,
                                                 REQUIRED, 1, 500 },
    { "description", "\"Shop\"", FIELD_TEXT, 0, 0, 200 },
    { "events", "[\"item.*\"]", FIELD_LIST, REQUIRED | TEXTS, 1, 30 }, FLAG("private_addresses"),
    END };
static const struct field_spec webhook_patch[] = { { "url", "\"https://receiver.example/~\"",
                                                       FIELD_URL, 0, 1, 500 },
    { "description", "\"Shop\"", FIELD_TEXT, 0, 0, 200 },
    { "events", "[\"item.*\"]", FIELD_LIST, TEXTS, 1, 30 }, FLAG("private_addresses"),
    { "state", "\"paused\"", FIELD_WORD, 0, 1, 20 }, END };
static const struct field_spec webhook_rotation[] = { NUMBER("overlap_hours", 0, 0, 168), END };
/* Nothing calls receivers here, so a good body is refused at the end. */
static const struct field_spec webhook_resend[] = { NUMBER("seq", REQUIRED, 1, 9007199254740991),
    END };
static const struct field_spec webhook_replay[] = {
    { "from", "\"2026-01-01T00:00:00Z\"", FIELD_TIME, ALWAYS, 0, 0 }, END
};

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
    { "POST /order_statuses/{}/retire", "/order_statuses/5/retire", NULL, "", 409, retire, NULL },
    { "POST /orders/bulk_status", "/orders/bulk_status", NULL, "", 200, order_statuses, NULL },
    { "POST /orders/packing_lists", "/orders/packing_lists", NULL, "", 200, packing_lists, NULL },
    { "POST /orders/{}/returns", "/orders/1/returns", "{\"items\":[$]}", "/items/0", 200, returned,
        NULL },
    { "POST /orders/{}/returns", "/orders/1/returns", NULL, "", 200, returns, NULL },
    { "PATCH /returns/{}", "/returns/1", NULL, "", 200, return_patch, NULL },
    { "PATCH /orders/{}/commitments/{}", "/orders/2/commitments/3", NULL, "", 200, sale_price,
        NULL },
    { "POST /organizations", "/organizations", NULL, "", 201, organization, NULL },
    { "PATCH /organizations/{}", "/organizations/2", NULL, "", 200, organization_patch, NULL },
    { "POST /organizations/{}/merge", "/organizations/1/merge", NULL, "", 409, organization_merge,
        NULL },
    { "PATCH /settings", "/settings", NULL, "", 200, settings, NULL },
    { "POST /variations", "/variations", NULL, "", 201, variation, NULL },
    { "PATCH /variations/{}", "/variations/1", NULL, "", 200, variation_patch, NULL },
    /* Into itself: what it takes, it refuses at the end, so that it can be sent again and again. */
    { "POST /variations/{}/merge", "/variations/1/merge", NULL, "", 422, merge, NULL },
    { "POST /items", "/items", NULL, "", 201, item, NULL },
    { "POST /items", "/items", NULL, "", 200, items, NULL },
    { "PATCH /items/{}", "/items/1", NULL, "", 200, item_patch, NULL },
    { "POST /items/bulk_edit", "/items/bulk_edit", NULL, "", 200, bulk_edit, NULL },
    { "POST /items/bulk_edit", "/items/bulk_edit", "{\"ids\":[1],\"set\":$}", "/set", 200, bulk_set,
        NULL },
    { "POST /items/bulk_edit", "/items/bulk_edit",
        "{\"filter\":$,\"count\":0,\"set\":{\"paid\":null}}", "/filter", 200, bulk_filter, NULL },
    { "POST /items/labels", "/items/labels", NULL, "", 200, labels, NULL },
    { "POST /vendors", "/vendors", NULL, "", 201, vendor, NULL },
    { "PATCH /vendors/{}", "/vendors/1", NULL, "", 200, vendor_patch, NULL },
    { "POST /purchase_orders", "/purchase_orders", NULL, "", 201, purchase, NULL },
    { "POST /purchase_orders", "/purchase_orders", "{\"vendor_id\":1,\"lines\":[$]}", "/lines/0",
        201, purchase_line, NULL },
    { "PATCH /purchase_orders/{}", "/purchase_orders/1", NULL, "", 200, purchase_patch, NULL },
    { "POST /purchase_orders/{}/lines", "/purchase_orders/2/lines", NULL, "", 201, purchase_line,
        NULL },
    { "PATCH /purchase_orders/{}/lines/{}", "/purchase_orders/2/lines/1", NULL, "", 200,
        purchase_line_patch, NULL },
    { "POST /purchase_orders/{}/receive", "/purchase_orders/2/receive", NULL, "", 200,
        receive_paste, NULL },
    { "POST /purchase_orders/{}/receive", "/purchase_orders/3/receive", NULL, "", 200, receive_rows,
        NULL },
    { "POST /transfers", "/transfers", NULL, "", 201, transfer, NULL },
    { "PATCH /transfers/{}", "/transfers/2", NULL, "", 200, transfer_patch, NULL },
    { "POST /transfers/{}/items", "/transfers/2/items", NULL, "", 200, transfer_add, NULL },
    { "POST /transfers/{}/receive", "/transfers/1/receive", NULL, "", 200, transfer_receive, NULL },
    { "POST /item_fields", "/item_fields", NULL, "", 201, item_field, NULL },
    { "PATCH /item_fields/{}", "/item_fields/2", NULL, "", 200, item_field_choices, NULL },
    { "PATCH /item_fields/{}", "/item_fields/1", NULL, "", 200, item_field_patch, NULL },
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
    { "POST /channels/{}/fetch_order", "/channels/1/fetch_order", NULL, "", 202, fetch_order,
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
    { "POST /tokens/{}/rotate", "/tokens/4/rotate", NULL, "", 200, rotation, NULL },
    { "POST /webhooks", "/webhooks", NULL, "", 201, webhook, NULL },
    { "PATCH /webhooks/{}", "/webhooks/1", NULL, "", 200, webhook_patch, NULL },
    { "POST /webhooks/{}/rotate_secret", "/webhooks/1/rotate_secret", NULL, "", 200,
        webhook_rotation, NULL },
    { "POST /webhooks/{}/resend", "/webhooks/1/resend", NULL, "", 503, webhook_resend, NULL },
    { "POST /webhooks/{}/replay", "/webhooks/1/replay", NULL, "", 200, webhook_replay, NULL },
    { "POST /session", "/session", NULL, "", 401, session, NULL },
    { "PATCH /me", "/me", NULL, "", 200, me, "manager" },
    { NULL, NULL, NULL, NULL, 0, NULL, NULL },
};
