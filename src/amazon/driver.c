/* driver.c: opening and closing of connections, and the table of operations. */
#include "amazon/internal.h"

#include <string.h>

#define LWA_URL "https://api.amazon.com/auth/o2/token"

struct amazon_driver {
    struct channel_driver driver; /* first: the port's pointer is ours */
    struct arena keep;            /* holds this struct */
    struct transport *transport;
    struct clock *clock;
};

/* Plain http carries tokens in the clear: to a simulator on this machine, and nowhere else. */
static bool is_loopback(struct str url)
{
    static const char *const hosts[] = { "localhost", "127.0.0.1", "[::1]" };
    if (!str_starts(url, S("http://"))) return false;
    struct str rest = str_sub(url, 7, url.len - 7);
    for (size_t i = 0; i < sizeof hosts / sizeof hosts[0]; i++) {
        struct str host = str_of(hosts[i]);
        if (!str_starts(rest, host)) continue;
        if (rest.len == host.len) return true;
        char next = rest.at[host.len];
        /* After a colon only a port: "http://localhost:x@evil" has its host elsewhere. */
        size_t n = host.len + 1;
        while (next == ':' && n < rest.len && rest.at[n] >= '0' && rest.at[n] <= '9')
            n++;
        if (next == '/' || (next == ':' && (n == rest.len || rest.at[n] == '/'))) return true;
    }
    return false;
}

bool amazon_url_okay(struct str url)
{
    for (size_t i = 0; i < url.len; i++)
        if ((unsigned char)url.at[i] <= ' ' || (unsigned char)url.at[i] >= 0x7F) return false;
    return url.len < 2000 && ((str_starts(url, S("https://")) && url.len > 8) || is_loopback(url));
}

static struct str without_slash(struct str url)
{
    while (str_ends(url, S("/")))
        url.len--;
    return url;
}

bool amazon_is_simulator(const struct channel_account *a)
{
    return is_loopback(a->endpoint_url) && is_loopback(a->token_url);
}

static enum err check(const struct channel_account *a, const struct clock *clock, struct error *e)
{
    const struct channel_credentials *s = &a->credentials;
    if (amazon_region_endpoint(a->region).len == 0)
        return error_at(e, ERR_INVALID, "unknown_region", "/region", "region is na, eu or fe");
    if (a->seller_id.len == 0 || a->seller_id.len > AMAZON_ID_MAX)
        return error_at(e, ERR_INVALID, "required", "/seller_id", "a seller id is needed");
    if (s->client_id.len == 0 || s->client_id.len > AMAZON_TOKEN_MAX)
        return error_at(e, ERR_INVALID, "required", "/client_id", "a client id is needed");
    if (s->client_secret.len == 0 || s->client_secret.len > AMAZON_TOKEN_MAX)
        return error_at(e, ERR_INVALID, "required", "/client_secret", "a client secret is needed");
    if (s->refresh_token.len == 0 || s->refresh_token.len > AMAZON_TOKEN_MAX)
        return error_at(e, ERR_INVALID, "required", "/refresh_token", "a refresh token is needed");
    if (a->endpoint_url.len > 0 && !amazon_url_okay(a->endpoint_url))
        return error_at(e, ERR_INVALID, "bad_url", "/endpoint_url",
            "the URL must be https, or http to this machine");
    if (a->token_url.len > 0 && !amazon_url_okay(a->token_url))
        return error_at(e, ERR_INVALID, "bad_url", "/token_url",
            "the URL must be https, or http to this machine");
    if (a->marketplace_count > AMAZON_MARKETPLACES_MAX)
        return error_at(e, ERR_INVALID, "too_many", "/marketplace_ids", "too many marketplaces");
    if (clock->speed > 1 && !amazon_is_simulator(a))
        return error_at(e, ERR_INVALID, "bad_url", "/endpoint_url",
            "with a scaled clock only a simulator on this machine is called");
    return OK;
}

static enum err open_conn(struct channel_driver *d, const struct channel_account *a,
    struct channel_conn **out, struct error *e)
{
    struct amazon_driver *driver = (struct amazon_driver *)d;
    enum err rc = check(a, driver->clock, e);
    if (rc != OK) return rc;

    struct arena keep;
    arena_init(&keep, "amazon connection", 1024 * 1024);
    struct channel_conn *c = arena_new(&keep, struct channel_conn, 1);
    c->transport = driver->transport;
    c->clock = driver->clock;
    struct str endpoint = a->endpoint_url.len ? a->endpoint_url : amazon_region_endpoint(a->region);
    c->endpoint = arena_str(&keep, without_slash(endpoint));
    c->token_url = arena_str(&keep, a->token_url.len ? a->token_url : S(LWA_URL));
    c->seller_id = arena_str(&keep, a->seller_id);
    c->client_id = arena_str(&keep, a->credentials.client_id);
    c->client_secret = arena_str(&keep, a->credentials.client_secret);
    c->marketplace_count = a->marketplace_count;
    c->marketplace_ids = arena_new(&keep, struct str, a->marketplace_count + 1);
    for (size_t i = 0; i < a->marketplace_count; i++)
        c->marketplace_ids[i] = arena_str(&keep, str_sub(a->marketplace_ids[i], 0, AMAZON_ID_MAX));
    memcpy(c->refresh.at, a->credentials.refresh_token.at, a->credentials.refresh_token.len);
    c->refresh.len = a->credentials.refresh_token.len;
    pthread_mutex_init(&c->lock, NULL);
    pthread_cond_init(&c->renewed, NULL);
    c->keep = keep;
    *out = c;
    return OK;
}

static void close_conn(struct channel_conn *c)
{
    struct arena keep = c->keep;
    pthread_cond_destroy(&c->renewed);
    pthread_mutex_destroy(&c->lock);
    explicit_bzero((void *)(uintptr_t)c->client_secret.at, c->client_secret.len);
    explicit_bzero(&c->access, sizeof c->access);
    explicit_bzero(&c->refresh, sizeof c->refresh);
    arena_release(&keep);
}

int64_t amazon_refresh_token(struct channel_conn *c, struct arena *arena, struct str *out)
{
    pthread_mutex_lock(&c->lock);
    int64_t times = c->replacements;
    *out = times ? arena_str(arena, (struct str){ c->refresh.at, c->refresh.len }) : S("");
    pthread_mutex_unlock(&c->lock);
    return times;
}

struct channel_driver *amazon_driver_new(struct transport *transport, struct clock *clock)
{
    struct arena keep;
    arena_init(&keep, "amazon driver", 64 * 1024);
    struct amazon_driver *d = arena_new(&keep, struct amazon_driver, 1);
    *d = (struct amazon_driver){
        .driver = { .info = &amazon_info,
            .limits = amazon_limits,
            .feeds = &amazon_feeds,
            .open = open_conn,
            .close = close_conn,
            .refresh_token = amazon_refresh_token,
            .account = amazon_account,
            .listings_page = amazon_listings_page,
            .listing_get = amazon_listing_get,
            .quantity_push = amazon_quantity_push,
            .orders_page = amazon_orders_page,
            .order_get = amazon_order_get },
        .keep = keep,
        .transport = transport,
        .clock = clock,
    };
    return &d->driver;
}

void amazon_driver_free(struct channel_driver *d)
{
    if (!d) return;
    struct arena keep = ((struct amazon_driver *)d)->keep;
    arena_release(&keep);
}
