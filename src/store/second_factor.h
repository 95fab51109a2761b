/*
 * second_factor.h: the one-time codes of an authenticator, and the recovery codes for who lost it.
 *
 * Changes of a user that was loaded locked (user_load_locked). The secret is sealed by the caller
 * for SEALED_TOTP (sealed.h) and the user's id; recovery codes come as hashes.
 */
#ifndef STORE_SECOND_FACTOR_H
#define STORE_SECOND_FACTOR_H

#include "store/people.h"

enum { RECOVERY_CODES = 10 };

/* A new secret that waits for its first code. ERR_CONFLICT "totp_enabled" when one counts
 * already. */
MUST_USE enum err totp_begin(
    struct change *c, const struct user *user, struct str sealed, struct error *e);
/* From now on it is asked for. ERR_CONFLICT "totp_not_begun" without totp_begin. */
MUST_USE enum err totp_confirm(struct change *c, const struct user *user, int64_t step,
    const struct str hashes[RECOVERY_CODES], struct error *e);
/* A code of this step was given: none up to it works again. ERR_CONFLICT when it did already. */
MUST_USE enum err totp_use(
    struct change *c, const struct user *user, int64_t step, struct error *e);
/* action: "disable_totp" by its person, "reset_totp" by an admin. ERR_CONFLICT "totp_not_enabled"
 * when there is none. */
MUST_USE enum err totp_remove(
    struct change *c, const struct user *user, const char *action, struct error *e);

/* In place of all that were left. */
MUST_USE enum err recovery_replace(struct change *c, const struct user *user,
    const struct str hashes[RECOVERY_CODES], struct error *e);
/* *good: it was there and was not used before; now it is used. */
MUST_USE enum err recovery_use(
    struct change *c, const struct user *user, struct str hash, bool *good, struct error *e);
MUST_USE enum err recovery_left(struct tx *tx, int64_t user_id, int64_t *out, struct error *e);

#endif
