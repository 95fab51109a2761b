/*
 * plain.h: every figure of an account that is in a database, from its facts, by loops.
 *
 * Reads the fact tables whole and computes what is derived from them by the words of domain.md,
 * with nothing of the program but its statements' rows. For accounts of some thousand rows.
 */
#ifndef TESTS_PROP_PLAIN_H
#define TESTS_PROP_PLAIN_H

#include "fixture.h"

/* Fails the test, naming `why`, where a derived table says otherwise: counts, candidates of
 * listings, what open orders still need, which items are open, and, when nothing is marked any
 * more, the quantities of listings. */
void plain_check(struct fix *f, const char *why);

#endif
