/* webhooks.c: who is told of changes, and what was sent. */
#include "webhook/webhooks.h"

#include "http/account.h"
#include "http/waiters.h"
#include "webhook/sign.h"

enum {
    URL_MAX = 500,
    DESCRIPTION_MAX = 200,
    EVENTS_MAX = 30,
    OVERLAP_HOURS = 24,
    OVERLAP_MAX = 168
};

static void render_events(struct jw *w, struct str events)
{
    jw_key(w, "events");
    jw_array(w);
    for (struct str head, tail; events.len; events = tail) {
        str_cut(events, ' ', &head, &tail);
        jw_str(w, head);
    }
    jw_array_end(w);
}

static void render_members(struct call *c, const struct webhook *k, int64_t last_seq)
{
    struct jw *w = &c->w;
    jw_kint(w, "id", k->id);
    jw_kstr(w, "url", k->url);
    jw_kstr(w, "description", k->description);
    render_events(w, k->events);
    jw_kbool(w, "private_addresses", k->private_addresses);
    jw_kstr(w, "state", k->state);
    put_opt(c, "state_detail", k->state_detail);
    put_time(c, "former_secret_until", k->former_until > c->now ? k->former_until : 0);
    jw_kint(w, "position", k->position);
    jw_kint(w, "behind", k->position < last_seq ? last_seq - k->position : 0);
    jw_kint(w, "failures", k->failures);
    put_time(c, "failing_since", k->failing_since);
    put_time(c, "next_attempt_at", k->failures ? k->next_at : 0);
    put_time(c, "last_attempt_at", k->last_at);
    put_opt_id(c, "last_status", k->last_status);
    put_time(c, "created_at", k->created_at);
    put_time(c, "updated_at", k->updated_at);
}

static enum err last_seq(struct call *c, int64_t *out, struct error *e)
{
    struct feed_ends ends;
    enum err rc = feed_ends(c->tx, &ends, e);
    *out = ends.last;
    return rc;
}

static enum err render(struct call *c, int64_t id, struct error *e)
{
    struct webhook k;
    int64_t last = 0;
    enum err rc = webhook_load(c->tx, id, c->arena, &k, e);
    if (!rc) rc = last_seq(c, &last, e);
    if (rc) return rc;
    jw_object(&c->w);
    render_members(c, &k, last);
    jw_object_end(&c->w);
    c->etag = k.version;
    return OK;
}

/* With the secret, this once. */
static enum err render_with_secret(
    struct call *c, const struct webhook *k, struct str secret, struct error *e)
{
    jw_object(&c->w);
    jw_kstr(&c->w, "secret", secret);
    jw_key(&c->w, "webhook");
    enum err rc = render(c, k->id, e);
    jw_object_end(&c->w);
    return rc;
}

static enum err list(struct call *c, struct error *e)
{
    struct page page = query_page(c);
    struct webhook *rows = NULL;
    size_t count = 0;
    int64_t last = 0;
    enum err rc = query_end(c, e);
    if (!rc) rc = webhook_list(c->tx, &page, c->arena, &rows, &count, e);
    if (!rc) rc = last_seq(c, &last, e);
    if (rc) return rc;
    size_t shown = count > (size_t)page.limit ? (size_t)page.limit : count;
    list_begin(c);
    for (size_t i = 0; i < shown; i++) {
        jw_object(&c->w);
        render_members(c, &rows[i], last);
        jw_object_end(&c->w);
    }
    list_end_id(c, count > shown, shown ? rows[shown - 1].id : 0);
    return OK;
}

static enum err show(struct call *c, struct error *e)
{
    return render(c, c->ids[0], e);
}

static void read_events(struct fields *f, struct str *out)
{
    struct json list = field_array(f, "events", 1, EVENTS_MAX);
    int64_t kinds[FEED_KINDS_MAX];
    struct str text = S("");
    if (!list.node) return;
    for (size_t i = 0; i < json_len(list); i++) {
        struct str word, at = arena_fmt(f->c->arena, "/events/%zu", i);
        if (!json_str(json_at(list, i), &word)) {
            element_error(f->c, at, "wrong_type", "must be a text");
            continue;
        }
        if (!feed_kinds_of(word, kinds))
            element_error(f->c, at, "unknown_value", "is no kind of change, nor several as item.*");
        text = text.len ? arena_fmt(f->c->arena, "%.*s %.*s", STR_FMT(text), STR_FMT(word)) : word;
    }
    *out = text;
}

static void check_url(struct fields *f, const struct webhook *k)
{
    bool https = str_starts(k->url, S("https://")), http = str_starts(k->url, S("http://"));
    struct str rest = str_sub(k->url, https ? 8 : 7, k->url.len);
    bool clean = (https || http) && rest.len;
    for (size_t i = 0; i < rest.len; i++)
        clean =
            clean && rest.at[i] > ' ' && rest.at[i] < 127 && rest.at[i] != '@' && rest.at[i] != '#';
    if (!clean)
        field_error(f, "url", "bad_format", "must be an https URL without user and fragment");
    else if (!https && !k->private_addresses)
        field_error(f, "url", "not_allowed", "http is taken only with private_addresses");
}

static void read_settings(struct fields *f, struct webhook *k, bool has_state)
{
    bool any = field_str(f, "url", URL_MAX, 0, &k->url);
    (void)field_str(f, "description", DESCRIPTION_MAX, TEXT_EMPTY_OK, &k->description);
    read_events(f, &k->events);
    any = field_bool(f, "private_addresses", &k->private_addresses) || any;
    if (any && k->url.len) check_url(f, k);
    struct str state = S("");
    if (!has_state || !field_str(f, "state", 20, 0, &state)) return;
    if (str_eq(state, S("active")) || str_eq(state, S("paused")))
        k->state = state;
    else
        field_error(f, "state", "unknown_value", "must be active or paused");
}

/* Nobody has more sent to a URL of his own than he may read. */
static enum err may_send(const struct call *c, struct str events, struct error *e)
{
    enum err rc = OK;
    for (struct str head, tail; events.len && !rc; events = tail) {
        int64_t kinds[FEED_KINDS_MAX];
        str_cut(events, ' ', &head, &tail);
        size_t count = feed_kinds_of(head, kinds);
        for (size_t i = 0; i < count && !rc; i++)
            rc = must_have(c, changes_area(kinds[i]), PERMISSION_READ, e);
    }
    return rc;
}

static enum err create(struct call *c, struct error *e)
{
    struct webhook k = { .url = S(""), .description = S(""), .state = S("active") };
    struct fields f = fields_root(c, "url description events private_addresses");
    field_required(&f, "url");
    field_required(&f, "events");
    read_settings(&f, &k, false);
    enum err rc = fields_end(c, e);
    if (!rc) rc = may_send(c, k.events, e);
    if (!rc) rc = webhook_create(&c->change, &k, e);
    if (rc) return rc;
    const struct api_options *o = &c->api->options;
    struct str secret = webhook_secret_make(o->rng, c->arena);
    struct str sealed = webhooks_seal(o->key, k.id, secret, o->rng, c->arena);
    rc = webhook_set_secret(&c->change, &k, sealed, S(""), 0, e);
    if (rc) return rc;
    c->status = 201;
    c->location = arena_fmt(c->arena, "/api/v1/webhooks/%lld", (long long)k.id);
    return render_with_secret(c, &k, secret, e);
}

static enum err load(struct call *c, struct webhook *out, struct error *e)
{
    enum err rc = webhook_load(c->tx, c->ids[0], c->arena, out, e);
    return rc ? rc : check_etag(c, out->version, e);
}

static enum err update(struct call *c, struct error *e)
{
    struct webhook before, after;
    enum err rc = load(c, &before, e);
    if (rc) return rc;
    after = before;
    struct fields f = fields_root(c, "url description events private_addresses state");
    if (json_len(c->body) == 0)
        element_error(c, S(""), "too_short", "must name at least one field");
    read_settings(&f, &after, true);
    rc = fields_end(c, e);
    if (!rc) rc = may_send(c, after.events, e);
    if (!rc) rc = webhook_update(&c->change, &before, &after, e);
    return rc ? rc : render(c, before.id, e);
}

static enum err delete_one(struct call *c, struct error *e)
{
    struct webhook k;
    enum err rc = load(c, &k, e);
    if (!rc) rc = webhook_delete(&c->change, &k, e);
    c->status = 204;
    return rc;
}

/* The former secret signs too for a while, so that the receiver can change over in its own time. */
static enum err rotate(struct call *c, struct error *e)
{
    struct webhook k;
    int64_t hours = OVERLAP_HOURS;
    enum err rc = load(c, &k, e);
    if (rc) return rc;
    if (c->body.node) {
        struct fields f = fields_root(c, "overlap_hours");
        (void)field_int(&f, "overlap_hours", 0, OVERLAP_MAX, &hours);
        rc = fields_end(c, e);
        if (rc) return rc;
    }
    const struct api_options *o = &c->api->options;
    struct str secret = webhook_secret_make(o->rng, c->arena);
    struct str sealed = webhooks_seal(o->key, k.id, secret, o->rng, c->arena);
    time_ms until = hours ? c->now + hours * 3600 * 1000 : 0;
    rc = webhook_set_secret(&c->change, &k, sealed, k.secret, until, e);
    return rc ? rc : render_with_secret(c, &k, secret, e);
}

static void render_delivery(struct call *c, const struct webhook_delivery *d)
{
    struct jw *w = &c->w;
    jw_object(w);
    jw_kstr(w, "message_id", d->message_id);
    jw_kstr(w, "kind", d->kind);
    put_opt_id(c, "seq", d->seq);
    jw_kint(w, "attempt", d->attempt);
    put_time(c, "at", d->at);
    jw_kint(w, "duration_ms", d->duration_ms);
    jw_kbool(w, "delivered", !d->error.len);
    put_opt_id(c, "status", d->status);
    put_opt(c, "error", d->error);
    jw_kstr(w, "answer", d->answer);
    jw_object_end(w);
}

static enum err deliveries(struct call *c, struct error *e)
{
    struct page page = query_page(c);
    struct webhook_delivery_filter filter = { c->ids[0],
        query_word(c, "outcome", "delivered failed") };
    struct webhook k;
    struct webhook_delivery *rows = NULL;
    size_t count = 0;
    enum err rc = query_end(c, e);
    if (!rc) rc = webhook_load(c->tx, c->ids[0], c->arena, &k, e);
    if (!rc) rc = webhook_delivery_list(c->tx, &filter, &page, c->arena, &rows, &count, e);
    if (rc) return rc;
    size_t shown = count > (size_t)page.limit ? (size_t)page.limit : count;
    list_begin(c);
    for (size_t i = 0; i < shown; i++)
        render_delivery(c, &rows[i]);
    list_end_id(c, count > shown, shown ? rows[shown - 1].id : 0);
    return OK;
}

struct sending {
    struct call *c;
    const char *action;
};

static enum err note_sent(struct tx *tx, void *ctx, struct error *e)
{
    struct sending *s = ctx;
    (void)e;
    account_begin(s->c, tx);
    audit_add(&s->c->change, s->action, "webhook", s->c->ids[0], S(""));
    return OK;
}

/* Calls the receiver, so outside any transaction; seq 0: a test. */
static enum err send_now(struct call *c, int64_t seq, struct error *e)
{
    struct sending s = { c, seq ? "resend" : "test" };
    struct webhook_delivery d;
    if (!c->api->options.webhooks)
        return error_set(e, ERR_UNAVAILABLE, "this process does not call receivers");
    enum err rc = webhooks_send(c->api->options.webhooks, c->ids[0], seq, c->arena, &d, e);
    if (!rc) rc = db_write(c->api->options.db, "webhook: sent", note_sent, &s, e);
    if (!rc) render_delivery(c, &d);
    return rc;
}

static enum err test(struct call *c, struct error *e)
{
    return send_now(c, 0, e);
}

static enum err resend(struct call *c, struct error *e)
{
    int64_t seq = 0;
    struct fields f = fields_root(c, "seq");
    field_required(&f, "seq");
    (void)field_int(&f, "seq", 1, HTTP_ID_MAX, &seq);
    enum err rc = fields_end(c, e);
    return rc ? rc : send_now(c, seq, e);
}

/* From a place or a time on: its position is set there, and it goes on from it. */
static enum err replay(struct call *c, struct error *e)
{
    struct webhook k;
    struct feed_ends ends;
    int64_t since = 0;
    time_ms from = 0;
    enum err rc = load(c, &k, e);
    if (!rc) rc = feed_ends(c->tx, &ends, e);
    if (rc) return rc;
    struct fields f = fields_root(c, "since from");
    bool has_since = field_int(&f, "since", 0, HTTP_ID_MAX, &since);
    bool has_from = field_time(&f, "from", false, &from);
    if (field_present(&f, "since") == field_present(&f, "from"))
        element_error(c, S(""), "required", "name either since or from");
    else if (has_since && (since < ends.first - 1 || since > ends.last))
        field_error(&f, "since", "unknown_value", "is not in the feed: %lld to %lld",
            (long long)(ends.first - 1), (long long)ends.last);
    rc = fields_end(c, e);
    if (!rc && has_from) rc = feed_seq_at(c->tx, from, &since, e);
    if (!rc) rc = webhook_move(&c->change, &k, since, e);
    return rc ? rc : render(c, k.id, e);
}

const struct route routes_webhooks[] = {
    /* Their URLs may hold secrets of the receivers: not for everybody who reads settings. */
    { "GET", "/webhooks", AREA_SETTINGS, PERMISSION_WRITE, 0, "limit cursor", list },
    { "POST", "/webhooks", AREA_SETTINGS, PERMISSION_FULL, ROUTE_SECRET, "", create },
    { "GET", "/webhooks/{}", AREA_SETTINGS, PERMISSION_WRITE, 0, "", show },
    { "PATCH", "/webhooks/{}", AREA_SETTINGS, PERMISSION_FULL, 0, "", update },
    { "DELETE", "/webhooks/{}", AREA_SETTINGS, PERMISSION_FULL, 0, "", delete_one },
    { "POST", "/webhooks/{}/rotate_secret", AREA_SETTINGS, PERMISSION_FULL,
        ROUTE_SECRET | ROUTE_OPTIONAL_BODY, "", rotate },
    { "GET", "/webhooks/{}/deliveries", AREA_SETTINGS, PERMISSION_WRITE, 0, "outcome limit cursor",
        deliveries },
    { "POST", "/webhooks/{}/test", AREA_SETTINGS, PERMISSION_FULL, ROUTE_NO_TX | ROUTE_NO_BODY, "",
        test },
    { "POST", "/webhooks/{}/resend", AREA_SETTINGS, PERMISSION_FULL, ROUTE_NO_TX, "", resend },
    { "POST", "/webhooks/{}/replay", AREA_SETTINGS, PERMISSION_FULL, 0, "", replay },
    { NULL },
};
