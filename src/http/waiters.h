/*
 * waiters.h: GET /changes?wait=, without a thread for each who waits.
 */
#ifndef HTTP_WAITERS_H
#define HTTP_WAITERS_H

#include "http/internal.h"
#include "store/feed.h"

/* changes.c: who reads what, by the kind of change. */
enum area changes_area(int64_t kind);
/* A page as the interface shows it. */
void changes_put_page(struct jw *w, const struct feed_page *page);

struct waiters *waiters_new(struct api *api);
void waiters_stop(struct waiters *w); /* whoever waits is answered */
void waiters_free(struct waiters *w); /* after the database was closed: it may still notify */
/* The answer follows when there are entries or after wait_ms. False, with nothing done: too many
 * wait already, or the server is stopping. */
bool waiters_add(struct call *c, const struct feed_filter *filter, time_ms wait_ms);

#endif
