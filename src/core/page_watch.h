/*
 * page_watch.h: whether paging gets anywhere.
 *
 * A marketplace may show the same page again under a new token, or empty pages without end. Whoever
 * follows tokens tells each page to a watch; one that was there before, or a few empty ones in a
 * row, is no progress: what lies behind was not shown, and the window is not read. Pages are known
 * by the ids of their rows, in any order; rounds of up to PAGE_WATCH_MAX pages are noticed. Pure.
 */
#ifndef CORE_PAGE_WATCH_H
#define CORE_PAGE_WATCH_H

#include "base/str.h"

enum { PAGE_WATCH_MAX = 256, PAGE_EMPTY_MAX = 3 /* in a row */ };

struct page_watch {
    uint64_t seen[PAGE_WATCH_MAX]; /* a ring */
    size_t count;                  /* of all pages with rows */
    int empty;                     /* in a row */
};

/* Of one page: start with zeros, then add the id of each row. */
struct page_print {
    uint64_t sum;
    size_t rows;
};
void page_print_add(struct page_print *p, struct str id);

void page_watch_reset(struct page_watch *w); /* at the first page of a window */
bool page_watch_stalls(const struct page_watch *w, struct page_print page);
/* When it was taken in: a page that is asked for again after a fault is not the same page again. */
void page_watch_note(struct page_watch *w, struct page_print page);

#endif
