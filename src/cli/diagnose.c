/* diagnose.c: the diagnosis of channels, or of one SKU's listings, as text or JSON (domain.md 7).
 */
#include "base/json.h"
#include "cli/context.h"
#include "store/diagnosis.h"

enum { OUTPUT_MAX = 16 * 1024 * 1024, CHANNELS_PAGE = 50 };

struct diagnosing {
    const struct options *options;
    struct buf out;
    struct jw w;
    size_t found; /* channels */
};

static void tell_text(struct diagnosing *d, const struct channel_row *ch, const struct listing *l,
    const struct findings *f)
{
    buf_put_fmt(&d->out, "%s%.*s (channel %lld, %s)", d->found ? "\n" : "", STR_FMT(ch->name),
        (long long)ch->id, channel_shown_state(ch));
    if (d->options->sku) buf_put_fmt(&d->out, ", SKU %s", d->options->sku);
    if (l) buf_put_fmt(&d->out, " (listing %lld)", (long long)l->id);
    buf_put_fmt(&d->out, "\n");
    for (size_t i = 0; i < f->count; i++) {
        const struct finding *row = &f->rows[i];
        buf_put_fmt(&d->out, "  %-8s %s: %.*s\n", row->severity, row->code, STR_FMT(row->detail));
        if (row->action.len) buf_put_fmt(&d->out, "           %.*s\n", STR_FMT(row->action));
    }
}

static void tell_json(struct diagnosing *d, const struct channel_row *ch, const struct listing *l,
    const struct findings *f)
{
    struct jw *w = &d->w;
    jw_object(w);
    jw_kint(w, "channel_id", ch->id);
    jw_kstr(w, "channel", ch->name);
    jw_kstr(w, "state", str_of(channel_shown_state(ch)));
    if (d->options->sku) jw_kstr(w, "sku", str_of(d->options->sku));
    if (l) jw_kint(w, "listing_id", l->id);
    jw_key(w, "findings");
    jw_array(w);
    for (size_t i = 0; i < f->count; i++) {
        const struct finding *row = &f->rows[i];
        jw_object(w);
        jw_kstr(w, "code", str_of(row->code));
        jw_kstr(w, "severity", str_of(row->severity));
        jw_kstr(w, "detail", row->detail);
        if (row->action.len) jw_kstr(w, "action", row->action);
        if (row->has_count) jw_kint(w, "count", row->count);
        jw_object_end(w);
    }
    jw_array_end(w);
    jw_object_end(w);
}

static enum err diagnose_one(
    struct diagnosing *d, struct tx *tx, const struct channel_row *ch, struct error *e)
{
    struct arena *arena = tx_arena(tx);
    struct findings *f = arena_new(arena, struct findings, 1);
    struct listing l;
    bool listed = false;
    time_ms now = clock_now(clock_system());
    enum err rc;
    if (!d->options->sku) {
        rc = diagnose_channel(tx, ch, now, arena, f, e);
    } else {
        rc = listing_find(tx, ch->id, str_of(d->options->sku), arena, &l, e);
        listed = rc == OK;
        if (listed) rc = diagnose_listing(tx, ch, &l, now, arena, f, e);
        if (rc == ERR_NOT_FOUND) {
            f->rows[f->count++] = (struct finding){ "not_imported", "warning",
                S("No listing with this SKU has been read from the channel."),
                S("Create it at the channel, then press Sync Listings."), false, 0 };
            rc = OK;
        }
    }
    if (rc) return rc;
    (d->options->json ? tell_json : tell_text)(d, ch, listed ? &l : NULL, f);
    d->found++;
    return OK;
}

static bool wanted(const struct options *o, const struct channel_row *ch)
{
    int64_t id;
    if (!o->channel) return true;
    struct str word = str_of(o->channel);
    return str_eq(word, ch->name) || (str_to_int64(word, &id) && id == ch->id);
}

static enum err diagnose_all(struct tx *tx, void *ctx, struct error *e)
{
    struct diagnosing *d = ctx;
    struct page page = { 0, CHANNELS_PAGE };
    size_t count;
    do {
        struct channel_row *rows;
        enum err rc = channel_list(tx, &page, tx_arena(tx), &rows, &count, e);
        for (size_t i = 0; !rc && i < count; i++) {
            page.after = rows[i].id;
            if (wanted(d->options, &rows[i])) rc = diagnose_one(d, tx, &rows[i], e);
        }
        if (rc) return rc;
    } while (count > CHANNELS_PAGE);
    if (d->found || !d->options->channel) return OK;
    return error_set(e, ERR_NOT_FOUND, "no such channel: %s", d->options->channel);
}

int command_diagnose(const struct options *options)
{
    struct cli c;
    struct error e;
    struct diagnosing d = { .options = options };
    if (cli_open_reading(&c, options, &e)) return cli_fail(&e);
    buf_init(&d.out, OUTPUT_MAX);
    jw_init(&d.w, &d.out);
    if (options->json) jw_array(&d.w);
    enum err rc = db_read(c.db, "diagnose", diagnose_all, &d, &e);
    if (options->json) jw_array_end(&d.w);
    if (!rc && !options->json && !d.found) buf_put_fmt(&d.out, "There is no channel yet.\n");
    if (!rc) (void)printf("%.*s%s", STR_FMT(buf_str(&d.out)), options->json ? "\n" : "");
    buf_release(&d.out);
    cli_close(&c);
    return rc ? cli_fail(&e) : 0;
}
