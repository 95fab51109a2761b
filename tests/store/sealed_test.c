/* sealed_test.c: another master key for everything that is sealed, and nothing that is left out. */
#include "whole.h"

#include "store/dump_schema.h"
#include "store/sealed.h"

#include <string.h>

static const struct seal_key other_key = { "another master key of 32 bytes." };

/* Bytes that no key has to do with: every other column of bytes is sealed. */
static const char *const not_sealed[] = {
    "api_token.secret_hash",
    "idempotency.body_hash",
    "import_chunk.bytes", /* a spreadsheet */
    "recovery_code.code_hash",
    "session.secret_hash",
};

static bool is_sealed(const char *name)
{
    for (size_t i = 0; i < COUNT_OF(not_sealed); i++)
        if (strcmp(not_sealed[i], name) == 0) return false;
    return true;
}

struct bytes {
    struct str name; /* "webhook.secret" */
    struct str all;  /* of every row, one after the other */
};

struct reading {
    struct fix *f;
    struct bytes columns[50];
    size_t count;
};

static enum err read_column(
    struct tx *tx, struct reading *r, struct str table, struct str column, struct error *e)
{
    struct arena *arena = &r->f->arena;
    struct bytes *out = &r->columns[r->count++];
    out->name = arena_fmt(arena, "%.*s.%.*s", STR_FMT(table), STR_FMT(column));
    out->all = S("");
    struct str sql = arena_fmt(arena, "SELECT %.*s FROM %.*s WHERE %.*s IS NOT NULL ORDER BY 1",
        STR_FMT(column), STR_FMT(table), STR_FMT(column));
    struct buf all;
    buf_init(&all, 64 * 1024);
    struct stmt *st = tx_prepare(tx, sql.at);
    while (stmt_row(st))
        buf_put(&all, stmt_blob(st, 0, arena));
    out->all = arena_str(arena, buf_str(&all));
    buf_release(&all);
    return stmt_end(st, e);
}

static enum err read_all(struct tx *tx, struct reading *r, struct error *e)
{
    struct dump_table *tables;
    size_t count;
    r->count = 0;
    enum err rc = dump_tables(tx, &r->f->arena, &tables, &count, e);
    for (size_t i = 0; i < count && !rc; i++)
        for (size_t n = 0; n < tables[i].count && !rc; n++)
            if (tables[i].columns[n].kind == DUMP_BLOB)
                rc = read_column(tx, r, tables[i].name, tables[i].columns[n].name, e);
    return rc;
}

static struct reading read_bytes(struct fix *f)
{
    struct reading r = { .f = f };
    READ(f, read_all(f->c.tx, &r, &f->e), "every column of bytes");
    return r;
}

static const struct idempotency_key kept = { STR_INIT("user 1 POST /api/v1/tokens"),
    STR_INIT("k-2"), STR_INIT("hash") };

static enum err keep_secret(struct fix *f)
{
    struct idempotent_answer answer;
    bool found;
    enum err rc = idempotency_begin(&f->c, &kept, &f->arena, &found, &answer, &f->e);
    answer = (struct idempotent_answer){ 201,
        sealed_answer(&whole_key, &kept, S("{\"secret\":\"sbt_x\"}"), &f->rng, &f->arena), S(""),
        0 };
    if (!rc) idempotency_end(&f->c, &kept, &answer);
    return rc;
}

struct told {
    int64_t count;
    char last[64];
};

static void tell(void *ctx, struct str which)
{
    struct told *t = ctx;
    t->count++;
    (void)snprintf(t->last, sizeof t->last, "%.*s", STR_FMT(which));
}

static enum sealed_fit fit(struct fix *f, const struct seal_key *key)
{
    enum sealed_fit out = SEALED_NOTHING;
    WRITE(f, sealed_fit(f->c.tx, key, &out, &f->e), "whether it fits");
    return out;
}

static void test_all_is_sealed_anew(void **state)
{
    struct fix *f = *state;
    whole_fill(f);
    WRITE(f, keep_secret(f), "an answer with a secret");
    struct reading before = read_bytes(f);
    int64_t values = 1 + 1 + 2 + 1; /* channel, authenticator, webhook's two, answer */
    struct sealed_rotation r = { .from = &whole_key, .to = &other_key };
    CHECK(fit(f, &whole_key) == SEALED_FITS, "the present key");
    CHECK(fit(f, &other_key) == SEALED_FITS_NOT, "not the other");
    WRITE(f, sealed_rotate(&f->c, &r, &f->e), "rotate");
    CHECK_INT(r.count, values, "each value");
    CHECK(fit(f, &whole_key) == SEALED_FITS_NOT, "the former key opens nothing");
    CHECK(fit(f, &other_key) == SEALED_FITS, "the new one does");
    struct reading after = read_bytes(f);
    CHECK_INT(after.count, before.count, "the same columns");
    for (size_t i = 0; i < before.count; i++) {
        const struct bytes *was = &before.columns[i], *is = &after.columns[i];
        if (!was->all.len) fail_msg("tests/store/whole.c has no %.*s", STR_FMT(was->name));
        bool changed = !str_eq(was->all, is->all);
        if (changed != is_sealed(was->name.at))
            fail_msg("%.*s: %s; src/store/sealed.c seals it anew, or it is named here",
                STR_FMT(was->name), changed ? "changed" : "is as it was");
    }
    struct idempotent_answer answer;
    struct str body;
    bool found;
    READ(f, idempotency_find(f->c.tx, &kept, &f->arena, &found, &answer, &f->e), "the answer");
    CHECK_ERR(sealed_answer_open(&other_key, &kept, answer.body, &f->arena, &body, &f->e), OK,
        &f->e, "opens");
    CHECK_STR(body, S("{\"secret\":\"sbt_x\"}"), "and is what it was");
    CHECK_INT(fix_int(f, "SELECT COUNT(*) FROM idempotency WHERE answer = '{\"id\":9}'"), 1,
        "one in clear stays");
    CHECK_INT(fix_int(f, "SELECT COUNT(*) FROM audit WHERE resource = 'master_key'"), 1, "audited");
    r = (struct sealed_rotation){ .from = &other_key, .to = &whole_key };
    WRITE(f, sealed_rotate(&f->c, &r, &f->e), "back");
    CHECK_INT(r.count, values, "all of it opens");
}

static void test_what_does_not_open(void **state)
{
    struct fix *f = *state;
    struct told told = { 0 };
    struct sealed_rotation r = { &other_key, &whole_key, tell, &told, 0, 0 };
    CHECK(fit(f, &whole_key) == SEALED_NOTHING, "an account without secrets");
    whole_fill(f);
    struct reading before = read_bytes(f);
    REFUSED(f, sealed_rotate(&f->c, &r, &f->e), ERR_CONFLICT, "sealed_otherwise", "a wrong key");
    CHECK_INT(told.count, 4, "each is told");
    CHECK_STR(str_of(told.last), S("webhook.former_secret 1"), "by name");
    fix_sql(f, "UPDATE app_user SET totp_secret = (SELECT credentials FROM channel WHERE id = 1)");
    told.count = 0;
    r.from = &whole_key;
    REFUSED(f, sealed_rotate(&f->c, &r, &f->e), ERR_CONFLICT, "sealed_otherwise", "of another row");
    CHECK_INT(told.count, 1, "that one alone");
    CHECK_STR(str_of(told.last), S("app_user.totp_secret 1"), "by name");
    struct reading after = read_bytes(f);
    for (size_t i = 0; i < before.count; i++)
        if (strcmp(before.columns[i].name.at, "app_user.totp_secret") != 0)
            CHECK_STR(after.columns[i].all, before.columns[i].all, before.columns[i].name.at);
    CHECK(fit(f, &whole_key) == SEALED_FITS, "one that opens is enough");
}

enum { WEBHOOKS = 250 }; /* more than two pages */

static enum err many(struct fix *f)
{
    enum err rc = OK;
    for (int64_t id = 1; id <= WEBHOOKS && !rc; id++) {
        struct stmt *st = tx_prepare(f->c.tx,
            "INSERT INTO webhook (id, url, description, events, private_addresses, state, secret,"
            " position, created_at, updated_at) VALUES ($1, '', '', '', 0, 'paused', $2, 0, 1, 1)");
        stmt_bind_int(st, 1, id * 3);
        stmt_bind_blob(st, 2, seal(&whole_key, SEALED_WEBHOOK, id * 3, S("s"), &f->rng, &f->arena));
        rc = stmt_run(st, NULL, &f->e);
    }
    return rc;
}

static enum err many_answers(struct fix *f)
{
    enum err rc = OK;
    for (int i = 0; i < WEBHOOKS && !rc; i++) {
        struct idempotency_key k = { S("user 1"), arena_fmt(&f->arena, "k%d", i), S("h") };
        struct stmt *st = tx_prepare(f->c.tx,
            "INSERT INTO idempotency (scope, key, body_hash, status, answer, at)"
            " VALUES ($1, $2, $3, 201, $4, 1)");
        stmt_bind_str(st, 1, k.scope);
        stmt_bind_str(st, 2, k.key);
        stmt_bind_blob(st, 3, k.body_hash);
        stmt_bind_str(st, 4, sealed_answer(&whole_key, &k, S("{}"), &f->rng, &f->arena));
        rc = stmt_run(st, NULL, &f->e);
    }
    return rc;
}

static void test_page_by_page(void **state)
{
    struct fix *f = *state;
    struct sealed_rotation r = { .from = &whole_key, .to = &other_key };
    WRITE(f, many_answers(f), "answers");
    CHECK(fit(f, &other_key) == SEALED_FITS_NOT, "answers alone tell");
    CHECK(fit(f, &whole_key) == SEALED_FITS, "whose they are");
    WRITE(f, many(f), "webhooks");
    WRITE(f, sealed_rotate(&f->c, &r, &f->e), "rotate");
    CHECK_INT(r.count, 2 * WEBHOOKS, "each once");
    r = (struct sealed_rotation){ .from = &other_key, .to = &whole_key };
    WRITE(f, sealed_rotate(&f->c, &r, &f->e), "back");
    CHECK_INT(r.count, 2 * WEBHOOKS, "each opens");
}

/* What another process of ours seals meanwhile could not be opened. SQLite's driver lets nobody
 * else write at all (db_shared_test.c). */
static void test_not_beside_others(void **state)
{
    struct fix *f = *state;
    if (fix_engine == DB_SQLITE) return;
    struct sealed_rotation r = { .from = &whole_key, .to = &other_key };
    struct db *other = harness_connect(&f->h);
    REFUSED(
        f, sealed_rotate(&f->c, &r, &f->e), ERR_CONFLICT, "servers_run", "another is connected");
    db_close(other);
}

int main(int argc, char **argv)
{
    static const struct CMUnitTest tests[] = {
        FIX_TEST(test_all_is_sealed_anew),
        FIX_TEST(test_what_does_not_open),
        FIX_TEST(test_page_by_page),
        FIX_TEST(test_not_beside_others),
    };
    return fix_main(argc, argv, "store/sealed", tests, COUNT_OF(tests));
}
