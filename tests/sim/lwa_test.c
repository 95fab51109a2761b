/* lwa_test.c: which token opens which operations, and what a seller's withdrawal touches. */
#include "check.h"

#include "amazon_sim/lwa.h"

static struct str token_of(struct lwa *l, struct arena *a, const char *grant)
{
    struct lwa_request r = { .grant_type = str_of(grant),
        .client_id = S("id"),
        .client_secret = S("secret"),
        .refresh_token = S("Atzr|r"),
        .scope = S("sellingpartnerapi::notifications") };
    struct lwa_answer answer = lwa_token(l, a, &r, 0);
    CHECK_INT(answer.status, 200, grant);
    return answer.access_token;
}

static void test_tokens(void **state)
{
    (void)state;
    struct lwa l;
    struct arena a;
    arena_init(&a, "test", 1 << 20);
    lwa_init(&l, false, 7);
    struct str sellers = token_of(&l, &a, "refresh_token"),
               ours = token_of(&l, &a, "client_credentials");
    CHECK(!lwa_refusal(&l, &a, sellers, false, 1), "the seller's opens the seller's operations");
    CHECK(lwa_refusal(&l, &a, sellers, true, 1), "and not the grantless ones");
    CHECK(!lwa_refusal(&l, &a, ours, true, 1), "the application's own opens these");
    CHECK(lwa_refusal(&l, &a, ours, false, 1), "and not the seller's");
    CHECK(lwa_refusal(&l, &a, ours, true, LWA_ACCESS_MS), "for an hour");
    lwa_revoke(&l);
    CHECK(lwa_refusal(&l, &a, sellers, false, 1), "a withdrawn grant ends the seller's");
    CHECK(!lwa_refusal(&l, &a, ours, true, 1), "and leaves the application's");
    lwa_expire_tokens(&l);
    CHECK(lwa_refusal(&l, &a, ours, true, 1), "until tokens are ended by hand");
    arena_release(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_tokens) };
    return cmocka_run_group_tests_name("sim/lwa", tests, NULL, NULL);
}
