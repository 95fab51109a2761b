/*
 * writers_test.c: eight writers at once on one account: nothing is sold twice, every figure is that
 * of the facts, every history is whole.
 *
 * What each writer does follows from the seed, which is printed: STOCKBRIDGE_SEED=n does the same
 * again; how they meet does not. STOCKBRIDGE_PROP_ROUNDS says how many such accounts are played.
 */
#include "writers.h"

#include "item_fold.h"
#include "plain.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { STEPS = 30, ACCOUNTS = 4, MEET_SECONDS = 20 };

static uint64_t number_of(const char *name, uint64_t otherwise)
{
    const char *text = getenv(name);
    int64_t n;
    return text && str_to_int64(str_of(text), &n) && n > 0 ? (uint64_t)n : otherwise;
}

struct thread {
    struct writer w;
    pthread_t id;
    const struct shop *shop;
    enum err wrong; /* an outcome that nothing explains */
    char words[300];
};

/* A connection for each of them. */
static void reconnect(struct fix *f)
{
    struct db_options o = harness_options(&f->h);
    o.connections = WRITERS;
    db_close(f->db);
    CHECK_ERR(db_open(&o, &f->h.db, &f->e), OK, &f->e, "open");
    f->db = f->h.db;
}

/* On PostgreSQL all of them are within a transaction at the same time, once. */
static struct {
    pthread_mutex_t mutex;
    pthread_cond_t moved;
    int inside;
} meeting = { PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, 0 };

static enum err meet(struct tx *tx, void *ctx, struct error *e)
{
    struct timespec until;
    (void)tx;
    (void)ctx;
    clock_gettime(CLOCK_REALTIME, &until); /* tidy: allow, that of the condition */
    until.tv_sec += MEET_SECONDS;
    int rc = 0;
    pthread_mutex_lock(&meeting.mutex);
    meeting.inside++;
    pthread_cond_broadcast(&meeting.moved);
    while (meeting.inside < WRITERS && !rc)
        rc = pthread_cond_timedwait(&meeting.moved, &meeting.mutex, &until);
    pthread_mutex_unlock(&meeting.mutex);
    return rc ? error_set(e, ERR_TIMEOUT, "%d of them met", meeting.inside) : OK;
}

/* Refusals in words of the domain, and others who were first. What the database alone refuses is
 * said in its words: it should have been looked at before. */
static bool is_fair(enum err rc, const struct error *e)
{
    struct str code = str_of(e->code);
    if (rc == ERR_CONFLICT) return !str_eq(code, S("unique")) && !str_eq(code, S("constraint"));
    return rc == OK || rc == ERR_STALE || rc == ERR_BUSY || rc == ERR_NOT_FOUND ||
           rc == ERR_INVALID;
}

static void *write_many(void *arg)
{
    struct thread *t = arg;
    struct error e = { 0 };
    if (fix_engine == DB_POSTGRES) t->wrong = db_write(t->shop->f->db, "meet", meet, t, &e);
    for (int i = 0; i < STEPS && !t->wrong; i++) {
        e = (struct error){ 0 };
        enum err rc = writers_step(&t->w, &e);
        if (!is_fair(rc, &e)) t->wrong = rc;
    }
    if (t->wrong)
        snprintf(t->words, sizeof t->words, "%s: %d %s %.200s", t->w.what ? t->w.what : "meeting",
            (int)t->wrong, e.code, e.detail);
    return NULL;
}

static void check_histories(struct fix *f, const char *why)
{
    struct item_filter all = { 0 };
    struct page page = { 0, 100 };
    for (bool more = true; more;) {
        struct item *items;
        size_t count;
        fix_begin_read(f);
        CHECK_ERR(
            item_list(f->c.tx, &all, &page, &f->arena, &items, &count, &f->e), OK, &f->e, why);
        more = count > (size_t)page.limit;
        if (more) count = (size_t)page.limit;
        for (size_t i = 0; i < count; i++)
            item_fold_check(f, &items[i], why);
        if (count) page.after = items[count - 1].id;
        CHECK_ERR(fix_commit(f), OK, &f->e, why);
    }
    CHECK_INT(fix_int(f, "SELECT COUNT(*) FROM item i WHERE i.version <>"
                         " (SELECT COUNT(*) FROM item_event v WHERE v.item_id = i.id)"),
        0, why);
    CHECK_INT(fix_int(f, "SELECT (SELECT COUNT(*) FROM audit WHERE resource = 'item' AND action ="
                         " 'create') - (SELECT COUNT(*) FROM audit WHERE resource = 'item' AND"
                         " action = 'delete') - (SELECT COUNT(*) FROM item)"),
        0, why);
}

static void play(struct fix *f, uint64_t seed, int *done)
{
    static struct thread threads[WRITERS];
    struct shop shop;
    struct rng dice;
    char why[60];
    snprintf(why, sizeof why, "STOCKBRIDGE_SEED=%llu", (unsigned long long)seed);
    rng_seeded(&dice, seed);
    reconnect(f);
    writers_shop(f, &shop);
    memset(threads, 0, sizeof threads);
    meeting.inside = 0;
    for (int i = 0; i < WRITERS; i++) {
        threads[i].shop = threads[i].w.shop = &shop;
        rng_seeded(&threads[i].w.dice, rng_u64(&dice));
    }
    for (int i = 0; i < WRITERS; i++)
        CHECK(!pthread_create(&threads[i].id, NULL, write_many, &threads[i]), why);
    for (int i = 0; i < WRITERS; i++)
        pthread_join(threads[i].id, NULL);
    for (int i = 0; i < WRITERS; i++) {
        if (threads[i].wrong) fail_msg("%s: writer %d: %s", why, i, threads[i].words);
        for (int k = 0; writers_step_name(k); k++)
            done[k] += threads[i].w.done[k];
    }
    plain_check(f, why);
    fix_clean(f, why);
    fix_plan(f);
    plain_check(f, why);
    fix_clean(f, why);
    check_histories(f, why);
}

static void test_writers(void **state)
{
    uint64_t seed = number_of("STOCKBRIDGE_SEED", rng_u64(rng_system()) >> 16);
    uint64_t accounts = number_of("STOCKBRIDGE_PROP_ROUNDS", ACCOUNTS);
    int done[32] = { 0 };
    print_message("STOCKBRIDGE_SEED=%llu\n", (unsigned long long)seed);
    for (uint64_t i = 0; i < accounts; i++) {
        if (i) {
            fix_teardown(state);
            fix_setup(state);
        }
        play(*state, seed + i, done);
    }
    for (int k = 0; writers_step_name(k); k++)
        print_message("%s%s %d", k ? ", " : "", writers_step_name(k), done[k]);
    print_message("\n");
    for (int k = 0; writers_step_name(k) && accounts >= ACCOUNTS; k++)
        CHECK(done[k] > 0, writers_step_name(k));
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = { FIX_TEST(test_writers) };
    return fix_main(argc, argv, "prop/writers", tests, COUNT_OF(tests));
}
