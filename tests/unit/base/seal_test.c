/* seal_test.c: secrets at rest. */
#include "check.h"

#include "base/seal.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static struct arena arena;

static void test_seal(void **state)
{
    (void)state;
    struct seal_key key = { { 1 } }, other = { { 2 } };
    struct error e;
    struct str plain, sealed = seal(&key, "channel", 7, S("refresh-token"), rng_system(), &arena);
    CHECK(!str_contains(sealed, S("refresh")), "nothing of it shows");
    CHECK_ERR(seal_open(&key, "channel", 7, sealed, &arena, &plain, &e), OK, &e, "opened");
    CHECK_STR(plain, S("refresh-token"), "as it was");
    CHECK_ERR(seal_open(&other, "channel", 7, sealed, &arena, &plain, &e), ERR_CORRUPT, &e,
        "another key");
    CHECK_ERR(seal_open(&key, "channel", 8, sealed, &arena, &plain, &e), ERR_CORRUPT, &e,
        "moved to another row");
    CHECK_ERR(seal_open(&key, "user", 7, sealed, &arena, &plain, &e), ERR_CORRUPT, &e,
        "another kind of row");
    for (size_t i = 0; i < sealed.len; i++) {
        char *copy = arena_new(&arena, char, sealed.len);
        memcpy(copy, sealed.at, sealed.len);
        copy[i] ^= 1;
        CHECK_ERR(
            seal_open(&key, "channel", 7, (struct str){ copy, sealed.len }, &arena, &plain, &e),
            ERR_CORRUPT, &e, "one bit changed");
        CHECK_ERR(seal_open(&key, "channel", 7, (struct str){ sealed.at, i }, &arena, &plain, &e),
            ERR_CORRUPT, &e, "cut");
    }
    struct str again = seal(&key, "channel", 7, S("refresh-token"), rng_system(), &arena);
    CHECK(!str_eq(sealed, again), "a new nonce each time");
}

static void test_key_file(void **state)
{
    (void)state;
    char dir[] = "/tmp/seal_test_XXXXXX";
    CHECK(mkdtemp(dir) != NULL, "a place");
    struct str path = arena_fmt(&arena, "%s/key", dir);
    struct seal_key made, read;
    struct error e;
    CHECK_ERR(
        seal_key_load(path.at, false, rng_system(), &made, &e), ERR_UNAVAILABLE, &e, "absent");
    CHECK_ERR(seal_key_load(path.at, true, rng_system(), &made, &e), OK, &e, "made");
    struct stat st;
    CHECK(stat(path.at, &st) == 0 && (st.st_mode & 0777) == 0600, "for its owner only");
    CHECK_ERR(seal_key_load(path.at, true, rng_system(), &read, &e), OK, &e, "read");
    CHECK(memcmp(&made, &read, sizeof made) == 0, "the same key");
    CHECK(truncate(path.at, 31) == 0, "damaged");
    CHECK_ERR(
        seal_key_load(path.at, true, rng_system(), &read, &e), ERR_INVALID, &e, "never replaced");
    (void)unlink(path.at);
    (void)rmdir(dir);
}

static void test_password(void **state)
{
    (void)state;
    struct error e;
    struct str hash;
    CHECK_ERR(password_hash(S("correct horse battery"), &arena, &hash, &e), OK, &e, "hashed");
    CHECK(str_starts(hash, S("$argon2id$")), "argon2id");
    CHECK(password_matches(hash, S("correct horse battery")), "the right one");
    CHECK(!password_matches(hash, S("correct horse batterz")), "a wrong one");
    CHECK(!password_matches(S("not a hash"), S("x")), "damaged");
    CHECK(!password_matches(S(""), S("")), "none set");
}

static void test_secret(void **state)
{
    (void)state;
    char a[SECRET_TEXT_SIZE], b[SECRET_TEXT_SIZE];
    struct str one = secret_make(rng_system(), a), two = secret_make(rng_system(), b);
    CHECK_INT(one.len, SECRET_TEXT_SIZE - 1, "256 bits");
    CHECK(!secret_equal(one, two), "each its own");
    CHECK(secret_equal(one, one), "itself");
    unsigned char x[SECRET_HASH_SIZE], y[SECRET_HASH_SIZE];
    CHECK(str_eq(secret_hash(one, x), secret_hash(one, y)), "found again");
    CHECK(!str_eq(secret_hash(one, x), secret_hash(two, y)), "another one is not");
}

static int setup(void **state)
{
    (void)state;
    struct error e;
    arena_init(&arena, "seal", 1 << 22);
    return (int)seal_init(&e);
}

static int teardown(void **state)
{
    (void)state;
    arena_release(&arena);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_seal),
        cmocka_unit_test(test_key_file),
        cmocka_unit_test(test_password),
        cmocka_unit_test(test_secret),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
