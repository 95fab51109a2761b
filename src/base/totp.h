/*
 * totp.h: one-time codes from an authenticator (RFC 6238: SHA-1, 30 seconds, six digits, which is
 * what every authenticator knows).
 *
 * Pure but for totp_init and the randomness given. liboath does the work.
 */
#ifndef BASE_TOTP_H
#define BASE_TOTP_H

#include "base/arena.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/rng.h"

enum {
    TOTP_SECRET_SIZE = 20, /* bytes: what RFC 4226 recommends for SHA-1 */
    TOTP_DIGITS = 6,
    TOTP_STEP_MS = 30 * 1000,
    TOTP_WINDOW = 1, /* steps before and after now: clocks differ, and people type slowly */
};

/* Once, before anything else of this file. */
MUST_USE enum err totp_init(struct error *e);

/* A new secret of TOTP_SECRET_SIZE bytes. */
struct str totp_make(struct rng *rng, struct arena *arena);
/* As people type it (base 32, without padding), and as authenticators read it from a QR code:
 * otpauth://totp/... */
struct str totp_text(struct str secret, struct arena *arena);
struct str totp_uri(struct str secret, struct str issuer, struct str account, struct arena *arena);

bool totp_is_code(struct str s); /* six digits */
/* Is this the code of a step in the window around now that is later than `used`? *step: which; it
 * is to be kept as the next `used`, so that no code works twice. */
bool totp_match(struct str secret, struct str code, time_ms now, int64_t used, int64_t *step);

#endif
