/* history.h: one random history: the store on one side, the oracle on the other. */
#ifndef TESTS_PROP_HISTORY_H
#define TESTS_PROP_HISTORY_H

#include "fixture.h"
#include "oracle.h"

enum o_word { WORD_PENDING, WORD_UNSHIPPED, WORD_SHIPPED, WORD_CANCELED, WORD_ODD, WORD_COUNT };

struct history {
    struct fix *f;
    struct oracle o;
    struct rng dice;
    char where[120]; /* seed, round and step, for the message of a failure */
    int step, made;
    int64_t status_id[O_STATUSES], warehouse_id[O_WAREHOUSES];
    int64_t tray_id; /* custom field */
};
enum { HISTORY_MANY = 6 }; /* items edited at once */

int throw_of(struct history *h, int n); /* 0 .. n - 1 */
extern const char *const history_skus[O_SKUS];
extern const char *const history_statuses[O_STATUSES];
extern const char *const history_warehouses[O_WAREHOUSES];

/* Rows that every history starts from; the transaction is open. */
void history_start(struct history *h);
/* One thing that people or channels do, on both sides. */
void history_items(struct history *h);
void history_many(struct history *h);
void history_orders(struct history *h);
void history_intake(struct history *h);
void history_catalog(struct history *h);
void history_listings(struct history *h);
void history_settings(struct history *h);
void history_step(struct history *h);
/* Both sides say the same. */
void history_compare(struct history *h);
/* Every item is what its history alone makes of it, and what the oracle says. */
void history_compare_items(struct history *h);

/* Index of a line that is there; -1 when the order has none. */
int history_line(struct history *h, int order);
/* The same line of the order as the store has it. */
const struct order_line *history_find_line(const struct order *order, int64_t id);

#define TRY(h, call, want) CHECK_ERR(call, want, &(h)->f->e, (h)->where)

#endif
