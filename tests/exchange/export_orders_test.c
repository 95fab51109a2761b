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
        "Variation ID|SKU|Title|Quantity|Unit Price|Currency|Committed|Uncommitted|ESNs|Hex IDs\n"
        "%.*s|Customer||||New|%.*s||%lld|%lld||%.*s|3|||2|1|E1, E2|%.*s, %.*s\n"
        "%.*s|Customer||||New|%.*s|||||||||||E3|%.*s\n",
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
        FIX_TEST(test_long_order),
    };
    return fix_main(argc, argv, "exchange/export_orders", tests, COUNT_OF(tests));
}
