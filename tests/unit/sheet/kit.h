/* kit.h: a spreadsheet as one line of text, so that tables of tests can show it. */
#ifndef TESTS_SHEET_KIT_H
#define TESTS_SHEET_KIT_H

#include "base/buf.h"
#include "sheet/sheet.h"

/* "1:a|b 3:c" for its rows, "<fault>" in front of a cell with one, "!code row,column" at its end
 * when it fails; lives until the next call. */
struct str kit_show(const struct sheet_reader_options *options);
struct str kit_show_bytes(struct str bytes);
struct str kit_show_fd(int fd);

/* The detail of the last failure. */
const char *kit_detail(void);

/* An empty file without a name, and its content. */
int kit_file(void);
void kit_content(int fd, struct buf *out);

/* An XLSX by hand: a ZIP of these parts, in memory; free() it. */
struct kit_part {
    const char *name;
    struct str content;
    bool encrypted;
};
struct str kit_zip(const struct kit_part *parts, size_t count);
/* With all that is needed around one sheet: what stands in <sheetData>, in <sst> (NULL: no such
 * part), in <styleSheet> (NULL) and in the attributes of <workbookPr>. */
struct kit_book {
    const char *rows, *strings, *styles, *properties;
};
struct str kit_show_book(const struct kit_book *book);

#endif
