/* problem.c: errors as application/problem+json (RFC 9457). */
#include "http/internal.h"

struct problem {
    int status;
    const char *title;
    struct str detail, code;
    const struct body_error *errors;
    size_t error_count;
    struct str results; /* as struct call has them */
};

static void write(struct http_reply *reply, const struct problem *p)
{
    buf_release(&reply->body);
    buf_init(&reply->body, 1024 * 1024);
    struct jw w;
    jw_init(&w, &reply->body);
    jw_object(&w);
    jw_kstr(&w, "type", S("about:blank"));
    jw_kstr(&w, "title", str_of(p->title));
    jw_kint(&w, "status", p->status);
    jw_kstr(&w, "detail", p->detail);
    jw_kstr(&w, "code", p->code);
    if (p->error_count) {
        jw_key(&w, "errors");
        jw_array(&w);
        for (size_t i = 0; i < p->error_count; i++) {
            jw_object(&w);
            jw_kstr(&w, "pointer", p->errors[i].pointer);
            jw_kstr(&w, "code", p->errors[i].code);
            jw_kstr(&w, "detail", p->errors[i].detail);
            jw_object_end(&w);
        }
        jw_array_end(&w);
    }
    if (p->results.len) {
        jw_key(&w, "results");
        jw_raw(&w, p->results);
    }
    jw_object_end(&w);
    reply->status = p->status;
    http_reply_header(reply, S("content-type"), S("application/problem+json"));
    http_reply_header(reply, S("cache-control"), S("no-store"));
}

void problem_write(struct http_reply *reply, int status, const char *title, struct str detail,
    struct str code, const struct body_error *errors, size_t error_count)
{
    write(reply, &(struct problem){ status, title, detail, code, errors, error_count, S("") });
}

/* Each kind's own code, for errors whose word is the store's and not the interface's. */
static const char *const kind_codes[ERR_COUNT] = {
    [OK] = "internal",
    [ERR_BAD_REQUEST] = "bad_parameter",
    [ERR_UNAUTHORIZED] = "unauthenticated",
    [ERR_FORBIDDEN] = "forbidden",
    [ERR_NOT_FOUND] = "not_found",
    [ERR_CONFLICT] = "conflict",
    [ERR_STALE] = "precondition_failed",
    [ERR_GONE] = "gone",
    [ERR_TOO_LARGE] = "too_large",
    [ERR_INVALID] = "invalid",
    [ERR_THROTTLED] = "too_many_requests",
    [ERR_BUSY] = "unavailable",
    [ERR_UNAVAILABLE] = "unavailable",
    [ERR_TIMEOUT] = "unavailable",
    [ERR_CORRUPT] = "internal",
    [ERR_CANCELED] = "unavailable",
};

/* Codes of openapi.yaml, Problem, that are not a kind's own. */
static const char *const codes[] = { "bad_json", "unknown_parameter", "bad_header",
    "unsupported_media_type", "bad_credentials", "totp_required", "totp_enrolment_required",
    "password_change_required", "totp_enabled", "totp_not_begun", "totp_not_enabled", "csrf",
    "duplicate", "duplicate_sku", "in_use", "last_admin", "idempotency_conflict", "channel_paused",
    "channel_not_connected", "not_braked", "locked", "archived", "two_skus", "since_gone", "merged",
    "retiring", "committed", "already_committed", "lot_price", "undone", "not_open", "in_transit",
    "too_many_waiting" };

/* Codes of openapi.yaml, FieldError, that the store gives. */
static const char *const field_codes[] = { "unknown_value", "not_allowed", "duplicate",
    "duplicate_sku", "duplicate_open_item", "imei_check", "bad_format", "too_long", "required",
    "archived", "in_use", "two_skus", "retiring", "lot_price" };

static struct str listed(
    const char *code, const char *const *list, size_t count, const char *otherwise)
{
    for (size_t i = 0; i < count; i++)
        if (str_eq(str_of(list[i]), str_of(code))) return str_of(list[i]);
    return str_of(otherwise);
}

/* What went wrong inside is for the log, not for callers. */
static struct str public_detail(enum err rc, const struct error *e)
{
    if (rc == ERR_CORRUPT) return S("Something is wrong in the server; its log says what.");
    if (rc == ERR_UNAVAILABLE && str_eq(str_of(e->code), S("unknown_outcome")))
        return S("The connection to the database broke: it may or may not have been done. Look, or "
                 "send it again with the same Idempotency-Key.");
    if (str_starts(str_of(e->code), S("database")) || str_starts(str_of(e->code), S("disk")))
        return S("The database does not answer. Try again.");
    return str_of(e->detail);
}

void problem_reply(struct call *c, enum err rc, const struct error *e)
{
    const struct err_info *info = &err_table[rc];
    struct str code = listed(e->code, codes, sizeof codes / sizeof codes[0], kind_codes[rc]);
    struct str field =
        listed(e->code, field_codes, sizeof field_codes / sizeof field_codes[0], "conflict");
    if (rc == ERR_INVALID || info->http_status >= 500) code = str_of(kind_codes[rc]);
    struct str detail = public_detail(rc, e);
    struct body_error own = { str_of(e->pointer), field, detail };
    /* The store names an index there when it did not expect the failure. */
    bool named = e->pointer[0] == '/' || e->pointer[0] == '?';
    const struct body_error *errors = c->error_count ? c->errors : &own;
    size_t count = c->error_count ? c->error_count : named;
    write(c->reply, &(struct problem){
                        info->http_status, info->title, detail, code, errors, count, c->results });
    if (info->http_status == 503 || rc == ERR_THROTTLED)
        http_reply_header(c->reply, S("retry-after"), S("1"));
    if (rc == ERR_UNAUTHORIZED) http_reply_header(c->reply, S("www-authenticate"), S("Bearer"));
}

enum err not_found(struct error *e, const char *what, int64_t id)
{
    return error_set(e, ERR_NOT_FOUND, "there is no %s %lld", what, (long long)id);
}
