/* allocation_test.c: the solver against exhaustive search, and rows that people can check. */
#include "check.h"

#include "base/rng.h"
#include "core/allocation.h"

#include <string.h>

enum { LINES = 5, GROUPS = 4 };

struct problem {
    struct allocation_line lines[LINES];
    int64_t candidates[LINES][GROUPS];
    size_t line_count;
    struct allocation_group groups[GROUPS];
    size_t group_count;
};

/* Whether the lines can have exactly wanted[] units each: tried unit by unit over all choices. */
static bool feasible(
    const struct problem *p, const int64_t *wanted, int64_t *left, size_t line, int64_t have)
{
    if (line == p->line_count) return true;
    if (have == wanted[line]) return feasible(p, wanted, left, line + 1, 0);
    for (size_t k = 0; k < p->lines[line].candidate_count; k++) {
        for (size_t g = 0; g < p->group_count; g++) {
            if (p->groups[g].variation_id != p->lines[line].candidates[k] || left[g] == 0) continue;
            left[g]--;
            bool good = feasible(p, wanted, left, line, have + 1);
            left[g]++;
            if (good) return true;
        }
    }
    return false;
}

static bool can_have(const struct problem *p, const int64_t *wanted)
{
    int64_t left[GROUPS];
    for (size_t g = 0; g < p->group_count; g++)
        left[g] = p->groups[g].count;
    return feasible(p, wanted, left, 0, 0);
}

/* The definition: each line in order of preference takes as much as still lets the former ones keep
 * theirs. */
static void by_definition(const struct problem *p, int64_t *committed)
{
    memset(committed, 0, LINES * sizeof *committed);
    for (int exact = 1; exact >= 0; exact--) {
        for (size_t i = 0; i < p->line_count; i++) {
            if (p->lines[i].exact != exact) continue;
            while (committed[i] < p->lines[i].quantity) {
                committed[i]++;
                if (can_have(p, committed)) continue;
                committed[i]--;
                break;
            }
        }
    }
}

/* The most units that any choice gives; every vector of committed units is tried. */
static int64_t maximum(const struct problem *p, int64_t *wanted, size_t line)
{
    if (line == p->line_count) {
        if (!can_have(p, wanted)) return -1;
        int64_t sum = 0;
        for (size_t i = 0; i < p->line_count; i++)
            sum += wanted[i];
        return sum;
    }
    int64_t best = -1;
    for (int64_t n = 0; n <= p->lines[line].quantity; n++) {
        wanted[line] = n;
        int64_t got = maximum(p, wanted, line + 1);
        if (got > best) best = got;
    }
    return best;
}

static void random_problem(struct problem *p, struct rng *rng)
{
    memset(p, 0, sizeof *p);
    p->line_count = rng_below(rng, LINES + 1);
    p->group_count = rng_below(rng, GROUPS + 1);
    for (size_t g = 0; g < p->group_count; g++)
        p->groups[g] = (struct allocation_group){ .variation_id = (int64_t)(g + 1) * 10,
            .count = (int64_t)rng_below(rng, 4) };
    for (size_t i = 0; i < p->line_count; i++) {
        struct allocation_line *l = &p->lines[i];
        l->line_id = (int64_t)i + 1;
        l->quantity = (int64_t)rng_below(rng, 3);
        l->exact = rng_below(rng, 2) == 0;
        l->candidates = p->candidates[i];
        for (int64_t v = 1; v <= GROUPS; v++) {
            if (l->exact ? l->candidate_count == 1 : rng_below(rng, 2) == 0) continue;
            p->candidates[i][l->candidate_count++] = v * 10;
        }
    }
}

static void check_shares(const struct problem *p, const struct allocation_share *shares, size_t n)
{
    int64_t of_line[LINES] = { 0 }, of_group[GROUPS] = { 0 };
    for (size_t i = 0; i < n; i++) {
        CHECK(shares[i].units > 0, "no empty shares");
        of_line[shares[i].line] += shares[i].units;
        of_group[shares[i].group] += shares[i].units;
        bool fits = false;
        for (size_t k = 0; k < p->lines[shares[i].line].candidate_count; k++)
            fits = fits || p->lines[shares[i].line].candidates[k] ==
                               p->groups[shares[i].group].variation_id;
        CHECK(fits, "an item stands only for a line that it fits");
    }
    for (size_t i = 0; i < p->line_count; i++)
        CHECK_INT(of_line[i], p->lines[i].committed, "shares make up what is committed");
    for (size_t g = 0; g < p->group_count; g++)
        CHECK_INT(of_group[g], p->groups[g].count - p->groups[g].left_over,
            "what is left over is in no share");
}

static void test_definition(void **state)
{
    (void)state;
    struct rng rng;
    rng_seeded(&rng, 20261123);
    for (int round = 0; round < 3000; round++) {
        struct arena arena;
        arena_init(&arena, "allocation", 1 << 20);
        struct problem p;
        random_problem(&p, &rng);
        struct allocation_share *shares;
        size_t share_count;
        allocation_solve(
            &arena, p.lines, p.line_count, p.groups, p.group_count, &shares, &share_count);
        int64_t want[LINES], tried[LINES], sum = 0;
        by_definition(&p, want);
        char why[64];
        (void)snprintf(why, sizeof why, "round %d", round);
        for (size_t i = 0; i < p.line_count; i++) {
            CHECK_INT(p.lines[i].committed, want[i], why);
            sum += want[i];
        }
        CHECK_INT(sum, maximum(&p, tried, 0), "preference never costs a match");
        check_shares(&p, shares, share_count);
        arena_release(&arena);
    }
}

/* The shape that greedy allocation gets wrong: the first line could take what only the second can.
 */
static void test_gives_way(void **state)
{
    (void)state;
    struct arena arena;
    arena_init(&arena, "allocation", 1 << 20);
    const int64_t both[] = { 10, 20 }, one[] = { 10 };
    struct allocation_line lines[] = {
        { .line_id = 1, .quantity = 1, .candidates = both, .candidate_count = 2 },
        { .line_id = 2, .quantity = 1, .candidates = one, .candidate_count = 1 },
    };
    struct allocation_group groups[] = { { 10, 1, 0 }, { 20, 1, 0 } };
    struct allocation_share *shares;
    size_t n;
    allocation_solve(&arena, lines, 2, groups, 2, &shares, &n);
    CHECK_INT(lines[0].committed, 1, "takes the 20");
    CHECK_INT(lines[1].committed, 1, "takes the 10");
    arena_release(&arena);
}

/* The largest order that limits allow, in one solve. */
static void test_large(void **state)
{
    (void)state;
    struct arena arena;
    arena_init(&arena, "allocation", 256 << 20);
    enum { MANY = 1000 };
    static struct allocation_line lines[MANY];
    static struct allocation_group groups[MANY];
    static int64_t all[MANY];
    for (int i = 0; i < MANY; i++) {
        all[i] = i + 1;
        groups[i] = (struct allocation_group){ .variation_id = i + 1, .count = 2 };
        lines[i] = (struct allocation_line){ .line_id = i + 1,
            .quantity = 2,
            .candidates = all,
            .candidate_count = (size_t)(MANY - i) };
    }
    struct allocation_share *shares;
    size_t n;
    allocation_solve(&arena, lines, MANY, groups, MANY, &shares, &n);
    for (int i = 0; i < MANY; i++)
        CHECK_INT(lines[i].committed, 2, "a perfect matching exists");
    arena_release(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_definition),
        cmocka_unit_test(test_gives_way),
        cmocka_unit_test(test_large),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
