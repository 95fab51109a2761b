/* credentials.c: how credentials look inside the seal. */
#include "base/json.h"
#include "store/sealed.h"
#include "sync/engine.h"

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
