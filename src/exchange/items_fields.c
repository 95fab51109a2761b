/*
 * items_fields.c: custom fields in the spreadsheet of items: a column for each, "Field: NAME".
 *
 * Columns are those of the fields that there are when the file is begun; each batch looks at them
 * anew, and a field that is gone or archived meanwhile takes no more values.
 */
#include "exchange/items_internal.h"
#include "sheet/sheet.h"

#include <string.h>

_Static_assert(ITEM_COLUMNS + ITEM_FIELDS_MAX <= COLUMNS_MAX, "a layout has room for all of them");

/* Archived ones come last: their values stay, and are shown. */
static void add_columns(const struct item_field *fields, size_t count, bool archived,
    struct arena *arena, struct column *columns, size_t *at)
{
    for (size_t i = 0; i < count; i++) {
        const struct item_field *f = &fields[i];
        if (f->archived != archived) continue;
        columns[(*at)++] = (struct column){ arena_fmt(arena, "Field: %.*s", STR_FMT(f->name)).at,
            COLUMN_OPTIONAL, f->id };
    }
}

enum err item_field_columns(
    struct tx *tx, struct arena *arena, struct table *table, struct error *e)
{
    struct item_field *fields;
    size_t count;
    enum err rc = item_field_list(tx, arena, &fields, &count, e);
    if (rc) return rc;
    struct column *columns = arena_new(arena, struct column, table->count + count);
    memcpy(columns, table->columns, table->count * sizeof *columns);
    add_columns(fields, count, false, arena, columns, &table->count);
    add_columns(fields, count, true, arena, columns, &table->count);
    table->columns = columns;
    return OK;
}

static const struct item_field *field_of(const struct cache *cache, int64_t id)
{
    for (size_t i = 0; i < cache->field_count; i++)
        if (cache->fields[i].id == id) return &cache->fields[i];
    return NULL;
}

static int column_of(const struct batch *b, int64_t field_id)
{
    const struct table *table = &b->import->table;
    for (size_t i = ITEM_COLUMNS; i < table->count; i++)
        if (table->columns[i].field_id == field_id) return (int)i;
    return -1; /* the field is new: the row as a whole lacks it */
}

/* A day as spreadsheet programs keep it: the midnight with which it begins. */
static bool parse_day(struct str text, struct arena *arena, struct str *out)
{
    enum { DAY_LENGTH = 10, DAY_MS = 24 * 3600 * 1000 };
    char whole[RFC3339_SIZE];
    time_ms t;
    if (!sheet_to_time(text, &t) || t % DAY_MS != 0) return false;
    *out = arena_str(arena, str_sub(rfc3339_format(t, whole), 0, DAY_LENGTH));
    return true;
}

/* False, with the fault told, when the cell holds no value of the field. Blank: none. */
static bool read_value(struct batch *b, struct row_result *r, int column,
    const struct item_field *field, struct str *out)
{
    struct str text = cell(b, r, column);
    *out = S("");
    if (!text.len || item_value_parse(field, text, b->arena, out)) return true;
    if (field->type == ITEM_FIELD_DATE && parse_day(text, b->arena, out)) return true;
    row_fault(b, r, column, field->type == ITEM_FIELD_CHOICE ? "unknown_value" : "bad_format",
        "%.*s", STR_FMT(item_field_wants(field, b->arena)));
    return false;
}

static struct str value_before(const struct wish *w, int64_t field_id)
{
    for (size_t i = 0; i < w->value_count; i++)
        if (w->values[i].field_id == field_id) return w->values[i].value;
    return S("");
}

static void read_cell(
    struct batch *b, struct row_result *r, struct wish *w, int column, struct item_value_set *sets)
{
    int64_t field_id = b->import->table.columns[column].field_id;
    const struct item_field *field = field_of(b->cache, field_id);
    struct str value;
    if (!field) {
        if (cell(b, r, column).len)
            row_fault(b, r, column, "unknown_value", "there is no such custom field any more");
        return;
    }
    if (!read_value(b, r, column, field, &value)) return;
    w->custom = (w->custom + (uint64_t)field_id) * UINT64_C(1099511628211) + str_hash(value);
    if (w->thought || str_eq(value, value_before(w, field_id))) return;
    if (field->archived) row_archived(b, r, column, "custom field");
    sets[w->after.set_count++] = (struct item_value_set){ field_id, field->name, value };
}

static void refuse_lacking(struct batch *b, struct row_result *r, const struct wish *w)
{
    const struct cache *cache = b->cache;
    const struct item *to = &w->after;
    size_t at = 0;
    for (const struct item_field *lacking;
         (lacking = item_field_lacking(
              cache->fields, cache->field_count, to->sets, to->set_count, !w->before.id, &at));) {
        int column = column_of(b, lacking->id);
        if (column < 0)
            row_fault(b, r, -1, "required", "the custom field \"%.*s\" is required",
                STR_FMT(lacking->name));
        else
            row_fault(b, r, column, "required", "is required");
    }
}

enum err item_row_fields(struct batch *b, struct row_result *r, struct wish *w, struct error *e)
{
    const struct table *table = &b->import->table;
    size_t more = table->count - ITEM_COLUMNS, faults = r->fault_count;
    struct item_value_set *sets = arena_new(b->arena, struct item_value_set, more + 1);
    bool some = false;
    for (size_t i = ITEM_COLUMNS; i < table->count; i++)
        some = some || has_column(b, (int)i);
    if (some && w->before.id && !w->thought) {
        enum err rc =
            item_values_load(b->c.tx, &w->before.id, 1, b->arena, &w->values, &w->value_count, e);
        if (rc) return rc;
    }
    w->after.sets = sets;
    w->after.set_count = 0;
    for (size_t i = ITEM_COLUMNS; i < table->count; i++)
        if (has_column(b, (int)i)) read_cell(b, r, w, (int)i, sets);
    /* A value that is none is told already. */
    if (w->identified && !w->thought && r->fault_count == faults) refuse_lacking(b, r, w);
    return OK;
}

void item_tell_fields(struct batch *b, struct row_result *r, const struct wish *w)
{
    for (size_t i = 0; i < w->after.set_count; i++) {
        const struct item_value_set *set = &w->after.sets[i];
        row_change(b, r, arena_fmt(b->arena, "custom.%.*s", STR_FMT(set->name)).at,
            value_before(w, set->field_id), set->value);
    }
}
