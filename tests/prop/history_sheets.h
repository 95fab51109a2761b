/*
 * history_sheets.h: what the kinds of spreadsheets share.
 *
 * Files are drawn so that what comes of them does not depend on the order in which rows that wait
 * are looked at again: no two rows ask for the same SKU, ESN or place in the catalog, and `create`
 * never names what another row moves.
 */
#ifndef TESTS_PROP_HISTORY_SHEETS_H
#define TESTS_PROP_HISTORY_SHEETS_H

#include "history.h"

#include "exchange/import.h"

enum { SHEET_ROWS = 5 };

enum fate { WAITS, UNCHANGED, CREATED, UPDATED, REJECTED };

/* Applies the file, dry first, then for good, then again, and holds what it says against the fates
 * of its rows: the dry run says the same and changes nothing; the second time nothing changes. */
void history_apply(
    struct history *h, enum import_kind kind, struct str text, const enum fate *fates, int count);

void history_catalog_sheet(struct history *h);
void history_item_sheet(struct history *h);
void history_connection_sheet(struct history *h);

#endif
