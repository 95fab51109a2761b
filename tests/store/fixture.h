/*
 * fixture.h: an account of its own for each test of the store, and transactions that are written
 * as plain lines.
 *
 * fix_begin opens a transaction on a thread of its own and lends it to the test, so that checks
 * stand between the calls of the store; fix_commit and fix_rollback end it. The clock stands still
 * until the test moves f->now. The account is what the first migration makes (grade 2 is A, status
 * 1 In stock and 2 Sold, warehouse 1 Main, order statuses 1 New to 5 Canceled).
 */
#ifndef TESTS_STORE_FIXTURE_H
#define TESTS_STORE_FIXTURE_H

#include "check.h"
#include "harness.h"

#include "store/channels.h"
#include "store/item.h"
#include "store/listing.h"
#include "store/order.h"
#include "store/push.h"
#include "store/stock.h"
#include "store/variation.h"

#include <pthread.h>

enum { IN_STOCK = 1, SOLD = 2, MAIN = 1, GRADE_A = 2, GRADE_B = 3 };
enum { ST_NEW = 1, ST_READY, ST_PENDING, ST_SHIPPED, ST_CANCELED };
enum { DAY = 24 * 3600 * 1000 };

struct fix {
    struct harness_db h;
    struct db *db;
    struct arena arena; /* results; lives as long as the test */
    struct rng rng;
    struct actor actor;
    time_ms now;
    struct change c; /* of the open transaction */
    struct error e;
    int made;

    pthread_t thread;
    pthread_mutex_t mutex;
    pthread_cond_t moved;
    bool reading, open, lent, ended;
    enum err end_with, outcome;
    struct error failure;
};

extern enum db_engine fix_engine;

/* cmocka's setup and teardown. */
int fix_setup(void **state);
int fix_teardown(void **state);
#define FIX_TEST(name) cmocka_unit_test_setup_teardown(name, fix_setup, fix_teardown)
int fix_main(int argc, char **argv, const char *name, const struct CMUnitTest *tests, size_t count);

void fix_begin(struct fix *f);
void fix_begin_read(struct fix *f);
/* What db_write gave; f->e tells the failure. */
enum err fix_commit(struct fix *f);
void fix_rollback(struct fix *f);

/* One call in a transaction of its own. */
#define WRITE(f, call, why)                                                                        \
    do {                                                                                           \
        fix_begin(f);                                                                              \
        CHECK_ERR(call, OK, &(f)->e, why);                                                         \
        CHECK_ERR(fix_commit(f), OK, &(f)->e, why);                                                \
    } while (0)
#define READ(f, call, why)                                                                         \
    do {                                                                                           \
        fix_begin_read(f);                                                                         \
        CHECK_ERR(call, OK, &(f)->e, why);                                                         \
        CHECK_ERR(fix_commit(f), OK, &(f)->e, why);                                                \
    } while (0)
/* The call is refused with that code, and nothing stays of it. */
#define REFUSED(f, call, kind, word, why)                                                          \
    do {                                                                                           \
        fix_begin(f);                                                                              \
        (f)->e.code[0] = '\0';                                                                     \
        CHECK_ERR(call, kind, &(f)->e, why);                                                       \
        CHECK_STR(str_of((f)->e.code), str_of(word), why);                                         \
        fix_rollback(f);                                                                           \
    } while (0)

/* One number from a literal statement, and statements without result. */
int64_t fix_int(struct fix *f, const char *sql);
int64_t fix_int_of(struct fix *f, const char *sql, int64_t id); /* $1 = id */
void fix_sql(struct fix *f, const char *sql);

/* Rows that most tests want; each in a transaction of its own. */
int64_t fix_variation(struct fix *f, const char *model, const char *sku);
int64_t fix_item(struct fix *f, const char *esn, int64_t variation_id);
/* Numbered ESNs of their own. */
void fix_items(struct fix *f, int64_t variation_id, int count);
int64_t fix_channel(struct fix *f, const char *name); /* sync and import on, all mapped */
/* A listing as read from the channel, active and merchant-fulfilled; quantity -1: none shown. */
int64_t fix_listing(struct fix *f, int64_t channel_id, const char *sku, int64_t quantity);
int64_t fix_order(struct fix *f, int64_t status_id, int64_t variation_id, int64_t quantity);
int64_t fix_order_sku(
    struct fix *f, int64_t status_id, int64_t channel_id, const char *sku, int64_t quantity);

struct order fix_load_order(struct fix *f, int64_t id);
struct item fix_load_item(struct fix *f, int64_t id);
struct listing fix_load_listing(struct fix *f, int64_t id);
struct channel_row *fix_load_channel(struct fix *f, int64_t id);
struct listing_terms fix_terms(struct fix *f, int64_t listing_id);

void fix_set_status(struct fix *f, int64_t order_id, int64_t status_id);
/* By ESN; the codes that came back, space between ("" when all went well). */
const char *fix_commit_esns(struct fix *f, int64_t order_id, const char *esns, bool atomic);
/* The item comes back from the order, in stock and in Main. */
void fix_return(struct fix *f, int64_t order_id, const char *esn);
void fix_connect_none(struct fix *f, int64_t listing_id);

void fix_plan(struct fix *f); /* until nothing is marked */
/* The next wish that may be sent; listing_id 0 when there is none. */
struct push_claim fix_claim(struct fix *f, int64_t channel_id);
extern const struct intake_state fix_intake_done; /* nothing waits for orders */

/* The derived tables equal their definition. */
void fix_clean(struct fix *f, const char *why);
int64_t fix_differences(struct fix *f, bool repair);

#endif
