/* vendor.c: see vendor.h. */
#include "store/vendor.h"

#include "store/search.h"

#define COLUMNS "SELECT id, name, notes, archived, version, created_at, updated_at FROM vendor "

static void read_row(struct stmt *st, struct arena *arena, struct vendor *out)
{
    *out = (struct vendor){
        .id = stmt_int(st, 0),
        .name = stmt_str(st, 1, arena),
        .notes = stmt_str(st, 2, arena),
        .archived = stmt_int(st, 3) != 0,
        .version = stmt_int(st, 4),
        .created_at = stmt_int(st, 5),
        .updated_at = stmt_int(st, 6),
    };
}

enum err vendor_list(struct tx *tx, const struct vendor_filter *filter, const struct page *page,
    struct arena *arena, struct vendor **out, size_t *count, struct error *e)
{
    struct search_words words;
    search_words(filter->q, arena, &words);
    *out = arena_new(arena, struct vendor, (size_t)page->limit + 1);
    *count = 0;
    struct stmt *st = tx_prepare(tx,
        COLUMNS "WHERE id > $1 AND ($2 = 2 OR archived = $2) AND LOWER(name) LIKE $3 ESCAPE '!'"
                " AND LOWER(name) LIKE $4 ESCAPE '!' AND LOWER(name) LIKE $5 ESCAPE '!'"
                " AND LOWER(name) LIKE $6 ESCAPE '!' AND LOWER(name) LIKE $7 ESCAPE '!'"
                " AND LOWER(name) LIKE $8 ESCAPE '!' AND ($10 = '' OR name = $10)"
                " ORDER BY id LIMIT $9");
    stmt_bind_int(st, 1, page->after);
    stmt_bind_int(st, 2, filter->archived);
    search_bind(st, 3, &words);
    stmt_bind_int(st, 9, page->limit + 1);
    stmt_bind_str(st, 10, filter->name);
    while (stmt_row(st))
        read_row(st, arena, &(*out)[(*count)++]);
    return stmt_end(st, e);
}

enum err vendor_load(
    struct tx *tx, int64_t id, struct arena *arena, struct vendor *out, struct error *e)
{
    struct stmt *st = tx_prepare(tx, COLUMNS "WHERE id = $1");
    stmt_bind_int(st, 1, id);
    bool found = stmt_row(st);
    if (found) read_row(st, arena, out);
    enum err rc = stmt_end(st, e);
    if (!rc && !found) rc = error_set(e, ERR_NOT_FOUND, "no vendor %lld", (long long)id);
    return rc;
}

static enum err explain(enum err rc, struct str name, struct error *e)
{
    if (rc == ERR_CONFLICT && str_eq(str_of(e->code), S("unique")))
        return error_at(
            e, rc, "duplicate", "/name", "there is a vendor \"%.*s\" already", STR_FMT(name));
    return rc;
}

static struct str opt(struct str s)
{
    return s.len ? s : (struct str){ 0 };
}

static void audit(
    struct change *c, const char *action, const struct vendor *from, const struct vendor *to)
{
    struct change_list l;
    change_list_init(&l);
    change_list_diff(&l, "name", opt(from->name), opt(to->name));
    change_list_diff(&l, "notes", opt(from->notes), opt(to->notes));
    if (from->archived != to->archived)
        change_list_add_int(&l, "archived", from->archived, to->archived);
    audit_add(c, action, "vendor", to->id ? to->id : from->id, change_list_end(&l));
    change_list_release(&l);
}

enum err vendor_create(struct change *c, struct vendor *in, struct error *e)
{
    struct stmt *st = tx_prepare(c->tx, "INSERT INTO vendor (name, notes, created_at, updated_at)"
                                        " VALUES ($1, $2, $3, $3) RETURNING id");
    stmt_bind_str(st, 1, in->name);
    stmt_bind_str(st, 2, in->notes);
    stmt_bind_int(st, 3, c->now);
    enum err rc = stmt_scalar(st, 0, &in->id, e);
    if (rc) return explain(rc, in->name, e);
    in->version = 1;
    in->created_at = in->updated_at = c->now;
    audit(c, "create", &(struct vendor){ 0 }, in);
    return OK;
}

enum err vendor_update(
    struct change *c, const struct vendor *before, struct vendor *after, struct error *e)
{
    struct stmt *st =
        tx_prepare(c->tx, "UPDATE vendor SET name = $1, notes = $2, archived = $3, updated_at = $4,"
                          " version = version + 1 WHERE id = $5 AND version = $6");
    stmt_bind_str(st, 1, after->name);
    stmt_bind_str(st, 2, after->notes);
    stmt_bind_int(st, 3, after->archived);
    stmt_bind_int(st, 4, c->now);
    stmt_bind_int(st, 5, before->id);
    stmt_bind_int(st, 6, before->version);
    enum err rc = stmt_run_versioned(st, e);
    if (rc) return explain(rc, after->name, e);
    after->version = before->version + 1;
    after->updated_at = c->now;
    audit(c, "update", before, after);
    return OK;
}

enum err vendor_delete(struct change *c, const struct vendor *vendor, struct error *e)
{
    struct stmt *st =
        tx_prepare(c->tx, "SELECT 1 FROM purchase_order WHERE vendor_id = $1 LIMIT 1");
    stmt_bind_int(st, 1, vendor->id);
    int64_t used;
    enum err rc = stmt_scalar(st, 0, &used, e);
    if (rc) return rc;
    if (used)
        return error_code(
            e, ERR_CONFLICT, "in_use", "purchase orders name this vendor; archive it instead");
    st = tx_prepare(c->tx, "DELETE FROM vendor WHERE id = $1 AND version = $2");
    stmt_bind_int(st, 1, vendor->id);
    stmt_bind_int(st, 2, vendor->version);
    rc = stmt_run_versioned(st, e);
    if (rc == ERR_CONFLICT) return error_code(e, rc, "in_use", "a purchase order names it");
    if (!rc) audit(c, "delete", vendor, &(struct vendor){ 0 });
    return rc;
}
