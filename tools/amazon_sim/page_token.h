/*
 * page_token.h: paging tokens.
 *
 * A token is self-contained, so that any number of them costs no memory: it says where the next
 * page starts, for which parameters it was made and when, and is signed with a key of this run. Its
 * text is base64 with `+`, `/` and `=`, like Amazon's: a client that does not encode it is found
 * out.
 */
#ifndef AMAZON_SIM_PAGE_TOKEN_H
#define AMAZON_SIM_PAGE_TOKEN_H

#include "base/arena.h"
#include "base/clock.h"

struct page_token {
    int64_t kind;      /* of which operation */
    uint64_t params;   /* hash of the parameters that have to be repeated */
    int64_t epoch;     /* tokens of an older epoch are dead */
    time_ms issued;    /* for their age */
    int64_t position;  /* an offset, or the sort key of the last row shown */
    int64_t position2; /* ordinal of the last row shown, where the sort key is not unique */
    int64_t until;     /* the end of the window which the first page chose */
};

/* At least so many bytes long; what it is filled up with says nothing. */
struct str page_token_write(
    struct arena *a, const struct page_token *t, uint64_t key, int64_t bytes_min);
/* False when it is not one of ours. */
bool page_token_read(struct arena *a, struct str text, uint64_t key, struct page_token *out);

#endif
