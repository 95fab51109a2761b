/*
 * dump_test.c: everything in one file, and back into either engine.
 *
 * The folder versions/ holds a backup of the account below from each schema that was published;
 * each is read by the program of today. Before a schema is published,
 * `store_dump_test sqlite --write tests/store/versions/NNNN.jsonl` adds its own.
 */
#include "fixture.h"

#include "base/seal.h"

#include "store/dump.h"
#include "store/dump_schema.h"
#include "store/migrate.h"
#include "store/people.h"
#include "store/verify.h"

#include <stdlib.h>
#include <string.h>

static const char *write_to; /* --write */

/* Something in most tables: orders open and closed, listings of every mode, a person, a secret. */
static void fill(struct fix *f)
{
    int64_t a = fix_variation(f, "A", "A"), b = fix_variation(f, "B", "B, \"quoted\"\n\xC3\xA9");
    int64_t channel = fix_channel(f, "Shop");
    fix_listing(f, channel, "A", 2);
    struct listing l = fix_load_listing(f, fix_listing(f, channel, "B2", 2)), after = l;
    after.mode = LISTING_VARIATIONS;
    after.set_variation_ids = &b;
    after.set_variation_count = 1;
    WRITE(f, listing_update(&f->c, &l, &after, &f->e), "connect");
    fix_items(f, a, 3);
    fix_items(f, b, 2);
    int64_t open = fix_order(f, ST_NEW, a, 2), closed = fix_order(f, ST_READY, b, 1);
    CHECK_STR(str_of(fix_commit_esns(f, open, "N00001", true)), S(""), "on an open order");
    CHECK_STR(str_of(fix_commit_esns(f, closed, "N00004", true)), S(""), "on another");
    fix_set_status(f, closed, ST_SHIPPED);
    fix_order_sku(f, ST_NEW, channel, "B2", 4);
    fix_plan(f);
    struct user u = { .email = S("ann@example.test"),
        .name = S("Ann"),
        .role = S("admin"),
        .password_hash = S("none") };
    WRITE(f, user_create(&f->c, &u, &f->e), "a person");
    unsigned char hash[SECRET_HASH_SIZE];
    struct api_token token = {
        .name = S("scanner"), .role = S("warehouse"), .created_by = u.email
    };
    struct str secret = secret_hash(S("a secret with NUL in its hash or not"), hash);
    WRITE(f, token_create(&f->c, &token, secret, &f->e), "bytes");
    fix_clean(f, "before");
}

static FILE *written(struct fix *f, struct db *db, int64_t *rows)
{
    struct error e;
    FILE *out = tmpfile();
    CHECK(out != NULL, "a temporary file");
    CHECK_ERR(dump_write(db, &f->arena, out, rows, &e), OK, &e, "write");
    CHECK(*rows > 30, "what was filled in is there");
    rewind(out);
    return out;
}

/* Whole, without head, end, and the marks that ask for planning anew. */
static struct str comparable(struct fix *f, FILE *in)
{
    struct buf text;
    buf_init(&text, 64 * 1024 * 1024);
    char *line = NULL;
    size_t room = 0;
    bool marks = false;
    rewind(in);
    while (getline(&line, &room, in) > 0) {
        struct str s = str_of(line);
        if (str_starts(s, S("{")))
            marks =
                str_starts(s, S("{\"table\":\"dirty_")) || str_starts(s, S("{\"table\":\"change_"));
        if (marks || str_starts(s, S("{\"stockbridge\"")) || str_starts(s, S("{\"end\""))) continue;
        /* PostgreSQL remembers the ids that it gave, SQLite looks at the rows. */
        if (str_starts(s, S("{\"sequence\""))) continue;
        buf_put(&text, s);
    }
    free(line);
    struct str out = arena_str(&f->arena, buf_str(&text));
    buf_release(&text);
    return out;
}

static void tell(void *ctx, const char *what, struct str detail)
{
    (void)ctx;
    printf("%s: %.*s\n", what, STR_FMT(detail));
}

static enum err count_differences(struct tx *tx, void *ctx, struct error *e)
{
    struct change c = { tx, tx_arena(tx), &(struct actor){ ACTOR_SYSTEM, 0, S("test"), S("") },
        clock_now(clock_system()), rng_system() };
    return verify_all(&c, false, tell, NULL, ctx, e);
}

static int64_t differences_in(struct db *db)
{
    struct error e;
    int64_t n = -1;
    CHECK_ERR(db_read(db, "verify", count_differences, &n, &e), OK, &e, "verify");
    return n;
}

static void check_round(struct fix *f, enum db_engine to)
{
    struct harness_db other;
    struct error e;
    int64_t rows, read, again;
    FILE *first = written(f, f->db, &rows);
    harness_open(to, HARNESS_EMPTY, &other);
    CHECK_ERR(dump_read(other.db, &f->arena, first, &read, &e), OK, &e, "read");
    CHECK_INT(read, rows, "all rows");
    CHECK_INT(differences_in(other.db), 0, "what is derived was computed");
    FILE *second = written(f, other.db, &again);
    struct str was = comparable(f, first), now = comparable(f, second);
    CHECK_STR(now, was, "byte for byte what was there");
    CHECK_ERR(dump_read(other.db, &f->arena, second, &read, &e), ERR_CONFLICT, &e, "not into data");
    CHECK_STR(str_of(e.code), S("not_empty"), "code");
    CHECK_INT(differences_in(other.db), 0, "and nothing was touched");
    (void)fclose(first);
    (void)fclose(second);
    harness_close(&other);
}

static void test_round(void **state)
{
    struct fix *f = *state;
    fill(f);
    check_round(f, fix_engine);
    check_round(f, fix_engine == DB_SQLITE ? DB_POSTGRES : DB_SQLITE);
}

/* A new row gets a new id. */
static void test_ids_go_on(void **state)
{
    struct fix *f = *state;
    struct harness_db own = f->h;
    int64_t rows;
    fill(f);
    int64_t newest = fix_int(f, "SELECT MAX(id) FROM variation");
    FILE *file = written(f, f->db, &rows);
    harness_open(fix_engine, HARNESS_EMPTY, &f->h);
    f->db = f->h.db;
    CHECK_ERR(dump_read(f->db, &f->arena, file, &rows, &f->e), OK, &f->e, "read");
    CHECK_INT(fix_variation(f, "C", "C"), newest + 1, "the next");
    fix_plan(f);
    fix_clean(f, "and the account goes on");
    (void)fclose(file);
    harness_close(&f->h);
    f->h = own;
    f->db = own.db;
}

struct damage {
    const char *why, *find, *put; /* the first place of `find`; NULL: the file is cut there */
    const char *says;
};

static const struct damage damages[] = {
    { "another program's file", "\"backup\"", "\"something\"", "head" },
    { "a format of the future", "\"format\":1", "\"format\":2", "newer" },
    { "a schema of the future", "\"schema\":", "\"schema\":99", "newer" },
    { "a changed figure", "\"Main\"", "\"Mein\"", "not as it was written" },
    { "cut in a row", "\"Main\"", NULL, "too early" },
    { "without its end", "{\"end\"", NULL, "too early" },
    { "a table nobody knows", "\"table\":\"grade\"", "\"table\":\"grads\"", "table" },
    { "a column nobody knows", "[\"id\",\"title\"", "[\"id\",\"titel\"", "columns" },
    { "text for a number", "[1,\"Main\"", "[\"1\",\"Main\"", "wrong kind" },
    { "a row too short", "[1,\"Main\",", "[1,", "another length" },
    { "no JSON", "[1,\"Main\"", "[1 \"Main\"", "line " },
    { "a strange object", "{\"table\":\"grade\"", "{\"tables\":\"grade\"", "neither" },
};

static FILE *damage_file(const char *text, const struct damage *d)
{
    const char *at = strstr(text, d->find);
    FILE *out = tmpfile();
    CHECK(at && out, d->why);
    (void)fwrite(text, 1, (size_t)(at - text), out);
    if (d->put) {
        (void)fputs(d->put, out);
        (void)fputs(at + strlen(d->find), out);
    }
    rewind(out);
    return out;
}

static void test_damage(void **state)
{
    struct fix *f = *state;
    int64_t rows;
    fill(f);
    FILE *good = written(f, f->db, &rows);
    char *text = arena_new(&f->arena, char, 1024 * 1024);
    CHECK(fread(text, 1, 1024 * 1024 - 1, good) > 1000, "read");
    (void)fclose(good);
    for (size_t i = 0; i < COUNT_OF(damages); i++) {
        const struct damage *d = &damages[i];
        struct harness_db h;
        struct error e;
        FILE *bad = damage_file(text, d);
        harness_open(fix_engine, HARNESS_EMPTY, &h);
        CHECK_ERR(dump_read(h.db, &f->arena, bad, &rows, &e), ERR_CORRUPT, &e, d->why);
        if (!strstr(e.detail, d->says)) fail_msg("%s: says \"%s\"", d->why, e.detail);
        (void)fclose(bad);
        harness_close(&h);
    }
}

static void test_a_reference_to_nothing(void **state)
{
    struct fix *f = *state;
    struct harness_db h;
    struct error e;
    int64_t rows;
    fill(f);
    FILE *good = written(f, f->db, &rows);
    char *text = arena_new(&f->arena, char, 1024 * 1024);
    size_t len = fread(text, 1, 1024 * 1024 - 1, good);
    CHECK(len > 1000, "read");
    (void)fclose(good);
    /* The first grade goes, and what follows is signed again. */
    char *grade = strstr(text, "[2,\"A\",");
    CHECK(grade != NULL, "grade A");
    memmove(grade, strchr(grade, '\n') + 1, strlen(strchr(grade, '\n') + 1) + 1);
    char *end = strstr(text, "{\"end\"");
    FILE *bad = tmpfile();
    CHECK(end && bad, "end");
    (void)fwrite(text, 1, (size_t)(end - text), bad);
    crypto_hash_sha256_state hash;
    char hex[DUMP_HEX_SIZE];
    crypto_hash_sha256_init(&hash);
    crypto_hash_sha256_update(&hash, (unsigned char *)text, (size_t)(end - text));
    dump_hash_hex(&hash, hex);
    (void)fprintf(
        bad, "{\"end\":true,\"rows\":%lld,\"sha256\":\"%s\"}\n", (long long)rows - 1, hex);
    harness_open(fix_engine, HARNESS_EMPTY, &h);
    enum err rc = dump_read(h.db, &f->arena, bad, &rows, &e);
    CHECK(rc == ERR_CORRUPT || rc == ERR_CONFLICT, "refused");
    CHECK(strstr(e.detail, "variation") != NULL, "names the table");
    (void)fclose(bad);
    harness_close(&h);
}

/* Every table is marked in the migrations as what it is taken for here. */
static void test_derived_are_marked(void **state)
{
    (void)state;
    int tables = 0;
    for (const struct migration *m = migrations_sqlite; m->number; m++) {
        bool is_derived = false;
        for (struct str rest = str_of(m->sql), line, tail; rest.len; rest = tail) {
            str_cut(rest, '\n', &line, &tail);
            if (str_starts(line, S("-- DERIVED"))) is_derived = true;
            if (str_starts(line, S("-- FACT"))) is_derived = false;
            if (!str_starts(line, S("CREATE TABLE "))) continue;
            struct str name, after;
            str_cut(str_sub(line, 13, line.len), ' ', &name, &after);
            if (is_derived != dump_is_derived(name))
                fail_msg("%.*s: marked as %s", STR_FMT(name), is_derived ? "DERIVED" : "FACT");
            tables++;
        }
    }
    CHECK(tables > 20, "the tables were found");
}

/* They are backups of what fill() makes. */
static void test_versions(void **state)
{
    struct fix *f = *state;
    struct harness_db own = f->h;
    int published = 0;
    for (int version = 1; version <= migrate_newest(fix_engine); version++) {
        char path[400];
        int64_t rows;
        (void)snprintf(path, sizeof path, VERSIONS_FOLDER "/%04d.jsonl", version);
        FILE *in = fopen(path, "r");
        if (!in) continue;
        published++;
        harness_open(fix_engine, HARNESS_EMPTY, &f->h);
        f->db = f->h.db;
        CHECK_ERR(dump_read(f->db, &f->arena, in, &rows, &f->e), OK, &f->e, path);
        fix_plan(f);
        fix_clean(f, path);
        CHECK_INT(fix_int(f, "SELECT COUNT(*) FROM item"), 5, path);
        CHECK_INT(fix_int(f, "SELECT CAST(SUM(units) AS BIGINT) FROM demand"), 5, path);
        struct listing l = fix_load_listing(f, 1);
        CHECK_STR(l.sku, S("A"), path);
        struct listing_terms terms = fix_terms(f, 1);
        CHECK_INT(terms.available, 2, path);
        CHECK_INT(terms.outstanding, 1, path);
        CHECK_INT(fix_variation(f, "New", "New"), 3, "it goes on");
        (void)fclose(in);
        harness_close(&f->h);
    }
    CHECK(published >= 3, "the folder is there");
    f->h = own;
    f->db = own.db;
}

static void write_version(void **state)
{
    struct fix *f = *state;
    struct error e;
    int64_t rows;
    fill(f);
    FILE *out = fopen(write_to, "w");
    CHECK(out != NULL, write_to);
    CHECK_ERR(dump_write(f->db, &f->arena, out, &rows, &e), OK, &e, write_to);
    (void)fclose(out);
}

int main(int argc, char **argv)
{
    static const struct CMUnitTest tests[] = {
        FIX_TEST(test_round),
        FIX_TEST(test_ids_go_on),
        FIX_TEST(test_damage),
        FIX_TEST(test_a_reference_to_nothing),
        FIX_TEST(test_derived_are_marked),
        FIX_TEST(test_versions),
    };
    static const struct CMUnitTest writing[] = { FIX_TEST(write_version) };
    if (argc == 4 && strcmp(argv[2], "--write") == 0) {
        write_to = argv[3];
        return fix_main(argc, argv, "store/dump", writing, COUNT_OF(writing));
    }
    return fix_main(argc, argv, "store/dump", tests, COUNT_OF(tests));
}
