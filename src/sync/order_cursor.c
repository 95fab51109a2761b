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
    jw_kstr(&w, "token", cursor->token);
    jw_object_end(&w);
}

void order_cursor_copy(struct order_cursor *out, const struct order_cursor *from)
{
    struct str token = from->token;
    out->until = from->until;
    out->after = from->after;
    out->before = from->before;
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
    if (good) order_cursor_copy(out, &read);
    json_release(&root);
}
