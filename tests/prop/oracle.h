/*
 * oracle.h: a small account in memory, and every quantity of it by the words of domain.md.
 *
 * Written to be obviously right and slow: sets are bit masks, a matching is found by trying every
 * number of units for every line. It shares nothing with the program that it judges.
 */
#ifndef TESTS_PROP_ORACLE_H
#define TESTS_PROP_ORACLE_H

#include <stdbool.h>
#include <stdint.h>

enum {
    O_VARIATIONS = 8,
    O_NAMES = 5,       /* of products */
    O_GRADES = 2,      /* A, B */
    O_DAMAGE_SETS = 4, /* of two damage conditions, as masks */
    O_SKUS = 5,        /* 0: none */
    O_STATUSES = 3,    /* of items: in stock, sold, in repair */
    O_WAREHOUSES = 3,  /* 0: none */
    O_ORDER_STATUSES = 7,
    O_WORDS = 5, /* a channel's own for the status of an order */
    O_ITEMS = 24,
    O_ESNS = 16,
    O_ORDERS = 7,
    O_LINES = 5,
    O_RETURNS = 12,
    O_CHANNELS = 4,
    O_LISTINGS = 7,
    O_TRANSFERS = 8,
    O_PURCHASES = 4,
    O_PURCHASE_LINES = 3,
};

struct o_variation {
    int64_t id; /* 0: there is none */
    int sku;
    int name, grade;
    unsigned damages; /* no two are alike in these three */
    bool archived;
};

struct o_item {
    int64_t id;
    int esn, variation, status, former, warehouse;
    int order;    /* -1: not committed */
    int transit;  /* number of the transfer that it is on its way with, from 1; 0: none */
    int tray;     /* a custom field; 0: none */
    int purchase; /* number of the purchase order that it came with, from 1; 0: none */
    int line;     /* of that order, from 1; 0: of none */
    bool touched; /* since it was received */
};

struct o_transfer {
    int64_t id;
    int from; /* warehouse 1 or 2; it goes to the other one */
};

struct o_line {
    int64_t id;
    int variation; /* -1: the line names a SKU */
    int sku;
    int64_t quantity;
    bool deleted;
    int channel_line; /* 0: made here */
};

struct o_order {
    int64_t id;
    int channel; /* -1: made here */
    int number;  /* the channel's */
    int status;
    int word; /* the channel's status */
    int64_t version;
    struct o_line lines[O_LINES];
    int line_count;
};

struct o_order_status {
    int64_t id; /* 0: there is none */
    bool is_open, takes_items;
    int into; /* what it is being retired into; -1: nothing */
};

/* An item that came back, and what it was before. */
struct o_return {
    int64_t id, item_id;
    int order, variation;
    int former, warehouse;
    bool undone;
};

enum o_purchase_state { O_OPEN, O_CLOSED, O_CANCELED };

struct o_purchase_line {
    int64_t id;
    int variation;           /* -1: words only */
    int64_t expected, price; /* price 0: none */
};

struct o_purchase {
    int64_t id;
    enum o_purchase_state state;
    int64_t lot; /* price of all; 0: none */
    struct o_purchase_line lines[O_PURCHASE_LINES];
    int line_count;
};

enum o_mode { O_AUTO, O_BY_SKUS, O_BY_VARIATIONS, O_NONE };

struct o_listing {
    int64_t id;
    int channel, sku;
    enum o_mode mode;
    unsigned skus, variations; /* what was set, as masks */
    int64_t reserve, cap;      /* -1: none of its own */
};

struct o_channel {
    int64_t id;
    bool deleted;
    unsigned statuses, warehouses; /* counted, as masks */
    int64_t reserve, cap;          /* cap -1: none */
    int map[O_WORDS];              /* to order statuses; -1: not mapped */
};

struct oracle {
    bool unique_skus;
    struct o_order_status statuses[O_ORDER_STATUSES];
    struct o_variation variations[O_VARIATIONS];
    struct o_item items[O_ITEMS]; /* ascending id */
    int item_count;
    struct o_order orders[O_ORDERS];
    int order_count;
    struct o_return returns[O_RETURNS];
    int return_count;
    struct o_channel channels[O_CHANNELS];
    int channel_count;
    struct o_listing listings[O_LISTINGS];
    int listing_count;
    struct o_transfer transfers[O_TRANSFERS];
    int transfer_count;
    struct o_purchase purchases[O_PURCHASES];
    int purchase_count;
};

/* Masks of variations. */
unsigned o_with_sku(const struct oracle *o, int sku);
unsigned o_of_listing(const struct oracle *o, const struct o_listing *l);
unsigned o_of_line(const struct oracle *o, const struct o_order *order, const struct o_line *line);

/* Of each line of the order: units matched to it, of the items on the order; and of these together
 * with those that came back from it. */
struct o_filling {
    int64_t committed[O_LINES], filled[O_LINES];
};
void o_fill(const struct oracle *o, int order, struct o_filling *out);

/* -1: there is none such; or no place for another one. */
int o_named(const struct oracle *o, const struct o_variation *like);
int o_free_variation(const struct oracle *o);
int o_item_of_id(const struct oracle *o, int64_t id);

/* All that is of the first is of the second, and the first is gone. */
void o_merge(struct oracle *o, int from, int into);
/* Something refers to it. */
bool o_variation_used(const struct oracle *o, int variation);
void o_remove_item(struct oracle *o, int at);
void o_remove_channel(struct oracle *o, int at);
/* A SKU is on several variations. */
bool o_sku_repeats(const struct oracle *o);

bool o_item_open(const struct oracle *o, const struct o_item *item);
/* Another open item has the ESN; except: index of an item, or -1. */
bool o_esn_open(const struct oracle *o, int esn, int except);
/* An item of the order has an ESN that is open elsewhere, or another one there. */
bool o_cannot_open(const struct oracle *o, int order);

/* What counts, as masks. Of items without a warehouse bit 0 is said. */
struct o_counted {
    unsigned variations, statuses, warehouses;
};
#define O_ALL (~0u)
int64_t o_on_hand(const struct oracle *o, struct o_counted counted);
int64_t o_outstanding(const struct oracle *o, unsigned variations);
/* By what its channel counts. */
struct o_counted o_counted_of(const struct oracle *o, const struct o_listing *l);
int64_t o_target(const struct oracle *o, const struct o_listing *l);

/* Items received onto a line, from 1; 0: without one; of the whole order. */
int64_t o_checked_in(const struct oracle *o, int purchase, int line);
int64_t o_received(const struct oracle *o, int purchase);
/* The line that an item of the variation is received onto, from 1; 0: none. */
int o_line_for(const struct oracle *o, int purchase, int variation);

#endif
