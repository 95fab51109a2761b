/* order_cursor.c: see order_cursor.h. */
#include "sync/order_cursor.h"

#include "base/json.h"

#include <string.h>

void order_cursor_write(const struct order_cursor *cursor, struct buf *out)
{
    struct jw w;
    jw_init(&w, out);
    jw_object(&w);
    jw_kint(&w, "until", cursor->until);
    jw_kint(&w, "after", cursor->after);
    jw_kint(&w, "before", cursor->before);
    jw_kint(&w, "end", cursor->end);
    jw_kstr(&w, "token", cursor->token);
    jw_object_end(&w);
}

void order_cursor_copy(struct order_cursor *out, const struct order_cursor *from)
{
    struct str token = from->token;
    out->until = from->until;
    out->after = from->after;
    out->before = from->before;
    out->end = from->end;
    if (token.len > ORDER_TOKEN_MAX) token.len = 0;
    if (token.len) memmove(out->token_text, token.at, token.len);
    out->token = (struct str){ out->token_text, token.len };
}

void order_cursor_read(struct str text, struct arena *arena, struct order_cursor *out)
{
    (void)arena;
    struct json root;
    struct error e;
    memset(out, 0, sizeof *out);
    out->token = S("");
    if (!text.len || json_parse(text, 64 * 1024, &root, &e)) return;
    struct order_cursor read = { 0 };
    bool good = json_int64(json_get(root, "until"), &read.until) &&
                json_int64(json_get(root, "after"), &read.after) &&
                json_int64(json_get(root, "before"), &read.before) &&
                json_str(json_get(root, "token"), &read.token);
    /* Cursors of older versions have no end. */
    (void)json_int64(json_get(root, "end"), &read.end);
    if (good) order_cursor_copy(out, &read);
    json_release(&root);
}

bool order_cursor_done(struct order_cursor *cursor)
{
    time_ms end = cursor->end, length = cursor->before - cursor->after;
    cursor->until = cursor->before;
    cursor->token = S("");
    cursor->after = end ? cursor->before : 0;
    /* Twice what could be read may fit as well; all the rest would only be cut again. */
    cursor->before = end && cursor->after + 2 * length < end ? cursor->after + 2 * length : end;
    cursor->end = cursor->before < end ? end : 0;
    return end == 0;
}

bool order_cursor_cut(struct order_cursor *cursor)
{
    time_ms length = cursor->before - cursor->after;
    cursor->token = S("");
    if (length < ORDER_WINDOW_LEAST_MS) return false;
    if (!cursor->end) cursor->end = cursor->before;
    cursor->before = cursor->after + length / 2;
    return true;
}
