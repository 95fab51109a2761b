/* credentials.c: how credentials look inside the seal, and keeping those that change. */
#include "base/json.h"
#include "base/log.h"
#include "store/sealed.h"
#include "sync/internal.h"

#include <string.h>

enum { CREDENTIALS_SIZE_MAX = 16 * 1024 };

struct str engine_seal_credentials(const struct seal_key *key, int64_t channel_id,
    const struct channel_credentials *credentials, struct rng *rng, struct arena *arena)
{
    struct buf json;
    buf_init(&json, CREDENTIALS_SIZE_MAX);
    struct jw w;
    jw_init(&w, &json);
    jw_object(&w);
    jw_kstr(&w, "client_id", credentials->client_id);
    jw_kstr(&w, "client_secret", credentials->client_secret);
    jw_kstr(&w, "refresh_token", credentials->refresh_token);
    jw_object_end(&w);
    struct str sealed = seal(key, SEALED_CHANNEL, channel_id, buf_str(&json), rng, arena);
    buf_release(&json);
    return sealed;
}

static bool take(struct json root, const char *key, struct arena *arena, struct str *out)
{
    struct str s;
    if (!json_str(json_get(root, key), &s)) return false;
    *out = arena_str(arena, s);
    return true;
}

enum err engine_open_credentials(const struct seal_key *key, int64_t channel_id, struct str sealed,
    struct arena *arena, struct channel_credentials *out, struct error *e)
{
    if (!sealed.len)
        return error_code(e, ERR_CONFLICT, "no_credentials", "the channel has no credentials");
    struct str plain;
    enum err rc = seal_open(key, SEALED_CHANNEL, channel_id, sealed, arena, &plain, e);
    if (rc) return rc;
    struct json root;
    rc = json_parse(plain, CREDENTIALS_SIZE_MAX, &root, e);
    if (rc) return error_set(e, ERR_CORRUPT, "the sealed credentials are damaged");
    bool good = take(root, "client_id", arena, &out->client_id) &&
                take(root, "client_secret", arena, &out->client_secret) &&
                take(root, "refresh_token", arena, &out->refresh_token);
    json_release(&root);
    return good ? OK : error_set(e, ERR_CORRUPT, "the sealed credentials are incomplete");
}

void token_keeper_init(struct token_keeper *k, struct engine *engine, const struct actor *actor)
{
    *k = (struct token_keeper){ .engine = engine, .actor = actor };
    (void)pthread_mutex_init(&k->lock, NULL);
}

void token_keeper_opened(struct token_keeper *k, const struct channel_row *ch,
    struct channel_driver *driver, struct channel_conn *conn)
{
    k->channel_id = ch->id;
    k->credentials_set_at = ch->credentials_set_at;
    k->token_kept_at = ch->token_kept_at;
    k->driver = driver;
    k->conn = conn;
}

void token_keeper_see(struct token_keeper *k, time_ms *credentials_set_at, time_ms *token_kept_at)
{
    (void)pthread_mutex_lock(&k->lock);
    *credentials_set_at = k->credentials_set_at;
    *token_kept_at = k->token_kept_at;
    (void)pthread_mutex_unlock(&k->lock);
}

void token_keeper_release(struct token_keeper *k)
{
    (void)pthread_mutex_destroy(&k->lock);
}

struct keeping {
    struct token_keeper *k;
    struct str token;
    time_ms kept_at;
};

static enum err keep_token(struct change *c, void *ctx, struct error *e)
{
    struct keeping *keeping = ctx;
    const struct token_keeper *k = keeping->k;
    const struct seal_key *key = k->engine->parts.key;
    struct channel_row *before = arena_new(c->arena, struct channel_row, 1);
    before->id = k->channel_id;
    before->credentials_set_at = k->credentials_set_at;
    before->token_kept_at = k->token_kept_at;
    struct str sealed;
    struct channel_credentials credentials = { S(""), S(""), S("") };
    enum err rc = channel_sealed_credentials(c->tx, k->channel_id, c->arena, &sealed, e);
    if (!rc) rc = engine_open_credentials(key, k->channel_id, sealed, c->arena, &credentials, e);
    if (rc) return rc;
    credentials.refresh_token = keeping->token;
    sealed = engine_seal_credentials(key, k->channel_id, &credentials, c->rng, c->arena);
    return channel_keep_credentials(c, before, sealed, &keeping->kept_at, e);
}

bool token_keeper_keep(struct token_keeper *k, time_ms *from, time_ms *to)
{
    if (!k->conn || !k->driver->refresh_token) return false;
    struct arena arena;
    struct error e;
    arena_init(&arena, "refresh token", 64 * 1024);
    /* One after the other: an older token must not be stored over a newer one. */
    (void)pthread_mutex_lock(&k->lock);
    struct keeping keeping = { .k = k };
    int64_t times = k->driver->refresh_token(k->conn, &arena, &keeping.token);
    bool kept = false;
    *from = *to = k->token_kept_at;
    if (times != k->kept) {
        enum err rc = engine_change(k->engine, k->actor, "refresh_token", keep_token, &keeping, &e);
        if (rc)
            LOG_WARN("sync", "refresh_token_not_kept", "channel %lld: %s", (long long)k->channel_id,
                e.detail);
        else
            k->kept = times;
        kept = !rc && keeping.kept_at;
        if (kept) *to = k->token_kept_at = keeping.kept_at;
        explicit_bzero((void *)(uintptr_t)keeping.token.at, keeping.token.len);
    }
    (void)pthread_mutex_unlock(&k->lock);
    arena_release(&arena);
    return kept;
}
