/* problem.c: errors as application/problem+json (RFC 9457). */
#include "http/internal.h"

void problem_write(struct http_reply *reply, int status, const char *title, struct str detail,
    struct str code, const struct body_error *errors, size_t error_count)
{
    buf_release(&reply->body);
    buf_init(&reply->body, 1024 * 1024);
    struct jw w;
    jw_init(&w, &reply->body);
    jw_object(&w);
    jw_kstr(&w, "type", S("about:blank"));
    jw_kstr(&w, "title", str_of(title));
    jw_kint(&w, "status", status);
    jw_kstr(&w, "detail", detail);
    jw_kstr(&w, "code", code);
    if (error_count) {
        jw_key(&w, "errors");
        jw_array(&w);
        for (size_t i = 0; i < error_count; i++) {
            jw_object(&w);
            jw_kstr(&w, "pointer", errors[i].pointer);
            jw_kstr(&w, "code", errors[i].code);
            jw_kstr(&w, "detail", errors[i].detail);
            jw_object_end(&w);
        }
        jw_array_end(&w);
    }
    jw_object_end(&w);
    reply->status = status;
    http_reply_header(reply, S("content-type"), S("application/problem+json"));
    http_reply_header(reply, S("cache-control"), S("no-store"));
}

/* The code of the interface where the store's own word is another. */
static struct str public_code(enum err rc, const struct error *e)
{
    struct str code = str_of(e->code);
    if (rc == ERR_STALE) return S("precondition_failed");
    return code.len ? code : str_of(err_table[rc].code);
}

void problem_reply(struct call *c, enum err rc, const struct error *e)
{
    const struct err_info *info = &err_table[rc];
    struct body_error own = { str_of(e->pointer), public_code(rc, e), str_of(e->detail) };
    const struct body_error *errors = c->errors;
    size_t count = c->error_count;
    if (!count && own.pointer.len) {
        errors = &own;
        count = 1;
    }
    problem_write(c->reply, info->http_status, info->title, str_of(e->detail), public_code(rc, e),
        errors, count);
    if (rc == ERR_BUSY || rc == ERR_THROTTLED)
        http_reply_header(c->reply, S("retry-after"), S("1"));
    if (rc == ERR_UNAUTHORIZED) http_reply_header(c->reply, S("www-authenticate"), S("Bearer"));
}

enum err not_found(struct error *e, const char *what, int64_t id)
{
    return error_set(e, ERR_NOT_FOUND, "there is no %s %lld", what, (long long)id);
}
