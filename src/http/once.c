/*
 * once.c: POST with an Idempotency-Key: the first answer is kept, in the transaction of its effect,
 * and given again.
 *
 * An answer that holds a secret (ROUTE_SECRET) is sealed under the master key before it is kept:
 * who reads the database learns no more than who reads it without such answers.
 */
#include "base/seal.h"
#include "http/internal.h"

#include <sodium.h>

enum { KEY_MAX = 255 };

static struct str key_of(const struct call *c)
{
    return str_eq(c->req->method, S("POST")) ? http_request_header(c->req, S("idempotency-key"))
                                             : S("");
}

enum err once_check(const struct call *c, struct error *e)
{
    struct str key = key_of(c);
    bool good = key.len <= KEY_MAX;
    for (size_t i = 0; i < key.len; i++)
        good = good && key.at[i] >= '!' && key.at[i] <= '~';
    return good ? OK
                : error_code(e, ERR_BAD_REQUEST, "bad_header",
                      "an Idempotency-Key has at most 255 printable characters without space");
}

/* What a sealed answer belongs to: one that is moved to another key cannot be opened. */
static const char *place(struct call *c, const struct idempotency_key *k)
{
    return arena_fmt(c->arena, "answer to %.*s %.*s", STR_FMT(k->scope), STR_FMT(k->key)).at;
}

static struct str to_keep(struct call *c, const struct idempotency_key *k)
{
    struct str body = buf_str(&c->out);
    if (!(c->route->flags & ROUTE_SECRET)) return body;
    const struct api_options *o = &c->api->options;
    return cursor_encode(seal(o->key, place(c, k), 0, body, o->rng, c->arena), c->arena);
}

static enum err was_kept(
    struct call *c, const struct idempotency_key *k, struct str *body, struct error *e)
{
    if (!(c->route->flags & ROUTE_SECRET)) return OK;
    unsigned char *sealed = arena_new(c->arena, unsigned char, body->len + 1);
    size_t len = 0;
    if (sodium_base642bin(sealed, body->len + 1, body->at, body->len, NULL, &len, NULL,
            sodium_base64_VARIANT_URLSAFE_NO_PADDING) != 0)
        return error_set(e, ERR_CORRUPT, "a kept answer is not base 64");
    return seal_open(c->api->options.key, place(c, k), 0, (struct str){ (char *)sealed, len },
        c->arena, body, e);
}

/* The hash lives as long as the request. */
static struct idempotency_key request_key(struct call *c, struct str key)
{
    unsigned char *hash = arena_new(c->arena, unsigned char, SECRET_HASH_SIZE);
    struct str scope = arena_fmt(c->arena, "%s %lld POST %.*s", actor_kind_name(c->actor.kind).at,
        (long long)c->actor.id, STR_FMT(c->req->path));
    struct str sent = c->req->body;
    if (c->route->flags & ROUTE_FILE)
        sent = (struct str){ (const char *)c->file.hash, sizeof c->file.hash };
    return (struct idempotency_key){ scope, key, secret_hash(sent, hash) };
}

static void give_again(struct call *c, const struct idempotent_answer *answer)
{
    buf_put(&c->out, answer->body);
    c->status = answer->status;
    c->location = answer->location;
    c->etag = answer->version;
}

struct looking {
    struct call *c;
    struct idempotency_key key;
    struct idempotent_answer answer;
    bool found;
};

static enum err look(struct tx *tx, void *ctx, struct error *e)
{
    struct looking *l = ctx;
    return idempotency_find(tx, &l->key, l->c->arena, &l->found, &l->answer, e);
}

enum err once_before(struct call *c, bool *found, struct error *e)
{
    struct str key = key_of(c);
    *found = false;
    if (!key.len) return OK;
    struct looking l = { .c = c, .key = request_key(c, key) };
    enum err rc = db_read(c->api->options.db, "once", look, &l, e);
    *found = !rc && l.found;
    if (*found) give_again(c, &l.answer);
    return rc;
}

enum err once(struct call *c, once_fn work, void *ctx, struct error *e)
{
    struct str key = key_of(c);
    if (!key.len) return work(c, ctx, e);
    struct idempotency_key k = request_key(c, key);
    struct idempotent_answer answer;
    bool found;
    enum err rc = idempotency_begin(&c->change, &k, c->arena, &found, &answer, e);
    if (!rc && found) rc = was_kept(c, &k, &answer.body, e);
    if (rc) return rc;
    if (found) {
        give_again(c, &answer);
        return OK;
    }
    rc = work(c, ctx, e);
    if (rc) return rc;
    answer = (struct idempotent_answer){ c->status, to_keep(c, &k), c->location, c->etag };
    idempotency_end(&c->change, &k, &answer);
    return OK;
}
