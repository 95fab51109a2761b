/*
 * world.h: what the simulated Amazon holds: listings, orders and the changes that wait to show.
 *
 * Owns all it points at (one arena, released whole). Not thread-safe: the simulator's lock is held
 * around every call. Listings and orders never move in memory. Memory is bounded: once
 * world_full() says so nothing more is added.
 */
#ifndef AMAZON_SIM_WORLD_H
#define AMAZON_SIM_WORLD_H

#include "base/arena.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/rng.h"

enum { ORDER_ID_SIZE = 20, DATE_SIZE = 11 };
enum { WORLD_LISTINGS_MAX = 500000, WORLD_ORDERS_MAX = 500000, ORDER_LINES = 200 };

/* Where a listing is otherwise in a marketplace than it is in general. */
struct place {
    struct str marketplace;
    bool absent, fba, blocked, suppressed;
};
enum { PLACES_MAX = 8 };

enum malformed { WELL_FORMED, MALFORMED_SKU, MALFORMED_AVAILABILITY };

struct listing {
    struct str sku, asin, title, product_type, condition;
    int64_t number;        /* in the order of creation */
    int64_t price;         /* minor units */
    int64_t quantity;      /* merchant's: what a buyer can still order */
    int64_t handling_days; /* lead_time_to_ship_max_days; -1: none */
    char restock_date[DATE_SIZE];
    bool fba;                 /* fulfilled by Amazon: has no merchant quantity */
    bool stranded;            /* was FBA and was flipped by a DEFAULT quantity */
    bool blocked;             /* never BUYABLE */
    bool suppressed;          /* not DISCOVERABLE, and has an issue that says why */
    bool gone;                /* deleted; the slot is used again when the SKU comes back */
    enum malformed malformed; /* how its JSON breaks Amazon's model */
    struct place places[PLACES_MAX];
    size_t place_count;
    time_ms created, updated;
    time_ms last_due; /* of the newest waiting change: changes of one SKU keep their order */
    int waiting;
};

/* What a patch does to a listing when it is applied. */
struct change {
    bool set_quantity, set_handling, set_restock, set_fba;
    int64_t quantity, handling_days;
    char restock_date[DATE_SIZE];
    bool fba;
};

enum order_status {
    ORDER_PENDING_AVAILABILITY,
    ORDER_PENDING,
    ORDER_UNSHIPPED,
    ORDER_PARTIALLY_SHIPPED,
    ORDER_SHIPPED,
    ORDER_CANCELLED,
    ORDER_UNFULFILLABLE,
};
#define ORDER_STATUS_COUNT (ORDER_UNFULFILLABLE + 1)
extern const char *const order_status_names[ORDER_STATUS_COUNT];
bool order_status_parse(struct str name, enum order_status *out);

struct order_line {
    struct str item_id, sku, asin, title, condition;
    int64_t ordered, shipped, cancelled;
    int64_t taken; /* off the listing's quantity: what a cancellation gives back at most */
    int64_t price;
};

struct package {
    struct package *next;
    int64_t reference;
    time_ms shipped;
    int64_t *quantities; /* one for each line */
};

/* How an order's JSON breaks Amazon's model. */
enum order_malformed { ORDER_WELL_FORMED, ORDER_WITHOUT_QUANTITY, ORDER_WITHOUT_STATUS };

struct order {
    char id[ORDER_ID_SIZE];
    int64_t number;
    enum order_status status;
    bool fba;
    bool cancel_requested; /* by the buyer */
    enum order_malformed malformed;
    struct str marketplace;
    time_ms created, updated;
    time_ms searchable; /* before that, searches do not find it */
    struct order_line *lines;
    size_t line_count;
    struct package *packages;
};

struct line_spec {
    struct str sku; /* may be empty: Amazon's schema does not promise one */
    struct str title;
    int64_t quantity;
    int64_t price; /* -1: the listing's */
};

struct order_spec {
    struct str id; /* empty: made up */
    struct str marketplace;
    enum order_status status;
    bool fba;
    bool if_available; /* refuse rather than sell what is not there */
    time_ms created, searchable;
    enum order_malformed malformed;
    struct line_spec *lines;
    size_t line_count;
};

struct waiting_change {
    struct listing *listing;
    time_ms due;
    uint64_t number;
    struct change change;
};

struct world_index {
    void **slots;
    size_t size; /* a power of two */
    size_t used;
};

struct world {
    struct arena arena;
    struct listing **listings; /* in the order of creation */
    size_t listing_count, listing_room;
    struct order **orders;
    size_t order_count, order_room;
    struct world_index by_sku, by_order_id;
    struct waiting_change *waiting; /* heap, the first due on top */
    size_t waiting_count, waiting_room;
    uint64_t changes;
    int64_t item_ids, packages;
    struct rng *rng;
};

void world_init(struct world *w, struct rng *rng);
void world_release(struct world *w);
bool world_full(const struct world *w);

struct listing *world_listing(const struct world *w, struct str sku); /* NULL: none, or deleted */
/* Comes back empty (quantity 0, no title) when the SKU was deleted before. NULL: full. */
struct listing *world_listing_add(struct world *w, struct str sku, time_ms now);
struct str world_asin(struct world *w, int64_t number);

/* Queues a change. False: too many wait already. */
bool world_submit(struct world *w, struct listing *l, const struct change *change, time_ms due);
void world_settle(struct world *w, time_ms now); /* applies what is due */
void listing_apply(struct listing *l, const struct change *change, time_ms now);
bool listing_is_buyable(const struct listing *l);
/* How it is in that marketplace. */
struct place listing_in(const struct listing *l, struct str marketplace);

struct order *world_order(const struct world *w, struct str id);
MUST_USE enum err world_order_place(
    struct world *w, const struct order_spec *spec, struct order **out, struct error *e);
/* quantities: one for each line, or NULL for all that is left. Nothing happens on an error. */
MUST_USE enum err world_order_ship(
    struct world *w, struct order *o, const int64_t *quantities, time_ms now, struct error *e);
MUST_USE enum err world_order_cancel(
    struct world *w, struct order *o, const int64_t *quantities, time_ms now, struct error *e);
int64_t order_line_left(const struct order_line *l); /* neither shipped nor cancelled */

#endif
