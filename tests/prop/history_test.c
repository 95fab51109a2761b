/*
 * history_test.c: thousands of random histories, each compared with the oracle every few steps.
 *
 * A failure names its seed; STOCKBRIDGE_PROP_SEED=n replays from there and STOCKBRIDGE_PROP_ROUNDS
 * says how many are played. Each history is one transaction, given up at its end: that costs less
 * than any way to empty a database, and statements stay prepared.
 */
#include "history.h"

#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

/* A history is as many steps; the rest costs as much as these: comparing every few of them finds
 * nearly all that comparing after each would, in more histories. */
enum { STEPS = 60, COMPARE_EVERY = 12, FACTS_EVERY = 30 };
enum { ROUNDS_SQLITE = 2000, ROUNDS_POSTGRES = 700 };

static uint64_t number_of(const char *name, uint64_t otherwise)
{
    const char *text = getenv(name);
    int64_t n;
    return text && str_to_int64(str_of(text), &n) && n > 0 ? (uint64_t)n : otherwise;
}

static struct history h;

/* An assertion of the program ends it; the seed is still wanted. */
static void tell_seed(int signal_number)
{
    (void)signal_number;
    size_t len = 0;
    while (h.where[len])
        len++;
    if (write(STDERR_FILENO, h.where, len) < 0) return;
    (void)!write(STDERR_FILENO, "\n", 1);
}

static void play(struct fix *f, uint64_t seed)
{
    h = (struct history){ .f = f };
    snprintf(h.where, sizeof h.where, "STOCKBRIDGE_PROP_SEED=%llu", (unsigned long long)seed);
    rng_seeded(&h.dice, seed);
    fix_begin(f);
    history_start(&h);
    for (int i = 1; i <= STEPS; i++) {
        snprintf(h.where, sizeof h.where, "STOCKBRIDGE_PROP_SEED=%llu, step %d",
            (unsigned long long)seed, i);
        struct arena_mark mark = arena_mark(&f->arena);
        history_step(&h);
        if (i % COMPARE_EVERY == 0) history_compare(&h);
        if (i % FACTS_EVERY == 0) history_compare_facts(&h);
        arena_rewind(&f->arena, mark);
    }
    fix_rollback(f);
}

static void test_histories(void **state)
{
    struct fix *f = *state;
    uint64_t seed = number_of("STOCKBRIDGE_PROP_SEED", 1);
    uint64_t rounds = number_of(
        "STOCKBRIDGE_PROP_ROUNDS", fix_engine == DB_SQLITE ? ROUNDS_SQLITE : ROUNDS_POSTGRES);
    print_message("%llu histories from STOCKBRIDGE_PROP_SEED=%llu on\n", (unsigned long long)rounds,
        (unsigned long long)seed);
    signal(SIGABRT, tell_seed);
    for (uint64_t i = 0; i < rounds; i++) {
        play(f, seed + i);
        arena_reset(&f->arena);
    }
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = { FIX_TEST(test_histories) };
    return fix_main(argc, argv, "prop/history", tests, COUNT_OF(tests));
}
