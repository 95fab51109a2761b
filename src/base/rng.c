/* rng.c: getrandom(2), and xoshiro256** (Blackman and Vigna) seeded by SplitMix64. */
#include "base/rng.h"

#include "base/assert.h"

#include <errno.h>
#include <string.h>
#include <sys/random.h>

static void system_fill(struct rng *r, void *out, size_t len)
{
    (void)r;
    char *at = out;
    while (len) {
        ssize_t n = getrandom(at, len, 0);
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) PANIC("getrandom: %s", strerror(errno));
        at += n;
        len -= (size_t)n;
    }
}

struct rng *rng_system(void)
{
    static struct rng system = { .fill = system_fill };
    return &system;
}

static uint64_t rotate_left(uint64_t x, int k)
{
    return (x << k) | (x >> (64 - k));
}

static uint64_t seeded_next(struct rng *r)
{
    uint64_t *s = r->state;
    uint64_t result = rotate_left(s[1] * 5, 7) * 9;
    uint64_t t = s[1] << 17;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = rotate_left(s[3], 45);
    return result;
}

static void seeded_fill(struct rng *r, void *out, size_t len)
{
    char *at = out;
    while (len) {
        uint64_t word = seeded_next(r);
        size_t n = len < sizeof word ? len : sizeof word;
        memcpy(at, &word, n);
        at += n;
        len -= n;
    }
}

void rng_seeded(struct rng *r, uint64_t seed)
{
    r->fill = seeded_fill;
    for (int i = 0; i < 4; i++) {
        uint64_t z = (seed += UINT64_C(0x9e3779b97f4a7c15));
        z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
        z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
        r->state[i] = z ^ (z >> 31);
    }
}

uint64_t rng_u64(struct rng *r)
{
    uint64_t word;
    r->fill(r, &word, sizeof word);
    return word;
}

uint64_t rng_below(struct rng *r, uint64_t n)
{
    ASSERT(n > 0);
    uint64_t reject = (0 - n) % n; /* the part of 2^64 that is no multiple of n */
    for (;;) {
        uint64_t x = rng_u64(r);
        if (x >= reject) return x % n;
    }
}
