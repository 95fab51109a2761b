/* seal.c: see seal.h. */
#include "base/seal.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sodium.h>
#include <string.h>
#include <unistd.h>

enum { VERSION = 1, NONCE = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES };

enum err seal_init(struct error *e)
{
    if (sodium_init() < 0) return error_set(e, ERR_UNAVAILABLE, "libsodium cannot start");
    return OK;
}

static enum err create_key(const char *path, struct rng *rng, struct seal_key *out, struct error *e)
{
    rng->fill(rng, out->bytes, sizeof out->bytes);
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0) return error_set(e, ERR_UNAVAILABLE, "%s: %s", path, strerror(errno));
    bool good =
        write(fd, out->bytes, sizeof out->bytes) == (ssize_t)sizeof out->bytes && fsync(fd) == 0;
    good = close(fd) == 0 && good;
    if (good) return OK;
    (void)unlink(path);
    return error_set(e, ERR_UNAVAILABLE, "%s: cannot be written", path);
}

enum err seal_key_load(
    const char *path, bool create, struct rng *rng, struct seal_key *out, struct error *e)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 && errno == ENOENT && create) return create_key(path, rng, out, e);
    if (fd < 0) return error_set(e, ERR_UNAVAILABLE, "%s: %s", path, strerror(errno));
    unsigned char bytes[SEAL_KEY_SIZE + 1];
    ssize_t len = read(fd, bytes, sizeof bytes);
    (void)close(fd);
    if (len == SEAL_KEY_SIZE) memcpy(out->bytes, bytes, SEAL_KEY_SIZE);
    sodium_memzero(bytes, sizeof bytes);
    if (len != SEAL_KEY_SIZE)
        return error_set(
            e, ERR_INVALID, "%s: a master key has exactly %d bytes", path, SEAL_KEY_SIZE);
    return OK;
}

static struct str associated(const char *context, int64_t id, struct arena *arena)
{
    return arena_fmt(arena, "stockbridge:%s:%lld", context, (long long)id);
}

struct str seal(const struct seal_key *key, const char *context, int64_t id, struct str plain,
    struct rng *rng, struct arena *arena)
{
    size_t room = 1 + NONCE + plain.len + crypto_aead_xchacha20poly1305_ietf_ABYTES;
    unsigned char *out = arena_new(arena, unsigned char, room);
    struct str ad = associated(context, id, arena);
    out[0] = VERSION;
    rng->fill(rng, out + 1, NONCE);
    unsigned long long len = 0;
    (void)crypto_aead_xchacha20poly1305_ietf_encrypt(out + 1 + NONCE, &len,
        (const unsigned char *)plain.at, plain.len, (const unsigned char *)ad.at, ad.len, NULL,
        out + 1, key->bytes);
    return (struct str){ (const char *)out, 1 + NONCE + (size_t)len };
}

enum err seal_open(const struct seal_key *key, const char *context, int64_t id, struct str sealed,
    struct arena *arena, struct str *plain, struct error *e)
{
    const unsigned char *in = (const unsigned char *)sealed.at;
    size_t head = 1 + NONCE;
    if (sealed.len < head + crypto_aead_xchacha20poly1305_ietf_ABYTES || in[0] != VERSION)
        return error_set(e, ERR_CORRUPT, "sealed %s %lld is damaged", context, (long long)id);
    unsigned char *out = arena_new(arena, unsigned char, sealed.len);
    struct str ad = associated(context, id, arena);
    unsigned long long len = 0;
    if (crypto_aead_xchacha20poly1305_ietf_decrypt(out, &len, NULL, in + head, sealed.len - head,
            (const unsigned char *)ad.at, ad.len, in + 1, key->bytes) != 0)
        return error_set(e, ERR_CORRUPT,
            "sealed %s %lld cannot be opened: another master key, or damaged", context,
            (long long)id);
    *plain = (struct str){ (const char *)out, (size_t)len };
    return OK;
}

/* Two places for argon2id; a counting lock, so that waiters sleep. */
static pthread_mutex_t hashing_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t hashing_ended = PTHREAD_COND_INITIALIZER;
static int hashing;

static void hashing_enter(void)
{
    (void)pthread_mutex_lock(&hashing_lock);
    while (hashing == 2)
        (void)pthread_cond_wait(&hashing_ended, &hashing_lock);
    hashing++;
    (void)pthread_mutex_unlock(&hashing_lock);
}

static void hashing_leave(void)
{
    (void)pthread_mutex_lock(&hashing_lock);
    hashing--;
    (void)pthread_cond_signal(&hashing_ended);
    (void)pthread_mutex_unlock(&hashing_lock);
}

enum err password_hash(struct str password, struct arena *arena, struct str *out, struct error *e)
{
    char *text = arena_new(arena, char, crypto_pwhash_STRBYTES);
    hashing_enter();
    int failed =
        crypto_pwhash_str_alg(text, password.at, password.len, crypto_pwhash_OPSLIMIT_INTERACTIVE,
            crypto_pwhash_MEMLIMIT_INTERACTIVE, crypto_pwhash_ALG_ARGON2ID13);
    hashing_leave();
    if (failed) return error_set(e, ERR_BUSY, "no memory to hash a password");
    *out = str_of(text);
    return OK;
}

bool password_matches(struct str hash, struct str password)
{
    char text[crypto_pwhash_STRBYTES] = { 0 };
    if (hash.len >= sizeof text) return false;
    memcpy(text, hash.at, hash.len);
    hashing_enter();
    bool same = crypto_pwhash_str_verify(text, password.at, password.len) == 0;
    hashing_leave();
    return same;
}

struct str secret_make(struct rng *rng, char text[SECRET_TEXT_SIZE])
{
    unsigned char bytes[32];
    rng->fill(rng, bytes, sizeof bytes);
    (void)sodium_bin2base64(
        text, SECRET_TEXT_SIZE, bytes, sizeof bytes, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    sodium_memzero(bytes, sizeof bytes);
    return str_of(text);
}

struct str secret_hash(struct str secret, unsigned char out[SECRET_HASH_SIZE])
{
    (void)crypto_generichash(out, SECRET_HASH_SIZE, (const unsigned char *)secret.at, secret.len,
        (const unsigned char *)"stockbridge secret", 18);
    return (struct str){ (const char *)out, SECRET_HASH_SIZE };
}

bool secret_equal(struct str a, struct str b)
{
    return a.len == b.len && (a.len == 0 || sodium_memcmp(a.at, b.at, a.len) == 0);
}
