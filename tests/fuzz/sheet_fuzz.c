/*
 * sheet_fuzz.c: any bytes as a spreadsheet end in rows or in words; what rows they give is written
 * and read again as the same rows.
 */
#include "sheet/sheet.h"

#include "base/assert.h"
#include "base/limits.h"
#include "base/temp_file.h"

#include <string.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { COMPARED_MAX = 200 };

static void check_row(const struct sheet_row *row, int64_t after)
{
    ASSERT(row->number > after && row->count >= 1 && row->count <= SHEET_COLUMNS_MAX);
    for (size_t i = 0; i < row->count; i++) {
        struct str text = row->cells[i].text;
        ASSERT(text.len <= SHEET_CELL_MAX);
        ASSERT(str_is_utf8(text) && (!text.len || !memchr(text.at, '\0', text.len)));
    }
    const struct sheet_cell *last = &row->cells[row->count - 1];
    ASSERT(last->text.len || last->fault);
}

static struct sheet_reader *open_bytes(struct str bytes)
{
    struct sheet_reader *r;
    struct sheet_error e = { .kind = OK };
    if (!sheet_reader_open(&(struct sheet_reader_options){ .memory = bytes }, &r, &e)) return r;
    ASSERT(e.kind && e.code[0] && e.detail[0]);
    return NULL;
}

static int64_t read_all(struct str bytes, struct sheet_writer *w)
{
    struct sheet_error e = { .kind = OK };
    struct sheet_reader *r = open_bytes(bytes);
    if (!r) return 0;
    int64_t number = 0, count = 0;
    const struct sheet_row *row;
    while (!sheet_next(r, &row, &e) && row) {
        check_row(row, number);
        number = row->number;
        bool text = false;
        for (size_t i = 0; i < row->count; i++)
            text = text || row->cells[i].text.len;
        if (!text || count == COMPARED_MAX) continue; /* only a fault: nothing to be written */
        for (size_t i = 0; i < row->count; i++)
            sheet_put_text(w, row->cells[i].text);
        sheet_end_row(w);
        count++;
    }
    ASSERT(!e.kind || (e.code[0] && e.detail[0]));
    sheet_reader_free(r);
    return count;
}

static void compare(struct str bytes, int fd, int64_t count)
{
    struct sheet_error e;
    struct sheet_reader *first = open_bytes(bytes), *second;
    const struct sheet_row *a, *b;
    ASSERT(first && !sheet_reader_open(&(struct sheet_reader_options){ .fd = fd }, &second, &e));
    while (count > 0) {
        ASSERT(!sheet_next(first, &a, &e) && a);
        bool text = false;
        for (size_t i = 0; i < a->count; i++)
            text = text || a->cells[i].text.len;
        if (!text) continue;
        ASSERT(!sheet_next(second, &b, &e) && b);
        for (size_t i = 0; i < a->count || i < b->count; i++)
            ASSERT(str_eq(sheet_cell_of(a, i).text, sheet_cell_of(b, i).text));
        count--;
    }
    ASSERT(!sheet_next(second, &b, &e) && !b);
    sheet_reader_free(first);
    sheet_reader_free(second);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str bytes = { size ? (const char *)data : "", size };
    struct sheet_error e;
    struct sheet_writer *w;
    int fd = temp_file_open(NULL);
    ASSERT(fd >= 0);
    char separator = size % 3 == 0 ? ',' : size % 3 == 1 ? ';' : '\t';
    struct sheet_writer_options o = { .format = SHEET_CSV, .fd = fd, .separator = separator };
    ASSERT(!sheet_writer_open(&o, &w, &e));
    int64_t count = read_all(bytes, w);
    ASSERT(!sheet_writer_close(w, &e));
    if (count) compare(bytes, fd, count);
    close(fd);
    return 0;
}
