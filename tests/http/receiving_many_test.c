/*
 * receiving_many_test.c: 67,000 serials in one paste: taken within the limits, each with its own
 * result, and each for as little work as one of 6,700.
 *
 * Work is the processor's time of this process and, on PostgreSQL, of the server's processes that
 * serve it: it does not grow with the time spent waiting for others on the machine. What it still
 * varies by (caches that are shared, a tick more or less) is far below the factor of three that is
 * left: the few are measured several times and the most counts, the many again if they took long.
 * If each serial looked at all others, ten times the serials were a hundred times the work, always.
 */
#include "kit.h"

#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

enum { FEW = 6700, MANY = 67000, WORK_RATIO = 30, TRIES = 3, WRONG = 3, TOO_MANY = 100001 };

static void make(struct kit *k)
{
    CALL(k, "POST", "/variations", "{\"manufacturer\":\"Apple\",\"model\":\"A\",\"sku\":\"SKU-A\"}",
        201);
    CALL(k, "POST", "/vendors", "{\"name\":\"Acme\"}", 201);
    CALL(k, "POST", "/items", "{\"esn\":\"IN-STOCK\",\"variation_id\":1}", 201);
}

/* The path of a new purchase order's receptions. */
static const char *ask_for(struct kit *k, int count)
{
    CALL(k, "POST", "/purchase_orders",
        kit_fmt(k,
            "{\"vendor_id\":1,\"warehouse\":\"Main\",\"lines\":[{\"variation_id\":1,"
            "\"expected_count\":%d}]}",
            count),
        201);
    return kit_fmt(k, "/purchase_orders/%lld/receive", (long long)kit_int(k, "/id"));
}

/* Serials of 14 characters; a few are wrong, each in its own way. */
static const char *serial(struct kit *k, const char *run, int i)
{
    if (i == 11) return kit_fmt(k, "%s-%011d", run, 3);
    if (i == 12) return "IN-STOCK";
    if (i == 13) return "a b";
    return kit_fmt(k, "%s-%011d", run, i);
}

static struct str paste_of(struct kit *k, const char *run, int count)
{
    struct buf body;
    buf_init(&body, 8 * 1024 * 1024);
    buf_put_fmt(&body, "{\"variation_id\":1,\"esns\":[");
    for (int i = 0; i < count; i++) {
        struct arena_mark mark = arena_mark(&k->arena);
        buf_put_fmt(&body, "%s\"%s\"", i ? "," : "", serial(k, run, i));
        arena_rewind(&k->arena, mark);
    }
    buf_put_fmt(&body, "]}");
    struct str text = arena_fmt(&k->arena, "%.*s", STR_FMT(buf_str(&body)));
    buf_release(&body);
    return text;
}

static enum err server_pids(struct tx *tx, void *ctx, struct error *e)
{
    struct buf *pids = ctx;
    struct stmt *st = tx_prepare(tx,
        "SELECT CAST(pid AS BIGINT) FROM pg_stat_activity WHERE datname = current_database()"
        " AND backend_type = 'client backend'");
    while (stmt_row(st)) {
        int64_t pid = stmt_int(st, 0);
        buf_put(pids, (struct str){ (const char *)&pid, sizeof pid });
    }
    return stmt_end(st, e);
}

/* From the line that the kernel writes about a process: its 14th and 15th word, in ticks. The
 * second one is a name in brackets, which may hold anything. */
static int64_t ticks_of(int64_t pid)
{
    enum { USER = 14, KERNEL = 15, AFTER_NAME = 3 };
    char path[40], line[1024] = "";
    int64_t ticks = 0;
    snprintf(path, sizeof path, "/proc/%lld/stat", (long long)pid);
    FILE *f = fopen(path, "r");
    if (!f) return 0;
    if (!fgets(line, sizeof line, f)) line[0] = '\0';
    (void)fclose(f);
    const char *name_end = strrchr(line, ')');
    struct str word, rest = str_trim(str_of(name_end ? name_end + 1 : ""));
    for (int n = AFTER_NAME; n <= KERNEL && rest.len; n++) {
        int64_t value;
        str_cut(rest, ' ', &word, &rest);
        if (n >= USER && str_to_int64(word, &value)) ticks += value;
    }
    return ticks;
}

static int64_t work_ms(struct kit *k)
{
    struct rusage own;
    struct error e;
    struct buf pids;
    getrusage(RUSAGE_SELF, &own);
    int64_t ms = (int64_t)(own.ru_utime.tv_sec + own.ru_stime.tv_sec) * 1000 +
                 (own.ru_utime.tv_usec + own.ru_stime.tv_usec) / 1000;
    if (kit_engine == DB_SQLITE) return ms;
    buf_init(&pids, 4096);
    CHECK_ERR(db_read(k->h.db, "pids", server_pids, &pids, &e), OK, &e, "pids");
    for (size_t at = 0; at < pids.len; at += sizeof(int64_t)) {
        int64_t pid;
        memcpy(&pid, pids.at + at, sizeof pid);
        ms += ticks_of(pid) * 1000 / sysconf(_SC_CLK_TCK);
    }
    buf_release(&pids);
    return ms;
}

static void check_results(struct kit *k, int count)
{
    struct json results = kit_at(k, "/results");
    int64_t last = 0;
    CHECK_INT(json_len(results), count, "a result each");
    for (int i = 0; i < count; i++) {
        struct json row = json_at(results, (size_t)i);
        struct str code = S("");
        int64_t id = 0;
        (void)json_str(json_get(row, "code"), &code);
        (void)json_int64(json_get(row, "item_id"), &id);
        const char *want = i == 11   ? "repeated"
                           : i == 12 ? "duplicate_open_item"
                           : i == 13 ? "bad_format"
                                     : "";
        CHECK_STR(code, str_of(want), "its own");
        if (*want) continue;
        CHECK(id > last, "its own item, in the order given");
        last = id;
    }
    CHECK_INT(kit_int(k, "/created"), count - WRONG, "created");
    CHECK_INT(kit_int(k, "/rejected"), WRONG, "rejected");
}

/* Milliseconds of work. */
static int64_t receive(struct kit *k, const char *run, int count)
{
    const char *path = ask_for(k, count);
    struct str body = paste_of(k, run, count);
    int64_t before = work_ms(k);
    CALL(k, "POST", path, body.at, 200);
    int64_t work = work_ms(k) - before;
    check_results(k, count);
    CHECK_INT(kit_int(k, "/purchase_order/checked_in/count"), count - WRONG, "all received");
    return work;
}

static void test_many(void **state)
{
    struct kit *k = *state;
    make(k);
    int64_t few = 0, many = INT64_MAX;
    for (int i = 0; i < TRIES; i++) { /* the first one also prepares statements */
        int64_t work = receive(k, kit_fmt(k, "F%d", i), FEW);
        if (work > few) few = work;
    }
    for (int i = 0; i < TRIES && many >= few * WORK_RATIO; i++)
        many = receive(k, kit_fmt(k, "M%d", i), MANY);
    print_message("%d serials: %lld ms of work; %d: %lld ms\n", (int)FEW, (long long)few, (int)MANY,
        (long long)many);
    CHECK(many < few * WORK_RATIO, "each serial costs as much as before");
}

static void test_too_many(void **state)
{
    struct kit *k = *state;
    make(k);
    const char *path = ask_for(k, TOO_MANY);
    struct str body = paste_of(k, "TT", TOO_MANY);
    CALL(k, "POST", path, body.at, 422);
    kit_fault(k, "/esns", NULL, "more than a request may have");
    CALL(k, "GET", "/items", NULL, 200);
    CHECK_INT(kit_len(k, "/data"), 1, "none was received");
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = { KIT_TEST(test_many), KIT_TEST(test_too_many) };
    return kit_main(argc, argv, "http/receiving_many", tests, COUNT_OF(tests));
}
