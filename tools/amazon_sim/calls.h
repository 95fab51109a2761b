/* calls.h: the last calls that the simulator received, in a ring of fixed size. */
#ifndef AMAZON_SIM_CALLS_H
#define AMAZON_SIM_CALLS_H

#include "base/arena.h"
#include "base/clock.h"
#include "base/json.h"

enum { CALLS_KEPT = 20000 };

struct call_entry {
    int64_t number; /* from 1 */
    time_ms time;   /* simulated */
    char method[8];
    char path[160]; /* as sent, cut */
    char query[320];
    char operation[32];
    char sku[64];        /* of the listing that the call was about */
    char fault[20];      /* injected; "" */
    char request_id[40]; /* as in x-amzn-RequestId */
    char outcome[12];    /* of a PATCH: ACCEPTED, INVALID, VALID */
    int64_t quantity;    /* that a PATCH wanted; -1: none */
    int status;          /* 0: the connection was cut */
    bool throttled;
};

struct calls {
    struct call_entry *ring;
    int64_t total;
    int64_t cleared; /* numbers up to this one are not shown any more */
};

void calls_init(struct calls *c, struct arena *a);
void calls_add(struct calls *c, const struct call_entry *entry); /* gives it its number */
void calls_clear(struct calls *c);
/* An array of those after `after`, the oldest first, at most `limit`. */
void calls_write(const struct calls *c, struct jw *w, int64_t after, int64_t limit);
void call_text(char *to, size_t size, struct str from); /* cuts at a character's border */

#endif
