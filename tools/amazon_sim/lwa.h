/*
 * lwa.h: Login with Amazon: what tokens are worth (sp-api.md 1.1, 1.2).
 *
 * Access tokens are self-contained (expiry, epoch, checksum), so that they cost no memory.
 * Revoking the grant and expiring all tokens are counters that old tokens are compared with.
 */
#ifndef AMAZON_SIM_LWA_H
#define AMAZON_SIM_LWA_H

#include "base/arena.h"
#include "base/clock.h"
#include "base/rng.h"

enum { LWA_CODES_MAX = 32, LWA_TEXT_MAX = 200 };
enum { LWA_ACCESS_MS = 3600 * 1000, LWA_CODE_MS = 5 * 60 * 1000 };

#define LWA_CLIENT_ID "amzn1.application-oa2-client.stockbridge-simulator"
#define LWA_CLIENT_SECRET "amzn1.oa2-cs.v1.stockbridge-simulator"
#define LWA_REFRESH_TOKEN "Atzr|stockbridge-simulator"
#define LWA_SELLER_ID "A1SIMULATOR0000"

struct lwa_code {
    char text[24];
    time_ms issued;
};

struct lwa {
    bool strict;                /* only the constants above; else anything that is not empty */
    bool revoked;               /* by the seller */
    char secret[LWA_TEXT_MAX];  /* the only one that is accepted; "" unless strict or rotated */
    bool replace_next;          /* the next grant comes with another refresh token, and ... */
    char refresh[LWA_TEXT_MAX]; /* ... only that one is accepted from then on; "": not replaced */
    int64_t grant_epoch, expiry_epoch, issued;
    struct lwa_code codes[LWA_CODES_MAX];
    size_t next_code;
    uint64_t key;
};

void lwa_init(struct lwa *l, bool strict, uint64_t key);
void lwa_revoke(struct lwa *l);
void lwa_expire_tokens(struct lwa *l);
struct str lwa_new_code(struct lwa *l, struct rng *rng, time_ms now);

struct lwa_request {
    struct str grant_type, client_id, client_secret, refresh_token, code, scope;
};

struct lwa_answer {
    int status; /* 200, or the error */
    const char *error, *description;
    struct str access_token, refresh_token; /* the latter empty for client_credentials */
};

struct lwa_answer lwa_token(
    struct lwa *l, struct arena *a, const struct lwa_request *r, time_ms now);

/* NULL when the token opens the seller's operations, or the grantless ones, which belong to no
 * seller; else Amazon's words. */
const char *lwa_refusal(
    const struct lwa *l, struct arena *a, struct str token, bool grantless, time_ms now);

#endif
