/* export_orders_test.c: orders as rows: what was ordered, sold and came back, by line. */
#include "files.h"

#include "base/limits.h"
#include "store/order_return.h"

#include <string.h>

static void test_orders(void **state)
{
    struct fix *f = *state;
    int64_t a = fix_variation(f, "A", "SA"), b = fix_variation(f, "B", "SB");
    int64_t order = fix_order(f, ST_NEW, a, 3);
    fix_item(f, "E1", a);
    fix_item(f, "E2", a);
    fix_item(f, "E3", b);
    CHECK_STR(str_of(fix_commit_esns(f, order, "E1 E2 E3", true)), S(""), "commit");
    struct order o = fix_load_order(f, order);
    struct export_request request = { .kind = EXPORT_ORDERS };
    FILE *file = files_export(f, &request, SHEET_CSV);
    char time[RFC3339_SIZE];
    struct str at = rfc3339_format(o.ordered_at, time);
    const char *want = arena_fmt(&f->arena,
        "Order|Organization|Channel|Channel Order ID|Channel Status|Status|Ordered At|Notes|Line|"
        "Variation ID|SKU|Title|Quantity|Unit Price|Currency|Committed|Returned|Uncommitted|Sold|"
        "Paid|Profit|ESNs|Hex IDs\n"
        "%.*s|Customer||||New|%.*s||%lld|%lld||%.*s|3|||2|0|1||||E1, E2|%.*s, %.*s\n"
        "%.*s|Customer||||New|%.*s|||||||||||||||E3|%.*s\n",
        STR_FMT(o.number), STR_FMT(at), (long long)o.lines[0].id, (long long)a,
        STR_FMT(o.lines[0].title), STR_FMT(o.items[0].hex_id), STR_FMT(o.items[1].hex_id),
        STR_FMT(o.number), STR_FMT(at), STR_FMT(o.items[2].hex_id))
                           .at;
    CHECK_STR(str_of(files_rows(f, file)), str_of(want), "lines, and what is on none of them");
    (void)fclose(file);
    request.orders.status_id = ST_SHIPPED;
    file = files_export(f, &request, SHEET_CSV);
    CHECK(strchr(files_rows(f, file), '\n')[1] == 0, "filtered as the list is");
    (void)fclose(file);
}

static enum err set_line_price(struct fix *f, int64_t order_id, struct money price)
{
    struct order o;
    enum err rc = order_lock(&f->c, order_id, &f->arena, &o, &f->e);
    if (rc) return rc;
    struct order_line after = o.lines[0];
    after.price = price;
    return order_line_update(&f->c, &o, &o.lines[0], &after, &f->e);
}

static enum err set_sale(struct fix *f, int64_t order_id, int64_t item_id, struct money sale)
{
    struct order o;
    enum err rc = order_lock(&f->c, order_id, &f->arena, &o, &f->e);
    return rc ? rc : order_item_price(&f->c, &o, item_id, sale, &f->e);
}

static enum err take_back(struct fix *f, int64_t order_id, const char *esn)
{
    struct return_input in = { .text = str_of(esn),
        .status_id = IN_STOCK,
        .status = S("In stock"),
        .warehouse = S(""),
        .location = S(""),
        .reason = S("") };
    struct return_request request = { &in, 1, true };
    struct return_result result = { .code = "" };
    struct order o;
    enum err rc = order_lock(&f->c, order_id, &f->arena, &o, &f->e);
    if (!rc) rc = return_add(&f->c, &o, &request, &result, &f->e);
    CHECK_STR(str_of(result.code), S(""), esn);
    return rc;
}

static int64_t bought(struct fix *f, const char *esn, int64_t variation_id, struct money paid)
{
    struct item i = {
        .esn = str_of(esn), .variation_id = variation_id, .status_id = IN_STOCK, .paid = paid
    };
    WRITE(f, item_create(&f->c, &i, &f->e), esn);
    return i.id;
}

/* From Quantity to ESNs: the cells before them are looked at elsewhere, Hex IDs are drawn by lot.
 */
static void check_sold(struct fix *f, const char *want, const char *why)
{
    enum { FIRST = 12, LAST = 21 };
    struct export_request request = { .kind = EXPORT_ORDERS };
    struct buf got;
    FILE *file = files_export(f, &request, SHEET_CSV);
    struct str rest = str_of(files_rows(f, file));
    buf_init(&got, 4096);
    (void)files_line(&rest);
    while (rest.len) {
        struct str line = files_line(&rest), cell;
        for (int i = 0; i <= LAST; i++) {
            str_cut(line, '|', &cell, &line);
            if (i >= FIRST) buf_put(&got, cell);
            if (i >= FIRST) buf_put_char(&got, i < LAST ? '|' : '\n');
        }
    }
    CHECK_STR(buf_str(&got), str_of(want), why);
    buf_release(&got);
    (void)fclose(file);
}

static void test_returned(void **state)
{
    struct fix *f = *state;
    int64_t v = fix_variation(f, "A", "SA"), order = fix_order(f, ST_NEW, v, 3);
    fix_item(f, "E1", v);
    fix_item(f, "E2", v);
    CHECK_STR(str_of(fix_commit_esns(f, order, "E1 E2", true)), S(""), "commit");
    WRITE(f, take_back(f, order, "E1"), "one comes back");
    check_sold(f, "3|||1|1|1||||E2\n", "the unit that came back is not wanted again");
    fix_set_status(f, order, ST_SHIPPED);
    check_sold(f, "3|||1|1|1||||E2\n", "nor when the order is closed");
}

static void test_sums(void **state)
{
    struct fix *f = *state;
    const struct money none = { 0 };
    int64_t a = fix_variation(f, "A", "SA"), b = fix_variation(f, "B", "SB");
    int64_t order = fix_order(f, ST_NEW, a, 4);
    (void)bought(f, "E1", a, (struct money){ true, 6000, S("USD") });
    (void)bought(f, "E2", a, (struct money){ true, 7000, S("USD") });
    int64_t third = bought(f, "E3", a, (struct money){ true, 6500, S("EUR") });
    check_sold(f, "4|||0|0|4||||\n", "nothing is sold");
    WRITE(f, set_line_price(f, order, (struct money){ true, 10000, S("USD") }), "a price");
    check_sold(f, "4|100.00|USD|0|0|4|0.00|0.00||\n", "nor with a price");
    CHECK_STR(str_of(fix_commit_esns(f, order, "E1 E2 E3", true)), S(""), "commit");
    WRITE(f, set_sale(f, order, third, (struct money){ true, 9000, S("EUR") }), "by hand");
    check_sold(f,
        "4|100.00|USD|3|0|1|200.00|130.00|70.00|E1, E2, E3\n"
        "||EUR||||90.00|65.00|25.00|\n",
        "a row for each currency, that of the line first");
    (void)bought(f, "D1", b, (struct money){ true, 500, S("JPY") });
    (void)bought(f, "D2", b, none);
    CHECK_STR(str_of(fix_commit_esns(f, order, "D1 D2", true)), S(""), "directly");
    check_sold(f,
        "4|100.00|USD|3|0|1|200.00|130.00|70.00|E1, E2, E3\n"
        "||EUR||||90.00|65.00|25.00|\n"
        "||JPY||||0|500||D1, D2\n",
        "what is on no line has its sums too, and no profit where its price is not known");
}

/* More items on one line than a cell has room for. */
static void test_long_order(void **state)
{
    enum { MANY = 1000, SET = 25 };
    struct fix *f = *state;
    int64_t a = fix_variation(f, "A", "SA"), order = fix_order(f, ST_NEW, a, MANY);
    for (int i = 0; i < MANY; i += SET) {
        struct str set = S("");
        for (int k = i; k < i + SET; k++) {
            const char *esn = arena_fmt(&f->arena, "%064d", k).at;
            fix_item(f, esn, a);
            set = arena_fmt(&f->arena, "%.*s%s%s", STR_FMT(set), set.len ? " " : "", esn);
        }
        CHECK_STR(str_of(fix_commit_esns(f, order, set.at, true)), S(""), "commit");
    }
    struct str of_line = arena_fmt(
        &f->arena, "|%lld|%lld||", (long long)fix_load_order(f, order).lines[0].id, (long long)a);
    struct export_request request = { .kind = EXPORT_ORDERS };
    for (enum sheet_format format = SHEET_CSV; format <= SHEET_XLSX; format++) {
        FILE *file = files_export(f, &request, format);
        struct str rest = str_of(files_rows(f, file));
        struct {
            int rows, items, figures;
        } seen = { 0 };
        (void)files_line(&rest); /* the titles */
        for (; rest.len; seen.rows++) {
            struct str line = files_line(&rest);
            CHECK(str_contains(line, of_line), "of this line");
            seen.figures += str_contains(line, S("|1000|"));
            for (size_t i = 0; i + 64 <= line.len; i++)
                if (str_starts(str_sub(line, i, line.len - i), S("00000000000000000000"))) {
                    seen.items++;
                    i += 63;
                }
        }
        CHECK_INT(seen.rows, 3, "as many as need be");
        CHECK_INT(seen.items, MANY, "every item");
        CHECK_INT(seen.figures, 1, "the line's figures once");
        (void)fclose(file);
    }
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        FIX_TEST(test_orders),
        FIX_TEST(test_returned),
        FIX_TEST(test_sums),
        FIX_TEST(test_long_order),
    };
    return fix_main(argc, argv, "exchange/export_orders", tests, COUNT_OF(tests));
}
