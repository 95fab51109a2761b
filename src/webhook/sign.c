/* sign.c: see sign.h. */
#include "webhook/sign.h"

#include <sodium.h>

enum { SECRET_BYTES = 32, SECRET_BYTES_MAX = 64 };

static struct str base64(struct str bytes, struct arena *arena)
{
    size_t room = sodium_base64_encoded_len(bytes.len, sodium_base64_VARIANT_ORIGINAL);
    char *out = arena_new(arena, char, room);
    (void)sodium_bin2base64(
        out, room, (const unsigned char *)bytes.at, bytes.len, sodium_base64_VARIANT_ORIGINAL);
    return str_of(out);
}

struct str webhook_secret_make(struct rng *rng, struct arena *arena)
{
    char bytes[SECRET_BYTES];
    rng->fill(rng, bytes, sizeof bytes);
    struct str text = base64((struct str){ bytes, sizeof bytes }, arena);
    sodium_memzero(bytes, sizeof bytes);
    return arena_fmt(arena, "whsec_%.*s", STR_FMT(text));
}

enum err webhook_sign(struct str secret, struct str message_id, int64_t timestamp_s,
    struct str body, struct arena *arena, struct str *out, struct error *e)
{
    const struct str prefix = S("whsec_");
    unsigned char key[SECRET_BYTES_MAX], mac[crypto_auth_hmacsha256_BYTES];
    size_t key_len = 0;
    if (!str_starts(secret, prefix) ||
        sodium_base642bin(key, sizeof key, secret.at + prefix.len, secret.len - prefix.len, NULL,
            &key_len, NULL, sodium_base64_VARIANT_ORIGINAL) != 0 ||
        key_len == 0)
        return error_set(e, ERR_CORRUPT, "the secret of a webhook is damaged");
    struct str head = arena_fmt(arena, "%.*s.%lld.", STR_FMT(message_id), (long long)timestamp_s);
    crypto_auth_hmacsha256_state state;
    crypto_auth_hmacsha256_init(&state, key, key_len);
    crypto_auth_hmacsha256_update(&state, (const unsigned char *)head.at, head.len);
    crypto_auth_hmacsha256_update(&state, (const unsigned char *)body.at, body.len);
    crypto_auth_hmacsha256_final(&state, mac);
    sodium_memzero(key, sizeof key);
    struct str text = base64((struct str){ (const char *)mac, sizeof mac }, arena);
    *out = arena_fmt(arena, "v1,%.*s", STR_FMT(text));
    return OK;
}
