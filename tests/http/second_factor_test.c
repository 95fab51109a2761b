/* second_factor_test.c: enrolling an authenticator, signing in with it, losing it. */
#include "kit.h"

#include "base/totp.h"

#include <liboath/oath.h>
#include <stdlib.h>

#define NAME "ana@example.com"
#define WITH(more) "{\"email\":\"" NAME "\",\"password\":\"" KIT_PASSWORD "\"" more "}"

/* The code that an authenticator with this base 32 secret shows so many steps from now: liboath
 * reads the text itself. */
static const char *code_at(struct kit *k, struct str secret, int steps)
{
    char *bytes = NULL, text[TOTP_DIGITS + 1];
    size_t len = 0;
    assert_int_equal(oath_base32_decode(secret.at, secret.len, &bytes, &len), OATH_OK);
    time_t now = (time_t)(atomic_load(&k->clock.now) / 1000) + (time_t)steps * 30;
    assert_int_equal(oath_totp_generate(bytes, len, now, 30, 0, TOTP_DIGITS, text), OATH_OK);
    free(bytes); /* tidy: allow, liboath's */
    return kit_fmt(k, "%s", text);
}

static const char *signed_in(struct kit *k)
{
    const char *cookie = kit_sign_in(k, NAME, KIT_PASSWORD, 201);
    return kit_fmt(k, "%sX-CSRF-Token: %.*s", cookie, STR_FMT(kit_str(k, "/csrf_token")));
}

static struct str begin(struct kit *k)
{
    CALL(k, "POST", "/me/totp", "{\"password\":\"" KIT_PASSWORD "\"}", 201);
    struct str secret = kit_str(k, "/secret"), uri = kit_str(k, "/uri");
    CHECK(str_starts(uri, S("otpauth://totp/Stockbridge:" NAME "?secret=")), "for the QR code");
    CHECK(str_contains(uri, secret), "the same secret");
    return secret;
}

/* A person with an authenticator, signed in without it; the recovery codes are in the last reply.
 */
static struct str enrolled(struct kit *k)
{
    kit_user(k, NAME, "manager", KIT_PASSWORD);
    k->lines = signed_in(k);
    struct str secret = begin(k);
    CALL(
        k, "POST", "/me/totp/confirm", kit_fmt(k, "{\"totp\":\"%s\"}", code_at(k, secret, 0)), 200);
    CHECK_INT(kit_len(k, "/recovery_codes"), 10, "ten");
    return secret;
}

static void sign_in_with(struct kit *k, const char *field, const char *code, int want)
{
    k->lines = NULL;
    CALL(k, "POST", "/session", kit_fmt(k, WITH(",\"%s\":\"%s\""), field, code), want);
}

static void later(struct kit *k, time_ms ms)
{
    atomic_fetch_add(&k->clock.now, ms);
}

static void test_enrolment(void **state)
{
    struct kit *k = *state;
    kit_user(k, NAME, "manager", KIT_PASSWORD);
    k->lines = signed_in(k);
    CHECK(!kit_true(k, "/user/totp"), "without");
    CALL(k, "POST", "/me/totp", "{\"password\":\"wrong\"}", 422);
    kit_fault(k, "/password", "not_allowed", "who found the screen unlocked");
    CALL(k, "POST", "/me/totp/confirm", "{\"totp\":\"123456\"}", 409);
    kit_problem(k, 409, "totp_not_begun", "nothing to confirm");
    struct str first = begin(k), second = begin(k);
    CHECK(!str_eq(first, second), "begun anew");
    CALL(k, "POST", "/me/totp/confirm", kit_fmt(k, "{\"totp\":\"%s\"}", code_at(k, first, 0)), 422);
    kit_fault(k, "/totp", "not_allowed", "of the secret that was given up");
    const char *lines = k->lines;
    k->lines = NULL;
    CALL(k, "POST", "/session", WITH(""), 201);
    CHECK(!kit_true(k, "/user/totp"), "does not count before it is confirmed");
    k->lines = lines;
    CALL(
        k, "POST", "/me/totp/confirm", kit_fmt(k, "{\"totp\":\"%s\"}", code_at(k, second, 0)), 200);
    CALL(k, "GET", "/me", NULL, 200);
    CHECK(kit_true(k, "/user/totp"), "counts");
    CHECK_INT(kit_int(k, "/recovery_codes_left"), 10, "left");
    CALL(k, "POST", "/me/totp", "{\"password\":\"" KIT_PASSWORD "\"}", 409);
    kit_problem(k, 409, "totp_enabled", "there is one");
    k->lines = NULL;
    k->bearer = k->tokens[ROLE_ADMIN];
    CALL(k, "GET", "/audit", NULL, 200);
    CHECK(!str_contains(k->body, second), "a secret is nowhere");
    CHECK(str_contains(k->body, S("enable_totp")), "but that there is one");
}

static void test_signing_in(void **state)
{
    struct kit *k = *state;
    struct str secret = enrolled(k);
    const char *used = code_at(k, secret, 0), *next = code_at(k, secret, 1);
    k->lines = NULL;
    CALL(k, "POST", "/session", WITH(""), 401);
    kit_problem(k, 401, "totp_required", "the password alone is not enough");
    CHECK(!kit_header(k, "Set-Cookie").len, "nobody is signed in");
    CALL(k, "POST", "/session", "{\"email\":\"" NAME "\",\"password\":\"wrong\"}", 401);
    kit_problem(k, 401, "bad_credentials", "it is not told that there is an authenticator");
    sign_in_with(k, "totp", used, 401);
    kit_problem(k, 401, "bad_credentials", "the code that enrolled it");
    sign_in_with(k, "totp", next, 201);
    CHECK(kit_true(k, "/user/totp"), "signed in");
    sign_in_with(k, "totp", next, 401);
    kit_problem(k, 401, "bad_credentials", "not twice");
    later(k, 2 * TOTP_STEP_MS);
    sign_in_with(k, "totp", code_at(k, secret, -1), 401);
    sign_in_with(k, "totp", code_at(k, secret, -2), 401);
    sign_in_with(k, "totp", code_at(k, secret, 2), 401);
    sign_in_with(k, "totp", code_at(k, secret, 0), 201);
    CALL(k, "POST", "/session", WITH(",\"totp\":\"12345\""), 422);
    kit_fault(k, "/totp", "bad_format", "six digits");
}

/* Ten wrong codes lock, as ten wrong passwords do, and then the right one is no use. */
static void test_guessing(void **state)
{
    struct kit *k = *state;
    struct str secret = enrolled(k);
    for (int i = 0; i < SIGN_IN_FAILURES_MAX; i++) {
        CALL(k, "POST", "/session", WITH(""), 401);
        kit_problem(k, 401, "totp_required", "no code is no wrong one");
        sign_in_with(k, "totp", "000000", 401);
    }
    sign_in_with(k, "totp", code_at(k, secret, 1), 401);
    kit_problem(k, 401, "bad_credentials", "locked");
    CALL(k, "POST", "/session", WITH(""), 401);
    kit_problem(k, 401, "bad_credentials", "and it is not told that the password is right");
    later(k, SIGN_IN_LOCK_MS);
    sign_in_with(k, "totp", code_at(k, secret, 0), 201);
}

static void test_recovery(void **state)
{
    struct kit *k = *state;
    (void)enrolled(k);
    struct str one = kit_str(k, "/recovery_codes/0"), two = kit_str(k, "/recovery_codes/1");
    CHECK_INT(one.len, 19, "four groups of four");
    sign_in_with(k, "recovery_code", one.at, 201);
    CHECK_INT(kit_int(k, "/recovery_codes_left"), 9, "one less");
    sign_in_with(k, "recovery_code", one.at, 401);
    char plain[20] = { 0 };
    for (size_t i = 0, n = 0; i < two.len; i++)
        if (two.at[i] != '-') plain[n++] = (char)(two.at[i] >= 'A' ? two.at[i] + 32 : two.at[i]);
    sign_in_with(k, "recovery_code", plain, 201);
    CHECK_INT(kit_int(k, "/recovery_codes_left"), 8, "as people type it");
    sign_in_with(k, "recovery_code", "AAAA-AAAA-AAAA-AAAA", 401);
}

static void test_renewing_and_disabling(void **state)
{
    struct kit *k = *state;
    struct str secret = enrolled(k);
    struct str old = kit_str(k, "/recovery_codes/0");
#define BOTH(password, code) "{\"password\":\"" password "\",\"totp\":\"%s\"}", code
    const char *next = code_at(k, secret, 1);
    CALL(k, "POST", "/me/totp/recovery_codes", kit_fmt(k, BOTH("wrong", next)), 422);
    kit_fault(k, "/password", "not_allowed", "not without the password");
    CALL(k, "POST", "/me/totp/recovery_codes", kit_fmt(k, BOTH(KIT_PASSWORD, "000000")), 422);
    kit_fault(k, "/totp", "not_allowed", "nor without a code");
    CALL(k, "POST", "/me/totp/recovery_codes", "{\"password\":\"" KIT_PASSWORD "\"}", 422);
    kit_fault(k, "/totp", "required", "one of the two");
    CALL(k, "POST", "/me/totp/recovery_codes", kit_fmt(k, BOTH(KIT_PASSWORD, next)), 200);
    CHECK(!str_eq(kit_str(k, "/recovery_codes/0"), old), "new ones");
    const char *lines = k->lines, *fresh = kit_str(k, "/recovery_codes/3").at;
    sign_in_with(k, "recovery_code", old.at, 401);
    k->lines = lines;
    CALL(k, "POST", "/me/totp/disable", kit_fmt(k, BOTH(KIT_PASSWORD, next)), 422);
    kit_fault(k, "/totp", "not_allowed", "used before");
    CALL(k, "POST", "/me/totp/disable",
        kit_fmt(k, "{\"password\":\"" KIT_PASSWORD "\",\"recovery_code\":\"%s\"}", fresh), 204);
    CALL(k, "POST", "/me/totp/disable", kit_fmt(k, BOTH(KIT_PASSWORD, "000000")), 409);
    kit_problem(k, 409, "totp_not_enabled", "there is none");
    CALL(k, "POST", "/me/totp/recovery_codes", kit_fmt(k, BOTH(KIT_PASSWORD, "000000")), 409);
#undef BOTH
    k->lines = NULL;
    CALL(k, "POST", "/session", WITH(""), 201);
}

static void test_reset_by_an_admin(void **state)
{
    struct kit *k = *state;
    struct str secret = enrolled(k);
    const char *lines = k->lines;
    k->lines = NULL;
    k->bearer = k->tokens[ROLE_ADMIN];
    CALL(k, "POST", "/users/1/reset_totp", NULL, 200);
    CHECK(!kit_true(k, "/totp"), "gone");
    CALL(k, "POST", "/users/1/reset_totp", NULL, 409);
    kit_problem(k, 409, "totp_not_enabled", "once");
    k->bearer = S("");
    k->lines = lines;
    CALL(k, "GET", "/me", NULL, 401);
    k->lines = NULL;
    sign_in_with(k, "totp", code_at(k, secret, 1), 201);
    CHECK(!kit_true(k, "/user/totp"), "a code that is not asked for is let be");
}

/* A role that needs one: its people do nothing else before. */
static void test_required(void **state)
{
    struct kit *k = *state;
    CALL(k, "PATCH", "/settings", "{\"totp_roles\":[\"manager\"]}", 200);
    CALL(k, "GET", "/roles", NULL, 200);
    CHECK(kit_true(k, "/data/1/totp_required") && !kit_true(k, "/data/0/totp_required"), "shown");
    kit_user(k, NAME, "manager", KIT_PASSWORD);
    k->lines = signed_in(k);
    CHECK_STR(kit_str(k, "/must_do"), S("enrol_totp"), "told");
    CALL(k, "GET", "/items", NULL, 403);
    kit_problem(k, 403, "totp_enrolment_required", "nothing else");
    CALL(k, "GET", "/me", NULL, 200);
    struct str secret = begin(k);
    CALL(
        k, "POST", "/me/totp/confirm", kit_fmt(k, "{\"totp\":\"%s\"}", code_at(k, secret, 0)), 200);
    CALL(k, "GET", "/items", NULL, 200);
    CALL(k, "GET", "/me", NULL, 200);
    CHECK(kit_null(k, "/must_do"), "nothing more");
    k->lines = NULL;
    k->bearer = k->tokens[ROLE_MANAGER];
    CALL(k, "GET", "/items", NULL, 200);
    CALL(k, "POST", "/me/totp", "{\"password\":\"x\"}", 403);
    kit_problem(k, 403, "forbidden", "a token is no person");
}

int main(int argc, char **argv)
{
    struct error e;
    if (totp_init(&e)) return 1;
    const struct CMUnitTest tests[] = {
        KIT_TEST(test_enrolment),
        KIT_TEST(test_signing_in),
        KIT_TEST(test_guessing),
        KIT_TEST(test_recovery),
        KIT_TEST(test_renewing_and_disabling),
        KIT_TEST(test_reset_by_an_admin),
        KIT_TEST(test_required),
    };
    return kit_main(argc, argv, "http_second_factor", tests, COUNT_OF(tests));
}
