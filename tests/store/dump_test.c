/*
 * dump_test.c: everything in one file, and back into either engine.
 *
 * The folder versions/ holds a backup of a whole account (whole.h) from each schema that was
 * published; each is read by the program of today. A new migration comes with its own:
 * `store_dump_test sqlite --write tests/store/versions/NNNN.jsonl`. One that is published stays as
 * it is.
 */
#include "whole.h"

#include "base/seal.h"

#include "store/dump.h"
#include "store/dump_schema.h"
#include "store/migrate.h"
#include "store/people.h"
#include "store/verify.h"

#include <stdlib.h>
#include <string.h>

static const char *write_to; /* --write */

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

static bool is_of_marks(struct str line)
{
    return str_starts(line, S("{\"table\":\"dirty_")) ||
           str_starts(line, S("{\"table\":\"change_mark"));
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
        if (str_starts(s, S("{"))) marks = is_of_marks(s);
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

static enum err count_known_columns(struct tx *tx, void *ctx, struct error *e)
{
    struct stmt *st = tx_prepare(tx, "SELECT COUNT(*) FROM pg_stats WHERE tablename = 'item'");
    return stmt_scalar(st, 0, ctx, e);
}

/* Without them PostgreSQL goes through full tables as if they were empty, which takes minutes. */
static void check_statistics(struct db *db)
{
    struct error e;
    int64_t columns = 0;
    if (db_engine(db) != DB_POSTGRES) return;
    CHECK_ERR(db_read(db, "statistics", count_known_columns, &columns, &e), OK, &e, "statistics");
    CHECK(columns > 0, "what the tables hold is known to the planner of queries");
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
    check_statistics(other.db);
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
    whole_fill(f);
    check_round(f, fix_engine);
    check_round(f, fix_engine == DB_SQLITE ? DB_POSTGRES : DB_SQLITE);
}

/* A new row gets a new id. */
static void test_ids_go_on(void **state)
{
    struct fix *f = *state;
    struct harness_db own = f->h;
    int64_t rows;
    whole_fill(f);
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
    whole_fill(f);
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
    whole_fill(f);
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

/* What a file has of a table is there; marks were added. */
static void check_rows(struct fix *f, struct str table, int64_t rows, const char *path)
{
    struct str sql = arena_fmt(&f->arena, "SELECT COUNT(*) FROM %.*s", STR_FMT(table));
    int64_t have = fix_int(f, sql.at);
    if (have != rows)
        fail_msg("%s: %.*s has %lld rows, %lld of them in the file", path, STR_FMT(table),
            (long long)have, (long long)rows);
}

static void check_tables(struct fix *f, FILE *in, const char *path)
{
    static const char head[] = "{\"table\":\"";
    char *line = NULL;
    size_t room = 0;
    struct str table = S(""), rest;
    int64_t rows = 0, tables = 0;
    rewind(in);
    while (getline(&line, &room, in) > 0) {
        struct str s = str_of(line);
        if (!str_starts(s, S("{"))) {
            rows++;
            continue;
        }
        if (table.len) check_rows(f, table, rows, path);
        table = S("");
        rows = 0;
        if (!str_starts(s, str_of(head)) || is_of_marks(s)) continue;
        str_cut(arena_str(&f->arena, str_sub(s, sizeof head - 1, s.len)), '"', &table, &rest);
        tables++;
    }
    free(line);
    CHECK(tables > 30, "tables were compared");
}

/* The account that is kept from version 1 on; the others are larger. */
static void check_figures(struct fix *f, const char *path)
{
    struct listing l = fix_load_listing(f, 1);
    struct listing_terms terms = fix_terms(f, 1);
    CHECK_STR(l.sku, S("A"), path);
    CHECK_INT(l.calculated.quantity, terms.available - terms.outstanding, path);
    CHECK_INT(terms.outstanding, 1, path);
    CHECK_INT(fix_int(f, "SELECT CAST(SUM(units) AS BIGINT) FROM demand"), 5, path);
}

static void check_version(struct fix *f, FILE *in, const char *path)
{
    int64_t rows;
    harness_open(fix_engine, HARNESS_EMPTY, &f->h);
    f->db = f->h.db;
    CHECK_ERR(dump_read(f->db, &f->arena, in, &rows, &f->e), OK, &f->e, path);
    check_tables(f, in, path);
    fix_plan(f);
    fix_clean(f, path);
    check_figures(f, path);
    int64_t newest = fix_int(f, "SELECT MAX(id) FROM variation");
    CHECK_INT(fix_variation(f, "New", "New"), newest + 1, "it goes on");
    harness_close(&f->h);
}

static void test_versions(void **state)
{
    struct fix *f = *state;
    struct harness_db own = f->h;
    int published = 0, newest = 0;
    for (int version = 1; version <= migrate_newest(fix_engine); version++) {
        char path[400];
        (void)snprintf(path, sizeof path, VERSIONS_FOLDER "/%04d.jsonl", version);
        FILE *in = fopen(path, "r");
        if (!in) continue;
        published++;
        newest = version;
        check_version(f, in, path);
        (void)fclose(in);
    }
    CHECK(published >= 4, "the folder is there");
    if (newest != migrate_newest(fix_engine))
        fail_msg("versions/ has no backup of schema %d: write one with --write (see above)",
            migrate_newest(fix_engine));
    f->h = own;
    f->db = own.db;
}

static void write_version(void **state)
{
    struct fix *f = *state;
    struct error e;
    int64_t rows;
    whole_fill(f);
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
