/* audit.c: the audit trail, searched. */
#include "store/audit.h"
#include "http/filters.h"
#include "http/internal.h"

enum { WORD_MAX = 50 };

static void render_entry(struct call *c, const struct audit_entry *a)
{
    struct jw *w = &c->w;
    jw_object(w);
    jw_kint(w, "id", a->id);
    put_time(c, "at", a->at);
    jw_key(w, "actor");
    jw_object(w);
    jw_kstr(w, "kind", actor_kind_name(a->actor_kind));
    put_opt_id(c, "id", a->actor_id);
    jw_kstr(w, "name", a->actor_name);
    jw_object_end(w);
    put_opt(c, "address", a->address);
    jw_kstr(w, "action", a->action);
    jw_kstr(w, "resource", a->resource);
    put_opt_id(c, "resource_id", a->resource_id);
    jw_key(w, "changes");
    jw_raw(w, a->changes.len ? a->changes : S("[]"));
    jw_object_end(w);
}

static time_ms query_time(struct call *c, const char *name)
{
    time_ms t = 0;
    struct str s = query_str(c, name);
    if (s.len && !text_is_time(s, &t))
        element_error(c, arena_fmt(c->arena, "?%s", name), "bad_format",
            "must be a time such as 2026-11-23T17:00:00Z");
    return t;
}

static struct str query_text(struct call *c, const char *name, size_t most)
{
    struct str s = query_str(c, name);
    if (text_length(s) > most)
        element_error(c, arena_fmt(c->arena, "?%s", name), "too_long",
            "must have at most %zu characters", most);
    return s;
}

enum err query_audit(struct call *c, struct audit_filter *out, struct error *e)
{
    struct audit_filter filter = { .actor_kind =
                                       query_word(c, "actor_kind", "user token channel system") };
    filter.actor_name = query_text(c, "actor", QUERY_MAX);
    filter.action = query_text(c, "action", WORD_MAX);
    filter.resource = query_text(c, "resource", WORD_MAX);
    filter.text = query_text(c, "q", QUERY_MAX);
    filter.resource_id = query_id(c, "resource_id");
    filter.actor_id = query_id(c, "user_id");
    /* Ids of users and tokens overlap. */
    if (filter.actor_id) filter.actor_kind = actor_kind_name(ACTOR_USER);
    filter.from = query_time(c, "from");
    filter.to = query_time(c, "to");
    *out = filter;
    return query_end(c, e);
}

static enum err list_audit(struct call *c, struct error *e)
{
    struct page page = query_page(c);
    struct audit_filter filter;
    enum err rc = query_audit(c, &filter, e);
    struct audit_entry *rows = NULL;
    size_t count = 0;
    if (!rc) rc = audit_list(c->tx, &filter, &page, c->arena, &rows, &count, e);
    if (rc) return rc;
    bool more = count > (size_t)page.limit;
    if (more) count--;
    list_begin(c);
    for (size_t i = 0; i < count; i++)
        render_entry(c, &rows[i]);
    list_end_id(c, more, count ? rows[count - 1].id : 0);
    return OK;
}

const struct route routes_audit[] = {
    { "GET", "/audit", AREA_PEOPLE, PERMISSION_READ, 0,
        "actor actor_kind user_id action resource resource_id q from to limit cursor", list_audit },
    { 0 },
};
