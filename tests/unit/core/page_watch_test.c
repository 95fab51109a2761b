/* page_watch_test.c: pages that come again, in whatever order, are noticed; others are not. */
#include "check.h"

#include "core/page_watch.h"

#include <stdio.h>

/* Rows from..from+rows-1, backwards when told so. */
static struct page_print page(int from, int rows, bool backwards)
{
    struct page_print p = { 0 };
    for (int i = 0; i < rows; i++) {
        char id[32];
        (void)snprintf(id, sizeof id, "111-%07d", backwards ? from + rows - 1 - i : from + i);
        page_print_add(&p, str_of(id));
    }
    return p;
}

/* As a reader does: asks, then notes. */
static bool stalls(struct page_watch *w, struct page_print p)
{
    bool it = page_watch_stalls(w, p);
    page_watch_note(w, p);
    return it;
}

static void test_pages(void **state)
{
    (void)state;
    static const struct {
        const char *why;
        struct {
            int from, rows;
            bool backwards;
        } pages[5];
        int count;
        bool last_stalls;
    } rows[] = {
        { "one page", { { 0, 100, false } }, 1, false },
        { "pages go on", { { 0, 100, false }, { 100, 100, false }, { 200, 7, false } }, 3, false },
        { "the same page again", { { 0, 100, false }, { 0, 100, false } }, 2, true },
        { "in another order", { { 0, 100, false }, { 0, 100, true } }, 2, true },
        { "a round of two", { { 0, 9, false }, { 9, 9, false }, { 0, 9, false } }, 3, true },
        { "a part of a page is another page", { { 0, 100, false }, { 0, 99, false } }, 2, false },
        { "rows may come twice", { { 0, 100, false }, { 50, 100, false } }, 2, false },
        { "an empty page may be between", { { 0, 9, false }, { 0, 0, false }, { 9, 9, false } }, 3,
            false },
        { "but not without end",
            { { 0, 9, false }, { 0, 0, false }, { 0, 0, false }, { 0, 0, false } }, 4, true },
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct page_watch w;
        page_watch_reset(&w);
        bool last = false;
        for (int k = 0; k < rows[i].count; k++) {
            CHECK(!last, rows[i].why);
            last = stalls(
                &w, page(rows[i].pages[k].from, rows[i].pages[k].rows, rows[i].pages[k].backwards));
        }
        CHECK_INT(last, rows[i].last_stalls, rows[i].why);
    }
}

static void test_bounds(void **state)
{
    (void)state;
    struct page_watch w;
    page_watch_reset(&w);
    for (int i = 0; i < 3 * PAGE_WATCH_MAX; i++)
        CHECK(!stalls(&w, page(i * 10, 10, false)), "any number of pages");
    CHECK(stalls(&w, page((2 * PAGE_WATCH_MAX) * 10, 10, false)), "a long round is noticed");
    page_watch_reset(&w);
    CHECK(!stalls(&w, page(0, 10, false)), "a new window begins anew");
    struct page_print asked = page(10, 10, false);
    CHECK(!page_watch_stalls(&w, asked), "a page that could not be taken in");
    CHECK(!page_watch_stalls(&w, asked), "is asked for again");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pages),
        cmocka_unit_test(test_bounds),
    };
    return cmocka_run_group_tests_name("core/page_watch", tests, NULL, NULL);
}
