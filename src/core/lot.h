/*
 * lot.h: dividing a price that was paid for many units over each of them.
 *
 * By largest remainder: each share is the exact one rounded down or up to a minor unit, and they
 * sum up to the price exactly. The minor units that rounding down leaves over go to the largest
 * remainders, of equal ones to the lower id, so the result does not depend on the order of the
 * shares. Minor units are whole numbers of whatever the currency has: cents, yen.
 */
#ifndef CORE_LOT_H
#define CORE_LOT_H

#include "base/arena.h"

enum { LOT_SHARES_MAX = 1000000 };

struct lot_share {
    int64_t id;     /* each once */
    int64_t weight; /* expected unit price in minor units; 0 or less: not known */
    int64_t amount; /* set here */
};

/* price >= 0, count <= LOT_SHARES_MAX, weights up to 10^12. In proportion to the weights when all
 * of them are known, else in equal parts. The arena is scratch. */
void lot_divide(int64_t price, struct lot_share *shares, size_t count, struct arena *arena);

#endif
