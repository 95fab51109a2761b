/* concurrent_test.c: many writers at once: nothing is sold twice, nothing is lost. */
#include "fixture.h"

#include "store/commitment.h"
#include "store/item_bulk.h"
#include "store/reference.h"
#include "store/transfer.h"
#include "store/verify.h"

#include <stdio.h>
#include <string.h>

enum { WRITERS = 8, ROUNDS = 20, PHONES = 24, SALES = 6, CLAIMS = 20, PASTE = 3 };

struct writer {
    struct fix *f;
    pthread_t thread;
    struct rng dice;
    /* What the transaction is to do, and what came of it. */
    int what, phones[PASTE];
    int64_t order, variation, second;
    int committed;
    enum err wrong; /* an outcome that nothing explains */
    char words[200];
};

static int throw_of(struct writer *w, int n)
{
    return (int)rng_below(&w->dice, (uint64_t)n);
}

static enum err commit_some(struct writer *w, struct change *c, struct error *e)
{
    struct commitment_input inputs[PASTE];
    struct commitment_result results[PASTE];
    for (int i = 0; i < PASTE; i++)
        inputs[i] = (struct commitment_input){ arena_fmt(c->arena, "N%05d", w->phones[i]), false };
    struct order order;
    enum err rc = order_lock(c, w->order, c->arena, &order, e);
    if (!rc)
        rc = commitment_add(
            c, &order, &(struct commitment_request){ inputs, PASTE, false }, c->arena, results, e);
    for (int i = 0; i < PASTE && !rc; i++)
        w->committed += results[i].committed;
    return rc;
}

static enum err take_off_one(struct writer *w, struct change *c, struct error *e)
{
    struct order order;
    enum err rc = order_lock(c, w->order, c->arena, &order, e);
    if (rc || !order.item_count) return rc;
    return commitment_remove(c, &order, order.items[0].item_id, e);
}

static enum err move_one(struct writer *w, struct change *c, struct error *e)
{
    struct item before, after;
    enum err rc = item_load(c->tx, w->phones[0], c->arena, &before, e);
    if (rc || before.transfer_id) return rc;
    after = before;
    after.warehouse_id = before.warehouse_id ? 0 : MAIN;
    after.warehouse = before.warehouse_id ? S("") : S("Main");
    return item_update(c, &before, &after, S(""), e);
}

static enum err rename_sku(struct writer *w, struct change *c, struct error *e)
{
    struct variation before, after;
    enum err rc = variation_load(c->tx, w->variation, c->arena, &before, e);
    if (rc) return rc;
    after = before;
    after.sku = before.sku.len ? S("") : arena_fmt(c->arena, "S%lld", (long long)w->variation);
    return variation_update(c, &before, &after, e);
}

static enum err change_order(struct writer *w, struct change *c, struct error *e)
{
    struct order before, after;
    enum err rc = order_lock(c, w->order, c->arena, &before, e);
    if (rc) return rc;
    after = before;
    after.status_id = before.status_id == ST_NEW ? ST_READY : ST_NEW;
    struct order_line line = { .variation_id = w->variation, .quantity = 1 };
    if (before.line_count < 4) return order_line_add(c, &before, &line, e);
    return order_update(c, &before, &after, e);
}

static enum err edit_many(struct writer *w, struct change *c, struct error *e)
{
    int64_t ids[PASTE];
    struct bulk_outcome out;
    struct bulk_edit to = { .set_warehouse = w->phones[0] % 2 == 0,
        .warehouse_id = MAIN,
        .warehouse = S("Main"),
        .set_paid = true,
        .paid = { true, w->phones[1], S("EUR") },
        .regrade = { .has_grade = w->phones[2] % 3 == 0, .grade_id = GRADE_B } };
    for (int i = 0; i < PASTE; i++)
        ids[i] = 1 + (w->phones[0] + i * 7) % (PHONES - 2 * PASTE) + i;
    for (int i = 1; i < PASTE; i++)
        if (ids[i] <= ids[i - 1]) ids[i] = ids[i - 1] + 1;
    return item_bulk_edit(c, &to, ids, PASTE, c->arena, &out, e);
}

static enum err send_some(struct writer *w, struct change *c, struct error *e)
{
    struct transfer t = { .from_id = MAIN, .to_id = w->second, .notes = S("") };
    struct transfer_result results[PASTE];
    int64_t ids[PASTE] = { w->phones[0], w->phones[0] + 1, w->phones[0] + 2 };
    enum err rc = transfer_create(c, &t, e);
    if (!rc) rc = transfer_load(c->tx, t.id, c->arena, &t, e);
    if (!rc) rc = transfer_add(c, &t, ids, ids[2] > PHONES ? 1 : PASTE, results, e);
    if (!rc) rc = transfer_load(c->tx, t.id, c->arena, &t, e);
    return rc || !t.items ? rc : transfer_ship(c, &t, e);
}

/* The oldest one that is on its way arrives, all of it or but for some, or comes back. */
static enum err receive_some(struct writer *w, struct change *c, struct error *e)
{
    struct stmt *st = tx_prepare(c->tx, "SELECT MIN(id) FROM transfer WHERE state = 'in_transit'");
    struct transfer_result results[1];
    struct transfer t;
    int64_t id;
    enum err rc = stmt_scalar(st, 0, &id, e);
    if (rc || !id) return rc;
    rc = transfer_lock(c, id, c->arena, &t, e);
    if (rc || t.state != TRANSFER_IN_TRANSIT) return rc;
    struct transfer_receipt r = { .location = S(""), .close = true, .all = w->phones[0] % 2 == 0 };
    return w->phones[1] % 3 ? transfer_receive(c, &t, &r, results, e) : transfer_cancel(c, &t, e);
}

static enum err close_order(struct writer *w, struct change *c, struct error *e)
{
    struct order before, after;
    enum err rc = order_lock(c, w->order, c->arena, &before, e);
    if (rc) return rc;
    after = before;
    after.status_id = before.is_open ? ST_SHIPPED : ST_NEW;
    return order_update(c, &before, &after, e);
}

static enum err plan(struct writer *w, struct change *c, struct error *e)
{
    (void)w;
    bool more;
    return push_plan(c, 20, &more, e);
}

static enum err do_one(struct tx *tx, void *ctx, struct error *e)
{
    static enum err (*const things[])(struct writer *, struct change *, struct error *) = {
        commit_some, commit_some, commit_some, take_off_one, move_one, rename_sku, change_order,
        plan, edit_many, edit_many, send_some, receive_some, close_order
    };
    enum { THINGS = COUNT_OF(things) };
    struct writer *w = ctx;
    struct actor actor = { ACTOR_USER, 1, S("w"), S("") };
    struct rng rng = w->dice; /* not advanced: the transaction may run again */
    struct change c = { tx, tx_arena(tx), &actor, w->f->now, &rng };
    w->committed = 0;
    return things[w->what % THINGS](w, &c, e);
}

/* Somebody else was first: the next round looks again. */
static bool is_expected(enum err rc)
{
    return rc == OK || rc == ERR_STALE || rc == ERR_BUSY || rc == ERR_NOT_FOUND;
}

static void *write_many(void *arg)
{
    struct writer *w = arg;
    for (int i = 0; i < ROUNDS && !w->wrong; i++) {
        w->what = throw_of(w, 13);
        w->order = 1 + throw_of(w, SALES);
        w->variation = 1 + throw_of(w, 2);
        for (int k = 0; k < PASTE; k++)
            w->phones[k] = 1 + throw_of(w, PHONES);
        struct error e;
        enum err rc = db_write(w->f->db, "writer", do_one, w, &e);
        if (is_expected(rc)) continue;
        w->wrong = rc;
        snprintf(w->words, sizeof w->words, "%d: %.150s", w->what, e.detail);
    }
    return NULL;
}

static void test_conflicting_writers(void **state)
{
    struct fix *f = *state;
    int64_t a = fix_variation(f, "A", "S1"), b = fix_variation(f, "B", "S2");
    int64_t channel = fix_channel(f, "Shop");
    fix_listing(f, channel, "S1", 3);
    fix_listing(f, channel, "S2", 3);
    fix_items(f, a, PHONES / 2);
    fix_items(f, b, PHONES / 2);
    for (int i = 0; i < SALES; i++)
        fix_order(f, ST_NEW, i % 2 ? a : b, 3);
    struct reference second = { .title = S("Second"), .color = S("") };
    WRITE(f, reference_create(&f->c, REFERENCE_WAREHOUSE, &second, &f->e), "another warehouse");
    struct writer writers[WRITERS];
    memset(writers, 0, sizeof writers);
    for (int i = 0; i < WRITERS; i++) {
        writers[i].f = f;
        writers[i].second = second.id;
        rng_seeded(&writers[i].dice, (uint64_t)i + 1);
        CHECK(!pthread_create(&writers[i].thread, NULL, write_many, &writers[i]), "a thread");
    }
    for (int i = 0; i < WRITERS; i++)
        pthread_join(writers[i].thread, NULL);
    for (int i = 0; i < WRITERS; i++)
        if (writers[i].wrong) fail_msg("writer %d: %s", i, writers[i].words);
    fix_clean(f, "after all of them");
    fix_plan(f);
    fix_clean(f, "and planned");
    CHECK_INT(fix_int(f, "SELECT COUNT(*) FROM item i WHERE (SELECT COUNT(*) FROM item_event v"
                         " WHERE v.item_id = i.id AND v.action = 'committed') -"
                         " (SELECT COUNT(*) FROM item_event v WHERE v.item_id = i.id"
                         " AND v.action = 'uncommitted') <>"
                         " CASE WHEN i.order_id IS NULL THEN 0 ELSE 1 END"),
        0, "the history of every phone says where it is");
    CHECK_INT(
        fix_int(f, "SELECT COUNT(*) FROM item i WHERE i.order_id IS NOT NULL AND i.order_id <>"
                   " (SELECT v.order_id FROM item_event v WHERE v.item_id = i.id AND"
                   " v.action = 'committed' ORDER BY v.id DESC LIMIT 1)"),
        0, "and on which order");
    CHECK_INT(fix_int(f, "SELECT COUNT(*) FROM item i WHERE i.version <>"
                         " (SELECT COUNT(*) FROM item_event v WHERE v.item_id = i.id)"),
        0, "with an entry for every version");
    CHECK(fix_int(f, "SELECT COUNT(*) FROM item_event WHERE action = 'shipped'") > 3,
        "much was sent");
    CHECK(fix_int(f, "SELECT COUNT(*) FROM item_event WHERE action = 'committed'") > PHONES / 2,
        "much was committed");
}

static enum err claim_one(struct tx *tx, void *ctx, struct error *e)
{
    struct writer *w = ctx;
    struct actor actor = { ACTOR_USER, 1, S("w"), S("") };
    struct rng rng = w->dice;
    struct change c = { tx, tx_arena(tx), &actor, w->f->now, &rng };
    struct commitment_input input = { S("THE-ONE"), false };
    struct commitment_result result;
    struct order order;
    w->committed = 0;
    enum err rc = order_lock(&c, w->order, c.arena, &order, e);
    if (!rc)
        rc = commitment_add(
            &c, &order, &(struct commitment_request){ &input, 1, true }, c.arena, &result, e);
    if (rc) return rc;
    w->committed = result.committed;
    if (!result.committed) snprintf(w->words, sizeof w->words, "%s", result.code);
    return OK;
}

static enum err create_one(struct tx *tx, void *ctx, struct error *e)
{
    struct writer *w = ctx;
    struct actor actor = { ACTOR_USER, 1, S("w"), S("") };
    struct rng rng = w->dice;
    struct change c = { tx, tx_arena(tx), &actor, w->f->now, &rng };
    struct item in = { .esn = S("RECEIVED-ONCE"),
        .variation_id = w->variation,
        .status_id = IN_STOCK,
        .warehouse_id = MAIN };
    return item_create(&c, &in, e);
}

static void *claim(void *arg)
{
    struct writer *w = arg;
    struct error e = { 0 };
    w->wrong = db_write(w->f->db, "claim", claim_one, w, &e);
    if (!w->wrong) w->wrong = db_write(w->f->db, "create", create_one, w, &e);
    if (w->wrong == ERR_CONFLICT && strcmp(e.code, "duplicate_open_item") == 0)
        w->wrong = OK;
    else if (!w->wrong)
        w->what = 1;
    return NULL;
}

static void test_claims_of_one(void **state)
{
    struct fix *f = *state;
    int64_t v = fix_variation(f, "A", "S1"), item = fix_item(f, "THE-ONE", v);
    struct writer writers[CLAIMS];
    memset(writers, 0, sizeof writers);
    for (int i = 0; i < CLAIMS; i++) {
        writers[i].f = f;
        writers[i].variation = v;
        writers[i].order = fix_order(f, ST_NEW, v, 1);
        rng_seeded(&writers[i].dice, (uint64_t)i + 100);
    }
    for (int i = 0; i < CLAIMS; i++)
        CHECK(!pthread_create(&writers[i].thread, NULL, claim, &writers[i]), "a thread");
    for (int i = 0; i < CLAIMS; i++)
        pthread_join(writers[i].thread, NULL);
    int got = 0, received = 0;
    for (int i = 0; i < CLAIMS; i++) {
        CHECK_INT(writers[i].wrong, OK, "every claim is answered");
        got += writers[i].committed;
        received += writers[i].what;
        if (!writers[i].committed)
            CHECK_STR(str_of(writers[i].words), S("already_committed"), "the others are told why");
        else
            CHECK_INT(fix_load_item(f, item).order_id, writers[i].order, "it is on that order");
    }
    CHECK_INT(got, 1, "exactly one has it");
    CHECK_INT(received, 1, "and a phone is received once");
    CHECK_INT(fix_int(f, "SELECT COUNT(*) FROM item_event WHERE action = 'committed'"), 1, "once");
    fix_clean(f, "after all of them");
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        FIX_TEST(test_conflicting_writers),
        FIX_TEST(test_claims_of_one),
    };
    return fix_main(argc, argv, "store/concurrent", tests, COUNT_OF(tests));
}
