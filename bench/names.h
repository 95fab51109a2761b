/*
 * names.h: a catalog as a reseller of phones, tablets and laptops has it, for the benchmarks: real
 * makes, models, capacities, colours and networks, so that a search finds as many rows as it would
 * there. The n-th variation is the same in every run.
 */
#ifndef BENCH_NAMES_H
#define BENCH_NAMES_H

#include "store/variation.h"

int64_t names_most(void); /* different variations that there are: more than 100,000 */

/* Grades have the ids 2 to 5 (A to D), as in a new account. */
struct variation names_variation(int64_t n, struct arena *arena);

#endif
