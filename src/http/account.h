/*
 * account.h: what signing in and managing users have in common. Hashing a password takes a tenth of
 * a second and 64 MiB, so these routes are ROUTE_NO_TX: they parse, hash, and then write
 * themselves.
 */
#ifndef HTTP_ACCOUNT_H
#define HTTP_ACCOUNT_H

#include "http/internal.h"

/* Limits of openapi.yaml, in code points. */
enum { USER_NAME_MAX = 200, USER_EMAIL_MAX = 254, TOKEN_NAME_MAX = 100, PASSWORD_FIELD_MAX = 256 };

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

#endif
