/* params.c: see params.h. */
#include "params.h"

struct str param(const struct call *c, struct str name)
{
    for (size_t i = 0; i < c->req->query_count; i++)
        if (str_eq(c->req->query[i].name, name)) return c->req->query[i].value;
    return S("");
}

bool param_given(const struct call *c, struct str name)
{
    return param(c, name).len > 0;
}

bool param_list(struct call *c, struct str name, size_t max, struct param_list *out)
{
    out->count = 0;
    for (size_t i = 0; i < c->req->query_count; i++) {
        if (!str_eq(c->req->query[i].name, name)) continue;
        struct str rest = c->req->query[i].value, item;
        for (bool more = rest.len > 0; more;) {
            more = str_cut(rest, ',', &item, &rest);
            if (item.len == 0) continue;
            if (out->count == max || out->count == PARAM_LIST_MAX)
                return refuse_input(c, "'%.*s' takes at most %zu values.", STR_FMT(name), max);
            out->items[out->count++] = item;
        }
    }
    return true;
}

static int index_in(const char *const *allowed, struct str s)
{
    for (int i = 0; allowed[i]; i++)
        if (str_eq(s, str_of(allowed[i]))) return i;
    return -1;
}

bool param_enum_list(struct call *c, struct str name, const char *const *allowed, uint32_t *set)
{
    struct param_list list;
    if (!param_list(c, name, PARAM_LIST_MAX, &list)) return false;
    for (size_t i = 0; i < list.count; i++) {
        int at = index_in(allowed, list.items[i]);
        if (at < 0)
            return refuse_input(
                c, "'%.*s' is not a valid value of '%.*s'.", STR_FMT(list.items[i]), STR_FMT(name));
        if (i == 0) *set = 0;
        *set |= 1U << at;
    }
    return true;
}

bool param_time(struct call *c, struct str name, time_ms *out)
{
    struct str s = param(c, name);
    if (s.len && !rfc3339_parse(s, out))
        return refuse_input(c, "'%.*s' must be an ISO 8601 date and time.", STR_FMT(name));
    return true;
}

bool param_int(struct call *c, struct str name, int64_t min, int64_t max, int64_t *out)
{
    struct str s = param(c, name);
    int64_t n;
    if (!s.len) return true;
    if (!str_to_int64(s, &n) || n < min || n > max)
        return refuse_input(c, "'%.*s' must be an integer from %lld to %lld.", STR_FMT(name),
            (long long)min, (long long)max);
    *out = n;
    return true;
}

bool param_enum(struct call *c, struct str name, const char *const *allowed, int *index)
{
    struct str s = param(c, name);
    if (!s.len) return true;
    int at = index_in(allowed, s);
    if (at < 0)
        return refuse_input(c, "'%.*s' is not a valid value of '%.*s'.", STR_FMT(s), STR_FMT(name));
    *index = at;
    return true;
}

bool param_marketplaces(struct call *c, bool required, size_t max, struct param_list *out)
{
    if (!param_list(c, S("marketplaceIds"), max, out)) return false;
    if (required && out->count == 0)
        return refuse_input(c, "Missing required parameter 'marketplaceIds'.");
    for (size_t i = 0; i < out->count; i++)
        if (!region_marketplace(c->sim->options.region, out->items[i]))
            return refuse_input(
                c, "Invalid 'marketplaceIds' provided: %.*s.", STR_FMT(out->items[i]));
    return true;
}

bool list_has(const struct param_list *l, struct str s)
{
    for (size_t i = 0; i < l->count; i++)
        if (str_eq(l->items[i], s)) return true;
    return false;
}

uint64_t params_hash(const struct call *c, const char *const *but)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < c->req->query_count; i++) {
        const struct http_field *f = &c->req->query[i];
        if (index_in(but, f->name) >= 0) continue;
        struct str both = arena_fmt(c->arena, "%.*s=%.*s", STR_FMT(f->name), STR_FMT(f->value));
        sum += str_hash(both) * UINT64_C(0x9e3779b97f4a7c15);
    }
    return sum & ~UINT64_C(1); /* page_token.h keeps 63 bits */
}
