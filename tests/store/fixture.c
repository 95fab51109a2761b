/* fixture.c: see fixture.h. */
#include "fixture.h"

#include "base/assert.h"
#include "base/limits.h"
#include "store/commitment.h"
#include "store/order_return.h"
#include "store/verify.h"

#include <stdlib.h>
#include <string.h>

enum db_engine fix_engine;

const struct intake_state fix_intake_done = { .order_import = false };

static struct fix the_fix;

int fix_setup(void **state)
{
    struct fix *f = &the_fix;
    *f = (struct fix){ .now = INT64_C(1790000000000) };
    pthread_mutex_init(&f->mutex, NULL);
    pthread_cond_init(&f->moved, NULL);
    arena_init(&f->arena, "test", JOB_ARENA_MAX);
    rng_seeded(&f->rng, 7);
    f->actor = (struct actor){ ACTOR_USER, 5, S("Ann"), S("127.0.0.1") };
    harness_open(fix_engine, HARNESS_MIGRATED, &f->h);
    f->db = f->h.db;
    *state = f;
    return 0;
}

int fix_teardown(void **state)
{
    struct fix *f = *state;
    if (f->open) fix_rollback(f);
    harness_close(&f->h);
    arena_release(&f->arena);
    pthread_cond_destroy(&f->moved);
    pthread_mutex_destroy(&f->mutex);
    return 0;
}

int fix_main(int argc, char **argv, const char *name, const struct CMUnitTest *tests, size_t count)
{
    fix_engine = harness_engine(argc, argv);
    int failed = _cmocka_run_group_tests(name, tests, count, NULL, NULL);
    harness_stop();
    return failed;
}

/* Runs on the driver's thread: lends the transaction, and waits until it is given back. */
static enum err lend(struct tx *tx, void *ctx, struct error *e)
{
    struct fix *f = ctx;
    pthread_mutex_lock(&f->mutex);
    f->c = (struct change){ tx, &f->arena, &f->actor, f->now, &f->rng };
    f->lent = true;
    pthread_cond_broadcast(&f->moved);
    while (!f->ended)
        pthread_cond_wait(&f->moved, &f->mutex);
    enum err rc = f->end_with;
    pthread_mutex_unlock(&f->mutex);
    return rc ? error_set(e, rc, "given up by the test") : OK;
}

static void *run(void *arg)
{
    struct fix *f = arg;
    enum err rc = f->reading ? db_read(f->db, "test", lend, f, &f->failure)
                             : db_write(f->db, "test", lend, f, &f->failure);
    pthread_mutex_lock(&f->mutex);
    f->outcome = rc;
    f->lent = true;
    pthread_cond_broadcast(&f->moved);
    pthread_mutex_unlock(&f->mutex);
    return NULL;
}

static void begin(struct fix *f, bool reading)
{
    ASSERT(!f->open);
    f->open = true;
    f->reading = reading;
    f->lent = f->ended = false;
    f->outcome = OK;
    if (pthread_create(&f->thread, NULL, run, f)) PANIC("no thread");
    pthread_mutex_lock(&f->mutex);
    while (!f->lent)
        pthread_cond_wait(&f->moved, &f->mutex);
    pthread_mutex_unlock(&f->mutex);
    if (f->outcome) PANIC("no transaction: %s", f->failure.detail);
}

void fix_begin(struct fix *f)
{
    begin(f, false);
}

void fix_begin_read(struct fix *f)
{
    begin(f, true);
}

static enum err end(struct fix *f, enum err rc)
{
    pthread_mutex_lock(&f->mutex);
    f->end_with = rc;
    f->ended = true;
    pthread_cond_broadcast(&f->moved);
    pthread_mutex_unlock(&f->mutex);
    pthread_join(f->thread, NULL);
    f->open = false;
    f->e = f->failure;
    return f->outcome;
}

enum err fix_commit(struct fix *f)
{
    return end(f, OK);
}

void fix_rollback(struct fix *f)
{
    struct error kept = f->e;
    (void)end(f, ERR_CANCELED);
    f->e = kept;
}

static enum err scalar(struct fix *f, const char *sql, int64_t id, int64_t *out)
{
    struct stmt *st = tx_prepare(f->c.tx, sql);
    if (id) stmt_bind_int(st, 1, id);
    return stmt_scalar(st, -1, out, &f->e);
}

int64_t fix_int(struct fix *f, const char *sql)
{
    return fix_int_of(f, sql, 0);
}

int64_t fix_int_of(struct fix *f, const char *sql, int64_t id)
{
    int64_t n = -1;
    READ(f, scalar(f, sql, id, &n), sql);
    return n;
}

void fix_sql(struct fix *f, const char *sql)
{
    WRITE(f, tx_script(f->c.tx, str_of(sql), &f->e), sql);
}

int64_t fix_variation(struct fix *f, const char *model, const char *sku)
{
    struct variation v = { .grade_id = GRADE_A, .grade = S("A"), .sku = str_of(sku) };
    for (int i = 0; i < VARIATION_TEXT_COUNT; i++)
        v.text[i] = S("Unknown");
    v.text[VARIATION_MODEL] = str_of(model);
    WRITE(f, variation_create(&f->c, &v, &f->e), "a variation");
    return v.id;
}

int64_t fix_item(struct fix *f, const char *esn, int64_t variation_id)
{
    struct item i = { .esn = str_of(esn),
        .variation_id = variation_id,
        .status_id = IN_STOCK,
        .status = S("In stock"),
        .warehouse_id = MAIN,
        .warehouse = S("Main") };
    WRITE(f, item_create(&f->c, &i, &f->e), esn);
    return i.id;
}

void fix_items(struct fix *f, int64_t variation_id, int count)
{
    for (int i = 0; i < count; i++)
        fix_item(f, arena_fmt(&f->arena, "N%05d", ++f->made).at, variation_id);
}

int64_t fix_channel(struct fix *f, const char *name)
{
    struct channel_row *ch = arena_new(&f->arena, struct channel_row, 1);
    ch->kind = S("amazon");
    ch->name = str_of(name);
    ch->region = S("eu");
    ch->seller_id = S("SELLER");
    ch->organization_type = S("Retail");
    ch->marketplace_ids[ch->marketplace_count++] = S("A1PA6795UKMFR9");
    ch->inventory_sync = ch->order_import = true;
    ch->status_ids[ch->status_count++] = IN_STOCK;
    ch->warehouse_ids[ch->warehouse_count++] = MAIN;
    static const struct {
        const char *word;
        int64_t status;
    } map[] = { { "PENDING", ST_PENDING }, { "UNSHIPPED", ST_NEW }, { "SHIPPED", ST_SHIPPED },
        { "CANCELLED", ST_CANCELED } };
    for (size_t i = 0; i < COUNT_OF(map); i++)
        ch->map[ch->map_count++] =
            (struct channel_map_row){ str_of(map[i].word), map[i].status, S("") };
    WRITE(f, channel_create(&f->c, ch, &f->e), name);
    return ch->id;
}

int64_t fix_listing(struct fix *f, int64_t channel_id, const char *sku, int64_t quantity)
{
    struct listing_read r = { .sku = str_of(sku),
        .asin = S("B000000001"),
        .title = arena_fmt(&f->arena, "Title of %s", sku),
        .product_type = S("PHONE"),
        .condition = S("used"),
        .marketplace_id = S("A1PA6795UKMFR9"),
        .active = true,
        .has_quantity = quantity >= 0,
        .quantity = quantity >= 0 ? quantity : 0,
        .issues = S("[]") };
    WRITE(f, listing_import(&f->c, channel_id, 0, &r, 1, &f->e), sku);
    struct listing l;
    READ(f, listing_find(f->c.tx, channel_id, str_of(sku), &f->arena, &l, &f->e), sku);
    return l.id;
}

static int64_t create_order(
    struct fix *f, int64_t status_id, int64_t channel_id, struct order_line *line)
{
    struct order o = { .organization = S("Customer"),
        .channel_id = channel_id,
        .status_id = status_id,
        .ordered_at = f->now,
        .notes = S(""),
        .lines = line,
        .line_count = line->quantity ? 1 : 0 };
    if (channel_id) o.channel_order_id = arena_fmt(&f->arena, "303-%d", ++f->made);
    WRITE(f, order_create(&f->c, &o, &f->e), "an order");
    return o.id;
}

int64_t fix_order(struct fix *f, int64_t status_id, int64_t variation_id, int64_t quantity)
{
    struct order_line line = { .variation_id = variation_id, .quantity = quantity };
    return create_order(f, status_id, 0, &line);
}

int64_t fix_order_sku(
    struct fix *f, int64_t status_id, int64_t channel_id, const char *sku, int64_t quantity)
{
    struct order_line line = { .sku = str_of(sku), .title = S("As sold"), .quantity = quantity };
    if (channel_id) line.channel_line_id = S("L1");
    return create_order(f, status_id, channel_id, &line);
}

struct order fix_load_order(struct fix *f, int64_t id)
{
    struct order o;
    READ(f, order_load(f->c.tx, id, &f->arena, &o, &f->e), "the order");
    return o;
}

struct item fix_load_item(struct fix *f, int64_t id)
{
    struct item i;
    READ(f, item_load(f->c.tx, id, &f->arena, &i, &f->e), "the item");
    return i;
}

struct listing fix_load_listing(struct fix *f, int64_t id)
{
    struct listing l;
    READ(f, listing_load(f->c.tx, id, &f->arena, &l, &f->e), "the listing");
    return l;
}

struct channel_row *fix_load_channel(struct fix *f, int64_t id)
{
    struct channel_row *ch = arena_new(&f->arena, struct channel_row, 1);
    READ(f, channel_load(f->c.tx, id, &f->arena, ch, &f->e), "the channel");
    return ch;
}

struct listing_terms fix_terms(struct fix *f, int64_t listing_id)
{
    struct listing_terms t;
    READ(f, stock_listing_terms(f->c.tx, listing_id, &t, &f->e), "the terms");
    return t;
}

static enum err set_status(struct fix *f, int64_t order_id, int64_t status_id)
{
    struct order before;
    enum err rc = order_lock(&f->c, order_id, f->c.arena, &before, &f->e);
    if (rc) return rc;
    struct order after = before;
    after.status_id = status_id;
    return order_update(&f->c, &before, &after, &f->e);
}

void fix_set_status(struct fix *f, int64_t order_id, int64_t status_id)
{
    WRITE(f, set_status(f, order_id, status_id), "the status");
}

enum { INPUTS_MAX = 32 };

const char *fix_commit_esns(struct fix *f, int64_t order_id, const char *esns, bool atomic)
{
    struct commitment_input inputs[INPUTS_MAX];
    struct commitment_result results[INPUTS_MAX];
    size_t count = 0;
    for (struct str rest = str_of(esns), head, tail; rest.len; rest = tail) {
        str_cut(rest, ' ', &head, &tail);
        inputs[count++] = (struct commitment_input){ head, false };
    }
    struct commitment_request request = { inputs, count, atomic };
    struct order order;
    fix_begin(f);
    CHECK_ERR(order_lock(&f->c, order_id, &f->arena, &order, &f->e), OK, &f->e, "lock");
    CHECK_ERR(commitment_add(&f->c, &order, &request, &f->arena, results, &f->e), OK, &f->e, esns);
    CHECK_ERR(fix_commit(f), OK, &f->e, esns);
    struct str codes = S("");
    for (size_t i = 0; i < count; i++) {
        CHECK_INT(results[i].committed, results[i].code[0] == '\0', "a code, or committed");
        if (results[i].code[0])
            codes = arena_fmt(
                &f->arena, "%.*s%s%s", STR_FMT(codes), codes.len ? " " : "", results[i].code);
    }
    return codes.len ? codes.at : "";
}

static enum err connect_none(struct fix *f, int64_t listing_id)
{
    struct listing before;
    enum err rc = listing_lock(&f->c, listing_id, f->c.arena, &before, &f->e);
    if (rc) return rc;
    struct listing after = before;
    after.mode = LISTING_NONE;
    return listing_update(&f->c, &before, &after, &f->e);
}

static enum err take_back(
    struct fix *f, int64_t order_id, const struct return_input *in, struct return_result *out)
{
    struct order o;
    struct return_request request = { in, 1, true };
    enum err rc = order_lock(&f->c, order_id, &f->arena, &o, &f->e);
    return rc ? rc : return_add(&f->c, &o, &request, out, &f->e);
}

void fix_return(struct fix *f, int64_t order_id, const char *esn)
{
    struct return_input in = { .text = str_of(esn),
        .status_id = IN_STOCK,
        .status = S("In stock"),
        .warehouse_id = MAIN,
        .warehouse = S("Main"),
        .location = S(""),
        .reason = S("") };
    struct return_result result = { .code = "not tried" };
    WRITE(f, take_back(f, order_id, &in, &result), esn);
    CHECK_STR(str_of(result.code), S(""), esn);
}

void fix_connect_none(struct fix *f, int64_t listing_id)
{
    WRITE(f, connect_none(f, listing_id), "connected to nothing");
}

void fix_plan(struct fix *f)
{
    for (bool more = true; more;)
        WRITE(f, push_plan(&f->c, 200, &more, &f->e), "plan");
}

struct push_claim fix_claim(struct fix *f, int64_t channel_id)
{
    struct push_claim claim;
    WRITE(f, push_claim_next(&f->c, channel_id, &fix_intake_done, &f->arena, &claim, &f->e),
        "the next wish");
    return claim;
}

static void tell(void *ctx, const char *what, struct str detail)
{
    struct buf *b = ctx;
    buf_put_fmt(b, "%s: %.*s; ", what, STR_FMT(detail));
}

static int64_t verify(struct fix *f, bool repair, struct buf *told)
{
    int64_t differences = -1;
    WRITE(f, verify_all(&f->c, repair, tell, told, &differences, &f->e), "verify");
    return differences;
}

int64_t fix_differences(struct fix *f, bool repair)
{
    struct buf told;
    buf_init(&told, 64 * 1024);
    int64_t n = verify(f, repair, &told);
    CHECK_INT(told.len != 0, n != 0, "what differs is told");
    buf_release(&told);
    return n;
}

void fix_clean(struct fix *f, const char *why)
{
    struct buf told;
    buf_init(&told, 64 * 1024);
    int64_t n = verify(f, false, &told);
    struct str text = arena_str(&f->arena, buf_str(&told));
    buf_release(&told);
    if (n) fail_msg("%s: %lld differences: %.*s", why, (long long)n, STR_FMT(text));
}
