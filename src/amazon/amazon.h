/*
 * amazon.h: Amazon's Selling Partner API as a channel driver (sp-api.md).
 *
 * Everything that only Amazon has a word for (LWA, ASIN codes, includedData) stays in this folder;
 * the rest of the program sees channel.h. The driver never retries, sleeps or logs: it makes one
 * exchange, classifies it, and says so in the outcome. No buyer data is requested, and none that
 * comes all the same is kept.
 */
#ifndef AMAZON_AMAZON_H
#define AMAZON_AMAZON_H

#include "channel/channel.h"
#include "net/transport.h"

/*
 * The driver reads time from `clock` and sends through `transport`; both must outlive it, and it
 * must outlive its connections. Thread-safe. Free it with amazon_driver_free.
 *
 * open fails with ERR_INVALID for an unknown region, a missing seller id or credential, and for an
 * endpoint or token URL that is neither https nor plain http to this machine itself; while the
 * clock runs faster than the machine's (a simulation), for whatever amazon_is_simulator denies.
 */
struct channel_driver *amazon_driver_new(struct transport *transport, struct clock *clock);
void amazon_driver_free(struct channel_driver *d);

/* Both of its addresses are plain http to this machine itself. */
bool amazon_is_simulator(const struct channel_account *a);

struct amazon_marketplace {
    struct str id;
    struct str name;
    struct str country;  /* ISO 3166 */
    struct str region;   /* na, eu, fe: one grant covers a region */
    struct str currency; /* ISO 4217 */
};

/* False for one that is not in sp-api.md 1.5: Amazon may name others, which are kept, not synced.
 * The driver's `info` lists all that are. */
bool amazon_marketplace_find(struct str id, struct amazon_marketplace *out);

/* "https://sellingpartnerapi-eu.amazon.com"; empty for an unknown region. */
struct str amazon_region_endpoint(struct str region);

#endif
