/* sign_test.c: the example of the Standard Webhooks libraries, and secrets that are none. */
#include "check.h"

#include "webhook/sign.h"

#include <sodium.h>

static void test_sign(void **state)
{
    struct arena arena;
    struct error e;
    struct str out;
    (void)state;
    arena_init(&arena, "test", 1024 * 1024);
    CHECK(sodium_init() >= 0, "libsodium");
    struct str secret = S("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
    CHECK_ERR(webhook_sign(secret, S("msg_p5jXN8AQM9LWM0D4loKWxJek"), 1614265330,
                  S("{\"test\": 2432232314}"), &arena, &out, &e),
        OK, &e, "signed");
    CHECK_STR(out, S("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="), "as the libraries do");
    static const char *const wrong[] = { "", "whsec_", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaS", "whsec_!!!!" };
    for (size_t i = 0; i < COUNT_OF(wrong); i++)
        CHECK_ERR(webhook_sign(str_of(wrong[i]), S("m"), 1, S("{}"), &arena, &out, &e), ERR_CORRUPT,
            &e, wrong[i]);
    arena_release(&arena);
}

static void test_secrets(void **state)
{
    struct arena arena;
    struct rng rng;
    struct error e;
    struct str out;
    (void)state;
    arena_init(&arena, "test", 1024 * 1024);
    rng_seeded(&rng, 3);
    struct str one = webhook_secret_make(&rng, &arena), two = webhook_secret_make(&rng, &arena);
    CHECK_INT(one.len, 6 + 44, "32 bytes");
    CHECK(str_starts(one, S("whsec_")), "as receivers know it");
    CHECK(!str_eq(one, two), "another each time");
    CHECK_ERR(webhook_sign(one, S("m"), 1, S("{}"), &arena, &out, &e), OK, &e, "it signs");
    arena_release(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_sign),
        cmocka_unit_test(test_secrets) };
    return cmocka_run_group_tests_name("webhook_sign", tests, NULL, NULL);
}
