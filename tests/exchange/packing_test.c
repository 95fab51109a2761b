/* packing_test.c: packing lists as the store gives them, and as rows. */
#include "fixture.h"
#include "print/paper.h"

#include "exchange/orders_paper.h"
#include "exchange/packing.h"
#include "store/reference.h"

#include <string.h>

static int64_t warehouse(struct fix *f, const char *name)
{
    struct reference r = { .title = str_of(name), .color = S("") };
    WRITE(f, reference_create(&f->c, REFERENCE_WAREHOUSE, &r, &f->e), name);
    return r.id;
}

/* A phone on that shelf, committed to the order; location NULL: none. */
static void put(
    struct fix *f, int64_t order, int64_t variation, const char *esn, const char *location)
{
    int64_t item = fix_item(f, esn, variation);
    if (location) {
        struct reference r = { .title = str_of(location), .warehouse_id = MAIN };
        WRITE(f, reference_create(&f->c, REFERENCE_LOCATION, &r, &f->e), location);
        fix_sql(f, arena_fmt(&f->arena, "UPDATE item SET location_id = %lld WHERE id = %lld",
                       (long long)r.id, (long long)item)
                       .at);
    }
    CHECK_STR(str_of(fix_commit_esns(f, order, esn, true)), S(""), esn);
}

static struct packing_list load(struct fix *f, int64_t order)
{
    struct packing_list l;
    READ(f, packing_load(f->c.tx, order, &f->arena, &l, &f->e), "packing list");
    return l;
}

static enum err take_row(void *ctx, const struct export_cell *cells, size_t count, struct error *e)
{
    struct buf *out = ctx;
    (void)e;
    for (size_t i = 0; i < count; i++) {
        if (i) buf_put_char(out, '|');
        if (cells[i].kind == CELL_TEXT)
            buf_put(out, cells[i].text);
        else
            buf_put_int(out, cells[i].number);
    }
    buf_put_char(out, '\n');
    return OK;
}

static struct str rows_of(struct fix *f, const struct packing_list *lists, size_t count)
{
    struct buf out;
    buf_init(&out, 64 * 1024);
    struct row_writer writer = { take_row, &out };
    CHECK_ERR(packing_write(lists, count, &f->arena, &writer, &f->e), OK, &f->e, "rows");
    struct str text = arena_str(&f->arena, buf_str(&out));
    buf_release(&out);
    return text;
}

#define TITLES                                                                                     \
    "Order|Organization|Channel|Channel Order ID|Warehouse|Location|Hex ID|ESN|SKU|Description|"   \
    "Quantity|Missing|Do Not Ship|Notes\n"

static void test_one_walk(void **state)
{
    struct fix *f = *state;
    int64_t a = fix_variation(f, "A", "SA"), b = fix_variation(f, "B", "");
    int64_t order = fix_order(f, ST_NEW, a, 7), annex = warehouse(f, "Annex");
    put(f, order, a, "E1", "A-10");
    put(f, order, a, "E2", "A-2");
    put(f, order, a, "E3", NULL);
    put(f, order, b, "E4", "a-3");
    put(f, order, a, "E5", NULL);
    put(f, order, a, "E6", NULL);
    fix_sql(f, arena_fmt(&f->arena, "UPDATE item SET warehouse_id = %lld WHERE esn = 'E5'",
                   (long long)annex)
                   .at);
    fix_sql(f, "UPDATE item SET warehouse_id = NULL WHERE esn = 'E6'");
    struct packing_list l = load(f, order);
    static const char *const walk[] = { "E5", "E2", "E4", "E1", "E3", "E6" };
    CHECK_INT(l.item_count, COUNT_OF(walk), "all items");
    for (size_t i = 0; i < COUNT_OF(walk); i++) {
        CHECK_STR(l.items[i].esn, str_of(walk[i]), "warehouse, shelf, then those without");
        CHECK_INT(l.items[i].extra, str_eq(l.items[i].esn, S("E4")), "which fits no line");
    }
    CHECK_STR(l.items[0].warehouse, S("Annex"), "where it lies");
    CHECK_STR(l.items[1].location, S("A-2"), "where it lies");
    CHECK_STR(l.items[1].sku, S("SA"), "what it is");
    CHECK_STR(l.items[1].description, S("A A"), "what it is");
    CHECK_INT(l.line_count, 1, "lines");
    CHECK_STR(l.lines[0].sku, S("SA"), "of its variation");
    CHECK_INT(l.lines[0].quantity, 7, "ordered");
    CHECK_INT(l.lines[0].committed, 5, "the one of another variation is none of them");
    CHECK_INT(l.lines[0].missing, 2, "missing");
    CHECK_INT(l.missing, 2, "in all");
    CHECK_STR(l.number, arena_fmt(&f->arena, "SO-%lld", (long long)order), "number");
    CHECK_STR(l.organization, S("Customer"), "customer");
    CHECK_STR(l.status, S("New"), "status");
    CHECK(!l.channel.len && !l.channel_order_id.len && !l.stop.len, "made here, and not stopped");
    CHECK(str_ends(l.ordered_at, S(" UTC")), "when");
}

static void test_unknown(void **state)
{
    struct fix *f = *state;
    struct packing_list l;
    fix_begin_read(f);
    CHECK_ERR(packing_load(f->c.tx, 99, &f->arena, &l, &f->e), ERR_NOT_FOUND, &f->e, "no order");
    fix_rollback(f);
}

static void test_reasons_to_stop(void **state)
{
    struct fix *f = *state;
    int64_t channel = fix_channel(f, "Shop"), order = fix_order_sku(f, ST_NEW, channel, "NONE", 2);
    struct packing_list l = load(f, order);
    CHECK_STR(l.channel, S("Shop"), "the channel");
    CHECK(l.lines[0].unknown_sku && l.lines[0].missing == 2, "an Unknown SKU is missing");
    CHECK(!l.stop.len, "nothing speaks against it");
    fix_sql(f, "UPDATE sales_order SET cancel_requested = 1");
    CHECK_STR(load(f, order).stop, S("the buyer asked to cancel. Wait until that is settled."),
        "asked for");
    fix_set_status(f, order, ST_CANCELED);
    CHECK_STR(load(f, order).stop, S("the order is canceled."), "and done");
}

/* What came back is not missing: it is not wanted again. */
static void test_returned(void **state)
{
    struct fix *f = *state;
    int64_t a = fix_variation(f, "A", "SA"), order = fix_order(f, ST_NEW, a, 2);
    put(f, order, a, "E1", NULL);
    fix_return(f, order, "E1");
    struct packing_list l = load(f, order);
    CHECK_INT(l.item_count, 0, "nothing to pick");
    CHECK_INT(l.lines[0].missing, 1, "the other one");
    CHECK_INT(l.missing, 1, "in all");
}

static void test_rows(void **state)
{
    struct fix *f = *state;
    int64_t a = fix_variation(f, "A", "SA");
    int64_t orders[] = { fix_order(f, ST_NEW, a, 2), fix_order(f, ST_NEW, a, 3),
        fix_order(f, ST_NEW, a, 1) };
    struct packing_list lists[3];
    put(f, orders[0], a, "E1", "B-1");
    put(f, orders[1], a, "E2", "A-1");
    put(f, orders[1], a, "E3", "C-1");
    put(f, orders[2], a, "E4", NULL);
    fix_sql(f, "UPDATE sales_order SET notes = 'first' WHERE id = 1");
    for (size_t i = 0; i < COUNT_OF(lists); i++)
        lists[i] = load(f, orders[i]);
    lists[2].stop = S("the order is canceled.");
    struct str hex[4];
    for (int64_t i = 0; i < 4; i++)
        hex[i] = fix_load_item(f, i + 1).hex_id;
    struct str want = arena_fmt(&f->arena,
        TITLES "SO-2|Customer|||Main|A-1|%.*s|E2|SA|A A|1|||\n"
               "SO-1|Customer|||Main|B-1|%.*s|E1|SA|A A|1|||first\n"
               "SO-2|Customer|||Main|C-1|%.*s|E3|SA|A A|1|||\n"
               "SO-3|Customer|||Main||%.*s|E4|SA|A A|1||the order is canceled.|\n"
               "SO-1|Customer|||||||SA|%.*s||1||first\n"
               "SO-2|Customer|||||||SA|%.*s||1||\n",
        STR_FMT(hex[1]), STR_FMT(hex[0]), STR_FMT(hex[2]), STR_FMT(hex[3]),
        STR_FMT(lists[0].lines[0].description), STR_FMT(lists[1].lines[0].description));
    CHECK_STR(rows_of(f, lists, 3), want, "one walk through all orders, then what is missing");
    CHECK_STR(rows_of(f, lists, 0), S(TITLES), "nothing but the titles");
}

struct papering {
    struct orders_paper paper;
    struct buf pdf;
    int64_t rows;
};

static enum err paper_tx(struct tx *tx, void *ctx, struct error *e)
{
    struct papering *p = ctx;
    return orders_paper_print(tx, &p->paper, &p->pdf, &p->rows, e);
}

static struct str paper_of(struct fix *f, const struct order_filter *filter, const char *about)
{
    struct papering p = { .paper = { filter, str_of(about), f->now } };
    buf_init(&p.pdf, 32 * 1024 * 1024);
    CHECK_ERR(db_read(f->db, "paper", paper_tx, &p, &f->e), OK, &f->e, "paper");
    struct str text = paper_text(buf_str(&p.pdf), &f->arena);
    buf_release(&p.pdf);
    return text;
}

static void test_orders_on_paper(void **state)
{
    struct fix *f = *state;
    int64_t a = fix_variation(f, "A", "SA"), channel = fix_channel(f, "Shop");
    int64_t first = fix_order(f, ST_NEW, a, 3),
            second = fix_order_sku(f, ST_READY, channel, "X", 2);
    put(f, first, a, "E1", NULL);
    fix_sql(f, "UPDATE order_line SET price_amount = 12345, price_currency = 'EUR'");
    fix_sql(f, "UPDATE sales_order SET channel_order_id = '111-222' WHERE channel_id IS NOT NULL");
    struct order_filter filter = { 0 };
    struct str text = paper_of(f, &filter, "");
    static const char *const parts[] = { "All orders", "Organization", "Uncommitted", "SO-1",
        "SO-2", "111-222", "SA", "Ready to ship", "123.45 EUR", "2 orders", "page 1 of 1" };
    for (size_t i = 0; i < COUNT_OF(parts); i++)
        CHECK_INT(count_of(text, str_of(parts[i])) > 0, 1, parts[i]);
    filter.status_id = ST_READY;
    text = paper_of(f, &filter, "status: Ready to ship");
    CHECK(str_contains(text, S("status: Ready to ship")), "what it shows");
    CHECK(str_contains(text, S("1 order")), "filtered as the list is");
    CHECK(!str_contains(text, S("SO-1")), "filtered as the list is");
    CHECK_INT(second, 2, "numbered");
    filter.status_id = -1;
    CHECK(str_contains(paper_of(f, &filter, ""), S("0 orders")), "none at all");
}

/* More orders than are read at once, each on it once; and more lines than a paper has. */
static void test_many_orders_on_paper(void **state)
{
    enum { MANY = 450, MORE = ORDERS_PAPER_ROWS_MAX / MANY + 1 };
    struct fix *f = *state;
    int64_t a = fix_variation(f, "A", "SA"), order = fix_order(f, ST_NEW, a, 1);
    fix_sql(f, arena_fmt(&f->arena,
                   "INSERT INTO sales_order (organization_id, status_id, ordered_at, notes,"
                   " created_at, updated_at, channel_unmapped, cancel_requested)"
                   " WITH RECURSIVE n(i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n"
                   " WHERE i < %d) SELECT organization_id, status_id, ordered_at, notes,"
                   " created_at, updated_at, channel_unmapped, cancel_requested"
                   " FROM n, sales_order WHERE id = %lld",
                   MANY, (long long)order)
                   .at);
    struct order_filter filter = { 0 };
    struct str text = paper_of(f, &filter, "");
    for (int i = 1; i <= MANY; i++)
        CHECK_INT(count_of(text, arena_fmt(&f->arena, "SO-%d ", i)), 1, "each order, once");
    CHECK(str_contains(text, S("450 orders")), "counted");
    fix_sql(f, arena_fmt(&f->arena,
                   "INSERT INTO order_line (order_id, sku, title, quantity, created_at)"
                   " WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %d)"
                   " SELECT o.id, 'X', 'X', 1, 1 FROM n, sales_order o",
                   MORE)
                   .at);
    struct papering p = { .paper = { &filter, S(""), f->now } };
    buf_init(&p.pdf, 32 * 1024 * 1024);
    CHECK_ERR(db_read(f->db, "paper", paper_tx, &p, &f->e), ERR_TOO_LARGE, &f->e, "too many");
    buf_release(&p.pdf);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        FIX_TEST(test_one_walk),
        FIX_TEST(test_unknown),
        FIX_TEST(test_reasons_to_stop),
        FIX_TEST(test_returned),
        FIX_TEST(test_rows),
        FIX_TEST(test_orders_on_paper),
        FIX_TEST(test_many_orders_on_paper),
    };
    return fix_main(argc, argv, "exchange/packing", tests, COUNT_OF(tests));
}
