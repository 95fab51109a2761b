/* xlsx_write.h: a sheet through libxlsxwriter; nobody outside src/sheet includes it. */
#ifndef SHEET_XLSX_WRITE_H
#define SHEET_XLSX_WRITE_H

#include "sheet/writer.h"

enum xlsx_look { XLSX_PLAIN, XLSX_HEADER };

void xlsx_begin(struct sheet_writer *w);
void xlsx_put_text(struct sheet_writer *w, struct str text, enum xlsx_look look);
void xlsx_put_number(struct sheet_writer *w, int64_t n, int decimals); /* n / 10^decimals */
void xlsx_put_time(struct sheet_writer *w, time_ms t);                 /* whole seconds */
void xlsx_header_done(struct sheet_writer *w);                         /* it stays in view */
void xlsx_end(struct sheet_writer *w);
void xlsx_writer_free(struct xlsx_writer *x); /* NULL is let be */

#endif
