/* metrics.c: see metrics.h. */
#include "http/metrics.h"

#include "store/channel_log.h"
#include "store/channels.h"

#include <dirent.h>
#include <fcntl.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

static const int64_t bounds_us[METRICS_BUCKETS] = { 250, 1000, 5000, 25000, 100000, 250000, 1000000,
    5000000, 30000000 };

static const char *const classes[METRICS_CLASSES] = { "1xx", "2xx", "3xx", "4xx", "5xx" };

void metrics_count_request(struct metrics *m, int status, int64_t took_us)
{
    int class = status >= 100 && status < 600 ? status / 100 - 1 : METRICS_CLASSES - 1;
    int bucket = 0;
    while (bucket < METRICS_BUCKETS && took_us > bounds_us[bucket])
        bucket++;
    __atomic_fetch_add(&m->requests[class][bucket], 1, __ATOMIC_RELAXED);
    __atomic_fetch_add(&m->request_us[class], took_us, __ATOMIC_RELAXED);
}

/* Writing */

static void head(struct buf *out, const char *name, const char *type, const char *help)
{
    buf_put_fmt(out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

static void one(
    struct buf *out, const char *name, const char *type, int64_t value, const char *help)
{
    head(out, name, type, help);
    buf_put_fmt(out, "%s %lld\n", name, (long long)value);
}

static void put_seconds(struct buf *out, int64_t us)
{
    buf_put_fmt(out, "%lld.%06lld", (long long)(us / 1000000), (long long)(us % 1000000));
}

static void put_label(struct buf *out, struct str value)
{
    for (size_t i = 0; i < value.len; i++) {
        char c = value.at[i];
        if (c == '\\' || c == '"') buf_put_char(out, '\\');
        if (c == '\n')
            buf_put(out, S("\\n"));
        else
            buf_put_char(out, c);
    }
}

static void put_requests(struct buf *out, struct metrics *m)
{
    static const char name[] = "stockbridge_http_request_duration_seconds";
    head(out, name, "histogram", "Time from a whole request to its answer.");
    for (int k = 0; k < METRICS_CLASSES; k++) {
        int64_t so_far = 0;
        for (int b = 0; b <= METRICS_BUCKETS; b++) {
            so_far += __atomic_load_n(&m->requests[k][b], __ATOMIC_RELAXED);
            buf_put_fmt(out, "%s_bucket{status=\"%s\",le=\"", name, classes[k]);
            if (b < METRICS_BUCKETS)
                put_seconds(out, bounds_us[b]);
            else
                buf_put(out, S("+Inf"));
            buf_put_fmt(out, "\"} %lld\n", (long long)so_far);
        }
        buf_put_fmt(out, "%s_sum{status=\"%s\"} ", name, classes[k]);
        put_seconds(out, __atomic_load_n(&m->request_us[k], __ATOMIC_RELAXED));
        buf_put_fmt(out, "\n%s_count{status=\"%s\"} %lld\n", name, classes[k], (long long)so_far);
    }
}

static int64_t resident_bytes(void)
{
    char text[128];
    int fd = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
    if (fd < 0) return 0;
    ssize_t n = read(fd, text, sizeof text);
    (void)close(fd);
    struct str all = { text, n > 0 ? (size_t)n : 0 }, size, resident;
    int64_t pages = 0;
    str_cut(all, ' ', &size, &all);
    str_cut(all, ' ', &resident, &all);
    return str_to_int64(resident, &pages) ? pages * (int64_t)sysconf(_SC_PAGESIZE) : 0;
}

static int64_t open_files(void)
{
    int64_t n = 0;
    DIR *dir = opendir("/proc/self/fd");
    if (!dir) return 0;
    while (readdir(dir))
        n++;
    (void)closedir(dir);
    return n - 3; /* ".", ".." and the folder itself */
}

static void put_process(struct buf *out, const struct metrics *m)
{
    struct rusage used;
    (void)getrusage(RUSAGE_SELF, &used);
    head(out, "process_cpu_seconds_total", "counter", "User and system time.");
    buf_put(out, S("process_cpu_seconds_total "));
    put_seconds(out, ((int64_t)used.ru_utime.tv_sec + used.ru_stime.tv_sec) * 1000000 +
                         used.ru_utime.tv_usec + used.ru_stime.tv_usec);
    buf_put_char(out, '\n');
    one(out, "process_resident_memory_bytes", "gauge", resident_bytes(), "Resident memory.");
    one(out, "process_open_fds", "gauge", open_files(), "Open file descriptors.");
    one(out, "process_start_time_seconds", "gauge", m->started_at_ms / 1000,
        "When the process started, since 1970.");
}

static void put_database(struct buf *out, struct db *db)
{
    struct db_stats s;
    db_stats(db, &s);
    one(out, "stockbridge_db_writes_total", "counter", s.writes, "Write transactions.");
    one(out, "stockbridge_db_write_groups_total", "counter", s.write_groups,
        "Commits that carried them.");
    one(out, "stockbridge_db_reads_total", "counter", s.reads, "Read transactions.");
    one(out, "stockbridge_db_retries_total", "counter", s.retries, "Transactions run again.");
    one(out, "stockbridge_db_queue_length", "gauge", s.queue_len, "Write transactions waiting.");
    one(out, "stockbridge_db_wal_bytes", "gauge", s.wal_bytes, "Size of the write-ahead log.");
}

static void put_engine(struct buf *out, struct engine *engine)
{
    struct engine_stats s = { 0 };
    if (engine) engine_stats(engine, &s);
    one(out, "stockbridge_sync_channels", "gauge", s.channels_held,
        "Channels worked by this process.");
    one(out, "stockbridge_sync_calls_total", "counter", s.calls, "Calls to channels.");
    one(out, "stockbridge_sync_throttled_total", "counter", s.throttled, "Calls throttled.");
    one(out, "stockbridge_sync_refused_total", "counter", s.refused, "Calls refused.");
    one(out, "stockbridge_sync_failed_total", "counter", s.failed, "Calls without a good answer.");
    one(out, "stockbridge_sync_pushes_total", "counter", s.pushes, "Quantities accepted.");
    one(out, "stockbridge_sync_orders_total", "counter", s.orders, "Orders read.");
    one(out, "stockbridge_sync_listings_total", "counter", s.listings, "Listings read.");
}

/* Channels */

struct channel_gauges {
    struct arena *arena;
    struct channel_row *rows;
    struct channel_figures *figures;
    size_t count;
};

static enum err load_channels(struct tx *tx, void *ctx, struct error *e)
{
    struct channel_gauges *g = ctx;
    struct page page = { 0, 500 };
    enum err rc = channel_list(tx, &page, g->arena, &g->rows, &g->count, e);
    if (rc) return rc;
    if (g->count > (size_t)page.limit) g->count = (size_t)page.limit;
    g->figures = arena_new(g->arena, struct channel_figures, g->count + 1);
    for (size_t i = 0; i < g->count && !rc; i++)
        rc = channel_figures_load(tx, g->rows[i].id, &g->figures[i], e);
    return rc;
}

static void each(struct buf *out, const struct channel_gauges *g, const char *name, size_t offset,
    int64_t divisor, const char *help)
{
    head(out, name, "gauge", help);
    for (size_t i = 0; i < g->count; i++) {
        int64_t value;
        memcpy(&value, (const char *)&g->figures[i] + offset, sizeof value);
        buf_put_fmt(out, "%s{channel=\"%lld\"} %lld\n", name, (long long)g->rows[i].id,
            (long long)(value / divisor));
    }
}

static void put_channels(struct buf *out, const struct channel_gauges *g)
{
    static const struct {
        const char *name;
        size_t offset;
        int64_t divisor;
        const char *help;
    } gauges[] = {
#define FIGURE(field) offsetof(struct channel_figures, field)
        { "stockbridge_channel_listings", FIGURE(listings), 1, "Listings that have not ended." },
        { "stockbridge_channel_connected_listings", FIGURE(connected_listings), 1,
            "Listings that are connected." },
        { "stockbridge_channel_pushes_waiting", FIGURE(pushes_waiting), 1,
            "Quantities not yet accepted by the channel." },
        { "stockbridge_channel_orders", FIGURE(orders), 1, "Orders imported." },
        { "stockbridge_channel_quarantined_orders", FIGURE(quarantined_orders), 1,
            "Orders that could not be read." },
        { "stockbridge_channel_unknown_sku_orders", FIGURE(unknown_sku_orders), 1,
            "Open orders with an Unknown SKU line." },
        { "stockbridge_channel_last_push_timestamp_seconds", FIGURE(last_push_at), 1000,
            "Last quantity accepted, since 1970; 0: never." },
        { "stockbridge_channel_last_order_poll_timestamp_seconds", FIGURE(last_order_poll_at), 1000,
            "Last reading of orders, since 1970; 0: never." },
        { "stockbridge_channel_last_listing_sync_timestamp_seconds", FIGURE(last_listing_sync_at),
            1000, "Last whole import of listings, since 1970; 0: never." },
#undef FIGURE
    };
    head(out, "stockbridge_channel_info", "gauge", "1; its name and state are labels.");
    for (size_t i = 0; i < g->count; i++) {
        buf_put_fmt(
            out, "stockbridge_channel_info{channel=\"%lld\",name=\"", (long long)g->rows[i].id);
        put_label(out, g->rows[i].name);
        buf_put_fmt(out, "\",state=\"%s\"} 1\n", channel_shown_state(&g->rows[i]));
    }
    for (size_t k = 0; k < sizeof gauges / sizeof gauges[0]; k++)
        each(out, g, gauges[k].name, gauges[k].offset, gauges[k].divisor, gauges[k].help);
}

void metrics_write(
    struct metrics *m, const struct api_options *options, struct arena *arena, struct buf *out)
{
    head(out, "stockbridge_info", "gauge", "1; the program's version is a label.");
    buf_put_fmt(out, "stockbridge_info{version=\"%s\"} 1\n", options->version);
    put_process(out, m);
    put_requests(out, m);
    put_database(out, options->db);
    put_engine(out, options->engine);
    struct channel_gauges g = { .arena = arena };
    struct error e;
    bool up = db_read(options->db, "metrics", load_channels, &g, &e) == OK;
    one(out, "stockbridge_database_up", "gauge", up, "Whether the database answers.");
    if (up) put_channels(out, &g);
}
