/* reference.c: one set of functions over a table of statements; see reference.h. */
#include "store/reference.h"

#include "store/derive.h"
#include "store/variation.h"

struct reference_sql {
    const char *resource;
    const char *list;   /* $1 after, $2 limit, and as list_bind gives them */
    const char *load;   /* $1 id */
    const char *find;   /* $1 title; locations: $2 warehouse */
    const char *insert; /* parameters as bind_fields gives them, then now */
    const char *update; /* the same, then now, id and version; a location keeps its warehouse */
    const char *remove; /* $1 id */
    const char *in_use; /* $1 id */
};

#define GRADE_COLUMNS                                                                              \
    "SELECT id, title, color, position, '', 0, 0, 0, 0, version, created_at, updated_at, archived" \
    ", NULL, '' FROM grade "
#define DAMAGE_COLUMNS                                                                             \
    "SELECT id, title, color, position, initials, 0, 0, 0, 0, version, created_at, updated_at,"    \
    " archived, NULL, '' FROM damage_condition "
#define WAREHOUSE_COLUMNS                                                                          \
    "SELECT id, name, color, 0, '', 0, 0, 0, 0, version, created_at, updated_at, archived"         \
    ", NULL, '' FROM warehouse "
#define LOCATION_COLUMNS                                                                           \
    "SELECT id, name, NULL, 0, '', 0, 0, 0, warehouse_id, version, created_at, updated_at,"        \
    " archived, NULL, '' FROM location "
#define STATUS_COLUMNS                                                                             \
    "SELECT id, title, color, position, '', 0, 0, 0, 0, version, created_at, updated_at, archived" \
    ", NULL, '' FROM inventory_status "
#define ORDER_STATUS_COLUMNS                                                                       \
    "SELECT id, title, color, position, '', is_open, allow_commitment, sync_to_shipstation, 0,"    \
    " version, created_at, updated_at, 0,"                                                         \
    " (SELECT r.title FROM order_status r WHERE r.id = order_status.replaced_by),"                 \
    " meaning FROM order_status "

/* Lists by place: $1 and $3 are the id and the position after which to go on. */
#define BY_POSITION                                                                                \
    "WHERE (position > $3 OR (position = $3 AND id > $1)) AND ($4 = 2 OR archived = $4)"           \
    " ORDER BY position, id LIMIT $2"
#define BY_ID "WHERE id > $1 AND ($3 = 2 OR archived = $3) ORDER BY id LIMIT $2"

static const struct reference_sql sql_of[REFERENCE_KIND_COUNT] = {
    [REFERENCE_GRADE] = {
        .resource = "grade",
        .list = GRADE_COLUMNS BY_POSITION,
        .load = GRADE_COLUMNS "WHERE id = $1",
        .find = GRADE_COLUMNS "WHERE title = $1",
        .insert = "INSERT INTO grade (title, color, position, created_at, updated_at)"
                  " VALUES ($1, $2, $3, $4, $4) RETURNING id",
        .update = "UPDATE grade SET title = $1, color = $2, position = $3, archived = $4,"
                  " updated_at = $5, version = version + 1 WHERE id = $6 AND version = $7",
        .remove = "DELETE FROM grade WHERE id = $1",
        .in_use = "SELECT 1 FROM variation WHERE grade_id = $1 LIMIT 1 /* scan wanted */",
    },
    [REFERENCE_DAMAGE] = {
        .resource = "damage_condition",
        .list = DAMAGE_COLUMNS BY_POSITION,
        .load = DAMAGE_COLUMNS "WHERE id = $1",
        .find = DAMAGE_COLUMNS "WHERE title = $1",
        .insert = "INSERT INTO damage_condition (title, color, initials, position, created_at,"
                  " updated_at) VALUES ($1, $2, $3, $4, $5, $5) RETURNING id",
        .update = "UPDATE damage_condition SET title = $1, color = $2, initials = $3, position = $4,"
                  " archived = $5, updated_at = $6, version = version + 1"
                  " WHERE id = $7 AND version = $8",
        .remove = "DELETE FROM damage_condition WHERE id = $1",
        .in_use = "SELECT 1 FROM variation WHERE ',' || damages || ',' LIKE '%,' || CAST($1 AS TEXT) || ',%'"
                  " LIMIT 1 /* scan wanted */",
    },
    [REFERENCE_WAREHOUSE] = {
        .resource = "warehouse",
        .list = WAREHOUSE_COLUMNS BY_ID,
        .load = WAREHOUSE_COLUMNS "WHERE id = $1",
        .find = WAREHOUSE_COLUMNS "WHERE name = $1",
        .insert = "INSERT INTO warehouse (name, color, created_at, updated_at)"
                  " VALUES ($1, $2, $3, $3) RETURNING id",
        .update = "UPDATE warehouse SET name = $1, color = $2, archived = $3, updated_at = $4,"
                  " version = version + 1 WHERE id = $5 AND version = $6",
        .remove = "DELETE FROM warehouse WHERE id = $1",
        .in_use = "SELECT 1 FROM item WHERE warehouse_id = $1"
                  " UNION ALL SELECT 1 FROM location WHERE warehouse_id = $1"
                  " UNION ALL SELECT 1 FROM purchase_order WHERE warehouse_id = $1"
                  " UNION ALL SELECT 1 FROM channel_counted_warehouse WHERE warehouse_id = $1"
                  " LIMIT 1 /* scan wanted */",
    },
    [REFERENCE_LOCATION] = {
        .resource = "location",
        .list = LOCATION_COLUMNS "WHERE id > $1 AND ($3 = 2 OR archived = $3)"
                                 " AND warehouse_id = $4 ORDER BY id LIMIT $2",
        .load = LOCATION_COLUMNS "WHERE id = $1",
        .find = LOCATION_COLUMNS "WHERE name = $1 AND warehouse_id = $2",
        .insert = "INSERT INTO location (name, warehouse_id, created_at, updated_at)"
                  " VALUES ($1, $2, $3, $3) RETURNING id",
        .update = "UPDATE location SET name = $1, archived = $2, updated_at = $3,"
                  " version = version + 1 WHERE id = $4 AND version = $5",
        .remove = "DELETE FROM location WHERE id = $1",
        .in_use = "SELECT 1 FROM item WHERE location_id = $1 LIMIT 1 /* scan wanted */",
    },
    [REFERENCE_STATUS] = {
        .resource = "inventory_status",
        .list = STATUS_COLUMNS BY_ID,
        .load = STATUS_COLUMNS "WHERE id = $1",
        .find = STATUS_COLUMNS "WHERE title = $1",
        .insert = "INSERT INTO inventory_status (title, color, position, created_at, updated_at)"
                  " VALUES ($1, $2, $3, $4, $4) RETURNING id",
        .update = "UPDATE inventory_status SET title = $1, color = $2, position = $3, archived = $4,"
                  " updated_at = $5, version = version + 1 WHERE id = $6 AND version = $7",
        .remove = "DELETE FROM inventory_status WHERE id = $1",
        .in_use = "SELECT 1 FROM item WHERE status_id = $1 OR former_status_id = $1"
                  " UNION ALL SELECT 1 FROM channel_counted_status WHERE status_id = $1"
                  " UNION ALL SELECT 1 FROM purchase_order WHERE inventory_status_id = $1"
                  " UNION ALL SELECT 1 FROM setting WHERE key LIKE '%_status'"
                  " AND value = CAST($1 AS TEXT) LIMIT 1 /* scan wanted */",
    },
    [REFERENCE_ORDER_STATUS] = {
        .resource = "order_status",
        .list = ORDER_STATUS_COLUMNS "WHERE (position > $3 OR (position = $3 AND id > $1))"
                                     " ORDER BY position, id LIMIT $2",
        .load = ORDER_STATUS_COLUMNS "WHERE id = $1",
        .find = ORDER_STATUS_COLUMNS "WHERE title = $1",
        .insert = "INSERT INTO order_status (title, color, position, is_open, allow_commitment,"
                  " sync_to_shipstation, meaning, created_at, updated_at)"
                  " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8) RETURNING id",
        .update = "UPDATE order_status SET title = $1, color = $2, position = $3, is_open = $4,"
                  " allow_commitment = $5, sync_to_shipstation = $6, meaning = $7, updated_at = $8,"
                  " version = version + 1 WHERE id = $9 AND version = $10",
        .remove = "DELETE FROM order_status WHERE id = $1",
        .in_use = "SELECT 1 FROM sales_order WHERE status_id = $1"
                  " UNION ALL SELECT 1 FROM channel_status_map WHERE order_status_id = $1"
                  " UNION ALL SELECT 1 FROM order_status WHERE replaced_by = $1"
                  " LIMIT 1 /* scan wanted */",
    },
};

const char *reference_resource(enum reference_kind kind)
{
    return sql_of[kind].resource;
}

bool reference_has_order(enum reference_kind kind)
{
    return kind == REFERENCE_GRADE || kind == REFERENCE_DAMAGE || kind == REFERENCE_ORDER_STATUS;
}

static void read_row(struct stmt *st, struct arena *arena, struct reference *out)
{
    *out = (struct reference){
        .id = stmt_int(st, 0),
        .title = stmt_str(st, 1, arena),
        .color = stmt_str(st, 2, arena),
        .position = stmt_int(st, 3),
        .initials = stmt_str(st, 4, arena),
        .is_open = stmt_int(st, 5) != 0,
        .allow_commitment = stmt_int(st, 6) != 0,
        .sync_to_shipstation = stmt_int(st, 7) != 0,
        .warehouse_id = stmt_int(st, 8),
        .version = stmt_int(st, 9),
        .created_at = stmt_int(st, 10),
        .updated_at = stmt_int(st, 11),
        .archived = stmt_int(st, 12) != 0,
        .replaced_by = stmt_str(st, 13, arena),
        .meaning = stmt_str(st, 14, arena),
    };
}

static void list_bind(
    struct stmt *st, const struct reference_filter *filter, const struct page *page)
{
    int n = 1;
    stmt_bind_int(st, n++, page->after);
    stmt_bind_int(st, n++, page->limit + 1);
    if (reference_has_order(filter->kind)) stmt_bind_int(st, n++, filter->after_position);
    if (filter->kind == REFERENCE_ORDER_STATUS) return;
    stmt_bind_int(st, n++, filter->archived);
    if (filter->kind == REFERENCE_LOCATION) stmt_bind_int(st, n, filter->warehouse_id);
}

enum err reference_list(struct tx *tx, const struct reference_filter *filter,
    const struct page *page, struct arena *arena, struct reference **out, size_t *count,
    struct error *e)
{
    struct reference *rows = arena_new(arena, struct reference, (size_t)page->limit + 1);
    *out = rows;
    *count = 0;
    struct stmt *st = tx_prepare(tx, sql_of[filter->kind].list);
    list_bind(st, filter, page);
    while (stmt_row(st))
        read_row(st, arena, &rows[(*count)++]);
    return stmt_end(st, e);
}

static enum err read_one(
    struct stmt *st, struct arena *arena, struct reference *out, const char *what, struct error *e)
{
    bool found = stmt_row(st);
    if (found) read_row(st, arena, out);
    enum err rc = stmt_end(st, e);
    if (!rc && !found) rc = error_set(e, ERR_NOT_FOUND, "no such %s", what);
    return rc;
}

enum err reference_load(struct tx *tx, enum reference_kind kind, int64_t id, struct arena *arena,
    struct reference *out, struct error *e)
{
    struct stmt *st = tx_prepare(tx, sql_of[kind].load);
    stmt_bind_int(st, 1, id);
    return read_one(st, arena, out, sql_of[kind].resource, e);
}

enum err reference_find(struct tx *tx, enum reference_kind kind, int64_t warehouse_id,
    struct str title, struct arena *arena, struct reference *out, struct error *e)
{
    struct stmt *st = tx_prepare(tx, sql_of[kind].find);
    stmt_bind_str(st, 1, title);
    if (kind == REFERENCE_LOCATION) stmt_bind_int(st, 2, warehouse_id);
    return read_one(st, arena, out, sql_of[kind].resource, e);
}

/* Binds what the kind has; returns the number of the next parameter. */
static int bind_fields(
    struct stmt *st, enum reference_kind kind, const struct reference *row, bool creating)
{
    int n = 1;
    stmt_bind_str(st, n++, row->title);
    if (kind != REFERENCE_LOCATION) stmt_bind_opt_str(st, n++, row->color);
    switch (kind) {
    case REFERENCE_GRADE:
    case REFERENCE_STATUS:
        stmt_bind_int(st, n++, row->position);
        break;
    case REFERENCE_DAMAGE:
        stmt_bind_str(st, n++, row->initials);
        stmt_bind_int(st, n++, row->position);
        break;
    case REFERENCE_WAREHOUSE:
        break;
    case REFERENCE_LOCATION:
        if (creating) stmt_bind_int(st, n++, row->warehouse_id);
        break;
    case REFERENCE_ORDER_STATUS:
        stmt_bind_int(st, n++, row->position);
        stmt_bind_int(st, n++, row->is_open);
        stmt_bind_int(st, n++, row->allow_commitment);
        stmt_bind_int(st, n++, row->sync_to_shipstation);
        stmt_bind_str(st, n++, row->meaning);
        return n;
    }
    if (!creating) stmt_bind_int(st, n++, row->archived);
    return n;
}

static enum err explain_duplicate(enum reference_kind kind, enum err rc, struct error *e)
{
    bool named = kind == REFERENCE_WAREHOUSE || kind == REFERENCE_LOCATION;
    if (rc == ERR_CONFLICT && str_eq(str_of(e->code), S("unique")))
        return error_at(e, ERR_CONFLICT, "duplicate", named ? "/name" : "/title",
            "there is already one of that %s", named ? "name" : "title");
    return rc;
}

static void list_changes(
    struct change_list *l, const struct reference *from, const struct reference *to)
{
    change_list_diff(l, "title", from->title, to->title);
    change_list_diff(l, "color", from->color, to->color);
    change_list_diff(l, "initials", from->initials, to->initials);
    change_list_diff(l, "meaning", from->meaning, to->meaning);
    if (from->position != to->position)
        change_list_add_int(l, "position", from->position, to->position);
    if (from->archived != to->archived)
        change_list_add_int(l, "archived", from->archived, to->archived);
    if (from->is_open != to->is_open) change_list_add_int(l, "is_open", from->is_open, to->is_open);
    if (from->allow_commitment != to->allow_commitment)
        change_list_add_int(l, "allow_commitment", from->allow_commitment, to->allow_commitment);
    if (from->sync_to_shipstation != to->sync_to_shipstation)
        change_list_add_int(
            l, "sync_to_shipstation", from->sync_to_shipstation, to->sync_to_shipstation);
}

enum err reference_create(
    struct change *c, enum reference_kind kind, struct reference *in, struct error *e)
{
    struct stmt *st = tx_prepare(c->tx, sql_of[kind].insert);
    stmt_bind_int(st, bind_fields(st, kind, in, true), c->now);
    enum err rc = stmt_scalar(st, 0, &in->id, e);
    if (rc) return explain_duplicate(kind, rc, e);
    in->version = 1;
    in->created_at = in->updated_at = c->now;
    struct change_list l;
    change_list_init(&l);
    list_changes(&l, &(struct reference){ 0 }, in);
    audit_add(c, "create", sql_of[kind].resource, in->id, change_list_end(&l));
    change_list_release(&l);
    return OK;
}

/* What the account's settings give to items cannot be put away. */
static enum err refuse_set_status(
    struct change *c, enum reference_kind kind, const struct reference *row, struct error *e)
{
    struct settings settings;
    if (kind != REFERENCE_STATUS || !row->archived) return OK;
    enum err rc = settings_load(c->tx, &settings, e);
    if (rc || (row->id != settings.committed_status_id && row->id != settings.received_status_id))
        return rc;
    return error_at(e, ERR_CONFLICT, "in_use", "/archived",
        "the settings name \"%.*s\" as the status of committed or received items",
        STR_FMT(row->title));
}

enum err reference_update(struct change *c, enum reference_kind kind,
    const struct reference *before, struct reference *after, struct error *e)
{
    bool opens = kind == REFERENCE_ORDER_STATUS && before->is_open != after->is_open;
    enum err rc = refuse_set_status(c, kind, after, e);
    if (rc) return rc;
    if (opens) tx_lock(c->tx, LOCK_CANDIDATES, true);
    struct stmt *st = tx_prepare(c->tx, sql_of[kind].update);
    int n = bind_fields(st, kind, after, false);
    stmt_bind_int(st, n, c->now);
    stmt_bind_int(st, n + 1, before->id);
    stmt_bind_int(st, n + 2, before->version);
    rc = stmt_run_versioned(st, e);
    if (rc) return explain_duplicate(kind, rc, e);
    after->version = before->version + 1;
    after->updated_at = c->now;
    struct change_list l;
    change_list_init(&l);
    list_changes(&l, before, after);
    audit_add(c, "update", sql_of[kind].resource, before->id, change_list_end(&l));
    change_list_release(&l);
    bool renamed = !str_eq(before->title, after->title);
    if (renamed && kind == REFERENCE_GRADE) return variation_index_again(c, before->id, 0, e);
    if (renamed && kind == REFERENCE_DAMAGE) return variation_index_again(c, 0, before->id, e);
    return opens ? derive_orders_in_status(c, before->id, after->is_open, e) : OK;
}

enum err reference_delete(
    struct change *c, enum reference_kind kind, const struct reference *row, struct error *e)
{
    struct stmt *st = tx_prepare(c->tx, sql_of[kind].in_use);
    stmt_bind_int(st, 1, row->id);
    int64_t used;
    enum err rc = stmt_scalar(st, 0, &used, e);
    if (rc) return rc;
    if (used)
        return error_code(
            e, ERR_CONFLICT, "in_use", "\"%.*s\" is still in use", STR_FMT(row->title));
    st = tx_prepare(c->tx, sql_of[kind].remove);
    stmt_bind_int(st, 1, row->id);
    rc = stmt_run(st, NULL, e);
    if (rc == ERR_CONFLICT)
        return error_code(e, rc, "in_use", "\"%.*s\" is still in use", STR_FMT(row->title));
    if (rc) return rc;
    struct change_list l;
    change_list_init(&l);
    list_changes(&l, row, &(struct reference){ 0 });
    audit_add(c, "delete", sql_of[kind].resource, row->id, change_list_end(&l));
    change_list_release(&l);
    return OK;
}

enum err reference_next_position(
    struct tx *tx, enum reference_kind kind, int64_t *position, struct error *e)
{
    *position = 0;
    if (kind != REFERENCE_ORDER_STATUS) return OK;
    struct stmt *st = tx_prepare(tx, "SELECT MAX(position) + 1 FROM order_status");
    return stmt_scalar(st, 0, position, e);
}

enum err reference_first_order_status(struct tx *tx, int64_t *id, struct error *e)
{
    struct stmt *st = tx_prepare(tx, "SELECT id FROM order_status WHERE replaced_by IS NULL"
                                     " ORDER BY position, id LIMIT 1");
    return stmt_scalar(st, 0, id, e);
}
