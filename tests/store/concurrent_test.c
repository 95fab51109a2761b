/*
 * concurrent_test.c: twenty claims of one phone: exactly one has it, and the others are told why.
 * Many writers of all kinds are tests/prop/writers_test.c.
 */
#include "fixture.h"

#include "store/commitment.h"

#include <stdio.h>
#include <string.h>

enum { CLAIMS = 20 };

struct writer {
    struct fix *f;
    pthread_t thread;
    struct rng dice;
    int64_t order, variation;
    int committed, received;
    enum err wrong; /* an outcome that nothing explains */
    char words[200];
};

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
        w->received = 1;
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
        received += writers[i].received;
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
        FIX_TEST(test_claims_of_one),
    };
    return fix_main(argc, argv, "store/concurrent", tests, COUNT_OF(tests));
}
