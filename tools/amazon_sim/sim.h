/*
 * sim.h: the simulator's state and one call to it.
 *
 * One lock guards all of `struct sim`; sim_handle takes it for the whole of a call (waiting for a
 * `slow` fault happens outside of it). A `struct call` lives as long as its request.
 */
#ifndef AMAZON_SIM_SIM_H
#define AMAZON_SIM_SIM_H

#include "bucket.h"
#include "calls.h"
#include "documents.h"
#include "faults.h"
#include "feeds.h"
#include "lwa.h"
#include "sim_time.h"
#include "world.h"

#include "net/http_server.h"

#include <pthread.h>

enum operation {
    OP_NONE, /* an unknown path */
    OP_TOKEN,
    OP_PARTICIPATIONS,
    OP_SEARCH_LISTINGS,
    OP_GET_LISTING,
    OP_PATCH_LISTING,
    OP_SEARCH_ORDERS,
    OP_GET_ORDER,
    OP_CREATE_FEED_DOCUMENT,
    OP_CREATE_FEED,
    OP_GET_FEED,
    OP_GET_FEED_DOCUMENT,
    OP_CREATE_REPORT,
    OP_GET_REPORT,
    OP_GET_REPORT_DOCUMENT,
    OP_CONFIRM_SHIPMENT,
    OP_CREATE_DESTINATION,
    OP_GET_DESTINATIONS,
    OP_GET_DESTINATION,
    OP_DELETE_DESTINATION,
    OP_CREATE_SUBSCRIPTION,
    OP_GET_SUBSCRIPTION,
    OP_GET_SUBSCRIPTION_BY_ID,
    OP_DELETE_SUBSCRIPTION,
};
#define OPERATION_COUNT (OP_DELETE_SUBSCRIPTION + 1)

/* Whose token opens an operation. */
enum access {
    ACCESS_OPEN, /* none is needed */
    ACCESS_SELLER,
    ACCESS_SELLER_IN_PATH, /* and the fourth segment names the seller */
    ACCESS_GRANTLESS,      /* the application's own */
};

struct call;
struct operation_info {
    const char *name;
    double rate; /* as documented (sp-api.md 6) */
    double burst;
    const char *method, *path; /* {} stands for a segment */
    enum access access;
    void (*serve)(struct call *c); /* NULL: there is none yet, and no such path */
};
extern const struct operation_info operations[OPERATION_COUNT];
enum operation operation_of(const struct call *c);

struct marketplace {
    const char *id, *name, *country, *currency, *language, *domain;
};

struct region {
    const char *name;
    const char *fba_code;                /* fulfillmentChannelCode of what Amazon fulfils */
    struct marketplace marketplaces[12]; /* the first is home; ends with id NULL */
};
const struct region *region_named(struct str name); /* NULL: none */
const struct marketplace *region_marketplace(const struct region *r, struct str id);

struct sim_options {
    int64_t seed;
    int64_t listings;
    int64_t orders;
    double time_scale;
    double rate_scale;
    double client_scale; /* how many times as fast the client's clock runs */
    bool strict;
    const struct region *region;
};

struct sim_settings {
    int64_t orders_lag_ms; /* how old an order's change is when searchOrders shows it */
    int64_t apply_min_ms, apply_max_ms;     /* how long an accepted patch takes to show */
    int64_t page_token_ms;                  /* how long a paging token lives */
    int64_t page_token_bytes;               /* how long one is at least; 0: as short as it can */
    int64_t orders_page_max;                /* most that a page of searchOrders holds */
    int64_t feed_queue_ms, feed_message_ms; /* until a feed begins; of each of its messages */
};

struct sim {
    pthread_mutex_t lock;
    pthread_cond_t stop; /* ends the wait of `slow` faults */
    bool stopping;
    struct sim_options options;
    struct sim_settings settings;
    struct sim_clock clock;
    struct rng rng;
    struct arena arena; /* of the process */
    struct world world;
    struct lwa lwa;
    struct bucket buckets[OPERATION_COUNT];
    double stated[OPERATION_COUNT]; /* the rate that replies state, when it is not the true one */
    struct faults faults;
    struct calls calls;
    struct documents documents;
    struct feeds feeds;
    int64_t page_epoch;
    int64_t orders_per_hour; /* that buyers place by themselves */
    time_ms next_order;
    uint64_t key; /* signs tokens */
};

void sim_init(struct sim *s, const struct sim_options *o, struct clock *machine);
void sim_reset(struct sim *s, int64_t seed, int64_t listings, int64_t orders); /* lock is held */
void sim_set_rate_scale(struct sim *s, double scale);
void sim_stop_waits(struct sim *s);
void sim_release(struct sim *s);
void sim_seed(struct sim *s, int64_t listings, int64_t orders);
void sim_set_traffic(struct sim *s, int64_t orders_per_hour, time_ms now);
void sim_settle(struct sim *s, time_ms now); /* all that has happened by itself until now */
void sim_handle(void *sim, struct http_request *req, struct http_reply *reply);

enum { SEGMENTS_MAX = 8 };

struct call {
    struct sim *sim;
    struct http_request *req;
    struct http_reply *reply;
    struct arena *arena;
    time_ms now;
    struct str segments[SEGMENTS_MAX]; /* of the path, decoded */
    size_t segment_count;
    enum operation op;
    struct jw w; /* writes reply->body */
    struct call_entry entry;
    enum fault_kind fault;
};

/* Answers; each ends the call and returns false, so that `return refuse(...)` reads well. */
bool refuse(struct call *c, int status, const char *code, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));
bool refuse_input(struct call *c, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void answer_begin(struct call *c, int status); /* JSON follows through c->w */

#endif
