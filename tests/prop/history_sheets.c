/* history_sheets.c: spreadsheets applied to the account; and those of connections. */
#include "history_sheets.h"

#include "inner_db.h"
#include "rows.h"

static void expect_counts(
    struct history *h, const struct rows_run *run, const int64_t *want, const char *file)
{
    const char *why = arena_fmt(&h->f->arena, "%s: changed %.*s%.*s", file,
        STR_FMT(buf_str(&run->changes)), STR_FMT(buf_str(&run->faults)))
                          .at;
    CHECK_INT(run->rc, OK, why);
    CHECK_INT(run->state.waiting_count, 0, why);
    CHECK_INT(run->state.created, want[CREATED], why);
    CHECK_INT(run->state.updated, want[UPDATED], why);
    CHECK_INT(run->state.unchanged, want[UNCHANGED], why);
    CHECK_INT(run->state.rejected, want[REJECTED], why);
}

void history_apply(
    struct history *h, enum import_kind kind, struct str text, const enum fate *fates, int count)
{
    struct inner_db inner;
    int64_t want[REJECTED + 1] = { 0 };
    const char *file = arena_fmt(&h->f->arena, "%s:\n%.*s", h->where, STR_FMT(text)).at;
    inner_db_init(&inner, h->f->c.tx);
    for (int i = 0; i < count; i++)
        want[fates[i]]++;
    for (int dry = 1; dry >= 0; dry--) {
        struct rows_run run = { .db = &inner.db, .dry_run = dry };
        rows_run(h->f, kind, text, &run);
        expect_counts(h, &run, want, file);
        rows_run_release(&run);
    }
    struct rows_run again = { .db = &inner.db };
    rows_run(h->f, kind, text, &again);
    CHECK_INT(again.rc, OK, file);
    CHECK_INT(again.state.created + again.state.updated, 0, file);
    rows_run_release(&again);
}

/* Connections */

struct connection {
    int listing; /* -1: of none */
    struct o_listing to;
    bool unknown; /* names a variation that is not there */
};

struct connections {
    bool has_mode, has_limits; /* columns */
    struct connection rows[SHEET_ROWS];
    int count;
};

static void draw_connection(struct history *h, const struct connections *s, struct connection *r)
{
    const struct oracle *o = &h->o;
    *r = (struct connection){ .listing = throw_of(h, o->listing_count) };
    if (s->count && !throw_of(h, 4)) *r = s->rows[throw_of(h, s->count)];
    if (!throw_of(h, 8)) r->listing = -1;
    if (r->listing < 0) return;
    r->to = o->listings[r->listing];
    if (!throw_of(h, 4)) return; /* as it is */
    r->to.mode = (enum o_mode)throw_of(h, 4);
    r->to.skus = r->to.variations = 0;
    r->to.reserve = throw_of(h, 3) - 1;
    r->to.cap = throw_of(h, 3) - 1;
    if (r->to.mode == O_BY_SKUS) r->to.skus = (unsigned)throw_of(h, 1 << O_SKUS) & ~1u;
    for (int v = 0; v < O_VARIATIONS && r->to.mode == O_BY_VARIATIONS; v++)
        if (o->variations[v].id && throw_of(h, 2)) r->to.variations |= 1u << v;
    r->unknown = r->to.mode == O_BY_VARIATIONS && !throw_of(h, 5);
}

static struct str limit_cell(struct history *h, int64_t n)
{
    return n < 0 ? S("") : arena_fmt(&h->f->arena, "%lld", (long long)n);
}

static void put_connection(
    struct history *h, const struct connections *s, const struct connection *r, struct buf *out)
{
    static const char *const modes[] = { "auto", "skus", "variations", "none" };
    const struct oracle *o = &h->o;
    int channel = r->listing < 0 ? 0 : r->to.channel;
    buf_put_fmt(out, "%s|%s", history_channels[channel],
        r->listing < 0 ? "no such" : history_skus[r->to.sku]);
    if (s->has_mode) {
        buf_put_fmt(out, "|");
        for (int k = 1, n = 0; k < O_SKUS; k++)
            if (r->to.skus & 1u << k) buf_put_fmt(out, "%s%s", n++ ? "," : "", history_skus[k]);
        buf_put_fmt(out, "|%s", r->unknown ? "999999999" : "");
        for (int v = 0, n = r->unknown; v < O_VARIATIONS; v++)
            if (r->to.variations & 1u << v)
                buf_put_fmt(out, "%s%lld", n++ ? "," : "", (long long)o->variations[v].id);
        buf_put_fmt(out, "|%s", modes[r->to.mode]);
    }
    if (s->has_limits)
        buf_put_fmt(out, "|%.*s|%.*s", STR_FMT(limit_cell(h, r->to.reserve)),
            STR_FMT(limit_cell(h, r->to.cap)));
    buf_put_fmt(out, "\n");
}

static enum fate judge_connection(
    struct oracle *o, const struct connections *s, const struct connection *r, bool *seen)
{
    if (r->listing < 0 || o->channels[r->to.channel].deleted) return REJECTED;
    struct o_listing *now = &o->listings[r->listing], to = *now;
    if (s->has_mode) {
        if (r->unknown) return REJECTED;
        if (r->to.mode == O_BY_SKUS && !r->to.skus) return REJECTED;
        if (r->to.mode == O_BY_VARIATIONS && !r->to.variations) return REJECTED;
        to.mode = r->to.mode;
        to.skus = r->to.skus;
        to.variations = r->to.variations;
    }
    if (s->has_limits) {
        to.reserve = r->to.reserve;
        to.cap = r->to.cap;
    }
    bool repeats = seen[r->listing];
    seen[r->listing] = true;
    if (to.mode == now->mode && to.skus == now->skus && to.variations == now->variations &&
        to.reserve == now->reserve && to.cap == now->cap)
        return UNCHANGED;
    if (repeats) return REJECTED;
    *now = to;
    return UPDATED;
}

void history_connection_sheet(struct history *h)
{
    struct connections s = { .has_mode = throw_of(h, 4) != 0, .has_limits = throw_of(h, 2) != 0 };
    enum fate fates[SHEET_ROWS];
    bool seen[O_LISTINGS] = { false };
    struct buf text;
    if (!h->o.listing_count) return;
    buf_init(&text, 64 * 1024);
    buf_put_fmt(&text, "Channel|Channel SKU%s%s\n",
        s.has_mode ? "|Connected SKUs|Variation IDs|Mode" : "", s.has_limits ? "|Reserve|Cap" : "");
    for (int i = 1 + throw_of(h, SHEET_ROWS); i > 0; i--) {
        draw_connection(h, &s, &s.rows[s.count]);
        put_connection(h, &s, &s.rows[s.count], &text);
        s.count++;
    }
    for (int i = 0; i < s.count; i++)
        fates[i] = judge_connection(&h->o, &s, &s.rows[i], seen);
    history_apply(h, IMPORT_CONNECTIONS, buf_str(&text), fates, s.count);
    buf_release(&text);
}

void history_sheets(struct history *h)
{
    static void (*const kinds[])(
        struct history *) = { history_catalog_sheet, history_item_sheet, history_connection_sheet };
    kinds[throw_of(h, (int)COUNT_OF(kinds))](h);
}
