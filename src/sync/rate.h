/* rate.h: the token buckets of an account, which the workers of its channels share. */
#ifndef SYNC_RATE_H
#define SYNC_RATE_H

#include "channel/channel.h"
#include "core/bucket.h"
#include "store/channels.h"

#include <pthread.h>

enum { RATE_ACCOUNT_SIZE = 128 };

struct worker;
struct rates {
    struct rates *next;
    int workers;          /* the manager's own, as the list is */
    pthread_mutex_t lock; /* of what follows; taken last */
    struct bucket buckets[CHANNEL_OP_COUNT];
    bool changed[CHANNEL_OP_COUNT];  /* since they were saved */
    char account[RATE_ACCOUNT_SIZE]; /* as stored */
};
/* Seller, region, application and where they are asked. */
void rate_account_of(const struct channel_row *ch, const struct channel_credentials *credentials,
    char out[RATE_ACCOUNT_SIZE]);
/* Those that other workers of this engine use, or, with the first, what was saved. The channel is
 * marked as spending them. */
MUST_USE enum err rates_join(
    struct worker *w, const char account[RATE_ACCOUNT_SIZE], struct error *e);
void rates_leave(struct worker *w); /* saves them */
void rates_save(struct worker *w);
/* Without waiting; false with *wait_ms. */
bool rates_take(struct rates *r, enum channel_op op, time_ms now, int64_t keep, time_ms *wait_ms);
void rates_give_back(struct rates *r, enum channel_op op);

#endif
