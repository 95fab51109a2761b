/* runs.c: long work, and what a person asks a channel to do now. */
#include "http/runs.h"

#include "http/account.h"
#include "http/channel.h"
#include "store/channel_log.h"

static void time_member(struct jw *w, const char *key, time_ms t)
{
    char text[RFC3339_SIZE];
    if (t)
        jw_kstr(w, key, rfc3339_format(t, text));
    else
        jw_knull(w, key);
}

void render_run(struct jw *w, const struct run *r)
{
    jw_object(w);
    jw_kint(w, "id", r->id);
    jw_kstr(w, "kind", str_of(run_kind_name(r->kind)));
    jw_kstr(w, "state", str_of(run_state_name(r->state)));
    if (r->channel_id)
        jw_kint(w, "channel_id", r->channel_id);
    else
        jw_knull(w, "channel_id");
    jw_kint(w, "done", r->done);
    if (r->total)
        jw_kint(w, "total", r->total);
    else
        jw_knull(w, "total");
    if (r->message.len)
        jw_kstr(w, "message", r->message);
    else
        jw_knull(w, "message");
    time_member(w, "created_at", r->created_at);
    time_member(w, "started_at", r->started_at);
    time_member(w, "finished_at", r->finished_at);
    if (r->imports) {
        jw_key(w, "result");
        jw_object(w);
        jw_kbool(w, "dry_run", r->counts.dry_run);
        jw_kint(w, "created", r->counts.created);
        jw_kint(w, "updated", r->counts.updated);
        jw_kint(w, "unchanged", r->counts.unchanged);
        jw_kint(w, "rejected", r->counts.rejected);
        jw_kint(w, "warnings", r->counts.warnings);
        jw_object_end(w);
    } else {
        jw_knull(w, "result");
    }
    if (r->error.len) {
        jw_key(w, "error");
        jw_raw(w, r->error);
    } else {
        jw_knull(w, "error");
    }
    jw_object_end(w);
}

enum area run_area(enum run_kind kind)
{
    switch (kind) {
    case RUN_IMPORT_CATALOG:
        return AREA_CATALOG;
    case RUN_IMPORT_ITEMS:
    case RUN_IMPORT_PRICES:
        return AREA_INVENTORY;
    case RUN_SYNC_LISTINGS:
    case RUN_IMPORT_ORDERS:
    case RUN_BACKFILL_ORDERS:
    case RUN_PUSH_QUANTITIES:
    case RUN_IMPORT_CONNECTIONS:
        break;
    }
    return AREA_CHANNELS;
}

enum err run_must(
    const struct call *c, const struct run *run, enum permission level, struct error *e)
{
    return must_have(c, run_area(run->kind), level, e);
}

static enum err show(struct call *c, struct error *e)
{
    struct run run;
    enum err rc = run_load(c->tx, c->ids[0], c->arena, &run, e);
    if (!rc) rc = run_must(c, &run, PERMISSION_READ, e);
    if (!rc) render_run(&c->w, &run);
    return rc;
}

/* Those that the caller may read; ERR_FORBIDDEN when that is nothing of what is asked for. */
static enum err list(struct call *c, struct error *e)
{
    struct page page = query_page(c);
    struct run_filter f = { .channel_id = query_id(c, "channel_id") };
    struct str kind = query_str(c, "kind"), state = query_str(c, "state");
    enum run_kind k = RUN_SYNC_LISTINGS;
    enum run_state s = RUN_QUEUED;
    if (kind.len && !run_kind_parse(kind, &k))
        element_error(c, S("?kind"), "unknown_value", "is no kind of run");
    if (state.len && !run_state_parse(state, &s))
        element_error(c, S("?state"), "unknown_value", "is no state of a run");
    f.kind = kind.len ? run_kind_name(k) : NULL;
    f.state = state.len ? run_state_name(s) : NULL;
    struct run *rows = NULL;
    size_t count = 0;
    for (int i = 0; i < RUN_KIND_COUNT; i++)
        f.without[i] = !may(c, run_area((enum run_kind)i), PERMISSION_READ);
    enum err rc = query_end(c, e);
    if (!rc && kind.len) rc = must_have(c, run_area(k), PERMISSION_READ, e);
    if (!rc) rc = run_list(c->tx, &f, &page, c->arena, &rows, &count, e);
    if (rc) return rc;
    size_t shown = count > (size_t)page.limit ? (size_t)page.limit : count;
    list_begin(c);
    for (size_t i = 0; i < shown; i++)
        render_run(&c->w, &rows[i]);
    list_end_id(c, count > shown, shown ? rows[shown - 1].id : 0);
    return OK;
}

enum err channel_ready(const struct channel_row *ch, struct error *e)
{
    if (ch->paused) return error_code(e, ERR_CONFLICT, "channel_paused", "the channel is paused");
    if (ch->state == CHANNEL_RECONNECT_NEEDED)
        return error_code(e, ERR_CONFLICT, "channel_not_connected",
            "the channel must be reconnected first: %.*s", STR_FMT(ch->state_detail));
    return OK;
}

static enum err queue(struct call *c, enum run_kind kind, struct str progress, struct error *e)
{
    struct channel_row *ch = NULL;
    struct run run;
    bool is_new = false;
    enum err rc = find_channel(c, c->ids[0], &ch, e);
    if (!rc) rc = channel_ready(ch, e);
    if (!rc && kind == RUN_PUSH_QUANTITIES && !ch->inventory_sync)
        rc = error_code(e, ERR_CONFLICT, "conflict", "inventory sync is switched off");
    if (!rc)
        rc = run_queue(
            &c->change, &(struct run_order){ ch->id, kind, progress }, c->arena, &run, &is_new, e);
    if (rc) return rc;
    if (is_new) audit_add(&c->change, "run", "channel", ch->id, S(""));
    c->status = 202;
    c->location = arena_fmt(c->arena, "/api/v1/runs/%lld", (long long)run.id);
    render_run(&c->w, &run);
    return OK;
}

static enum err sync_listings(struct call *c, struct error *e)
{
    return queue(c, RUN_SYNC_LISTINGS, S(""), e);
}

static enum err push_quantities(struct call *c, struct error *e)
{
    return queue(c, RUN_PUSH_QUANTITIES, S(""), e);
}

static enum err import_orders(struct call *c, struct error *e)
{
    time_ms from = 0;
    if (c->body.node) {
        struct fields f = fields_root(c, "from");
        (void)field_time(&f, "from", false, &from);
        if (from > c->now) field_error(&f, "from", "too_large", "lies in the future");
        enum err rc = fields_end(c, e);
        if (rc) return rc;
    }
    if (!from) return queue(c, RUN_IMPORT_ORDERS, S(""), e);
    return queue(c, RUN_BACKFILL_ORDERS, arena_fmt(c->arena, "%lld", (long long)from), e);
}

static enum err release(struct call *c, struct error *e)
{
    struct channel_row *ch = NULL;
    enum err rc = find_channel(c, c->ids[0], &ch, e);
    if (!rc && !ch->brake_since) rc = error_code(e, ERR_CONFLICT, "not_braked", "nothing waits");
    if (!rc) rc = channel_set_brake(&c->change, ch, 0, 0, 0, e);
    if (rc) return rc;
    audit_add(&c->change, "release_brake", "channel", ch->id, S(""));
    return render_channel(c, ch->id, e);
}

static void render_verified(
    struct call *c, const struct verify_result *v, const struct channel_row *ch)
{
    jw_object(&c->w);
    jw_kbool(&c->w, "ok", v->ok);
    jw_kstr(&c->w, "state", str_of(channel_shown_state(ch)));
    jw_key(&c->w, "checks");
    jw_array(&c->w);
    for (size_t i = 0; i < v->check_count; i++) {
        const struct verify_check *k = &v->checks[i];
        jw_object(&c->w);
        jw_kstr(&c->w, "code", str_of(k->code));
        jw_kstr(&c->w, "severity", str_of(k->severity));
        jw_kstr(&c->w, "detail", k->detail);
        put_opt(c, "action", k->action);
        put_opt(c, "channel_message", k->channel_message);
        put_opt(c, "request_id", k->request_id);
        jw_object_end(&c->w);
    }
    jw_array_end(&c->w);
    jw_key(&c->w, "marketplaces");
    jw_array(&c->w);
    for (size_t i = 0; i < v->marketplace_count; i++) {
        jw_object(&c->w);
        jw_kstr(&c->w, "id", v->marketplaces[i].id);
        jw_kstr(&c->w, "name", v->marketplaces[i].name);
        jw_kbool(&c->w, "participating", v->marketplaces[i].participating);
        jw_kbool(&c->w, "chosen", v->marketplaces[i].chosen);
        jw_object_end(&c->w);
    }
    jw_array_end(&c->w);
    jw_object_end(&c->w);
}

struct verification {
    struct call *c;
    struct verify_result result;
};

static enum err show_verified(struct call *c, void *ctx, struct error *e)
{
    const struct verification *v = ctx;
    struct channel_row *ch = NULL;
    enum err rc = find_channel(c, c->ids[0], &ch, e);
    if (rc) return rc;
    audit_add(&c->change, "verify", "channel", ch->id, S(""));
    render_verified(c, &v->result, ch);
    return OK;
}

static enum err verify_tx(struct tx *tx, void *ctx, struct error *e)
{
    struct verification *v = ctx;
    account_begin(v->c, tx);
    return once(v->c, show_verified, v, e);
}

/* Calls the channel, so outside any transaction. */
static enum err verify(struct call *c, struct error *e)
{
    struct verification *v = arena_new(c->arena, struct verification, 1);
    v->c = c;
    if (!c->api->options.engine)
        return error_set(e, ERR_UNAVAILABLE, "this process does not talk to channels");
    enum err rc = engine_verify(c->api->options.engine, c->ids[0], c->arena, &v->result, e);
    return rc ? rc : db_write(c->api->options.db, "verify", verify_tx, v, e);
}

#define EVENT_KINDS                                                                                \
    "call_refused throttled unavailable unauthorised push_accepted push_refused push_applied"      \
    " difference_stays changed_elsewhere taken_over bulk_sent bulk_done bulk_lost"                 \
    " listing_ended listing_unreadable reading_stalled credentials_replaced order_imported"        \
    " order_quarantined"                                                                           \
    " state_changed brake settings_changed"

static enum err events(struct call *c, struct error *e)
{
    struct page page = query_page(c);
    struct channel_event_filter f = { .channel_id = c->ids[0],
        .kind = query_word(c, "kind", EVENT_KINDS),
        .severity = query_word(c, "severity", "ok info warning error"),
        .sku = query_str(c, "sku"),
        .run_id = query_id(c, "run_id") };
    struct channel_row *ch = NULL;
    struct channel_event *rows = NULL;
    size_t count = 0;
    enum err rc = query_end(c, e);
    if (!rc) rc = find_channel(c, c->ids[0], &ch, e);
    if (!rc) rc = channel_event_list(c->tx, &f, &page, c->arena, &rows, &count, e);
    if (rc) return rc;
    size_t shown = count > (size_t)page.limit ? (size_t)page.limit : count;
    list_begin(c);
    for (size_t i = 0; i < shown; i++) {
        const struct channel_event *v = &rows[i];
        jw_object(&c->w);
        jw_kint(&c->w, "id", v->id);
        put_time(c, "at", v->at);
        jw_kstr(&c->w, "kind", v->kind_read);
        jw_kstr(&c->w, "severity", v->severity_read);
        put_opt(c, "operation", v->operation);
        put_opt_id(c, "http_status", v->http_status);
        jw_kstr(&c->w, "detail", v->detail);
        put_opt(c, "channel_message", v->channel_message);
        put_opt(c, "request_id", v->request_id);
        put_opt(c, "sku", v->sku);
        put_opt_id(c, "listing_id", v->listing_id);
        put_opt_id(c, "order_id", v->order_id);
        put_opt(c, "channel_order_id", v->channel_order_id);
        put_opt_id(c, "run_id", v->run_id);
        jw_object_end(&c->w);
    }
    list_end_id(c, count > shown, shown ? rows[shown - 1].id : 0);
    return OK;
}

static enum err quarantine(struct call *c, struct error *e)
{
    struct page page = query_page(c);
    struct channel_row *ch = NULL;
    struct quarantined_order *rows = NULL;
    size_t count = 0;
    enum err rc = query_end(c, e);
    if (!rc) rc = find_channel(c, c->ids[0], &ch, e);
    if (!rc) rc = quarantine_list(c->tx, c->ids[0], &page, c->arena, &rows, &count, e);
    if (rc) return rc;
    size_t shown = count > (size_t)page.limit ? (size_t)page.limit : count;
    list_begin(c);
    for (size_t i = 0; i < shown; i++) {
        jw_object(&c->w);
        jw_kint(&c->w, "id", rows[i].id);
        put_opt(c, "channel_order_id", rows[i].channel_order_id);
        put_time(c, "first_seen_at", rows[i].first_seen_at);
        put_time(c, "last_seen_at", rows[i].last_seen_at);
        jw_kint(&c->w, "attempts", rows[i].attempts);
        put_opt(c, "pointer", rows[i].pointer);
        jw_kstr(&c->w, "detail", rows[i].detail);
        jw_kstr(&c->w, "body", rows[i].body);
        jw_object_end(&c->w);
    }
    list_end_id(c, count > shown, shown ? rows[shown - 1].id : 0);
    return OK;
}

const struct route routes_runs[] = {
    { "GET", "/runs", AREA_CHANNELS, PERMISSION_READ, RUN_AREAS,
        "channel_id kind state limit cursor", list },
    { "GET", "/runs/{}", AREA_CHANNELS, PERMISSION_READ, RUN_AREAS, "", show },
    { "GET", "/events", AREA_CHANNELS, PERMISSION_READ,
        ROUTE_NO_TX | ROUTE_OR(AREA_CATALOG) | ROUTE_OR(AREA_INVENTORY) | ROUTE_OR(AREA_ORDERS) |
            ROUTE_OR(AREA_SETTINGS),
        "", live_follow },
    { "POST", "/channels/{}/verify", AREA_CHANNELS, PERMISSION_WRITE, ROUTE_NO_TX | ROUTE_NO_BODY,
        "", verify },
    { "POST", "/channels/{}/release_brake", AREA_CHANNELS, PERMISSION_WRITE, ROUTE_NO_BODY, "",
        release },
    { "POST", "/channels/{}/sync_listings", AREA_CHANNELS, PERMISSION_WRITE, ROUTE_NO_BODY, "",
        sync_listings },
    { "POST", "/channels/{}/push_quantities", AREA_CHANNELS, PERMISSION_WRITE, ROUTE_NO_BODY, "",
        push_quantities },
    { "POST", "/channels/{}/import_orders", AREA_CHANNELS, PERMISSION_WRITE, ROUTE_OPTIONAL_BODY,
        "", import_orders },
    { "GET", "/channels/{}/events", AREA_CHANNELS, PERMISSION_READ, 0,
        "kind severity sku run_id limit cursor", events },
    { "GET", "/channels/{}/quarantine", AREA_CHANNELS, PERMISSION_READ, 0, "limit cursor",
        quarantine },
    { NULL },
};
