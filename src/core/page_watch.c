/* page_watch.c: see page_watch.h. */
#include "core/page_watch.h"

#include <string.h>

void page_print_add(struct page_print *p, struct str id)
{
    /* The sum does not know the order; the shift tells a repeated id from none. */
    uint64_t h = str_hash(id);
    p->sum += h ^ h >> 29;
    p->rows++;
}

static uint64_t print_of(struct page_print page)
{
    return page.sum ^ (uint64_t)page.rows * 0x9E3779B97F4A7C15u;
}

void page_watch_reset(struct page_watch *w)
{
    memset(w, 0, sizeof *w);
}

bool page_watch_stalls(const struct page_watch *w, struct page_print page)
{
    if (!page.rows) return w->empty + 1 >= PAGE_EMPTY_MAX;
    size_t known = w->count < PAGE_WATCH_MAX ? w->count : PAGE_WATCH_MAX;
    for (size_t i = 0; i < known; i++)
        if (w->seen[i] == print_of(page)) return true;
    return false;
}

void page_watch_note(struct page_watch *w, struct page_print page)
{
    w->empty = page.rows ? 0 : w->empty + 1;
    if (page.rows) w->seen[w->count++ % PAGE_WATCH_MAX] = print_of(page);
}
