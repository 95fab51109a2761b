/*
 * sheet_test.c: any table that is written is read back byte for byte, in every dialect.
 *
 * The texts are made of what dialects are made of - separators, quotes, line breaks, apostrophes,
 * formula signs, marks, escapes of XLSX - so that each combination of them occurs.
 * usage: prop_sheet_test [SEED]
 */
#include "check.h"

#include "base/limits.h"
#include "base/rng.h"
#include "sheet/sheet.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { TABLES = 400, ROWS_MAX = 30, COLUMNS_MAX = 8, PIECES_MAX = 6, TEXT_MAX = 200 };

static const struct str pieces[] = { STR_INIT("a"), STR_INIT("Z"), STR_INIT("7"), STR_INIT(" "),
    STR_INIT("'"), STR_INIT("\""), STR_INIT("\"\""), STR_INIT(","), STR_INIT(";"), STR_INIT("\t"),
    STR_INIT("\r"), STR_INIT("\n"), STR_INIT("\r\n"), STR_INIT("="), STR_INIT("+"), STR_INIT("-"),
    STR_INIT("@"), STR_INIT("."), STR_INIT("sep="), STR_INIT("PK\3\4"), STR_INIT("<html"),
    STR_INIT("\xEF\xBB\xBF"), STR_INIT("\xC3\xA4"), STR_INIT("\xE2\x82\xAC"),
    STR_INIT("\xF0\x9F\x98\x80"), STR_INIT("_x000D_"), STR_INIT("_x"), STR_INIT("_x005F_"),
    STR_INIT("&"), STR_INIT("&amp;"), STR_INIT("<"), STR_INIT(">"), STR_INIT("]]>"),
    STR_INIT("\x01"), STR_INIT("\x1F"), STR_INIT("\x7F"), STR_INIT("\xC2\x85"),
    STR_INIT("\xEF\xBF\xBD"), STR_INIT("353918050000000"), STR_INIT("3.5E+14"), STR_INIT("TRUE"),
    STR_INIT("2026-11-24") };

enum kind { TEXT, EMPTY, INTEGER, MONEY, TIME, KIND_COUNT };

struct value {
    enum kind kind;
    char text[TEXT_MAX];
    size_t len;
    int64_t n;
};

static struct value table[ROWS_MAX][COLUMNS_MAX];
static size_t row_count, column_count, lengths[ROWS_MAX]; /* cells that are written of each row */
static uint64_t seed;

static int64_t any_number(struct rng *r)
{
    int64_t n = (int64_t)(rng_u64(r) >> 1) >> rng_below(r, 63);
    return rng_below(r, 2) ? n : -n;
}

static void make_value(struct rng *r, struct value *v)
{
    *v = (struct value){ .kind = (enum kind)rng_below(r, KIND_COUNT), .n = any_number(r) };
    if (v->kind == TIME) v->n = (int64_t)rng_below(r, 4102444800) * 1000; /* to the year 2100 */
    size_t count = v->kind == TEXT ? rng_below(r, PIECES_MAX) : 0;
    for (size_t i = 0; i < count; i++) {
        struct str piece = pieces[rng_below(r, COUNT_OF(pieces))];
        memcpy(v->text + v->len, piece.at, piece.len);
        v->len += piece.len;
    }
}

static void put_value(struct sheet_writer *w, const struct value *v)
{
    switch (v->kind) {
    case TEXT:
        sheet_put_text(w, (struct str){ v->text, v->len });
        break;
    case EMPTY:
        sheet_put_empty(w);
        break;
    case INTEGER:
        sheet_put_int(w, v->n);
        break;
    case MONEY:
        sheet_put_money(w, v->n, 2);
        break;
    case TIME:
    case KIND_COUNT:
        sheet_put_time(w, v->n);
        break;
    }
}

static void check_value(struct sheet_cell cell, const struct value *v)
{
    int64_t n = 0;
    CHECK_INT(cell.fault, SHEET_FINE, "no fault");
    switch (v->kind) {
    case TEXT:
        CHECK_STR(cell.text, ((struct str){ v->text, v->len }), "text");
        break;
    case EMPTY:
        CHECK_STR(cell.text, S(""), "empty");
        break;
    case INTEGER:
        CHECK(str_to_int64(cell.text, &n), "an integer");
        CHECK_INT(n, v->n, "integer");
        break;
    case MONEY:
        CHECK(sheet_to_money(cell.text, 2, &n), "an amount");
        CHECK_INT(n, v->n, "amount");
        break;
    case TIME:
    case KIND_COUNT:
        CHECK(sheet_to_time(cell.text, &n), "a time");
        CHECK_INT(n, v->n, "time");
        CHECK_INT(cell.text.len, 19, "to the second");
        break;
    }
}

static bool is_blank(const struct value *row)
{
    for (size_t c = 0; c < column_count; c++)
        if (row[c].kind != EMPTY && (row[c].kind != TEXT || row[c].len)) return false;
    return true;
}

static void write_table(const struct sheet_writer_options *options)
{
    struct sheet_writer *w;
    struct sheet_error e;
    CHECK_ERR(sheet_writer_open(options, &w, &e), OK, &e, "open");
    for (size_t r = 0; r < row_count; r++) {
        for (size_t c = 0; c < lengths[r]; c++)
            put_value(w, &table[r][c]);
        sheet_end_row(w);
    }
    CHECK_ERR(sheet_writer_close(w, &e), OK, &e, "close");
}

static void read_table(int fd)
{
    struct sheet_reader *reader;
    const struct sheet_row *row;
    struct sheet_error e;
    struct sheet_reader_options options = { .fd = fd };
    CHECK_ERR(sheet_reader_open(&options, &reader, &e), OK, &e, "open");
    for (size_t r = 0; r < row_count; r++) {
        if (is_blank(table[r])) continue;
        CHECK_ERR(sheet_next(reader, &row, &e), OK, &e, "row");
        CHECK(row, "a row is missing");
        CHECK_INT(row->number, r + 1, "number");
        CHECK(row->count <= column_count, "no more cells than were written");
        for (size_t c = 0; c < column_count; c++)
            check_value(sheet_cell_of(row, c), &table[r][c]);
    }
    CHECK_ERR(sheet_next(reader, &row, &e), OK, &e, "end");
    CHECK(!row, "no row more than was written");
    sheet_reader_free(reader);
}

static void check_dialects(enum sheet_format format, size_t count)
{
    static const char separators[] = { ',', ';', '\t' };
    struct rng r;
    print_message("seed %llu\n", (unsigned long long)seed);
    rng_seeded(&r, seed);
    for (size_t i = 0; i < count; i++) {
        row_count = 1 + rng_below(&r, ROWS_MAX);
        column_count = 1 + rng_below(&r, COLUMNS_MAX);
        for (size_t n = 0; n < row_count; n++) {
            lengths[n] = rng_below(&r, 2) ? column_count : 1 + rng_below(&r, column_count);
            for (size_t c = 0; c < column_count; c++) {
                table[n][c] = (struct value){ .kind = EMPTY };
                if (c < lengths[n]) make_value(&r, &table[n][c]);
            }
        }
        if (is_blank(table[0])) table[0][0] = (struct value){ TEXT, "x", 1, 0 };
        char path[] = "/tmp/stockbridge-sheet-XXXXXX";
        int fd = mkstemp(path);
        CHECK(fd >= 0, "a temporary file");
        unlink(path);
        struct sheet_writer_options options = { .format = format,
            .fd = fd,
            .separator = separators[i % COUNT_OF(separators)],
            .mark = rng_below(&r, 2) };
        write_table(&options);
        read_table(fd);
        close(fd);
    }
}

static void test_csv(void **state)
{
    (void)state;
    check_dialects(SHEET_CSV, TABLES);
}

static void test_xlsx(void **state)
{
    (void)state;
    check_dialects(SHEET_XLSX, TABLES / 4);
}

int main(int argc, char **argv)
{
    seed = argc > 1 ? strtoull(argv[1], NULL, 10) : rng_u64(rng_system());
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_csv),
        cmocka_unit_test(test_xlsx),
    };
    return cmocka_run_group_tests_name("prop/sheet", tests, NULL, NULL);
}
