/* race_test.c: the same request, or requests that exclude each other, from several threads. */
#include "kit.h"

#include <pthread.h>

/* Variation 1 and 2 with SKU-A and SKU-B; location Shelf in warehouse Main. */
static void make_catalog(struct kit *k)
{
    CALL(k, "POST", "/variations", "{\"manufacturer\":\"Apple\",\"model\":\"A\",\"sku\":\"SKU-A\"}",
        201);
    CALL(k, "POST", "/variations", "{\"manufacturer\":\"Apple\",\"model\":\"B\",\"sku\":\"SKU-B\"}",
        201);
    CALL(k, "POST", "/warehouses/1/locations", "{\"name\":\"Shelf\"}", 201);
}

enum { THREADS = 8 };
struct racer {
    const struct kit *k;
    pthread_barrier_t *start;
    const char *method, *path, *body, *lines;
    int status;
};

static void *race(void *arg)
{
    struct racer *r = arg;
    pthread_barrier_wait(r->start);
    r->status = kit_alone(r->k, r->method, r->path, r->body, r->lines);
    return NULL;
}

/* The text with the number for the sign. */
static const char *numbered(struct kit *k, const char *text, char sign, int number)
{
    struct str before, after;
    if (!str_cut(str_of(text), sign, &before, &after)) return text;
    return kit_fmt(k, "%.*s%d%.*s", STR_FMT(before), number, STR_FMT(after));
}

/* The same from every thread, but for '~': in the body the thread's number, in the path 1 or 2; and
 * for '#' in the path, which is another number for each. */
static void run_race(struct kit *k, const struct racer *all, int *statuses)
{
    pthread_t threads[THREADS];
    struct racer racers[THREADS];
    pthread_barrier_t start;
    pthread_barrier_init(&start, NULL, THREADS);
    for (int i = 0; i < THREADS; i++) {
        racers[i] = *all;
        racers[i].k = k;
        racers[i].start = &start;
        racers[i].body = numbered(k, all->body, '~', i);
        racers[i].path = numbered(k, all->path, '~', 1 + (i % 2));
        racers[i].path = numbered(k, racers[i].path, '#', 1 + i);
        CHECK_INT(pthread_create(&threads[i], NULL, race, &racers[i]), 0, "a thread");
    }
    for (int i = 0; i < THREADS; i++) {
        pthread_join(threads[i], NULL);
        statuses[i] = racers[i].status;
    }
    pthread_barrier_destroy(&start);
}

/* One of the threads got this status, and all others that. */
static void check_one(const int *statuses, int one, int others, const char *why)
{
    int good = 0;
    for (int i = 0; i < THREADS; i++) {
        CHECK(statuses[i] == one || statuses[i] == others, why);
        good += statuses[i] == one;
    }
    CHECK_INT(good, 1, why);
}

static void test_racing_requests(void **state)
{
    struct kit *k = *state;
    int statuses[THREADS];
    struct racer all = { .method = "POST",
        .path = "/api/v1/orders",
        .lines = "Idempotency-Key: raced",
        .body = "{\"organization\":\"O0\"}" };
    CALL(k, "GET", "/me", NULL, 200); /* notes the use of the token */
    run_race(k, &all, statuses);
    for (int i = 0; i < THREADS; i++)
        CHECK_INT(statuses[i], 201, "each has the first answer");
    CALL(k, "GET", "/orders", NULL, 200);
    CHECK_INT(kit_len(k, "/data"), 1, "one effect");
    CALL_WITH(k, "POST", "/orders", "{\"organization\":\"O0\"}", "Idempotency-Key: raced", 201);
    CHECK_INT(kit_int(k, "/id"), 1, "the first answer still");
    k->bearer = k->tokens[ROLE_MANAGER];
    CALL(k, "GET", "/me", NULL, 200);
    all.body = "{\"organization\":\"O~\"}";
    run_race(k, &all, statuses);
    check_one(statuses, 201, 409, "one body wins");
    CALL(k, "GET", "/orders", NULL, 200);
    CHECK_INT(kit_len(k, "/data"), 2, "one effect");
}

/* All have seen the same state, and each wants another: one may have its way. */
static void test_racing_writers(void **state)
{
    struct kit *k = *state;
    make_catalog(k);
    CALL(k, "POST", "/items", "{\"esn\":\"SN\",\"variation_id\":1}", 201);
    CALL(k, "POST", "/orders",
        "{\"organization\":\"O\",\"lines\":[{\"sku\":\"SKU-A\",\"quantity\":1}]}", 201);
    CALL(k, "POST", "/users", "{\"email\":\"b@example.com\",\"role\":\"viewer\"}", 201);
    kit_listing(k, kit_channel(k, "C"), "SKU-X");
    static const struct {
        const char *path, *body;
    } rows[] = {
        { "/items/1", "{\"paid\":{\"amount\":1~,\"currency\":\"EUR\"}}" },
        { "/orders/1", "{\"notes\":\"n~\"}" },
        { "/variations/1", "{\"capacity\":\"~\"}" },
        { "/channels/1", "{\"reserve\":1~}" },
        { "/listings/1", "{\"cap\":1~}" },
        { "/users/1", "{\"name\":\"N~\"}" },
        { "/grades/2", "{\"title\":\"G~\"}" },
        { "/warehouses/1/locations/1", "{\"name\":\"L~\"}" },
        { "/settings", "{\"received_status\":\"Sold\"}" },
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        int statuses[THREADS];
        CALL(k, "GET", rows[i].path, NULL, 200);
        struct racer all = { .method = "PATCH",
            .path = kit_path(k, rows[i].path),
            .body = rows[i].body,
            .lines = kit_fmt(k, "If-Match: %.*s", STR_FMT(kit_header(k, "ETag"))) };
        run_race(k, &all, statuses);
        check_one(statuses, 200, 412, rows[i].path);
    }
}

/* The same new thing, from all at once: one is made, the others are told that it is there. */
static void test_racing_creators(void **state)
{
    struct kit *k = *state;
    make_catalog(k);
    static const struct {
        const char *path, *body;
    } rows[] = {
        { "/items", "{\"esn\":\"SN\",\"variation_id\":1}" },
        { "/variations", "{\"manufacturer\":\"Apple\",\"model\":\"Z\"}" },
        { "/variations", "{\"manufacturer\":\"Apple\",\"model\":\"Y~\",\"sku\":\"ONE\"}" },
        { "/grades", "{\"title\":\"Z\"}" },
        { "/warehouses/1/locations", "{\"name\":\"Z\"}" },
        { "/channels",
            "{\"kind\":\"amazon\",\"name\":\"Z\",\"region\":\"eu\",\"marketplace_ids\":[\"M1\"],"
            "\"seller_id\":\"S\",\"credentials\":{\"client_id\":\"a\",\"client_secret\":\"b\","
            "\"refresh_token\":\"c\"}}" },
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        int statuses[THREADS];
        struct racer all = {
            .method = "POST", .path = kit_path(k, rows[i].path), .body = rows[i].body
        };
        run_race(k, &all, statuses);
        check_one(statuses, 201, 409, rows[i].body);
    }
    CALL(k, "GET", "/stock_levels?sku=SKU-A", NULL, 200);
    CHECK_INT(kit_int(k, "/data/0/on_hand"), 1, "one phone");
}

/* Of as many admins as there are threads all are to go: all but one do, whatever the order. */
static void test_all_admins_go(void **state)
{
    struct kit *k = *state;
    int statuses[THREADS], gone = 0, refused = 0;
    for (int i = 0; i < THREADS; i++)
        kit_user(k, kit_fmt(k, "admin%d@example.com", i), "admin", KIT_PASSWORD);
    struct racer all = {
        .method = "PATCH", .path = "/api/v1/users/#", .body = "{\"role\":\"viewer\"}"
    };
    run_race(k, &all, statuses);
    for (int i = 0; i < THREADS; i++) {
        gone += statuses[i] == 200;
        refused += statuses[i] == 409;
    }
    CHECK_INT(refused, 1, "the last one stays");
    CHECK_INT(gone, THREADS - 1, "and nobody else is refused");
}

/* Each of two admins takes the other's rights. */
static void test_last_admin(void **state)
{
    struct kit *k = *state;
    int statuses[THREADS], left = 0;
    kit_user(k, "a@example.com", "admin", KIT_PASSWORD);
    kit_user(k, "b@example.com", "admin", KIT_PASSWORD);
    struct racer all = {
        .method = "PATCH", .path = "/api/v1/users/~", .body = "{\"active\":false}"
    };
    run_race(k, &all, statuses);
    for (int i = 0; i < THREADS; i++)
        CHECK(statuses[i] == 200 || statuses[i] == 409 || statuses[i] == 412, "no other answer");
    CALL(k, "GET", "/users", NULL, 200);
    for (size_t i = 0; i < 2; i++)
        left += kit_true(k, kit_fmt(k, "/data/%zu/active", i));
    CHECK_INT(left, 1, "one is left");
}

/* A thing goes while another begins to need it: one of them is told, and nothing breaks. */
static void test_delete_against_use(void **state)
{
    struct kit *k = *state;
    make_catalog(k);
    CALL(k, "POST", "/warehouses", "{\"name\":\"Second\"}", 201);
    CALL(k, "POST", "/inventory_statuses", "{\"title\":\"Testing\"}", 201);
    CALL(k, "POST", "/order_statuses", "{\"title\":\"Packing\"}", 201);
    static const struct {
        const char *gone, *path, *body, *why;
    } rows[] = {
        { "/api/v1/warehouses/2", "/api/v1/items",
            "{\"esn\":\"W\",\"variation_id\":1,\"warehouse\":\"Second\"}", "a warehouse" },
        { "/api/v1/inventory_statuses/3", "/api/v1/items",
            "{\"esn\":\"S\",\"variation_id\":1,\"status\":\"Testing\"}", "a status" },
        { "/api/v1/order_statuses/6", "/api/v1/orders",
            "{\"organization\":\"O\",\"status\":\"Packing\"}", "an order status" },
        { "/api/v1/variations/2", "/api/v1/items", "{\"esn\":\"V\",\"variation_id\":2}",
            "a variation" },
        { "/api/v1/grades/5", "/api/v1/variations",
            "{\"manufacturer\":\"Apple\",\"model\":\"G\",\"grade\":\"D\"}", "a grade" },
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        pthread_t threads[2];
        pthread_barrier_t start;
        pthread_barrier_init(&start, NULL, 2);
        struct racer racers[2] = {
            { .k = k, .start = &start, .method = "DELETE", .path = rows[i].gone },
            { .k = k,
                .start = &start,
                .method = "POST",
                .path = rows[i].path,
                .body = rows[i].body },
        };
        for (int n = 0; n < 2; n++)
            CHECK_INT(pthread_create(&threads[n], NULL, race, &racers[n]), 0, "a thread");
        for (int n = 0; n < 2; n++)
            pthread_join(threads[n], NULL);
        pthread_barrier_destroy(&start);
        bool went = racers[0].status == 204, made = racers[1].status == 201;
        CHECK(went != made,
            kit_fmt(k, "%s: %d and %d", rows[i].why, racers[0].status, racers[1].status));
        CHECK(went || racers[0].status == 409, rows[i].why);
        CHECK(made || racers[1].status == 422 || racers[1].status == 409, rows[i].why);
    }
    CALL(k, "GET", "/items", NULL, 200);
    CALL(k, "GET", "/orders", NULL, 200);
    CALL(k, "GET", "/variations", NULL, 200);
}

/* The twenty claims of one phone, on so many orders: the order that has it, after one has had its
 * way and each of the others was told 409, with the order that has it. What each was told is read
 * by sending it again, with its key. */
static int64_t claim_at_once(struct kit *k, const char *body, int orders)
{
    enum { CLAIMS = 20 };
    struct racer racers[CLAIMS];
    pthread_t threads[CLAIMS];
    pthread_barrier_t start;
    int64_t winner = 0;
    pthread_barrier_init(&start, NULL, CLAIMS);
    for (int i = 0; i < CLAIMS; i++) {
        racers[i] = (struct racer){ .k = k,
            .start = &start,
            .method = "POST",
            .path = kit_fmt(k, "/api/v1/orders/%d/commitments", 1 + i % orders),
            .body = body,
            .lines = kit_fmt(k, "Idempotency-Key: claim-%d-of-%d", i, orders) };
        CHECK_INT(pthread_create(&threads[i], NULL, race, &racers[i]), 0, "a thread");
    }
    for (int i = 0; i < CLAIMS; i++)
        pthread_join(threads[i], NULL);
    pthread_barrier_destroy(&start);
    for (int i = 0; i < CLAIMS; i++) {
        if (racers[i].status != 200) continue;
        CHECK_INT(winner, 0, "one has it");
        winner = 1 + i % orders;
    }
    CHECK(winner != 0, "one has it");
    for (int i = 0; i < CLAIMS; i++) {
        int status = kit_send(k, "POST", racers[i].path, body, racers[i].lines);
        CHECK_INT(status, racers[i].status, "the same answer");
        CHECK(!kit_true(k, "/results/0/committed") == (status != 200), "the others have nothing");
        if (status == 200) continue;
        kit_problem(k, 409, "already_committed", "the others are told");
        const char *who = orders == 1 ? "on this order" : kit_fmt(k, "SO-%lld", (long long)winner);
        CHECK(str_contains(kit_str(k, "/detail"), str_of(who)), "who has it");
    }
    return winner;
}

static void test_twenty_claims(void **state)
{
    struct kit *k = *state;
    make_catalog(k);
    for (int i = 0; i < 20; i++)
        CALL(k, "POST", "/orders", "{\"organization\":\"O\"}", 201);
    CALL(k, "POST", "/items", "{\"esn\":\"490154203237518\",\"variation_id\":1}", 201);
    CALL(k, "POST", "/items", "{\"esn\":\"356938035643809\",\"variation_id\":1}", 201);
    int64_t winner = claim_at_once(k, "{\"esns\":[\"490154203237518\"]}", 20);
    CALL(k, "GET", "/items/1", NULL, 200);
    CHECK_INT(kit_int(k, "/order_id"), winner, "and it is there");
    CHECK_INT(claim_at_once(k, "{\"esns\":[\"356938035643809\"]}", 1), 1, "all for one order");
    for (int i = 1; i <= 2; i++) {
        CALL(k, "GET", kit_fmt(k, "/items/%d/history", i), NULL, 200);
        CHECK_INT(kit_len(k, "/data"), 2, "committed once");
    }
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        KIT_TEST(test_racing_requests),
        KIT_TEST(test_racing_writers),
        KIT_TEST(test_racing_creators),
        KIT_TEST(test_twenty_claims),
        KIT_TEST(test_last_admin),
        KIT_TEST(test_all_admins_go),
        KIT_TEST(test_delete_against_use),
    };
    return kit_main(argc, argv, "http_race", tests, COUNT_OF(tests));
}
