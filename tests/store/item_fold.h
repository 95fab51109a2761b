/*
 * item_fold.h: an item by its history alone.
 *
 * The history is complete when folding it, from the first entry to the last, gives what the item's
 * row and custom fields say, and every entry begins with what those before it left.
 */
#ifndef TESTS_STORE_ITEM_FOLD_H
#define TESTS_STORE_ITEM_FOLD_H

#include "fixture.h"

/* In the open transaction; fails the test, naming `why`, where the two differ. */
void item_fold_check(struct fix *f, const struct item *item, const char *why);

#endif
