/*
 * store.c: the store without what stands around it, for the benchmarks. TARGET is an SQLite file or
 * postgresql://...
 *
 * usage:
 *   store fill TARGET ITEMS     the items, a tenth as many SKUs, each listed and connected
 *   store catalog TARGET COUNT  variations only, with SKUs as shops write them
 *   store recompute FILE        counts from all items and all targets anew, and beside it a bare
 *                               GROUP BY over the items; SQLite only
 *   store intake TARGET ORDERS  orders of a channel taken in, a hundred to a transaction
 *
 * Prints one line of JSON.
 */
#include "names.h"

#include "base/assert.h"
#include "base/clock.h"
#include "core/quantity.h"
#include "store/derive.h"
#include "store/intake.h"
#include "store/item.h"
#include "store/listing.h"
#include "store/migrate.h"
#include "store/push.h"
#include "store/verify.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

enum {
    BATCH = 500,
    ITEM_BATCH = 5000,
    PER_SKU = 10,
    PAGE = 100,
    PLAN_LIMIT = 2000,
    ROUNDS = 5,
    STRIDE = 7919
};

static const struct actor actor = { ACTOR_SYSTEM, 0, { "bench", 5 }, { "", 0 } };

struct job {
    struct db *db;
    enum err (*step)(struct change *c, struct job *job, struct error *e);
    int64_t channel_id, from, to; /* numbers of this transaction's rows */
    bool more;
    bool own_skus; /* of variations: as shops write them */
    int64_t rows;
};

static enum err run(struct tx *tx, void *ctx, struct error *e)
{
    struct job *job = ctx;
    struct change c = { tx, tx_arena(tx), &actor, clock_now(clock_system()), rng_system() };
    return job->step(&c, job, e);
}

static void must(enum err rc, const struct error *e)
{
    if (rc) PANIC("%s", e->detail);
}

static void write_step(struct job *job)
{
    struct error e;
    must(db_write(job->db, "bench", run, job, &e), &e);
}

static double seconds(void)
{
    return (double)clock_monotonic(clock_system()) / 1000;
}

static void in_batches(struct job *job, int64_t count, int64_t batch)
{
    for (job->from = 0; job->from < count; job->from = job->to) {
        job->to = job->from + batch < count ? job->from + batch : count;
        write_step(job);
    }
}

static enum err make_channel(struct change *c, struct job *job, struct error *e)
{
    struct channel_row *ch = arena_new(c->arena, struct channel_row, 1);
    *ch = (struct channel_row){ .kind = S("amazon"),
        .name = S("Amazon"),
        .region = S("na"),
        .seller_id = S("A2EXAMPLE1SELL"),
        .organization_type = S("channel"),
        .marketplace_ids = { S("ATVPDKIKX0DER") },
        .marketplace_count = 1,
        .endpoint_url = S("http://127.0.0.1:1"),
        .token_url = S("http://127.0.0.1:1"),
        .inventory_sync = true,
        .order_import = true,
        .import_orders_from = 1,
        .status_ids = { 1 },
        .status_count = 1,
        .warehouse_ids = { 1 },
        .warehouse_count = 1,
        .map = { { S("UNSHIPPED"), 1, S("New") } },
        .map_count = 1,
        .brake_released_at = c->now + (time_ms)365 * 86400000 };
    enum err rc = channel_create(c, ch, e);
    job->channel_id = ch->id;
    return rc;
}

static struct str sku_of(struct arena *arena, int64_t n)
{
    return arena_fmt(arena, "SKU-%06lld", (long long)n);
}

static enum err make_variations(struct change *c, struct job *job, struct error *e)
{
    enum err rc = OK;
    for (int64_t n = job->from; n < job->to && !rc; n++) {
        struct variation v = names_variation(n, c->arena);
        if (!job->own_skus) v.sku = sku_of(c->arena, n);
        rc = variation_create(c, &v, e);
    }
    return rc;
}

static enum err make_listings(struct change *c, struct job *job, struct error *e)
{
    struct listing_read *reads = arena_new(c->arena, struct listing_read, BATCH);
    size_t count = 0;
    for (int64_t n = job->from; n < job->to; n++)
        reads[count++] = (struct listing_read){ .sku = sku_of(c->arena, n),
            .asin = S("B000000001"),
            .title = arena_fmt(c->arena, "Phone %lld, refurbished", (long long)n),
            .product_type = S("CELLULAR_PHONE"),
            .condition = S("used_very_good"),
            .marketplace_id = S("ATVPDKIKX0DER"),
            .active = true,
            .has_quantity = true,
            .quantity = 1,
            .issues = S("[]") };
    return listing_import(c, job->channel_id, 0, reads, count, e);
}

/* Spread over the SKUs, as what comes in one delivery is. */
static enum err make_items(struct change *c, struct job *job, struct error *e)
{
    size_t count = (size_t)(job->to - job->from);
    struct item_new *rows = arena_new(c->arena, struct item_new, count);
    for (size_t i = 0; i < count; i++) {
        int64_t n = job->from + (int64_t)i;
        rows[i].code = "";
        rows[i].item = (struct item){ .variation_id = n * STRIDE % (job->rows / PER_SKU) + 1,
            .status_id = 1,
            .warehouse_id = 1,
            .status = S("In stock"),
            .warehouse = S("Main"),
            .location = S(""),
            .esn = arena_fmt(c->arena, "ESN%09lld", (long long)n) };
    }
    enum err rc = item_create_many(c, rows, count, e);
    for (size_t i = 0; i < count && !rc; i++)
        if (*rows[i].code) rc = error_set(e, ERR_CONFLICT, "item %zu: %s", i, rows[i].code);
    return rc;
}

static enum err plan(struct change *c, struct job *job, struct error *e)
{
    return push_plan(c, PLAN_LIMIT, &job->more, e);
}

static enum err mark(struct change *c, struct job *job, struct error *e)
{
    return push_mark_all(c, job->channel_id, e);
}

static void plan_all(struct job *job)
{
    job->step = plan;
    for (job->more = true; job->more;)
        write_step(job);
}

static void fill(struct job *job, int64_t items)
{
    double began = seconds();
    job->step = make_channel;
    write_step(job);
    job->step = make_variations;
    in_batches(job, items / PER_SKU, BATCH);
    job->step = make_listings;
    in_batches(job, items / PER_SKU, BATCH);
    job->step = make_items;
    job->rows = items;
    in_batches(job, items, ITEM_BATCH);
    plan_all(job);
    printf("{\"items\": %lld, \"seconds\": %.3f}\n", (long long)items, seconds() - began);
}

static void catalog(struct job *job, int64_t count)
{
    double began = seconds();
    job->own_skus = true;
    job->step = make_variations;
    in_batches(job, count, BATCH);
    printf("{\"variations\": %lld, \"seconds\": %.3f}\n", (long long)count, seconds() - began);
}

/* By SQLite alone, with its own settings; `column` decides about the plan: see
 * derive_rebuild_counts. */
static double bare_group_by(const char *path, const char *column)
{
    sqlite3 *handle;
    sqlite3_stmt *st;
    char sql[256];
    (void)snprintf(sql, sizeof sql,
        "SELECT variation_id, status_id, warehouse_id, COUNT(*) FROM item WHERE order_id IS NULL"
        " GROUP BY %s, status_id, warehouse_id",
        column);
    if (sqlite3_open_v2(path, &handle, SQLITE_OPEN_READONLY, NULL)) PANIC("%s", path);
    if (sqlite3_prepare_v2(handle, sql, -1, &st, NULL)) PANIC("%s", sqlite3_errmsg(handle));
    double began = seconds();
    while (sqlite3_step(st) == SQLITE_ROW) {
    }
    double took = seconds() - began;
    if (sqlite3_finalize(st)) PANIC("%s", sqlite3_errmsg(handle));
    (void)sqlite3_close(handle);
    return took;
}

static enum err rebuild(struct change *c, struct job *job, struct error *e)
{
    (void)job;
    return derive_rebuild_counts(c, e);
}

/* Every target differs then, and is written. */
static enum err forget(struct change *c, struct job *job, struct error *e)
{
    struct stmt *st = tx_prepare(c->tx, "UPDATE listing SET calculated = NULL, target = NULL"
                                        " WHERE channel_id = $1");
    stmt_bind_int(st, 1, job->channel_id);
    stmt_later(st);
    return push_mark_all(c, job->channel_id, e);
}

static enum err verify(struct tx *tx, void *ctx, struct error *e)
{
    struct change c = { tx, tx_arena(tx), &actor, clock_now(clock_system()), rng_system() };
    return verify_all(&c, false, NULL, NULL, ctx, e);
}

enum part { GROUPING, FASTEST, COUNTING, PLANNING, WRITING, PARTS };

static double timed_write(
    struct job *job, enum err (*step)(struct change *c, struct job *job, struct error *e))
{
    double began = seconds();
    job->step = step;
    write_step(job);
    return seconds() - began;
}

/* One part after the other, so that whatever else the machine does meets all of them. */
static void recompute_once(struct job *job, const char *path, double took[PARTS])
{
    took[GROUPING] = bare_group_by(path, "variation_id");
    took[FASTEST] = bare_group_by(path, "+variation_id");
    took[COUNTING] = timed_write(job, rebuild);
    double began = seconds();
    (void)timed_write(job, mark);
    plan_all(job);
    took[PLANNING] = seconds() - began;
    (void)timed_write(job, forget);
    began = seconds();
    plan_all(job);
    took[WRITING] = seconds() - began;
}

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

static void recompute(struct job *job, const char *path)
{
    static const char *const names[PARTS] = { "group_by_s", "fastest_s", "count_s", "plan_s",
        "write_s" };
    double took[PARTS][ROUNDS], once[PARTS];
    struct error e;
    int64_t differences;
    job->channel_id = 1;
    recompute_once(job, path, once); /* what is read once is in memory */
    for (int i = 0; i < ROUNDS; i++) {
        recompute_once(job, path, once);
        for (int k = 0; k < PARTS; k++)
            took[k][i] = once[k];
    }
    double began = seconds();
    must(db_read(job->db, "verify", verify, &differences, &e), &e);
    printf("{\"verify_s\": %.3f, \"differences\": %lld", seconds() - began, (long long)differences);
    for (int k = 0; k < PARTS; k++) {
        qsort(took[k], ROUNDS, sizeof took[k][0], by_size);
        printf(", \"%s\": %.3f", names[k], took[k][ROUNDS / 2]);
    }
    struct rusage usage;
    (void)getrusage(RUSAGE_SELF, &usage);
    printf(", \"peak_kb\": %ld}\n", usage.ru_maxrss);
}

static enum err take_in(struct change *c, struct job *job, struct error *e)
{
    struct channel_row *ch = arena_new(c->arena, struct channel_row, 1);
    enum err rc = channel_load(c->tx, job->channel_id, c->arena, ch, e);
    struct intake_order *orders = arena_new(c->arena, struct intake_order, PAGE);
    size_t count = 0;
    for (int64_t n = job->from; n < job->to; n++) {
        struct intake_line *line = arena_new(c->arena, struct intake_line, 1);
        *line = (struct intake_line){ .channel_line_id = arena_fmt(c->arena, "L%lld", (long long)n),
            .sku = sku_of(c->arena, n % 100),
            .title = S("Phone, refurbished"),
            .quantity = 1,
            .price = { true, 19900, S("USD") } };
        orders[count++] = (struct intake_order){
            .channel_order_id = arena_fmt(c->arena, "111-%07lld-0000001", (long long)n),
            .channel_status = S("UNSHIPPED"),
            .marketplace_id = S("ATVPDKIKX0DER"),
            .created_at = c->now - 60000,
            .updated_at = c->now - 60000,
            .lines = line,
            .line_count = 1,
        };
    }
    struct intake_counts counts = { 0 };
    if (!rc) rc = intake_orders(c, ch, orders, count, &counts, e);
    job->rows += counts.created;
    return rc;
}

static void intake(struct job *job, int64_t orders)
{
    job->step = make_channel;
    write_step(job);
    job->step = make_variations;
    in_batches(job, 100, BATCH);
    double began = seconds();
    job->step = take_in;
    in_batches(job, orders, PAGE);
    printf("{\"orders\": %lld, \"seconds\": %.3f}\n", (long long)job->rows, seconds() - began);
}

int main(int argc, char **argv)
{
    if (argc < 3) {
        (void)fputs("usage: store fill|catalog|recompute|intake TARGET [N]\n", stderr);
        return 2;
    }
    int64_t n = 0;
    if (argc > 3 && !str_to_int64(str_of(argv[3]), &n)) return 2;
    struct str target = str_of(argv[2]);
    bool url = str_starts(target, S("postgresql://"));
    struct db_options options = { .sqlite_path = url ? S("") : target,
        .postgres_url = url ? target : S(""),
        .wait_timeout_ms = 60000 };
    struct job job = { .more = false };
    struct error e;
    int applied;
    must(db_open(&options, &job.db, &e), &e);
    must(migrate_up(job.db, clock_system(), &applied, &e), &e);
    if (strcmp(argv[1], "fill") == 0)
        fill(&job, n);
    else if (strcmp(argv[1], "catalog") == 0)
        catalog(&job, n);
    else if (strcmp(argv[1], "recompute") == 0)
        recompute(&job, argv[2]);
    else
        intake(&job, n);
    db_close(job.db);
    return 0;
}
