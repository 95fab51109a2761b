/* db_rewrite_test.c: exactly two things are rewritten, and nothing inside quotes or comments. */
#include "check.h"

#include "store/db_driver.h"

static void test_rewrite(void **state)
{
    (void)state;
    static const struct {
        const char *why, *sql, *sqlite, *postgres;
        int params;
    } rows[] = {
        { "nothing to do", "SELECT 1", "SELECT 1", "SELECT 1", 0 },
        { "parameters stay", "SELECT $2, $1, $12", "SELECT $2, $1, $12", "SELECT $2, $1, $12", 12 },
        { "a lock at the end", "SELECT a FROM t FOR UPDATE", "SELECT a FROM t",
            "SELECT a FROM t FOR UPDATE", 0 },
        { "white space around it", "SELECT a FROM t\n  FOR UPDATE\n ", "SELECT a FROM t",
            "SELECT a FROM t\n  FOR UPDATE\n ", 0 },
        { "not elsewhere", "SELECT ' FOR UPDATE'", "SELECT ' FOR UPDATE'", "SELECT ' FOR UPDATE'",
            0 },
        { "a word that ends so", "SELECT xFOR UPDATE", "SELECT xFOR UPDATE", "SELECT xFOR UPDATE",
            0 },
        { "SKIP LOCKED is no business of ours", "SELECT a FOR UPDATE SKIP LOCKED",
            "SELECT a FOR UPDATE SKIP LOCKED", "SELECT a FOR UPDATE SKIP LOCKED", 0 },
        { "integers", "a IN {ints $3}", "a IN (SELECT value FROM json_each($3))",
            "a IN (SELECT unnest($3::int8[]) AS value)", 3 },
        { "twice", "{ints $1}{ints $1}",
            "(SELECT value FROM json_each($1))(SELECT value FROM json_each($1))",
            "(SELECT unnest($1::int8[]) AS value)(SELECT unnest($1::int8[]) AS value)", 1 },
        { "text", "'{ints $1} $9 '''", "'{ints $1} $9 '''", "'{ints $1} $9 '''", 0 },
        { "a name", "\"$7\" $1", "\"$7\" $1", "\"$7\" $1", 1 },
        { "comments", "/* $8 */ 1 -- $9 {ints", "/* $8 */ 1 -- $9 {ints", "/* $8 */ 1 -- $9 {ints",
            0 },
        { "text without an end", "'$1", "'$1", "'$1", 0 },
        { "a lone dollar and brace", "$ {", "$ {", "$ {", 0 },
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct buf out;
        int params;
        buf_init(&out, 4096);
        sql_rewrite(DB_SQLITE, rows[i].sql, &out, &params);
        CHECK_STR(str_of(out.at), str_of(rows[i].sqlite), rows[i].why);
        CHECK_INT(params, rows[i].params, rows[i].why);
        buf_clear(&out);
        sql_rewrite(DB_POSTGRES, rows[i].sql, &out, &params);
        CHECK_STR(str_of(out.at), str_of(rows[i].postgres), rows[i].why);
        CHECK_INT(params, rows[i].params, rows[i].why);
        buf_release(&out);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_rewrite) };
    return cmocka_run_group_tests_name("store/db_rewrite", tests, NULL, NULL);
}
