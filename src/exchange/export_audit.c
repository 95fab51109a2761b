/*
 * export_audit.c: the audit trail as rows: one for each field that was changed, so that a
 * spreadsheet program can filter by it; an entry without any has one row.
 */
#include "exchange/export_internal.h"

#include "base/json.h"
#include "base/limits.h"

static const struct column audit_columns[] = {
    { "ID", COLUMN_OPTIONAL },
    { "At", COLUMN_OPTIONAL },
    { "Actor Kind", COLUMN_OPTIONAL },
    { "Actor ID", COLUMN_OPTIONAL },
    { "Actor", COLUMN_OPTIONAL },
    { "Address", COLUMN_OPTIONAL },
    { "Action", COLUMN_OPTIONAL },
    { "Resource", COLUMN_OPTIONAL },
    { "Resource ID", COLUMN_OPTIONAL },
    { "Field", COLUMN_OPTIONAL },
    { "From", COLUMN_OPTIONAL },
    { "To", COLUMN_OPTIONAL },
};
enum {
    AUDIT_COLUMNS = sizeof audit_columns / sizeof audit_columns[0],
    AUDIT_FIELDS = 9, /* before those of a change */
};

/* What does not fit into a cell is cut off, between two characters, and the cell says so. */
static struct export_cell value_cell(struct exporting *x, struct json change, const char *key)
{
    static const char more[] = " ...";
    struct str s = S("");
    size_t n = SHEET_CELL_MAX - sizeof more;
    (void)json_str(json_get(change, key), &s);
    if (s.len <= n) return text_cell(s);
    while (n && ((unsigned char)s.at[n] & 0xC0) == 0x80)
        n--;
    return text_cell(arena_fmt(x->arena, "%.*s%s", (int)n, s.at, more));
}

static enum err put_changes(
    struct exporting *x, struct str changes, struct export_cell *cells, struct error *e)
{
    struct json all;
    struct export_cell *own = cells + AUDIT_FIELDS;
    enum err rc = json_parse(changes, changes.len, &all, e);
    if (rc) return error_set(e, ERR_CORRUPT, "an audit entry whose changes are not JSON");
    size_t count = json_len(all);
    for (size_t i = 0; i < count && !rc; i++) {
        struct json change = json_at(all, i);
        own[0] = value_cell(x, change, "field");
        own[1] = value_cell(x, change, "from");
        own[2] = value_cell(x, change, "to");
        rc = export_row(x, cells, AUDIT_COLUMNS, e);
    }
    json_release(&all);
    if (rc || count) return rc;
    own[0] = own[1] = own[2] = text_cell(S(""));
    return export_row(x, cells, AUDIT_COLUMNS, e);
}

static enum err put_entry(struct exporting *x, const struct audit_entry *a, struct error *e)
{
    char time[RFC3339_SIZE];
    struct export_cell cells[AUDIT_COLUMNS] = {
        id_cell(a->id),
        text_cell(rfc3339_format(a->at, time)),
        text_cell(actor_kind_name(a->actor_kind)),
        id_cell(a->actor_id),
        text_cell(a->actor_name),
        text_cell(a->address),
        text_cell(a->action),
        text_cell(a->resource),
        id_cell(a->resource_id),
    };
    return put_changes(x, a->changes.len ? a->changes : S("[]"), cells, e);
}

enum err export_audit(struct exporting *x, struct error *e)
{
    struct page page = { 0, EXPORT_PAGE };
    enum err rc = export_titles(x, audit_columns, AUDIT_COLUMNS, e);
    for (bool more = true; more && !rc;) {
        struct audit_entry *rows;
        size_t count;
        arena_reset(x->arena);
        rc = audit_list(x->tx, &x->request->audit, &page, x->arena, &rows, &count, e);
        if (rc) return rc;
        more = count > EXPORT_PAGE;
        for (size_t i = 0; i < count && i < EXPORT_PAGE && !rc; i++)
            rc = put_entry(x, &rows[i], e);
        if (more) page.after = rows[EXPORT_PAGE - 1].id;
    }
    return rc;
}
