/*
 * whole.h: an account that has something of everything: at least one row in each table.
 *
 * What carries an account elsewhere - backups, migrations, another master key - is tried on this.
 * whole_check fails for a table that has no row: who makes a table adds to it here.
 */
#ifndef TESTS_STORE_WHOLE_H
#define TESTS_STORE_WHOLE_H

#include "fixture.h"

#include "base/seal.h"

/* Seals what is sealed in it. */
extern const struct seal_key whole_key;

void whole_fill(struct fix *f);

#endif
