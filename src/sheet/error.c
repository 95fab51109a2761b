/* error.c: what is wrong and where; names of columns. */
#include "sheet/internal.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static enum err set(struct sheet_error *e, enum err kind, const char *code, const char *fmt,
    va_list ap) __attribute__((format(printf, 4, 0)));

static enum err set(
    struct sheet_error *e, enum err kind, const char *code, const char *fmt, va_list ap)
{
    e->kind = kind;
    (void)snprintf(e->code, sizeof e->code, "%s", code);
    (void)vsnprintf(e->detail, sizeof e->detail, fmt, ap);
    return kind;
}

enum err sheet_error_set(
    struct sheet_error *e, enum err kind, const char *code, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    e->row = 0;
    e->column = 0;
    set(e, kind, code, fmt, ap);
    va_end(ap);
    return kind;
}

enum err sheet_error_at(struct sheet_error *e, enum err kind, const char *code, int64_t row,
    int32_t column, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    e->row = row;
    e->column = column;
    set(e, kind, code, fmt, ap);
    va_end(ap);
    return kind;
}

enum err sheet_fail(
    struct sheet_reader *r, enum err kind, const char *code, int32_t column, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    r->error.row = r->number;
    r->error.column = column;
    set(&r->error, kind, code, fmt, ap);
    va_end(ap);
    return kind;
}

const char *sheet_column_name(int32_t column, char name[SHEET_COLUMN_NAME_SIZE])
{
    size_t at = SHEET_COLUMN_NAME_SIZE - 1;
    name[at] = '\0';
    for (int32_t left = column; left > 0; left = (left - 1) / 26)
        name[--at] = (char)('A' + (left - 1) % 26);
    return name + at;
}

void sheet_error_to(const struct sheet_error *from, struct error *to)
{
    char name[SHEET_COLUMN_NAME_SIZE];
    if (from->row && from->column)
        error_code(to, from->kind, from->code, "row %lld, column %s: %s", (long long)from->row,
            sheet_column_name(from->column, name), from->detail);
    else if (from->row)
        error_code(to, from->kind, from->code, "row %lld: %s", (long long)from->row, from->detail);
    else
        error_code(to, from->kind, from->code, "%s", from->detail);
}

struct str sheet_fault_text(enum sheet_fault fault)
{
    switch (fault) {
    case SHEET_FINE:
        return S("");
    case SHEET_DIGITS_LOST:
        return S("the number has more than the 15 digits that a spreadsheet program keeps: format "
                 "the column as text and enter it again");
    case SHEET_FORMULA_ERROR:
        return S("the formula gives an error");
    case SHEET_NO_VALUE:
        return S("the formula was saved without its value: open and save the file in a "
                 "spreadsheet program");
    case SHEET_NOT_A_DATE:
        return S("the number is shown as a date, but is none");
    }
    return S("");
}
