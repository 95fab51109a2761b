/* history.h: one random history: the store on one side, the oracle on the other. */
#ifndef TESTS_PROP_HISTORY_H
#define TESTS_PROP_HISTORY_H

#include "fixture.h"
#include "oracle.h"

enum o_word { WORD_PENDING, WORD_UNSHIPPED, WORD_SHIPPED, WORD_CANCELED, WORD_ODD };
enum { HISTORY_MANY = 6, /* items edited at once */ HISTORY_FAMILIES = 13 };

struct history {
    struct fix *f;
    struct oracle o;
    struct rng dice;
    char where[120]; /* seed, round and step, for the message of a failure */
    int step, made;
    int weights[HISTORY_FAMILIES]; /* how often each kind of step comes; 0: never */
    int64_t status_id[O_STATUSES], warehouse_id[O_WAREHOUSES];
    int64_t grade_id[O_GRADES], damage_id[2];
    int64_t tray_id; /* custom field */
    int64_t vendor_id;
};

int throw_of(struct history *h, int n); /* 0 .. n - 1 */
extern const char *const history_skus[O_SKUS];
extern const char *const history_statuses[O_STATUSES];
extern const char *const history_warehouses[O_WAREHOUSES];
extern const char *const history_words[O_WORDS];
extern const char *const history_channels[O_CHANNELS];
struct str history_esn(struct history *h, int esn);

/* Rows that every history starts from; the transaction is open. */
void history_start(struct history *h);
/* One thing that people or channels do, on both sides. */
void history_items(struct history *h);
void history_many(struct history *h);
void history_regrade(struct history *h);
void history_orders(struct history *h);
void history_intake(struct history *h);
void history_returns(struct history *h);
void history_receiving(struct history *h);
void history_days(struct history *h);
void history_catalog(struct history *h);
void history_listings(struct history *h);
void history_channels_step(struct history *h);
void history_order_statuses(struct history *h);
void history_sheets(struct history *h);
void history_step(struct history *h);

/* Both sides say the same: the figures. */
void history_compare(struct history *h);
/* Every item is what its history alone makes of it, and what the oracle says; what came of purchase
 * orders; and what the store's own verify finds. */
void history_compare_facts(struct history *h);

/* What several kinds of steps need. */

/* Index of a line that is there; -1 when the order has none. */
int history_line(struct history *h, int order);
/* The same line of the order as the store has it. */
const struct order_line *history_find_line(const struct order *order, int64_t id);
/* Index of an order status that there is; of a channel that was not deleted, or -1. */
int history_order_status(struct history *h);
int history_channel(struct history *h);
/* A few items, ascending, each once. */
size_t history_some_items(struct history *h, int *places, int64_t *ids);
/* A product variation as the store is given it: of no id, with the SKU. */
struct variation history_variation(struct history *h, const struct o_variation *v);
/* Puts what the store made of it where there is room. */
int history_new_variation(struct history *h, const struct o_variation *like, int64_t id);
/* Makes a channel of the oracle's row, or changes it to what that says. */
void history_save_channel(struct history *h, int at, bool is_new);
void history_set_unique(struct history *h, bool on);

#define TRY(h, call, want) CHECK_ERR(call, want, &(h)->f->e, (h)->where)

#endif
