/*
 * once.c: POST with an Idempotency-Key: the first answer is kept, in the transaction of its effect,
 * and given again.
 *
 * An answer that holds a secret (ROUTE_SECRET) is sealed under the master key before it is kept:
 * who reads the database learns no more than who reads it without such answers.
 */
#include "http/internal.h"
#include "store/sealed.h"

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

static struct str to_keep(struct call *c, const struct idempotency_key *k)
{
    struct str body = buf_str(&c->out);
    if (!(c->route->flags & ROUTE_SECRET)) return body;
    const struct api_options *o = &c->api->options;
    return sealed_answer(o->key, k, body, o->rng, c->arena);
}

static enum err was_kept(
    struct call *c, const struct idempotency_key *k, struct str *body, struct error *e)
{
    if (!(c->route->flags & ROUTE_SECRET)) return OK;
    return sealed_answer_open(c->api->options.key, k, *body, c->arena, body, e);
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
