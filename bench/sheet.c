/*
 * sheet.c: rows a second and peak memory of spreadsheets, and of what stands beside them.
 *
 * usage: sheet ROWS DIRECTORY WHAT
 *   WHAT: csv-write csv-read xlsx-write xlsx-read, or beside them: scan (count line feeds of the
 * CSV), copy (the same bytes written), bare-xlsx (libxlsxwriter by itself) Prints milliseconds,
 * bytes of the file, and the most kilobytes that were resident. One thing for each process, so that
 * the memory is that of the one thing.
 */
#include "sheet/sheet.h"
#include "base/assert.h"
#include "base/clock.h"
#include "base/temp_file.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <xlsxwriter.h>

enum { COLUMNS = 10, BLOCK = 64 * 1024, TEXT_SIZE = 64 };

/* Two numbers, an amount and a time; the other six are texts such as an export of items has. */
static struct str text_of(int64_t row, int column, char out[TEXT_SIZE])
{
    static const char *const words[] = { "Apple", "iPhone 13 Pro", "Unlocked", "128 GB",
        "Sierra Blue" };
    int n = column == 5 ? snprintf(out, TEXT_SIZE, "%015" PRId64, INT64_C(353918050000000) + row)
                        : snprintf(out, TEXT_SIZE, "%s %" PRId64, words[column], row % 977);
    return (struct str){ out, (size_t)n };
}

static void write_sheet(enum sheet_format format, int fd, int64_t rows, const char *dir)
{
    struct sheet_writer *w;
    struct sheet_error e;
    char text[TEXT_SIZE];
    struct sheet_writer_options options = { .format = format, .fd = fd, .tmp_dir = dir };
    ASSERT(!sheet_writer_open(&options, &w, &e));
    for (int64_t row = 0; row < rows; row++) {
        for (int column = 0; column < 6; column++)
            sheet_put_text(w, text_of(row, column, text));
        sheet_put_int(w, row);
        sheet_put_int(w, row % 7);
        sheet_put_money(w, row * 37 % 100000, 2);
        sheet_put_time(w, 1790000000000 + row * 1000);
        sheet_end_row(w);
    }
    ASSERT(!sheet_writer_close(w, &e));
}

static void read_sheet(int fd, int64_t rows, const char *dir)
{
    struct sheet_reader *r;
    struct sheet_error e;
    const struct sheet_row *row;
    int64_t count = 0;
    struct sheet_reader_options options = { .fd = fd, .tmp_dir = dir, .size_max = INT64_MAX };
    ASSERT(!sheet_reader_open(&options, &r, &e));
    while (!sheet_next(r, &row, &e) && row)
        count += row->count == COLUMNS;
    sheet_reader_free(r);
    ASSERT(count == rows);
}

static void scan(int fd, int64_t rows)
{
    static char block[BLOCK];
    int64_t count = 0;
    ssize_t n;
    for (off_t at = 0; (n = pread(fd, block, sizeof block, at)) > 0; at += n)
        for (const char *p = block; (p = memchr(p, '\n', (size_t)(block + n - p))); p++)
            count++;
    ASSERT(count == rows);
}

static void copy(int from, int to)
{
    static char block[BLOCK];
    ssize_t n;
    for (off_t at = 0; (n = pread(from, block, sizeof block, at)) > 0; at += n)
        ASSERT(temp_file_write(to, (struct str){ block, (size_t)n }));
}

static void bare_xlsx(const char *path, int64_t rows, const char *dir)
{
    char tmp_dir[4096]; /* the library's parameter is not const */
    (void)snprintf(tmp_dir, sizeof tmp_dir, "%s", dir);
    lxw_workbook_options options = { .constant_memory = LXW_TRUE, .tmpdir = tmp_dir };
    lxw_workbook *book = workbook_new_opt(path, &options);
    lxw_worksheet *sheet = workbook_add_worksheet(book, NULL);
    char text[TEXT_SIZE];
    for (int64_t row = 0; row < rows; row++) {
        lxw_row_t r = (lxw_row_t)row;
        for (lxw_col_t column = 0; column < 6; column++) {
            text_of(row, column, text);
            worksheet_write_string(sheet, r, column, text, NULL);
        }
        worksheet_write_number(sheet, r, 6, (double)row, NULL);
        worksheet_write_number(sheet, r, 7, (double)(row % 7), NULL);
        worksheet_write_number(sheet, r, 8, (double)(row * 37 % 100000) / 100.0, NULL);
        worksheet_write_number(sheet, r, 9, 46350.0 + (double)row / 86400.0, NULL);
    }
    ASSERT(!workbook_close(book));
}

static void run(const char *what, const char *path, int64_t rows, const char *dir)
{
    bool writes = strstr(what, "write") || !strcmp(what, "copy");
    char other[4096];
    (void)snprintf(other, sizeof other, "%s.copy", path);
    int fd = open(!strcmp(what, "copy") ? other : path,
        writes ? O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC : O_RDONLY | O_CLOEXEC, 0600);
    if (!strcmp(what, "bare-xlsx")) {
        bare_xlsx(other, rows, dir);
        unlink(other);
    } else if (!strcmp(what, "csv-write") || !strcmp(what, "xlsx-write")) {
        write_sheet(what[0] == 'c' ? SHEET_CSV : SHEET_XLSX, fd, rows, dir);
    } else if (!strcmp(what, "copy")) {
        int from = open(path, O_RDONLY | O_CLOEXEC);
        copy(from, fd);
        close(from);
        unlink(other);
    } else if (!strcmp(what, "scan")) {
        scan(fd, rows);
    } else {
        read_sheet(fd, rows, dir);
    }
    if (fd >= 0) close(fd);
}

int main(int argc, char **argv)
{
    int64_t rows = 0;
    if (argc != 4 || !str_to_int64(str_of(argv[1]), &rows) || rows < 1) {
        (void)fprintf(stderr, "usage: %s ROWS DIRECTORY WHAT\n", argv[0]);
        return 2;
    }
    char path[4000];
    struct rusage usage;
    struct stat st = { .st_size = 0 };
    bool xlsx = strstr(argv[3], "xlsx") != NULL;
    (void)snprintf(
        path, sizeof path, "%s/%lld.%s", argv[2], (long long)rows, xlsx ? "xlsx" : "csv");
    time_ms from = clock_monotonic(clock_system());
    run(argv[3], path, rows, argv[2]);
    time_ms took = clock_monotonic(clock_system()) - from;
    (void)getrusage(RUSAGE_SELF, &usage);
    (void)stat(path, &st);
    (void)printf("{\"ms\":%lld,\"bytes\":%lld,\"kb\":%ld}\n", (long long)took,
        (long long)st.st_size, usage.ru_maxrss);
    return 0;
}
