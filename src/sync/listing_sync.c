/* listing_sync.c: see listing_sync.h. */
#include "sync/listing_sync.h"

#include "base/assert.h"
#include "base/limits.h"
#include "store/listing.h"
#include "sync/listing_take.h"

#include <stdlib.h>
#include <string.h>

enum {
    CEILING = 1000,
    WINDOWS_MAX = 128, /* each halving adds one: more than the bits of a time */
    WINDOW_LEAST_MS = 2000,
    ATTEMPTS_MAX = 8, /* calls in a row that did not work, before the run fails */
    STALLS_MAX = 500, /* windows that are cut because paging got nowhere, in one run */
    FORGET_LIMIT = 500,
};

/* Why an import is not complete, and ends nothing. */
enum { LEFT_CEILING = 1, LEFT_NAMELESS = 2, LEFT_PAGES = 4 };

/* Amazon opened its marketplace to others in 2000; nothing is listed before. */
static const time_ms beginning = 946684800000;

struct window {
    time_ms from, to; /* to 0: open, which needs no knowledge of the channel's clock */
};

struct job {
    struct worker *w;
    const struct channel_row *ch;
    struct arena arena; /* of one page */
    struct arena own;   /* of the job */
    struct run run;
    /* What is left: windows of this marketplace, the last one first; then further marketplaces. */
    size_t marketplace;
    struct window windows[WINDOWS_MAX];
    size_t window_count;
    time_ms began;      /* by the channel's clock, of the first reply; 0: none yet */
    int64_t left_out;   /* LEFT_ */
    int64_t unreadable; /* listings that could not be understood */
    int64_t sum;        /* totals of the marketplaces as far as known */
    int failures, stalls;
    struct page_watch watch; /* of the window on top */
    struct channel_outcome outcome;
    struct listing_taking taking;
    enum run_state state;
    int64_t ended;
};

static void write_progress(struct job *job)
{
    struct buf out;
    buf_init(&out, 64 * 1024);
    struct jw w;
    jw_init(&w, &out);
    jw_object(&w);
    jw_kint(&w, "marketplace", (int64_t)job->marketplace);
    jw_kint(&w, "left_out", job->left_out);
    jw_kint(&w, "unreadable", job->unreadable);
    jw_kint(&w, "sum", job->sum);
    jw_kint(&w, "began", job->began);
    jw_key(&w, "windows");
    jw_array(&w);
    for (size_t i = 0; i < job->window_count; i++) {
        jw_int(&w, job->windows[i].from);
        jw_int(&w, job->windows[i].to);
    }
    jw_array_end(&w);
    jw_object_end(&w);
    job->run.progress = arena_str(&job->arena, buf_str(&out));
    buf_release(&out);
}

static void first_window(struct job *job)
{
    job->windows[0] = (struct window){ beginning, 0 };
    job->window_count = 1;
}

static void read_progress(struct job *job)
{
    struct json root;
    struct error e;
    first_window(job);
    if (!job->run.progress.len || json_parse(job->run.progress, 64 * 1024, &root, &e)) return;
    int64_t marketplace = 0;
    struct json windows = json_get(root, "windows");
    size_t n = json_len(windows) / 2;
    if (json_int64(json_get(root, "marketplace"), &marketplace) && n && n <= WINDOWS_MAX) {
        job->marketplace = (size_t)marketplace;
        (void)json_int64(json_get(root, "left_out"), &job->left_out);
        (void)json_int64(json_get(root, "unreadable"), &job->unreadable);
        (void)json_int64(json_get(root, "sum"), &job->sum);
        (void)json_int64(json_get(root, "began"), &job->began);
        job->window_count = n;
        for (size_t i = 0; i < n; i++) {
            (void)json_int64(json_at(windows, 2 * i), &job->windows[i].from);
            (void)json_int64(json_at(windows, 2 * i + 1), &job->windows[i].to);
        }
    }
    json_release(&root);
}

static enum err take_run(struct change *c, void *ctx, struct error *e)
{
    struct job *job = ctx;
    return run_take(c, job->w->channel_id, RUN_SYNC_LISTINGS, &job->own, &job->run, e);
}

static enum err take_page(struct change *c, void *ctx, struct error *e)
{
    struct job *job = ctx;
    enum err rc = listing_take(c, &job->taking, e);
    if (rc) return rc;
    if (job->taking.nameless) job->left_out |= LEFT_NAMELESS;
    write_progress(job);
    run_progress(c, &job->run);
    return OK;
}

static enum err note_progress(struct change *c, void *ctx, struct error *e)
{
    (void)e;
    struct job *job = ctx;
    run_progress(c, &job->run);
    return OK;
}

static struct str ending(const struct job *job, struct arena *arena)
{
    long long read = (long long)(job->run.done - job->unreadable);
    struct str why = S("");
    if (job->left_out & LEFT_CEILING)
        why = S("too many were created in the same moment");
    else if (job->left_out & LEFT_PAGES)
        why = S("the channel showed the same pages again");
    else if (job->left_out)
        why = S("the SKU of some could not be understood either");
    struct str unreadable =
        job->unreadable ? arena_fmt(arena, ", %lld could not be understood: see the activity",
                              (long long)job->unreadable)
                        : S("");
    if (why.len)
        return arena_fmt(arena, "Listings are read (%lld), but not all: %.*s. None was ended%.*s",
            read, STR_FMT(why), STR_FMT(unreadable));
    return arena_fmt(arena, "%lld listings are read%s%.*s", read,
        job->ended ? ", some have ended" : "", STR_FMT(unreadable));
}

static enum err end_run(struct change *c, void *ctx, struct error *e)
{
    struct job *job = ctx;
    enum err rc = OK;
    if (job->state == RUN_SUCCEEDED && !job->left_out)
        rc = listing_end_unseen(c, job->w->channel_id, job->run.id, &job->ended, e);
    if (rc) return rc;
    /* What changes while this reads is on pages that are read already, too: look at it again. */
    if (job->state == RUN_SUCCEEDED)
        cursor_set(c, job->w->channel_id, LISTINGS_REFRESH_CURSOR,
            arena_fmt(c->arena, "%lld", (long long)job->began));
    if (job->state == RUN_SUCCEEDED) job->run.message = ending(job, c->arena);
    run_finish(c, &job->run, job->state);
    return OK;
}

struct forgetting {
    struct job *job;
    bool more;
};

static enum err forget_some(struct change *c, void *ctx, struct error *e)
{
    struct forgetting *f = ctx;
    return listing_forget_places(
        c, f->job->w->channel_id, f->job->run.id, FORGET_LIMIT, &f->more, e);
}

/* In small transactions: it may be all of them, when the channel lost a marketplace. */
static bool forget_places(struct job *job)
{
    struct forgetting f = { job, true };
    struct error e;
    while (f.more && !worker_stopping(job->w)) {
        if (!worker_change(job->w, "listing_places", forget_some, &f, &e)) continue;
        worker_fault(job->w, "marketplaces_not_forgotten", &e);
        return false;
    }
    return !f.more;
}

/* Cuts the window on top in two; the older half is read first. The reply just read told the
 * channel's present, where the open one ends for this. */
static bool cut(struct job *job)
{
    struct window *top = &job->windows[job->window_count - 1];
    time_ms to = top->to ? top->to : worker_channel_now(job->w);
    if (to - top->from < WINDOW_LEAST_MS || job->window_count == WINDOWS_MAX) return false;
    struct window younger = { top->from + (to - top->from) / 2, top->to };
    struct window older = { top->from, younger.from };
    *top = younger;
    job->windows[job->window_count++] = older;
    return true;
}

static bool call(struct job *job, struct str token, struct channel_listings_page *page)
{
    struct worker *w = job->w;
    const struct window *top = &job->windows[job->window_count - 1];
    struct channel_listings_query q = {
        .marketplace_id = job->ch->marketplace_ids[job->marketplace],
        .created_after = top->from,
        .created_before = top->to,
        .page_token = token,
    };
    struct error e;
    if (!worker_token(w, CHANNEL_OP_LISTINGS_PAGE, 0)) return false;
    enum err rc = w->driver->listings_page(w->conn, &q, &job->arena, page, &job->outcome, &e);
    if (rc) {
        worker_fault(w, "listings_not_read", &e);
        return false;
    }
    struct call_note note = { .run_id = job->run.id };
    worker_outcome(w, CHANNEL_OP_LISTINGS_PAGE, &job->outcome, &note);
    bool done = job->outcome.result == CHANNEL_DONE;
    if (done && !job->began) job->began = worker_channel_now(w);
    return done;
}

static bool take(struct job *job, const struct channel_listings_page *page)
{
    struct error e;
    int64_t rows = (int64_t)(page->count + page->bad_count);
    job->taking = (struct listing_taking){ .channel_id = job->w->channel_id,
        .run_id = job->run.id,
        .marketplace_id = job->ch->marketplace_ids[job->marketplace],
        .page = page };
    job->run.done += rows;
    job->unreadable += (int64_t)page->bad_count;
    job->run.message = S("Reading listings");
    if (job->run.total < job->run.done) job->run.total = job->run.done;
    if (worker_change(job->w, "listing_page", take_page, job, &e)) {
        worker_fault(job->w, "listings_not_taken_in", &e);
        return false;
    }
    atomic_fetch_add(&job->w->engine->listings, (long long)page->count);
    return true;
}

/* Where the counts stood before a window that is read again from its first page. */
struct mark {
    int64_t done, unreadable;
};

static void rewind_to(struct job *job, struct mark mark)
{
    job->run.done = mark.done;
    job->unreadable = mark.unreadable;
}

/* There is more behind a page, and no way to it. Halves of the window may each show all on pages
 * that can be reached; if not, what is behind is left out, and the import ends nothing. */
static void get_around(struct job *job, struct mark mark)
{
    if (job->stalls == 0)
        worker_tell_stalled(
            job->w, CHANNEL_OP_LISTINGS_PAGE, job->run.id, "listings are read in smaller parts");
    if (job->stalls++ < STALLS_MAX && cut(job))
        rewind_to(job, mark);
    else
        job->left_out |= LEFT_PAGES;
}

/* The window on top, page by page. True when it is done or was cut. */
static bool read_window(struct job *job)
{
    char text[LISTING_TOKEN_MAX];
    struct str token = S("");
    struct mark mark = { job->run.done, job->unreadable };
    page_watch_reset(&job->watch);
    for (;;) {
        arena_reset(&job->arena);
        struct channel_listings_page page = { 0 };
        bool good = call(job, token, &page);
        const struct window *top = &job->windows[job->window_count - 1];
        bool whole = top->from == beginning && !token.len && job->window_count == 1;
        if (good && whole && job->sum + page.total > job->run.total) {
            job->run.total = job->sum + page.total;
        }
        if (good && page.total > CEILING && !token.len) {
            if (cut(job)) return true;
            job->left_out |= LEFT_CEILING;
        }
        struct page_print print = listing_page_print(&page);
        bool stalls = good && page_watch_stalls(&job->watch, print);
        good = good && (stalls || take(job, &page));
        if (!good) {
            rewind_to(job, mark); /* the window is read again from its first page */
            return false;
        }
        page_watch_note(&job->watch, print);
        if (stalls || page.next_token.len > LISTING_TOKEN_MAX) {
            get_around(job, mark);
            return true;
        }
        if (!page.next_token.len) return true;
        memcpy(text, page.next_token.at, page.next_token.len);
        token = (struct str){ text, page.next_token.len };
    }
}

static void next_window(struct job *job)
{
    if (--job->window_count) return;
    job->marketplace++;
    job->sum = job->run.done;
    if (job->marketplace < job->ch->marketplace_count) first_window(job);
}

/* What cannot be mended by asking again. */
static bool hopeless(const struct job *job)
{
    return job->failures >= ATTEMPTS_MAX || job->outcome.result == CHANNEL_GRANT_LOST ||
           job->outcome.result == CHANNEL_CLIENT_WRONG ||
           (job->outcome.result == CHANNEL_UNAUTHORIZED && job->failures >= 2) ||
           (job->outcome.result == CHANNEL_REFUSED && job->failures >= 3);
}

/* False when stopping. */
static bool work(struct job *job)
{
    while (job->marketplace < job->ch->marketplace_count) {
        if (worker_stopping(job->w)) return false;
        size_t windows = job->window_count;
        if (read_window(job)) {
            job->failures = 0;
            if (job->window_count <= windows) next_window(job);
            continue;
        }
        if (worker_stopping(job->w)) return false;
        if (job->outcome.result != CHANNEL_THROTTLED) job->failures++;
        if (!hopeless(job)) continue;
        job->state = RUN_FAILED;
        return true;
    }
    job->state = RUN_SUCCEEDED;
    return true;
}

static void finish(struct job *job)
{
    struct error e;
    bool complete = job->state == RUN_SUCCEEDED && !job->left_out;
    if (complete && !forget_places(job)) return; /* the run is still there, and goes on later */
    if (job->state == RUN_FAILED) {
        job->run.error = run_error_of(&job->outcome, &job->own);
        job->run.message = S("Listings could not be read; none was ended");
    }
    if (worker_change(job->w, "listing_run", end_run, job, &e))
        worker_fault(job->w, "run_not_finished", &e);
}

void listing_sync_tend(struct worker *w, const struct channel_row *ch)
{
    struct job *job = calloc(1, sizeof *job); /* tidy: allow, holds two arenas */
    ASSERT(job);
    job->w = w;
    job->ch = ch;
    arena_init(&job->arena, "listing page", JOB_ARENA_MAX);
    arena_init(&job->own, "listing job", 16 * 1024 * 1024);
    struct error e;
    if (worker_change(w, "listing_run", take_run, job, &e)) {
        worker_fault(w, "run_not_taken", &e);
    } else if (job->run.id) {
        read_progress(job);
        job->run.message = S("Reading listings");
        write_progress(job);
        if (worker_change(w, "listing_run", note_progress, job, &e))
            worker_fault(w, "run_not_begun", &e);
        if (work(job)) finish(job);
    }
    arena_release(&job->own);
    arena_release(&job->arena);
    free(job);
}
