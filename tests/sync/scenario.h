/*
 * scenario.h: the words that scenarios are told in, on top of world.h.
 *
 * A scenario runs at Amazon's documented rates, with the simulator's clock and the product's both
 * SCENARIO_SPEED times as fast as the machine's. Nothing sleeps: a scenario acts, and waits until
 * what it expects is so (world_until, world_until_live: a minute of the machine's at most).
 */
#ifndef TESTS_SYNC_SCENARIO_H
#define TESTS_SYNC_SCENARIO_H

#include "check.h"
#include "world.h"

enum { SCENARIO_SPEED = 300, MINUTE = 60 * 1000, HOUR = 60 * MINUTE, DAY = 24 * HOUR };

/* A row of a program's table; the name is the one under which the scenario is known. */
#define SCENARIO(name, fn)                                                                         \
    {                                                                                              \
        (name), (fn), NULL, NULL, NULL                                                             \
    }
/* What main returns: the arguments are the engine of the database and the simulator. */
int scenario_run(int argc, char **argv, const struct CMUnitTest *tests, size_t count);

/* A simulator with these listings ("IP13 9, IP14 0": SKUs and what Amazon shows), a connected
 * channel that imports orders and sends quantities, an engine; the listings are imported. */
void scenario_begin(struct world *w, const char *listings);
/* The same by the machine's clock, with generous rates: for what must be seen before minutes pass.
 * They pass when scenario_advance says so. */
void scenario_begin_still(struct world *w, const char *listings);
/* In these two marketplaces of the region (na, eu, fe). */
void scenario_begin_in(
    struct world *w, const char *region, const char *const *places, const char *listings);
/* As scenario_begin, so many times as fast as the machine's clock: where hours pass. */
void scenario_begin_at(struct world *w, const char *listings, int speed);
/* With so many listings of the simulator's own. */
void scenario_begin_catalogue(struct world *w, int count);
/* So many more units of the SKU, which is entered when it is new; the quantity shows at Amazon as
 * `live` in the end. */
void scenario_stock(struct world *w, const char *sku, int count, int64_t live);

/* At Amazon: an order is placed; what happens to one ("ship", "cancel", "status",
 * "request_cancel", with the body of that control); its clock goes on. */
void scenario_order(
    struct world *w, const char *id, const char *status, const char *sku, int quantity);
void scenario_order_do(struct world *w, const char *id, const char *what, const char *body);
void scenario_advance(struct world *w, int64_t ms);

/* Here: so many free units of the order's first line are scanned to it, or taken off it again. */
void scenario_scan(struct world *w, const char *id, int count);
void scenario_unscan(struct world *w, const char *id, int count);

/* How many calls of the operation the simulator received. */
int64_t scenario_calls(struct world *w, const char *operation);

#endif
