/* driver_test.c: which accounts can be opened, and where their calls go. */
#include "unit/amazon/script.h"

static struct channel_account account_of(const char *endpoint, const char *token_url)
{
    return (struct channel_account){
        .region = S("eu"),
        .seller_id = S("SELLER1"),
        .endpoint_url = str_of(endpoint),
        .token_url = str_of(token_url),
        .credentials = { S("id"), S("secret-of-client"), S("Atzr|refresh") },
    };
}

static void test_urls(void **state)
{
    (void)state;
    static const struct {
        const char *why, *url;
        bool okay;
    } rows[] = {
        { "Amazon's own", "", true },
        { "https", "https://sandbox.example.com", true },
        { "loopback", "http://127.0.0.1:8080", true },
        { "loopback with a path", "http://localhost/na/", true },
        { "loopback of version 6", "http://[::1]:80/", true },
        { "cleartext elsewhere", "http://example.com", false },
        { "begins alike", "http://localhost.example.com", false },
        { "begins alike too", "http://127.0.0.10", false },
        { "as a user name", "http://localhost:x@example.com", false },
        { "as a user name with a port", "http://localhost:80@example.com", false },
        { "no host", "https://", false },
        { "other scheme", "file:///etc/passwd", false },
        { "a line break", "https://a\r\nb", false },
    };
    struct script s;
    script_init(&s);
    struct channel_driver *d = amazon_driver_new(&s.transport, &s.clock);
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        for (int token = 0; token < 2; token++) {
            struct channel_account a =
                account_of(token ? "" : rows[i].url, token ? rows[i].url : "");
            struct channel_conn *c = NULL;
            struct error e;
            CHECK_ERR(d->open(d, &a, &c, &e), rows[i].okay ? OK : ERR_INVALID, &e, rows[i].why);
            if (rows[i].okay) d->close(c);
        }
    }
    amazon_driver_free(d);
    script_release(&s);
}

static void test_required(void **state)
{
    (void)state;
    struct script s;
    script_init(&s);
    struct channel_driver *d = amazon_driver_new(&s.transport, &s.clock);
    const struct channel_account good = account_of("", "");
    struct channel_account bad[5] = { good, good, good, good, good };
    static const char *const pointers[] = { "/region", "/seller_id", "/client_id", "/client_secret",
        "/refresh_token" };
    bad[0].region = S("mars");
    bad[1].seller_id = S("");
    bad[2].credentials.client_id = S("");
    bad[3].credentials.client_secret = S("");
    bad[4].credentials.refresh_token = S("");
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        struct channel_conn *c = NULL;
        struct error e;
        CHECK_ERR(d->open(d, &bad[i], &c, &e), ERR_INVALID, &e, pointers[i]);
        CHECK_STR(str_of(e.pointer), str_of(pointers[i]), "the field at fault");
    }
    CHECK_STR(str_of(d->info->kind), S("amazon"), "kind");
    amazon_driver_free(d);
    amazon_driver_free(NULL);
    script_release(&s);
}

static void test_override(void **state)
{
    (void)state;
    struct script s;
    struct arena arena;
    script_init(&s);
    arena_init(&arena, "test", 1024 * 1024);
    struct channel_driver *d = amazon_driver_new(&s.transport, &s.clock);
    struct channel_account a =
        account_of("http://127.0.0.1:9/eu/", "http://127.0.0.1:9/auth/o2/token");
    struct channel_conn *c = NULL;
    struct error e;
    CHECK_ERR(d->open(d, &a, &c, &e), OK, &e, "opens");
    script_reply(&s, 200, "{\"payload\":[]}");
    struct channel_marketplace *list;
    size_t count;
    struct channel_outcome o;
    CHECK_ERR(d->account(c, &arena, &list, &count, &o, &e), OK, &e, "call");
    CHECK_STR(s.sent[0].url, S("http://127.0.0.1:9/auth/o2/token"), "token");
    CHECK_STR(
        s.sent[1].url, S("http://127.0.0.1:9/eu/sellers/v1/marketplaceParticipations"), "endpoint");
    CHECK(s.sent[0].cleartext && s.sent[1].cleartext, "cleartext is allowed here");
    d->close(c);
    amazon_driver_free(d);
    arena_release(&arena);
    script_release(&s);
}

static void test_scaled_clock(void **state)
{
    (void)state;
    static const struct {
        const char *why, *endpoint, *token_url;
        bool okay;
    } rows[] = {
        { "a simulator", "http://127.0.0.1:9", "http://127.0.0.1:9/auth/o2/token", true },
        { "Amazon itself", "", "", false },
        { "the token from Amazon", "http://127.0.0.1:9", "", false },
        { "the calls to Amazon", "", "http://127.0.0.1:9/auth/o2/token", false },
        { "another server", "https://sandbox.example.com", "http://127.0.0.1:9/t", false },
    };
    struct script s;
    script_init(&s);
    s.clock.speed = 60;
    struct channel_driver *d = amazon_driver_new(&s.transport, &s.clock);
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct channel_account a = account_of(rows[i].endpoint, rows[i].token_url);
        struct channel_conn *c = NULL;
        struct error e;
        CHECK_INT(amazon_is_simulator(&a), rows[i].okay, rows[i].why);
        CHECK_ERR(d->open(d, &a, &c, &e), rows[i].okay ? OK : ERR_INVALID, &e, rows[i].why);
        if (rows[i].okay) d->close(c);
    }
    amazon_driver_free(d);
    script_release(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_urls),
        cmocka_unit_test(test_required),
        cmocka_unit_test(test_override),
        cmocka_unit_test(test_scaled_clock),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
