/*
 * limits.h: every bound of the program, with the reason for its number.
 */
#ifndef BASE_LIMITS_H
#define BASE_LIMITS_H

enum {
    HTTP_BODY_MAX = 8 * 1024 * 1024,              /* in memory */
    HTTP_FILE_MAX = 64 * 1024 * 1024 + 16 * 1024, /* on disk: a spreadsheet, and a form around it */
    HTTP_JSON_MAX = 1024 * 1024, /* openapi.yaml: 1,000 items of about 200 bytes, and room */
    HTTP_PAGE_DEFAULT = 50,
    HTTP_PAGE_MAX = 500, /* api.md */

    /* Text fields, in characters. */
    TITLE_MAX = 200,
    SKU_MAX = 100, /* Amazon accepts 40 characters (sp-api.md 1.4); other systems more */
    ESN_MAX = 64,
    HEX_ID_SIZE = 8, /* characters: 32^8 ids; see core/hexid.h */
    NOTE_MAX = 4000,
    QUERY_MAX = 200,         /* one query parameter */
    QUERY_REPEATS_MAX = 100, /* of one that may repeat (openapi.yaml) */

    /* Quantities: far above any warehouse, far below overflow in 64-bit sums. */
    LINE_QUANTITY_MAX = 1000000,
    ORDER_LINES_MAX = 1000,
    LISTING_VARIATIONS_MAX = 1000,

    /* Replies of a marketplace: the largest page seen is under 1 MiB. */
    TRANSPORT_REPLY_MAX = 16 * 1024 * 1024,

    /* Spreadsheets (src/sheet). Rows and cells are what a spreadsheet program holds itself, in
     * bytes instead of characters; no import has more than a few dozen columns. */
    SHEET_FILE_MAX = 64 * 1024 * 1024,
    SHEET_ROWS_MAX = 1048576,
    SHEET_COLUMNS_MAX = 256,
    SHEET_CELL_MAX = 32767,
    SHEET_UNPACKED_MAX = 1024 * 1024 * 1024, /* of an XLSX: a million rows of 16 cells */
    SHEET_RATIO_MAX = 200,                   /* unpacked to packed; honest files have 5 to 50 */
    SHEET_PARTS_MAX = 4096,                  /* files in an XLSX, pictures and all */

    /* Arena caps. */
    REQUEST_ARENA_MAX = 128 * 1024 * 1024,
    JOB_ARENA_MAX = 256 * 1024 * 1024,
};

#endif
