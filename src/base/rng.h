/*
 * rng.h: the port to randomness.
 *
 * rng_system is the kernel's, fit for secrets and ids. rng_seeded is repeatable, for tests and
 * simulations only; it is not thread-safe.
 */
#ifndef BASE_RNG_H
#define BASE_RNG_H

#include <stddef.h>
#include <stdint.h>

struct rng {
    void (*fill)(struct rng *r, void *out, size_t len);
    uint64_t state[4]; /* of the seeded one */
};

struct rng *rng_system(void); /* shared, thread-safe, never released */
void rng_seeded(struct rng *r, uint64_t seed);

uint64_t rng_u64(struct rng *r);
/* 0 <= result < n, without modulo bias; n > 0. */
uint64_t rng_below(struct rng *r, uint64_t n);

#endif
