/* run_test.c: long work that people ask for. */
#include "fixture.h"

#include "store/run.h"

static struct run queue(struct fix *f, int64_t channel, enum run_kind kind, bool *is_new)
{
    struct run_order order = { channel, kind, S("{}") };
    struct run r;
    WRITE(f, run_queue(&f->c, &order, &f->arena, &r, is_new, &f->e), "queue");
    return r;
}

static struct run take(struct fix *f, int64_t channel, enum run_kind kind)
{
    struct run r;
    WRITE(f, run_take(&f->c, channel, kind, &f->arena, &r, &f->e), "take");
    return r;
}

static struct run load(struct fix *f, int64_t id)
{
    struct run r;
    READ(f, run_load(f->c.tx, id, &f->arena, &r, &f->e), "load");
    return r;
}

static size_t list(struct fix *f, int64_t channel, const char *kind, const char *word)
{
    struct run_filter filter = { channel, kind, word };
    struct page page = { 0, 10 };
    struct run *rows;
    size_t count;
    READ(f, run_list(f->c.tx, &filter, &page, &f->arena, &rows, &count, &f->e), "list");
    return count;
}

static void test_life_of_a_run(void **state)
{
    struct fix *f = *state;
    bool is_new;
    CHECK_INT(take(f, 7, RUN_SYNC_LISTINGS).id, 0, "nothing to do");
    struct run first = queue(f, 7, RUN_SYNC_LISTINGS, &is_new);
    CHECK(is_new && first.state == RUN_QUEUED, "queued");
    CHECK_INT(queue(f, 7, RUN_SYNC_LISTINGS, &is_new).id, first.id, "one at a time");
    CHECK(!is_new, "the one that is there");
    queue(f, 7, RUN_IMPORT_ORDERS, &is_new);
    CHECK(is_new, "another kind");
    queue(f, 8, RUN_SYNC_LISTINGS, &is_new);
    CHECK(is_new, "another channel");
    f->now += 10;
    struct run r = take(f, 7, RUN_SYNC_LISTINGS);
    CHECK_INT(r.id, first.id, "the oldest");
    CHECK(r.state == RUN_RUNNING && r.started_at == f->now, "running");
    r.done = 3;
    r.total = 9;
    r.message = S("page 3");
    r.progress = S("{\"page\":3}");
    fix_begin(f);
    run_progress(&f->c, &r);
    CHECK_ERR(fix_commit(f), OK, &f->e, "progress");
    f->now += 10;
    struct run again = take(f, 7, RUN_SYNC_LISTINGS);
    CHECK_INT(again.id, first.id, "after a crash");
    CHECK_STR(again.progress, S("{\"page\":3}"), "it goes on where it was");
    CHECK_INT(again.started_at, f->now - 10, "begun when it was");
    again.error = S("{\"code\":\"x\"}");
    fix_begin(f);
    run_finish(&f->c, &again, RUN_FAILED);
    CHECK_ERR(fix_commit(f), OK, &f->e, "finish");
    r = load(f, first.id);
    CHECK(r.state == RUN_FAILED && r.finished_at == f->now && r.done == 3, "failed");
    CHECK_STR(r.error, S("{\"code\":\"x\"}"), "why");
    fix_begin(f);
    run_finish(&f->c, &again, RUN_SUCCEEDED);
    CHECK_ERR(fix_commit(f), OK, &f->e, "finish again");
    CHECK_INT(load(f, first.id).state, RUN_FAILED, "an end is an end");
    CHECK_INT(take(f, 7, RUN_SYNC_LISTINGS).id, 0, "nothing to do");
    queue(f, 7, RUN_SYNC_LISTINGS, &is_new);
    CHECK(is_new, "a new one may be asked for");
    REFUSED(f, run_load(f->c.tx, 99, &f->arena, &r, &f->e), ERR_NOT_FOUND, "not_found", "none");

    CHECK_INT(list(f, 0, NULL, NULL), 4, "all");
    CHECK_INT(list(f, 7, NULL, NULL), 3, "of a channel");
    CHECK_INT(list(f, 0, "sync_listings", NULL), 3, "of a kind");
    CHECK_INT(list(f, 0, NULL, "failed"), 1, "in a state");
    struct run *rows;
    size_t count;
    struct run_filter filter = { .without = { [RUN_SYNC_LISTINGS] = true } };
    struct page one = { 0, 1 };
    READ(f, run_list(f->c.tx, &filter, &one, &f->arena, &rows, &count, &f->e), "without a kind");
    CHECK_INT(count, 1, "the only one of another kind, and no more of them");
    CHECK_INT(rows[0].kind, RUN_IMPORT_ORDERS, "that is left");
    READ(f, run_list_unfinished(f->c.tx, &f->arena, &rows, &count, &f->e), "unfinished");
    CHECK_INT(count, 3, "unfinished");
    CHECK(rows[0].id < rows[1].id, "oldest first");
}

static void test_names(void **state)
{
    (void)state;
    for (int i = 0; i < RUN_KIND_COUNT; i++) {
        enum run_kind kind;
        CHECK(run_kind_parse(str_of(run_kind_name((enum run_kind)i)), &kind), "a kind");
        CHECK_INT(kind, i, "the same");
    }
    for (int i = 0; i < RUN_STATE_COUNT; i++) {
        enum run_state word;
        CHECK(run_state_parse(str_of(run_state_name((enum run_state)i)), &word), "a state");
        CHECK_INT(word, i, "the same");
    }
    enum run_kind kind;
    CHECK(!run_kind_parse(S("other"), &kind), "no kind");
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        FIX_TEST(test_life_of_a_run),
        cmocka_unit_test(test_names),
    };
    return fix_main(argc, argv, "store/run", tests, COUNT_OF(tests));
}
