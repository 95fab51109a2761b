/*
 * writers.h: what each of many writers does to one account, a transaction after the other.
 *
 * What a writer does is drawn from its own dice, which are copied into each attempt: a transaction
 * that runs again does the same. Rows are picked among those that are there, so writers get in each
 * other's way. A step gives back what the store says; the caller knows which refusals are fair.
 */
#ifndef TESTS_PROP_WRITERS_H
#define TESTS_PROP_WRITERS_H

#include "fixture.h"

enum { WRITERS = 8, ESNS = 40 };

/* Rows of the account that all of them share. */
struct shop {
    struct fix *f;
    int64_t second; /* warehouse */
    int64_t repair; /* inventory status */
    int64_t vendor, channel, damage;
};

struct writer {
    const struct shop *shop;
    struct rng dice;  /* of the writer */
    struct rng run;   /* of the transaction: a copy */
    const char *what; /* the step, for messages */
    int done[32];     /* how often each step went well */
};

/* Opens what the writers work on. */
void writers_shop(struct fix *f, struct shop *out);
/* One step in transactions of its own. */
enum err writers_step(struct writer *w, struct error *e);
/* The name of the step; NULL behind the last one. */
const char *writers_step_name(int step);

#endif
