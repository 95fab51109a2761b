/*
 * history_test.c: thousands of random histories, each compared with the oracle every few steps.
 *
 * A failure names its seed; STOCKBRIDGE_PROP_SEED=n replays from there and STOCKBRIDGE_PROP_ROUNDS
 * says how many are played. Each history is one transaction, given up at its end.
 */
#include "history.h"

#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

enum { STEPS = 60, COMPARE_EVERY = 6 };

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
    for (int i = 0; i < STEPS; i++) {
        snprintf(h.where, sizeof h.where, "STOCKBRIDGE_PROP_SEED=%llu, step %d",
            (unsigned long long)seed, i);
        struct arena_mark mark = arena_mark(&f->arena);
        history_step(&h);
        if (i % COMPARE_EVERY == COMPARE_EVERY - 1) history_compare(&h);
        arena_rewind(&f->arena, mark);
    }
    fix_rollback(f);
}

static void test_histories(void **state)
{
    struct fix *f = *state;
    uint64_t seed = number_of("STOCKBRIDGE_PROP_SEED", 1);
    signal(SIGABRT, tell_seed);
    uint64_t rounds = number_of("STOCKBRIDGE_PROP_ROUNDS", fix_engine == DB_SQLITE ? 1000 : 100);
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
