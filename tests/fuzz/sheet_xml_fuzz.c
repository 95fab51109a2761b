/*
 * sheet_xml_fuzz.c: any bytes as the parts of an XLSX.
 *
 * Four parts with a line of "--" between them: sheet, strings, styles, and what stands in the
 * workbook; the ZIP around them is made here, so that the fuzzer need not find checksums.
 */
#include "sheet/sheet.h"

#include "base/assert.h"
#include "base/buf.h"

#include <stdlib.h>
#include <zip.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define REL "http://schemas.openxmlformats.org/officeDocument/2006/relationships"

static struct str cut_part(struct str *rest)
{
    for (size_t i = 0; i + 4 <= rest->len; i++) {
        if (!str_eq(str_sub(*rest, i, 4), S("\n--\n"))) continue;
        struct str part = str_sub(*rest, 0, i);
        *rest = str_sub(*rest, i + 4, rest->len);
        return part;
    }
    struct str part = *rest;
    *rest = S("");
    return part;
}

static void add(zip_t *zip, const char *name, struct str content)
{
    zip_source_t *src = zip_source_buffer(zip, content.at, content.len, 0);
    zip_int64_t index = zip_file_add(zip, name, src, 0);
    ASSERT(src && index >= 0);
    ASSERT(!zip_set_file_compression(zip, (zip_uint64_t)index, ZIP_CM_STORE, 0));
}

static void read_all(struct str bytes)
{
    struct sheet_reader *r;
    struct sheet_error e = { .kind = OK };
    const struct sheet_row *row;
    if (!sheet_reader_open(&(struct sheet_reader_options){ .memory = bytes }, &r, &e)) {
        while (!sheet_next(r, &row, &e) && row)
            for (size_t i = 0; i < row->count; i++)
                ASSERT(str_is_utf8(row->cells[i].text));
        sheet_reader_free(r);
    }
    ASSERT(!e.kind || (e.code[0] && e.detail[0]));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str rest = { size ? (const char *)data : "", size };
    struct str sheet = cut_part(&rest), strings = cut_part(&rest), styles = cut_part(&rest);
    struct buf book;
    zip_error_t error;
    buf_init(&book, 4096 + size);
    buf_put(&book, S("<workbook>"));
    buf_put(&book, cut_part(&rest));
    buf_put(&book, S("<sheets><sheet name=\"a\" id=\"a\"/></sheets></workbook>"));
    zip_error_init(&error);
    zip_source_t *memory = zip_source_buffer_create(NULL, 0, 0, &error);
    zip_t *zip = zip_open_from_source(memory, ZIP_TRUNCATE, &error);
    ASSERT(zip);
    zip_source_keep(memory);
    add(zip, "_rels/.rels",
        S("<Relationships><Relationship Id=\"a\" Type=\"" REL
          "/officeDocument\" Target=\"w\"/></Relationships>"));
    add(zip, "_rels/w.rels",
        S("<Relationships><Relationship Id=\"a\" Type=\"" REL
          "/worksheet\" Target=\"s\"/><Relationship Id=\"b\" "
          "Type=\"" REL "/sharedStrings\" Target=\"t\"/><Relationship Id=\"c\" Type=\"" REL
          "/styles\" "
          "Target=\"y\"/></Relationships>"));
    add(zip, "w", buf_str(&book));
    add(zip, "s", sheet);
    add(zip, "t", strings);
    add(zip, "y", styles);
    ASSERT(!zip_close(zip));
    zip_stat_t st;
    ASSERT(!zip_source_stat(memory, &st) && !zip_source_open(memory));
    char *bytes = malloc(st.size);
    ASSERT(bytes && zip_source_read(memory, bytes, st.size) == (zip_int64_t)st.size);
    read_all((struct str){ bytes, st.size });
    free(bytes);
    zip_source_close(memory);
    zip_source_free(memory);
    buf_release(&book);
    return 0;
}
