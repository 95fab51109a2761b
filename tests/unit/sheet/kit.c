/* kit.c: see kit.h. */
#include "kit.h"

#include "check.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <zip.h>

static struct buf shown = { .cap = 64 * 1024 * 1024 };
static struct sheet_error failure;

static const char *const faults[] = { "", "<digits>", "<error>", "<no value>", "<no date>" };

static void show_row(const struct sheet_row *row)
{
    if (shown.len) buf_put_char(&shown, ' ');
    buf_put_fmt(&shown, "%lld:", (long long)row->number);
    for (size_t i = 0; i < row->count; i++) {
        if (i) buf_put_char(&shown, '|');
        buf_put(&shown, str_of(faults[row->cells[i].fault]));
        buf_put(&shown, row->cells[i].text);
    }
}

static void show_failure(void)
{
    if (shown.len) buf_put_char(&shown, ' ');
    buf_put_fmt(&shown, "!%s %lld,%d", failure.code, (long long)failure.row, (int)failure.column);
    CHECK(failure.detail[0], "every failure has words");
}

struct str kit_show(const struct sheet_reader_options *options)
{
    struct sheet_reader *r;
    const struct sheet_row *row = NULL;
    buf_release(&shown);
    failure = (struct sheet_error){ .kind = OK };
    enum err rc = sheet_reader_open(options, &r, &failure);
    if (rc) {
        show_failure();
        return buf_str(&shown);
    }
    while (!(rc = sheet_next(r, &row, &failure)) && row)
        show_row(row);
    if (rc) {
        show_failure();
        CHECK_INT(sheet_next(r, &row, &failure), rc, "the first failure sticks");
        CHECK(!row, "no row beside a failure");
    }
    sheet_reader_free(r);
    return buf_str(&shown);
}

/* Of exactly that size, so that the sanitizer sees a read of one byte beyond. */
struct str kit_show_bytes(struct str bytes)
{
    char *exact = malloc(bytes.len ? bytes.len : 1);
    CHECK(exact, "memory");
    if (bytes.len) memcpy(exact, bytes.at, bytes.len);
    struct str s = kit_show(&(struct sheet_reader_options){ .memory = { exact, bytes.len } });
    free(exact);
    return s;
}

struct str kit_show_fd(int fd)
{
    return kit_show(&(struct sheet_reader_options){ .fd = fd });
}

const char *kit_detail(void)
{
    return failure.detail;
}

int kit_file(void)
{
    char path[] = "/tmp/stockbridge-sheet-XXXXXX";
    int fd = mkstemp(path);
    CHECK(fd >= 0, "a temporary file");
    unlink(path);
    return fd;
}

void kit_content(int fd, struct buf *out)
{
    char block[65536];
    ssize_t n;
    buf_init(out, 256 * 1024 * 1024);
    for (off_t at = 0; (n = pread(fd, block, sizeof block, at)) > 0; at += n)
        buf_put(out, (struct str){ block, (size_t)n });
    CHECK_INT(n, 0, "it can be read");
}

struct str kit_zip(const struct kit_part *parts, size_t count)
{
    int why;
    char path[] = "/tmp/stockbridge-sheet-XXXXXX";
    int fd = mkstemp(path);
    CHECK(fd >= 0, "a temporary file");
    zip_t *zip = zip_open(path, ZIP_TRUNCATE, &why);
    CHECK(zip, "a zip");
    for (size_t i = 0; i < count; i++) {
        zip_source_t *src = zip_source_buffer(zip, parts[i].content.at, parts[i].content.len, 0);
        zip_int64_t index = zip_file_add(zip, parts[i].name, src, ZIP_FL_OVERWRITE);
        CHECK(index >= 0, "a part");
        if (parts[i].encrypted)
            CHECK_INT(zip_file_set_encryption(zip, (zip_uint64_t)index, ZIP_EM_AES_256, "x"), 0,
                "encrypted");
    }
    CHECK_INT(zip_close(zip), 0, "written");
    close(fd);
    fd = open(path, O_RDONLY | O_CLOEXEC);
    struct buf all;
    kit_content(fd, &all);
    close(fd);
    unlink(path);
    size_t len;
    char *bytes = buf_take(&all, &len);
    return (struct str){ bytes, len };
}

#define REL "http://schemas.openxmlformats.org/officeDocument/2006/relationships"

struct str kit_show_book(const struct kit_book *book)
{
    struct buf text[6];
    for (size_t i = 0; i < COUNT_OF(text); i++)
        buf_init(&text[i], 256 * 1024 * 1024);
    buf_put(&text[0], S("<Relationships><Relationship Id=\"rId1\" Type=\"" REL "/officeDocument\" "
                        "Target=\"xl/workbook.xml\"/></Relationships>"));
    buf_put_fmt(&text[1],
        "<workbook><workbookPr %s/><sheets><sheet name=\"One\" sheetId=\"1\" r:id=\"rId1\" "
        "xmlns:r=\"" REL "\"/></sheets></workbook>",
        book->properties ? book->properties : "");
    buf_put(&text[2], S("<Relationships><Relationship Id=\"rId1\" Type=\"" REL "/worksheet\" "
                        "Target=\"worksheets/sheet1.xml\"/>"));
    if (book->strings)
        buf_put(&text[2], S("<Relationship Id=\"rId2\" Type=\"" REL "/sharedStrings\" "
                            "Target=\"/xl/sharedStrings.xml\"/>"));
    if (book->styles)
        buf_put(&text[2],
            S("<Relationship Id=\"rId3\" Type=\"" REL "/styles\" Target=\"../xl/./styles.xml\"/>"));
    buf_put(&text[2], S("</Relationships>"));
    buf_put(&text[3], S("<worksheet><sheetData>"));
    buf_put(&text[3], str_of(book->rows));
    buf_put(&text[3], S("</sheetData></worksheet>"));
    buf_put_fmt(&text[4], "<sst>%s</sst>", book->strings ? book->strings : "");
    buf_put_fmt(&text[5], "<styleSheet>%s</styleSheet>", book->styles ? book->styles : "");
    const struct kit_part parts[] = { { "_rels/.rels", buf_str(&text[0]), false },
        { "xl/workbook.xml", buf_str(&text[1]), false },
        { "xl/_rels/workbook.xml.rels", buf_str(&text[2]), false },
        { "xl/worksheets/sheet1.xml", buf_str(&text[3]), false },
        { "xl/sharedStrings.xml", buf_str(&text[4]), false },
        { "xl/styles.xml", buf_str(&text[5]), false } };
    struct str zip = kit_zip(parts, COUNT_OF(parts));
    struct str shown_bytes = kit_show_bytes(zip);
    free((char *)(uintptr_t)zip.at);
    for (size_t i = 0; i < COUNT_OF(text); i++)
        buf_release(&text[i]);
    return shown_bytes;
}
