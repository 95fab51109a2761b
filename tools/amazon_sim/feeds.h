/*
 * feeds.h: feeds of listings, worked off one after the other (sp-api.md 4).
 *
 * A feed waits in the queue, is in progress for as long as its messages take, and ends: DONE with a
 * report of each message that was invalid, or FATAL. What it changed shows some time later, as with
 * a patch. The last FEEDS_MAX are known.
 */
#ifndef AMAZON_SIM_FEEDS_H
#define AMAZON_SIM_FEEDS_H

#include "bucket.h"
#include "faults.h"

enum { FEEDS_MAX = 64, FEED_PLACES_MAX = 25, FEED_MESSAGES_MAX = 25000 };

enum feed_status { FEED_IN_QUEUE, FEED_IN_PROGRESS, FEED_DONE, FEED_FATAL };

struct feed {
    char id[24];
    char type[80];
    char document[56], report[56]; /* ids; report: "" until there is one */
    char places[FEED_PLACES_MAX][24];
    size_t place_count;
    enum feed_status status;
    enum fault_kind fault; /* that met its creation: how it goes on */
    time_ms created, starts, ends;
    int64_t messages, accepted, invalid;
};

struct feeds {
    struct feed ring[FEEDS_MAX];
    int64_t count;          /* made so far; number n is at n % FEEDS_MAX */
    struct bucket listings; /* of JSON_LISTINGS_FEED alone: 5 in 5 minutes */
};

struct sim;
void feeds_clear(struct feeds *f);
void feeds_set_rate_scale(struct feeds *f, double scale, time_ms now);
void feeds_settle(struct sim *s, time_ms now); /* all that has ended by then */

#endif
