/* totp_test.c: the vectors of RFC 6238, the window, and that no code works twice. */
#include "check.h"

#include "base/totp.h"

static const struct str rfc_secret = { "12345678901234567890", 20 };

/* Appendix B, the last six of its eight digits. */
static void test_vectors(void **state)
{
    (void)state;
    static const struct {
        int64_t seconds;
        const char *code;
    } rows[] = { { 59, "287082" }, { 1111111109, "081804" }, { 1111111111, "050471" },
        { 1234567890, "005924" }, { 2000000000, "279037" }, { 20000000000, "353130" } };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        int64_t step = -1;
        time_ms now = rows[i].seconds * 1000;
        CHECK(totp_match(rfc_secret, str_of(rows[i].code), now, 0, &step), rows[i].code);
        CHECK_INT(step, rows[i].seconds / 30, rows[i].code);
    }
}

static void test_window(void **state)
{
    (void)state;
    /* 081804 is the code of step 37037036: seconds 1111111080 to 1111111109. */
    static const struct {
        int64_t seconds;
        bool good;
        const char *why;
    } rows[] = {
        { 1111111080, true, "as it begins" },
        { 1111111109, true, "as it ends" },
        { 1111111110, true, "one step late" },
        { 1111111139, true, "just one step late" },
        { 1111111140, false, "two steps late" },
        { 1111111079, true, "one step early" },
        { 1111111050, true, "just one step early" },
        { 1111111049, false, "two steps early" },
    };
    int64_t step = -1;
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        CHECK_INT(totp_match(rfc_secret, S("081804"), rows[i].seconds * 1000, 0, &step),
            rows[i].good, rows[i].why);
    step = -1;
    CHECK(!totp_match(rfc_secret, S("081804"), INT64_C(1111111109000), 37037036, &step), "used");
    CHECK(!totp_match(rfc_secret, S("081804"), INT64_C(1111111109000), 37037037, &step),
        "a later one was used");
    CHECK_INT(step, -1, "untouched");
    CHECK(totp_match(rfc_secret, S("081804"), INT64_C(1111111109000), 37037035, &step),
        "an earlier one was used");
}

static void test_bad_codes(void **state)
{
    (void)state;
    static const char *const bad[] = { "", "08180", "0818040", "08180a", " 81804", "081805",
        "+81804" };
    int64_t step;
    for (size_t i = 0; i < COUNT_OF(bad); i++)
        CHECK(!totp_match(rfc_secret, str_of(bad[i]), INT64_C(1111111109000), 0, &step), bad[i]);
    CHECK(!totp_match(rfc_secret, S("755224"), 0, 0, &step), "step 0 counts as used");
}

static void test_texts(void **state)
{
    (void)state;
    struct arena arena;
    arena_init(&arena, "test", 1024 * 1024);
    /* RFC 4648, section 10. */
    static const struct {
        const char *bytes, *text;
    } rows[] = { { "", "" }, { "f", "MY" }, { "fo", "MZXQ" }, { "foo", "MZXW6" },
        { "foob", "MZXW6YQ" }, { "fooba", "MZXW6YTB" }, { "foobar", "MZXW6YTBOI" } };
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        CHECK_STR(totp_text(str_of(rows[i].bytes), &arena), str_of(rows[i].text), rows[i].bytes);
    CHECK_STR(totp_uri(S("foobar"), S("Stockbridge"), S("a+b@example.com"), &arena),
        S("otpauth://totp/Stockbridge:a%2Bb@example.com?secret=MZXW6YTBOI&issuer=Stockbridge"
          "&algorithm=SHA1&digits=6&period=30"),
        "what a QR code holds");
    struct rng rng;
    rng_seeded(&rng, 1);
    struct str one = totp_make(&rng, &arena), two = totp_make(&rng, &arena);
    CHECK_INT(one.len, TOTP_SECRET_SIZE, "its size");
    CHECK(!str_eq(one, two), "never the same");
    arena_release(&arena);
}

int main(void)
{
    struct error e;
    if (totp_init(&e)) return 1;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_vectors),
        cmocka_unit_test(test_window),
        cmocka_unit_test(test_bad_codes),
        cmocka_unit_test(test_texts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
