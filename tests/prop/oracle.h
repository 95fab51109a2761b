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
    O_VARIATIONS = 6,
    O_NAMES = 9,
    O_SKUS = 5,       /* 0: none */
    O_STATUSES = 3,   /* of items: in stock, sold, in repair */
    O_WAREHOUSES = 3, /* 0: none */
    O_ORDER_STATUSES = 5,
    O_ITEMS = 24,
    O_ESNS = 16,
    O_ORDERS = 7,
    O_LINES = 5,
    O_CHANNELS = 2,
    O_LISTINGS = 7,
    O_TRANSFERS = 8,
};

struct o_variation {
    int64_t id; /* 0: there is none */
    int sku;
    int name; /* no two have the same */
    bool archived;
};

struct o_item {
    int64_t id;
    int esn, variation, status, former, warehouse;
    int order;   /* -1: not committed */
    int transit; /* number of the transfer that it is on its way with, from 1; 0: none */
    int tray;    /* a custom field; 0: none */
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
    unsigned statuses, warehouses; /* counted, as masks */
    int64_t reserve, cap;          /* cap -1: none */
};

struct oracle {
    bool unique_skus;
    bool is_open[O_ORDER_STATUSES], takes_items[O_ORDER_STATUSES];
    struct o_variation variations[O_VARIATIONS];
    struct o_item items[O_ITEMS];
    int item_count;
    struct o_order orders[O_ORDERS];
    int order_count;
    struct o_channel channels[O_CHANNELS];
    struct o_listing listings[O_LISTINGS];
    int listing_count;
    struct o_transfer transfers[O_TRANSFERS];
    int transfer_count;
};

/* Masks of variations. */
unsigned o_with_sku(const struct oracle *o, int sku);
unsigned o_of_listing(const struct oracle *o, const struct o_listing *l);
unsigned o_of_line(const struct oracle *o, const struct o_order *order, const struct o_line *line);

/* committed[i] of each line of the order. */
void o_committed(const struct oracle *o, int order, int64_t committed[O_LINES]);

/* -1: none has that name. */
int o_named(const struct oracle *o, int name);

/* All that is of the first is of the second, and the first is gone. */
void o_merge(struct oracle *o, int from, int into);

bool o_item_open(const struct oracle *o, const struct o_item *item);
/* Another open item has the ESN; except: index of an item, or -1. */
bool o_esn_open(const struct oracle *o, int esn, int except);
/* An item of the order has an ESN that is open elsewhere. */
bool o_cannot_open(const struct oracle *o, int order);

int64_t o_available(const struct oracle *o, const struct o_listing *l);
int64_t o_outstanding(const struct oracle *o, unsigned variations);
int64_t o_target(const struct oracle *o, const struct o_listing *l);
int64_t o_on_hand(const struct oracle *o, int variation);

#endif
