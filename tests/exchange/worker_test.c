/*
 * worker_test.c: imports in the background: cut off at any batch and gone on with, canceled, beside
 * others who edit, and what is kept of them.
 */
#include "files.h"

#include "exchange/errors_sheet.h"
#include "exchange/worker.h"
#include "store/import_run.h"

#include <stdatomic.h>
#include <string.h>

#define HEAD "ID,Manufacturer,Model,Variant,Network,Capacity,Color,Grade,SKU\n"

static struct exchange_parts parts_of(struct fix *f)
{
    return (struct exchange_parts){ f->db, clock_system(), &f->rng };
}

static int64_t queue(struct fix *f, enum run_kind kind, struct str file, bool dry_run)
{
    enum { STEP = 1000 }; /* many small pieces */
    struct import_order order = { kind, dry_run, false };
    int64_t id = 0;
    WRITE(f, import_run_create(&f->c, &order, &id, &f->e), "create");
    for (size_t at = 0; at < file.len; at += STEP)
        WRITE(f, import_run_put(&f->c, id, (int64_t)(at / STEP), str_sub(file, at, STEP), &f->e),
            "put");
    WRITE(f, import_run_ready(&f->c, id, &f->e), "ready");
    return id;
}

static struct import_run load(struct fix *f, int64_t id)
{
    struct import_run run;
    READ(f, import_run_load(f->c.tx, id, &f->arena, &run, &f->e), "load");
    return run;
}

static void work(struct fix *f)
{
    struct exchange_parts parts = parts_of(f);
    CHECK_ERR(exchange_work(&parts, &f->e), OK, &f->e, "work");
}

/* `count` new variations; every tenth has no grade. */
static struct str many(struct fix *f, int count, const char *sku)
{
    struct buf text;
    buf_init(&text, 16 * 1024 * 1024);
    buf_put(&text, S(HEAD));
    for (int i = 0; i < count; i++)
        buf_put_fmt(
            &text, "create,Apple,Phone %d,u,u,u,u,%s,%s%d\n", i, i % 10 == 9 ? "" : "A", sku, i);
    struct str out = arena_str(&f->arena, buf_str(&text));
    buf_release(&text);
    return out;
}

static void test_a_run(void **state)
{
    struct fix *f = *state;
    int64_t id = queue(f, RUN_IMPORT_CATALOG, many(f, 1200, "S"), false);
    work(f);
    struct import_run run = load(f, id);
    CHECK_INT(run.run.state, RUN_SUCCEEDED, "to the end");
    CHECK_INT(run.run.counts.created, 1080, "created");
    CHECK_INT(run.run.counts.rejected, 120, "rejected");
    CHECK_INT(run.run.done, 1200, "all rows");
    CHECK_INT(run.run.total, 1200, "which were counted");
    CHECK_INT(fix_int(f, "SELECT COUNT(*) FROM import_chunk"), 0, "the file is gone");
    CHECK_INT(fix_int(f, "SELECT COUNT(*) FROM import_fault"), 120, "its faults are kept");
    CHECK_INT(fix_int(f, "SELECT COUNT(*) FROM audit WHERE resource = 'variation' AND"
                         " actor_name = 'Ann' AND address = '127.0.0.1'"),
        1080, "the changes are those of who uploaded it");
    id = queue(f, RUN_IMPORT_CATALOG, many(f, 1200, "S"), true);
    work(f);
    run = load(f, id);
    CHECK_INT(run.run.counts.unchanged, 1080, "a dry run finds nothing to do");
    CHECK_STR(run.changes, S("[]"), "no changes");
    id = queue(f, RUN_IMPORT_CATALOG, S(HEAD "1,Apple,Phone 0,u,u,u,u,A,NEW\n"), true);
    work(f);
    run = load(f, id);
    CHECK(str_contains(run.changes, S("{\"field\":\"sku\",\"from\":\"S0\",\"to\":\"NEW\"}")),
        "what would change");
    fix_clean(f, "after the runs");
}

static void test_bad_files(void **state)
{
    struct fix *f = *state;
    int64_t id = queue(f, RUN_IMPORT_CATALOG, S("ID,Weight\n1,2\n"), false);
    work(f);
    struct import_run run = load(f, id);
    CHECK_INT(run.run.state, RUN_FAILED, "a file with other columns");
    CHECK(str_contains(run.run.error, S("unknown_column")), "and why");
    id = queue(f, RUN_IMPORT_ITEMS, S(""), false);
    work(f);
    CHECK_INT(load(f, id).run.state, RUN_FAILED, "nothing at all");
}

static enum err write_errors(struct tx *tx, void *ctx, struct error *e)
{
    struct row_writer *rows = ((void **)ctx)[0];
    return errors_sheet_write(tx, ((void **)ctx)[1], rows, e);
}

static void test_error_sheet(void **state)
{
    struct fix *f = *state;
    int64_t id = queue(f, RUN_IMPORT_CATALOG,
        S("Error,ID,Manufacturer,Model,Variant,Network,Capacity,Color,Grade,SKU\n"
          "old,create,Apple,A,u,u,u,u,A,\n"
          "old,create,Apple,,u,u,u,u,Q,\"=1,2\"\n"),
        false);
    work(f);
    struct import_run run = load(f, id);
    struct file_writer w;
    struct file_form form = { .format = SHEET_CSV };
    FILE *sheet = tmpfile();
    CHECK_ERR(file_create(&w, fileno(sheet), &form, f->now, &f->e), OK, &f->e, "create");
    struct row_writer rows = file_row_writer(&w);
    void *both[] = { &rows, &run };
    CHECK_ERR(db_read(f->db, "errors", write_errors, both, &f->e), OK, &f->e, "write");
    CHECK_ERR(file_finish(&w, &f->e), OK, &f->e, "finish");
    char text[1000] = "";
    rewind(sheet);
    size_t len = fread(text, 1, sizeof text - 1, sheet);
    CHECK(len > 0, "there is something");
    CHECK(strstr(text, "ID,Manufacturer,Model,Variant,Network,Capacity,Color,Grade,SKU,"
                       "Error Column,Error Code,Error"),
        text);
    CHECK(strstr(text,
              "create,Apple,,u,u,u,u,Q,\"'=1,2\",\"Model; Grade\",\"required; unknown_value\","),
        text);
    CHECK(!strstr(text, "Apple,A,"), "good rows are not in it");
    CHECK_STR(str_of(files_import(f, IMPORT_CATALOG, sheet, true)),
        S("created 0 updated 0 unchanged 0 rejected 1; 2 Model required: is blank; write"
          " \"unknown\" where it is not known; 2 Grade unknown_value: there is no grade \"Q\""),
        "it can be applied as it is");
    (void)fclose(sheet);
}

static void test_cancel(void **state)
{
    struct fix *f = *state;
    int64_t id = queue(f, RUN_IMPORT_CATALOG, many(f, 10, "S"), false);
    WRITE(f, import_run_cancel(&f->c, id, &f->e), "cancel");
    work(f);
    CHECK_INT(load(f, id).run.state, RUN_CANCELED, "it stays so");
    CHECK_INT(fix_int(f, "SELECT COUNT(*) FROM variation"), 0, "nothing was applied");
    REFUSED(f, import_run_cancel(&f->c, id, &f->e), ERR_CONFLICT, "conflict", "once");
}

static void test_going_on(void **state)
{
    struct fix *f = *state;
    struct buf text;
    buf_init(&text, 1024 * 1024);
    buf_put(&text, S("ID|Manufacturer|Model|Variant|Network|Capacity|Color|Grade|SKU\n"));
    enum { ROWS = 3 * BATCH_ROWS };
    /* The second row waits for the last one; the last but one says otherwise than the first. */
    (void)fix_variation(f, "Held", "HELD");
    for (int i = 0; i < ROWS; i++) {
        if (i == 1)
            buf_put(&text, S("create|a|1|v|n|c|c|A|HELD\n"));
        else if (i == ROWS - 2)
            buf_put(&text, S("create|a|0|v|n|c|c|A|OTHER\n"));
        else if (i == ROWS - 1)
            buf_put(&text, S("1|unknown|Held|unknown|unknown|unknown|unknown|A|FREE\n"));
        else
            buf_put_fmt(&text, "create|a|%d|v|n|c|c|A|S%d\n", i, i);
    }
    struct rows_run first = { .stop_after = BATCH_ROWS };
    rows_run(f, IMPORT_CATALOG, buf_str(&text), &first);
    CHECK_INT(first.rc, ERR_CANCELED, "cut off");
    CHECK_INT(first.state.created, BATCH_ROWS - 1, "behind its first batch");
    CHECK_INT(first.state.waiting_count, 1, "with a row that waits");
    struct rows_run second = { .from = &first.state };
    rows_run(f, IMPORT_CATALOG, buf_str(&text), &second);
    CHECK_INT(second.rc, OK, "gone on");
    CHECK_INT(second.state.created, ROWS - 2, "each row counts once");
    CHECK_INT(second.state.updated, 1, "the last");
    CHECK_INT(second.state.unchanged, 0, "none is looked at twice");
    CHECK_INT(second.state.rejected, 1, "the contradiction is seen over the gap");
    CHECK_INT(fix_int(f, "SELECT COUNT(*) FROM variation WHERE sku = 'HELD' AND model = '1'"), 1,
        "the row that waited has its SKU");
    rows_run_release(&first);
    rows_run_release(&second);
    buf_release(&text);
    fix_clean(f, "after both halves");
}

/* A run that a dead server left running is gone on with by the next one. */
static void test_taken_over(void **state)
{
    struct fix *f = *state;
    int64_t id = queue(f, RUN_IMPORT_CATALOG, many(f, 600, "S"), false);
    struct import_run taken;
    WRITE(f, import_run_take(&f->c, &f->arena, &taken, &f->e), "taken, and then dead");
    CHECK_INT(taken.run.id, id, "that one");
    work(f);
    struct import_run run = load(f, id);
    CHECK_INT(run.run.state, RUN_SUCCEEDED, "done by the next");
    CHECK_INT(run.run.counts.created, 540, "whole");
}

struct editing {
    struct fix *f;
    struct rng rng;
    atomic_bool stop;
    int edits;
};

static enum err edit_one(struct tx *tx, void *ctx, struct error *e)
{
    struct editing *ed = ctx;
    struct variation before, after;
    struct change c = { tx, tx_arena(tx), &ed->f->actor, ed->f->now, &ed->rng };
    enum err rc =
        variation_load(tx, 1 + (int64_t)rng_below(&ed->rng, 50), tx_arena(tx), &before, e);
    if (rc) return rc;
    after = before;
    after.text[VARIATION_COLOR] = arena_fmt(tx_arena(tx), "%d", ed->edits);
    return variation_update(&c, &before, &after, e);
}

static void *edit(void *ctx)
{
    struct editing *ed = ctx;
    struct error e;
    while (!atomic_load(&ed->stop))
        if (!db_write(ed->f->db, "edit", edit_one, ed, &e)) ed->edits++;
    return NULL;
}

/* People edit what the file is about: each row is applied once, or its neighbours' batch is tried
 * again; nothing is lost and nothing fails. */
static void test_beside_others(void **state)
{
    struct fix *f = *state;
    struct buf text;
    pthread_t thread;
    for (int i = 0; i < 50; i++)
        fix_variation(f, arena_fmt(&f->arena, "M%d", i).at, "");
    buf_init(&text, 1024 * 1024);
    buf_put(&text, S("ID|Manufacturer|Model|Variant|Network|Capacity|Color|Grade|SKU\n"));
    for (int round = 0; round < 20; round++)
        for (int i = 0; i < 50; i++)
            buf_put_fmt(&text, "create|n|%d-%d|v|n|c|c|A|\n", round, i);
    for (int i = 0; i < 50; i++)
        buf_put_fmt(&text, "%d|n|M%d|v|n|c|c|A|T%d\n", i + 1, i, i);
    struct editing ed = { .f = f };
    rng_seeded(&ed.rng, 3);
    pthread_create(&thread, NULL, edit, &ed);
    struct rows_run run = { .dry_run = false };
    rows_run(f, IMPORT_CATALOG, buf_str(&text), &run);
    atomic_store(&ed.stop, true);
    pthread_join(thread, NULL);
    CHECK_INT(run.rc, OK, "goes to the end");
    CHECK_INT(run.state.created, 1000, "all new ones");
    CHECK_INT(run.state.updated + run.state.rejected, 50, "each of the others has its word");
    CHECK_INT(fix_int(f, "SELECT COUNT(*) FROM variation WHERE sku IS NOT NULL"), run.state.updated,
        "as many as were told");
    rows_run_release(&run);
    buf_release(&text);
    fix_clean(f, "after all that");
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        FIX_TEST(test_a_run),
        FIX_TEST(test_bad_files),
        FIX_TEST(test_error_sheet),
        FIX_TEST(test_cancel),
        FIX_TEST(test_going_on),
        FIX_TEST(test_taken_over),
        FIX_TEST(test_beside_others),
    };
    return fix_main(argc, argv, "exchange/worker", tests, COUNT_OF(tests));
}
