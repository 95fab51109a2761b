/*
 * order_cursor.h: where a reading of orders stands, as it is stored.
 *
 * `until`: everything up to then was read. A window that is under way has after, before and, beyond
 * its first page, the marketplace's paging token, which insists on the same parameters. One that
 * could not be paged through was cut: `end` is then where the whole window ends.
 */
#ifndef SYNC_ORDER_CURSOR_H
#define SYNC_ORDER_CURSOR_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"

enum { ORDER_TOKEN_MAX = 4096 };

struct order_cursor {
    time_ms until;
    time_ms after, before; /* 0: no window is under way */
    time_ms end;           /* 0: it is whole */
    struct str token;
    char token_text[ORDER_TOKEN_MAX]; /* token looks here after order_cursor_copy */
};

void order_cursor_write(const struct order_cursor *cursor, struct buf *out);
/* Anything unreadable is a cursor that never began. */
void order_cursor_read(struct str text, struct arena *arena, struct order_cursor *out);
/* With its token copied into *out. A token beyond ORDER_TOKEN_MAX is dropped: the window is then
 * read again from its start. */
void order_cursor_copy(struct order_cursor *out, const struct order_cursor *from);

/* The window was read to its end. False: there is more of the whole one; a part of that is the
 * window now. */
bool order_cursor_done(struct order_cursor *cursor);
/* What lies behind a page of the window cannot be reached: its older half alone may fit on fewer
 * pages. Without a token; false when it is too small to be cut, and is to be tried again. */
enum { ORDER_WINDOW_LEAST_MS = 2000 };
bool order_cursor_cut(struct order_cursor *cursor);

#endif
