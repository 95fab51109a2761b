/*
 * auth.h: who asks, from where, and whether the matrix of rights lets them.
 */
#ifndef HTTP_AUTH_H
#define HTTP_AUTH_H

#include "http/internal.h"

bool is_write(const struct call *c);
/* Of the caller; behind a proxy on this machine, what the proxy says. */
struct str client_address(const struct http_request *req);
bool client_is_secure(const struct call *c);    /* came over TLS, as far as can be known */
struct str client_cookie(const struct call *c); /* the session's; empty when none */

/* Fills in who asks. ERR_UNAUTHORIZED when nobody, ERR_FORBIDDEN when they may not. */
MUST_USE enum err authorise(struct call *c, struct tx *tx, struct error *e);
/* authorise looks at what the route asks for; these at what depends on the row. ERR_FORBIDDEN. */
bool may(const struct call *c, enum area area, enum permission level);
MUST_USE enum err must_have(
    const struct call *c, enum area area, enum permission level, struct error *e);
/* In one at least of the areas whose bits, 1 << area, are set. */
MUST_USE enum err must_have_any(
    const struct call *c, unsigned areas, enum permission level, struct error *e);
/* After the answer: when token, user and session were last used. */
void note_presence(struct call *c);

enum must must_do(const struct user *u, int64_t totp_roles, time_ms now);
/* ERR_FORBIDDEN when somebody would get rights that the caller has not. */
MUST_USE enum err may_grant(const struct call *c, const struct rights *wanted, struct error *e);

#endif
