/* verify_account.c: proving an account, in words that say what to do. */
#include "base/limits.h"
#include "base/log.h"
#include "sync/internal.h"

static const struct actor verifier = { ACTOR_SYSTEM, 0, { "verify", 6 }, { "", 0 } };

struct proof {
    struct engine *engine;
    struct arena *arena;
    struct channel_row ch;
    struct str sealed;
    struct channel_driver *driver;
    struct channel_conn *conn;
    struct token_keeper tokens;
    struct verify_result *out;
    enum channel_state state;
    bool known;     /* whether the state can be judged */
    enum err rc;    /* of a call that could not even be made */
    struct error e; /* with it */
};

static struct verify_check *add(struct proof *p, const char *code, const char *severity,
    const char *detail, const char *action, const struct channel_outcome *o)
{
    if (p->out->check_count == VERIFY_CHECKS_MAX) return &p->out->checks[VERIFY_CHECKS_MAX - 1];
    struct verify_check *check = &p->out->checks[p->out->check_count++];
    *check = (struct verify_check){ .code = code,
        .severity = severity,
        .detail = str_of(detail),
        .action = str_of(action),
        .channel_message = S(""),
        .request_id = S("") };
    if (o && o->result != CHANNEL_DONE) {
        check->channel_message =
            o->code.len ? arena_fmt(p->arena, "%.*s: %.*s", STR_FMT(o->code), STR_FMT(o->detail))
                        : arena_str(p->arena, o->detail);
        check->request_id = arena_str(p->arena, o->request_id);
    }
    return check;
}

/* The channel's worker, with the engine's lock held; NULL when another process has it. */
static struct worker *find_worker(struct proof *p)
{
    for (size_t i = 0; i < p->engine->worker_count; i++)
        if (p->engine->workers[i]->channel_id == p->ch.id) return p->engine->workers[i];
    return NULL;
}

static bool take_token(struct proof *p, enum channel_op op)
{
    (void)pthread_mutex_lock(&p->engine->lock);
    struct worker *w = find_worker(p);
    bool taken = !w || worker_token_to_prove(w, op);
    (void)pthread_mutex_unlock(&p->engine->lock);
    if (taken) return true;
    add(p, "throttled", "warning",
        "The rate limit of this call is used up at the moment; it was not tried.",
        "Verify again in a few minutes.", NULL);
    p->known = false;
    return false;
}

/* What every call can fail with. True when it was told. */
static bool tell_common(struct proof *p, const struct channel_outcome *o)
{
    switch (o->result) {
    case CHANNEL_GRANT_LOST:
        add(p, "revoked_grant", "error",
            "The refresh token is not valid: the seller's grant was revoked or has expired.",
            "Authorise the application again in Seller Central and paste the new refresh token.",
            o);
        p->state = CHANNEL_RECONNECT_NEEDED;
        return true;
    case CHANNEL_CLIENT_WRONG:
        add(p, "wrong_secret", "error",
            "The application's client id or client secret is wrong, or the secret has expired.",
            "Copy both from the developer console; a secret lives 180 days.", o);
        p->state = CHANNEL_RECONNECT_NEEDED;
        return true;
    case CHANNEL_THROTTLED:
        add(p, "throttled", "warning", "The channel asks to slow down.",
            "Verify again in a few minutes.", o);
        p->known = false;
        return true;
    case CHANNEL_BROKEN:
    case CHANNEL_UNKNOWN:
        if (o->http_status == 0)
            add(p, "no_network", "error", "The channel cannot be reached from this server.",
                "Check the internet connection, name resolution and the endpoint URL.", o);
        else
            add(p, "channel_error", "warning", "The channel answers with an error of its own.",
                "Verify again later.", o);
        p->known = false;
        return true;
    case CHANNEL_DONE:
    case CHANNEL_REFUSED:
    case CHANNEL_NOT_FOUND:
    case CHANNEL_UNAUTHORIZED:
        break;
    }
    return false;
}

static void compare_marketplaces(
    struct proof *p, const struct channel_marketplace *found, size_t count)
{
    p->out->marketplaces = arena_new(p->arena, struct verify_marketplace, count + 1);
    size_t chosen = 0, region = 0;
    for (size_t i = 0; i < count; i++) {
        bool is_chosen = false;
        for (size_t k = 0; k < p->ch.marketplace_count; k++)
            is_chosen = is_chosen || str_eq(found[i].id, p->ch.marketplace_ids[k]);
        chosen += is_chosen && found[i].participating;
        region++;
        p->out->marketplaces[p->out->marketplace_count++] =
            (struct verify_marketplace){ arena_str(p->arena, found[i].id),
                arena_str(p->arena, found[i].name), found[i].participating, is_chosen };
    }
    if (chosen == p->ch.marketplace_count) {
        add(p, "marketplaces", "ok", "The seller takes part in the chosen marketplaces.", "", NULL);
    } else if (!chosen && region) {
        add(p, "wrong_region", "error",
            "The seller takes part in none of the chosen marketplaces: the account belongs to "
            "others.",
            "Choose the region and marketplaces that are listed here.", NULL);
        p->state = CHANNEL_SUSPECT;
    } else {
        add(p, "marketplace_not_participating", "error",
            "The seller does not take part in every chosen marketplace.",
            "Remove the others, or open them in Seller Central.", NULL);
        p->state = CHANNEL_SUSPECT;
    }
}

/* False: nothing else can be tried. */
static bool prove_marketplaces(struct proof *p)
{
    struct channel_marketplace *found;
    size_t count;
    struct channel_outcome o = { 0 };
    if (!take_token(p, CHANNEL_OP_ACCOUNT)) return false;
    p->rc = p->driver->account(p->conn, p->arena, &found, &count, &o, &p->e);
    if (p->rc || tell_common(p, &o)) return false;
    add(p, "token", "ok", "The refresh token was accepted.", "", NULL);
    if (o.result == CHANNEL_UNAUTHORIZED) {
        add(p, "wrong_region", "error",
            "The account may not be asked at this region's address: another region, or the grant"
            " lacks every role.",
            "Choose the region in which the seller authorised the application.", &o);
        p->state = CHANNEL_SUSPECT;
        return false;
    }
    if (o.result != CHANNEL_DONE) {
        add(p, "channel_error", "error", "The channel refused to name the marketplaces.", "", &o);
        p->known = false;
        return false;
    }
    compare_marketplaces(p, found, count);
    return p->ch.marketplace_count > 0;
}

static void prove_listings(struct proof *p)
{
    struct channel_listings_query q = { .marketplace_id = p->ch.marketplace_ids[0],
        .newest_first = true };
    struct channel_listings_page page = { 0 };
    struct channel_outcome o = { 0 };
    if (!take_token(p, CHANNEL_OP_LISTINGS_PAGE)) return;
    p->rc = p->driver->listings_page(p->conn, &q, p->arena, &page, &o, &p->e);
    if (p->rc || tell_common(p, &o)) return;
    if (o.result == CHANNEL_DONE) {
        add(p, "listings", "ok", "Listings can be read.", "", NULL);
    } else if (o.result == CHANNEL_UNAUTHORIZED) {
        add(p, "missing_role", "error", "The application may not read listings of this seller id.",
            "Add the role \"Product Listing\" to the application, then authorise it again and paste"
            " the new refresh token. If it has the role, compare the seller id with the Merchant"
            " Token in Seller Central, Account Info.",
            &o);
        p->state = CHANNEL_SUSPECT;
    } else {
        add(p, "seller_id", "error", "The channel refuses this seller id.",
            "Copy the Merchant Token from Seller Central, Account Info.", &o);
        p->state = CHANNEL_SUSPECT;
    }
}

static void prove_orders(struct proof *p)
{
    time_ms now = clock_now(p->engine->parts.clock);
    enum { AGO_MS = 10 * 60 * 1000, LAG_MS = 3 * 60 * 1000 };
    struct channel_orders_query q = { .updated_after = now - AGO_MS,
        .updated_before = now - LAG_MS };
    struct channel_orders_page page = { 0 };
    struct channel_outcome o = { 0 };
    if (p->rc || !take_token(p, CHANNEL_OP_ORDERS_PAGE)) return;
    p->rc = p->driver->orders_page(p->conn, &q, p->arena, &page, &o, &p->e);
    if (p->rc || tell_common(p, &o)) return;
    if (o.result == CHANNEL_DONE) {
        add(p, "orders", "ok", "Orders can be read.", "", NULL);
    } else if (o.result == CHANNEL_UNAUTHORIZED) {
        add(p, "missing_role", "error", "The application may not read orders.",
            "Add the role \"Inventory and Order Tracking\" to the application, then authorise it"
            " again and paste the new refresh token.",
            &o);
        p->state = CHANNEL_SUSPECT;
    } else {
        add(p, "channel_error", "warning", "The channel refused to list orders.", "", &o);
    }
}

static enum err load(struct tx *tx, void *ctx, struct error *e)
{
    struct proof *p = ctx;
    int64_t id = p->ch.id;
    enum err rc = channel_load(tx, id, p->arena, &p->ch, e);
    return rc ? rc : channel_sealed_credentials(tx, id, p->arena, &p->sealed, e);
}

static enum err set_state(struct change *c, void *ctx, struct error *e)
{
    struct proof *p = ctx;
    struct channel_row *now = arena_new(c->arena, struct channel_row, 1);
    enum err rc = channel_load(c->tx, p->ch.id, c->arena, now, e);
    if (rc) return rc;
    struct str detail = S("");
    for (size_t i = 0; i < p->out->check_count && !detail.len; i++)
        if (str_eq(str_of(p->out->checks[i].severity), S("error")))
            detail = p->out->checks[i].detail;
    return channel_set_state(c, now, p->state, p->state == CHANNEL_CONNECTED ? S("") : detail, e);
}

static enum err open_account(struct proof *p, struct error *e)
{
    for (size_t i = 0; p->engine->parts.drivers[i]; i++)
        if (str_eq(str_of(p->engine->parts.drivers[i]->info->kind), p->ch.kind))
            p->driver = p->engine->parts.drivers[i];
    if (!p->driver) return error_set(e, ERR_INVALID, "no driver for this kind of channel");
    struct channel_account account = {
        .region = p->ch.region,
        .seller_id = p->ch.seller_id,
        .marketplace_ids = p->ch.marketplace_ids,
        .marketplace_count = p->ch.marketplace_count,
        .endpoint_url = p->ch.endpoint_url,
        .token_url = p->ch.token_url,
    };
    enum err rc = engine_open_credentials(
        p->engine->parts.key, p->ch.id, p->sealed, p->arena, &account.credentials, e);
    if (!rc) rc = p->driver->open(p->driver, &account, &p->conn, e);
    if (rc) return rc;
    token_keeper_init(&p->tokens, p->engine, &verifier);
    token_keeper_opened(&p->tokens, &p->ch, p->driver, p->conn);
    return OK;
}

static void trust(struct proof *p)
{
    (void)pthread_mutex_lock(&p->engine->lock);
    struct worker *w = find_worker(p);
    if (w) worker_trust(w);
    (void)pthread_mutex_unlock(&p->engine->lock);
}

enum err engine_verify(struct engine *engine, int64_t channel_id, struct arena *arena,
    struct verify_result *out, struct error *e)
{
    *out = (struct verify_result){ 0 };
    struct proof *p = arena_new(arena, struct proof, 1);
    p->engine = engine;
    p->arena = arena;
    p->out = out;
    p->state = CHANNEL_CONNECTED;
    p->known = true;
    p->ch.id = channel_id;
    enum err rc = db_read(engine->parts.db, "verify", load, p, e);
    if (!rc) rc = open_account(p, e);
    if (rc) return rc;
    if (prove_marketplaces(p) && p->state == CHANNEL_CONNECTED) {
        prove_listings(p);
        prove_orders(p);
    }
    time_ms from, to;
    (void)token_keeper_keep(&p->tokens, &from, &to); /* the channel's worker opens anew with it */
    token_keeper_release(&p->tokens);
    p->driver->close(p->conn);
    if (p->rc) {
        *e = p->e;
        return p->rc;
    }
    out->ok = p->known && p->state == CHANNEL_CONNECTED;
    /* Without an answer nothing is known: a good account stays good, a new one stays to be proved.
     */
    if (!p->known && p->state == CHANNEL_CONNECTED) return OK;
    rc = engine_change(engine, &verifier, "verify", set_state, p, e);
    if (!rc && out->ok) trust(p);
    return rc;
}
