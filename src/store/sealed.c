/* sealed.c: see sealed.h. */
#include "store/sealed.h"

#include <sodium.h>

static const char *place_of(const struct idempotency_key *k, struct arena *arena)
{
    return arena_fmt(arena, "answer to %.*s %.*s", STR_FMT(k->scope), STR_FMT(k->key)).at;
}

struct str sealed_answer(const struct seal_key *key, const struct idempotency_key *k,
    struct str body, struct rng *rng, struct arena *arena)
{
    struct str sealed = seal(key, place_of(k, arena), 0, body, rng, arena);
    size_t room = sodium_base64_encoded_len(sealed.len, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    char *text = arena_new(arena, char, room);
    (void)sodium_bin2base64(text, room, (const unsigned char *)sealed.at, sealed.len,
        sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    return str_of(text);
}

enum err sealed_answer_open(const struct seal_key *key, const struct idempotency_key *k,
    struct str sealed, struct arena *arena, struct str *body, struct error *e)
{
    unsigned char *bytes = arena_new(arena, unsigned char, sealed.len + 1);
    size_t len = 0;
    if (sodium_base642bin(bytes, sealed.len + 1, sealed.at, sealed.len, NULL, &len, NULL,
            sodium_base64_VARIANT_URLSAFE_NO_PADDING) != 0)
        return error_set(e, ERR_CORRUPT, "a kept answer is not base 64");
    return seal_open(
        key, place_of(k, arena), 0, (struct str){ (const char *)bytes, len }, arena, body, e);
}
