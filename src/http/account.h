/*
 * account.h: what signing in and managing users have in common. Hashing a password takes a tenth of
 * a second and 64 MiB, so these routes are ROUTE_NO_TX: they parse, hash, and then write
 * themselves.
 */
#ifndef HTTP_ACCOUNT_H
#define HTTP_ACCOUNT_H

#include "base/seal.h"
#include "http/auth.h"
#include "store/second_factor.h"

/* Limits of openapi.yaml, in code points. */
enum { USER_NAME_MAX = 200, USER_EMAIL_MAX = 254, TOKEN_NAME_MAX = 100, PASSWORD_FIELD_MAX = 256 };
enum { RECOVERY_CODE_MAX = 40 };

/* Text without control characters of at least `least` and at most `most` code points. */
bool account_text(struct fields *f, const char *name, size_t least, size_t most, struct str *out);
/* As typed: neither trimmed nor looked at. */
bool account_password(struct fields *f, const char *name, size_t least, struct str *out);
bool account_role(struct fields *f, struct str *out);
/* Lower case, as it is stored. */
struct str account_email_key(struct call *c, struct str email);
/* A PATCH names at least one field. */
void account_not_empty(struct call *c);

/* At the start of a transaction function of such a route: it may run more than once. */
void account_begin(struct call *c, struct tx *tx);

/* password.c: what people may choose (core/password.h), as faults of the field "password". */
void password_rules(struct fields *f, struct str password, struct str email, struct str name);
/* None of the last ones of this user; after password_rules, because it takes up to a second. */
MUST_USE enum err password_is_new(
    struct call *c, struct str password, int64_t user_id, struct error *e);
/* One that keeps the rules, for who must choose another one at once. */
struct str password_once(struct call *c, struct str email, struct str name);
/* The signed-in person types the password again. A wrong one counts as a failed sign-in, and is a
 * fault of that field; so is any while the account is locked. */
MUST_USE enum err password_confirm(
    struct call *c, struct str password, const char *pointer, struct error *e);

/* second_factor.c. The codes that a body may hold: "totp" and "recovery_code". */
struct second_factor {
    struct str totp, recovery_code; /* empty: not given */
};
void second_factor_fields(struct fields *f, struct second_factor *out);
/* In the transaction that loaded the user locked; what is good is used up by it. */
MUST_USE enum err second_factor_check(struct call *c, const struct user *user,
    const struct second_factor *given, bool *good, struct error *e);

/* session.c */
struct new_session {
    struct str secret, csrf;
    unsigned char hash[SECRET_HASH_SIZE];
};
void session_make(struct call *c, struct new_session *s);
MUST_USE enum err session_store(
    struct call *c, int64_t user_id, const struct new_session *s, struct error *e);
/* After the commit, because a transaction function may run more than once. An empty secret takes
 * the cookie away. */
void session_cookie(struct call *c, struct str secret);
/* me.c: user or token is NULL. */
MUST_USE enum err render_me(struct call *c, const struct user *user, const struct api_token *token,
    struct str csrf, struct error *e);
/* people.c: sessions of a user, for GET. */
MUST_USE enum err list_sessions_of(struct call *c, int64_t user_id, struct error *e);

#endif
