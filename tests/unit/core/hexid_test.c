/* hexid_test.c: short codes that people read aloud. */
#include "check.h"

#include "base/rng.h"
#include "core/hexid.h"

static void test_round_trip(void **state)
{
    (void)state;
    struct rng rng;
    rng_seeded(&rng, 1);
    for (int i = 0; i < 1000; i++) {
        char made[HEX_ID_TEXT_SIZE], read[HEX_ID_TEXT_SIZE];
        struct str id = hex_id_make(rng_u64(&rng), made), back;
        CHECK_INT(id.len, HEX_ID_SIZE, "always of one length");
        CHECK(hex_id_parse(id, read, &back), "what we make we read");
        CHECK_STR(back, id, "in its one spelling");
    }
}

static void test_spellings(void **state)
{
    (void)state;
    static const struct {
        const char *why, *typed, *want;
    } rows[] = {
        { "as printed", "7K3M9QXA", "7K3M9QXA" },
        { "lower case", "7k3m9qxa", "7K3M9QXA" },
        { "read aloud in groups", " 7K3M-9QXA ", "7K3M9QXA" },
        { "I and L are 1, O is 0", "ilO00000", "11000000" },
        { "U is not a digit", "7K3M9QXU", NULL },
        { "too short", "7K3M9QX", NULL },
        { "too long", "7K3M9QXAA", NULL },
        { "an IMEI", "356938035643809", NULL },
        { "empty", "", NULL },
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        char text[HEX_ID_TEXT_SIZE];
        struct str got = S("");
        bool good = hex_id_parse(str_of(rows[i].typed), text, &got);
        CHECK_INT(good, rows[i].want != NULL, rows[i].why);
        if (rows[i].want) CHECK_STR(got, str_of(rows[i].want), rows[i].why);
    }
}

/* Every slip of one character, and every two that change places, of a thousand codes. */
static void test_slips_are_seen(void **state)
{
    (void)state;
    static const char digits[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    struct rng rng;
    rng_seeded(&rng, 2);
    for (int n = 0; n < 1000; n++) {
        char made[HEX_ID_TEXT_SIZE];
        struct str id = hex_id_make(rng_u64(&rng), made);
        CHECK(hex_id_checks(id), "what we make is valid");
        for (size_t i = 0; i < HEX_ID_SIZE; i++) {
            char was = made[i];
            for (const char *d = digits; *d; d++) {
                made[i] = *d;
                CHECK_INT(hex_id_checks(id), *d == was, "one character is another");
            }
            made[i] = was;
            for (size_t k = 0; k < i; k++) {
                char other = made[k];
                made[k] = was;
                made[i] = other;
                CHECK_INT(hex_id_checks(id), was == other, "two have changed places");
                made[k] = other;
                made[i] = was;
            }
        }
    }
}

static void test_codes_from_before(void **state)
{
    (void)state;
    char text[HEX_ID_TEXT_SIZE];
    struct str id;
    CHECK(hex_id_parse(S("7k3m 9qxb"), text, &id), "read as before");
    CHECK(!hex_id_checks(id), "and known not to have a check character");
    CHECK(hex_id_checks(S("00000000")), "all zeroes are valid: the sum is linear");
    CHECK(!hex_id_checks(S("0000000")), "too short");
}

static void test_words_of_an_unknown_one(void **state)
{
    (void)state;
    char text[HEX_ID_TEXT_SIZE];
    struct str made = hex_id_make(0x123456789, text);
    const struct {
        struct str typed;
        const char *want, *why;
    } rows[] = {
        { made, "no item has", "a good one" },
        { S("0000-0000"), "no item has", "a good one, as people write it" },
        { S("00000001"), "misread or mistyped", "one character is another" },
        { S("7k3m 9qxb"), "misread or mistyped", "one from before the check, or so it looks" },
        { S("A1"), "no Hex ID", "too short" },
        { S("0000000U"), "no Hex ID", "a letter that none has" },
        { S(""), "no Hex ID", "nothing" },
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        CHECK(
            str_contains(str_of(hex_id_unknown(rows[i].typed)), str_of(rows[i].want)), rows[i].why);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_round_trip),
        cmocka_unit_test(test_spellings),
        cmocka_unit_test(test_slips_are_seen),
        cmocka_unit_test(test_codes_from_before),
        cmocka_unit_test(test_words_of_an_unknown_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
