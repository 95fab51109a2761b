/* runs.c: long work, and the stream of what changes. */
#include "store/run.h"
#include "http/internal.h"

static void write_time(struct jw *w, const char *key, time_ms t)
{
    char text[RFC3339_SIZE];
    if (t)
        jw_kstr(w, key, rfc3339_format(t, text));
    else
        jw_knull(w, key);
}

void render_run(struct jw *w, const struct run *run)
{
    jw_object(w);
    jw_kint(w, "id", run->id);
    jw_kstr(w, "kind", str_of(run_kind_name(run->kind)));
    jw_kstr(w, "state", str_of(run_state_name(run->state)));
    if (run->channel_id)
        jw_kint(w, "channel_id", run->channel_id);
    else
        jw_knull(w, "channel_id");
    jw_kint(w, "done", run->done);
    if (run->total)
        jw_kint(w, "total", run->total);
    else
        jw_knull(w, "total");
    if (run->message.len)
        jw_kstr(w, "message", run->message);
    else
        jw_knull(w, "message");
    write_time(w, "created_at", run->created_at);
    write_time(w, "started_at", run->started_at);
    write_time(w, "finished_at", run->finished_at);
    jw_key(w, "error");
    if (run->error.len)
        jw_raw(w, run->error);
    else
        jw_null(w);
    jw_object_end(w);
}

static struct run_filter filter_of(struct call *c)
{
    enum run_kind kind;
    enum run_state state;
    struct run_filter filter = { .channel_id =
                                     query_int(c, "channel_id", 0, 1, 9007199254740991) };
    struct str kind_text = query_str(c, "kind"), state_text = query_str(c, "state");
    if (kind_text.len && run_kind_parse(kind_text, &kind))
        filter.kind = run_kind_name(kind);
    else if (kind_text.len)
        element_error(c, S("?kind"), "unknown_value", "is not a kind of run");
    if (state_text.len && run_state_parse(state_text, &state))
        filter.state = run_state_name(state);
    else if (state_text.len)
        element_error(c, S("?state"), "unknown_value", "is not a state of a run");
    return filter;
}

static enum err list_runs(struct call *c, struct error *e)
{
    struct page page = query_page(c);
    struct run_filter filter = filter_of(c);
    enum err rc = query_end(c, e);
    struct run *rows;
    size_t count;
    if (!rc) rc = run_list(c->tx, &filter, &page, c->arena, &rows, &count, e);
    if (rc) return rc;
    bool more = count > (size_t)page.limit;
    if (more) count--;
    list_begin(c);
    for (size_t i = 0; i < count; i++)
        render_run(&c->w, &rows[i]);
    list_end_id(c, more, count ? rows[count - 1].id : 0);
    return OK;
}

static enum err get_run(struct call *c, struct error *e)
{
    struct run run;
    enum err rc = run_load(c->tx, c->ids[0], c->arena, &run, e);
    if (rc == ERR_NOT_FOUND) return not_found(e, "run", c->ids[0]);
    if (!rc) render_run(&c->w, &run);
    return rc;
}

const struct route routes_runs[] = {
    { "GET", "/runs", AREA_CHANNELS, PERMISSION_READ, 0, "channel_id kind state limit cursor",
        list_runs },
    { "GET", "/runs/{}", AREA_CHANNELS, PERMISSION_READ, 0, "", get_run },
    /* Every role may read all that is told there. */
    { "GET", "/events", AREA_CHANNELS, PERMISSION_NONE, ROUTE_NO_TX, "", live_follow },
    { 0 },
};
