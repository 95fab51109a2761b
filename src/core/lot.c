/* lot.c: see lot.h. */
#include "core/lot.h"

#include "base/assert.h"

#include <stdlib.h>

/* price * weight: 10^12 * 10^12 does not fit in 64 bits. */
__extension__ typedef unsigned __int128 wide;

struct remainder {
    struct lot_share *share;
    uint64_t left; /* of the division by the sum of the weights */
};

static int larger_first(const void *a, const void *b)
{
    const struct remainder *x = a, *y = b;
    if (x->left != y->left) return x->left < y->left ? 1 : -1;
    return (x->share->id > y->share->id) - (x->share->id < y->share->id);
}

void lot_divide(int64_t price, struct lot_share *shares, size_t count, struct arena *arena)
{
    ASSERT(price >= 0 && count <= LOT_SHARES_MAX);
    if (!count) return;
    bool known = true;
    for (size_t i = 0; i < count; i++)
        known = known && shares[i].weight > 0;
    uint64_t sum = 0; /* at most 10^6 shares of 10^12 */
    for (size_t i = 0; i < count; i++)
        sum += known ? (uint64_t)shares[i].weight : 1;
    struct remainder *left = arena_new(arena, struct remainder, count);
    int64_t over = price;
    for (size_t i = 0; i < count; i++) {
        wide part = (wide)(uint64_t)price * (known ? (uint64_t)shares[i].weight : 1);
        shares[i].amount = (int64_t)(part / sum);
        left[i] = (struct remainder){ &shares[i], (uint64_t)(part % sum) };
        over -= shares[i].amount;
    }
    ASSERT(over >= 0 && (size_t)over < count);
    qsort(left, count, sizeof *left, larger_first);
    for (int64_t i = 0; i < over; i++)
        left[i].share->amount++;
}
