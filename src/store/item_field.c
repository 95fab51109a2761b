/* item_field.c: see item_field.h. */
#include "store/item_field.h"

#include "base/assert.h"
#include "core/text.h"

#include <stdio.h>

static const char *const type_names[ITEM_FIELD_TYPE_COUNT] = { "text", "integer", "date", "choice",
    "boolean" };

const char *item_field_type_name(enum item_field_type type)
{
    return type_names[type];
}

bool item_field_type_parse(struct str name, enum item_field_type *out)
{
    for (int i = 0; i < ITEM_FIELD_TYPE_COUNT; i++) {
        if (!str_eq(name, str_of(type_names[i]))) continue;
        *out = (enum item_field_type)i;
        return true;
    }
    return false;
}

#define COLUMNS                                                                                    \
    "SELECT id, name, type, choices, required, archived, position, version, created_at,"           \
    " updated_at FROM item_field "

enum { CHOICES_SIZE_MAX = 256 * 1024 }; /* ITEM_CHOICES_MAX texts of 100 characters, escaped */

static enum err read_choices(
    struct str text, struct arena *arena, struct item_field *out, struct error *e)
{
    struct json list;
    enum err rc = json_parse(text, CHOICES_SIZE_MAX, &list, e);
    if (rc) return error_set(e, ERR_CORRUPT, "choices of custom field %lld", (long long)out->id);
    out->choice_count = json_len(list);
    out->choices = arena_new(arena, struct str, out->choice_count + 1);
    for (size_t i = 0; i < out->choice_count; i++) {
        struct str choice = S("");
        (void)json_str(json_at(list, i), &choice);
        out->choices[i] = arena_str(arena, choice);
    }
    json_release(&list);
    return OK;
}

static enum err read_row(
    struct stmt *st, struct arena *arena, struct item_field *out, struct error *e)
{
    *out = (struct item_field){ .id = stmt_int(st, 0),
        .name = stmt_str(st, 1, arena),
        .required = stmt_int(st, 4) != 0,
        .archived = stmt_int(st, 5) != 0,
        .position = stmt_int(st, 6),
        .version = stmt_int(st, 7),
        .created_at = stmt_int(st, 8),
        .updated_at = stmt_int(st, 9) };
    if (!item_field_type_parse(stmt_str_view(st, 2), &out->type))
        return error_set(e, ERR_CORRUPT, "type of custom field %lld", (long long)out->id);
    return read_choices(stmt_str_view(st, 3), arena, out, e);
}

enum err item_field_list(
    struct tx *tx, struct arena *arena, struct item_field **out, size_t *count, struct error *e)
{
    *out = arena_new(arena, struct item_field, ITEM_FIELDS_MAX);
    *count = 0;
    struct stmt *st = tx_prepare(tx, COLUMNS "ORDER BY position, id LIMIT $1 /* scan wanted */");
    stmt_bind_int(st, 1, ITEM_FIELDS_MAX);
    enum err bad = OK;
    while (!bad && stmt_row(st))
        bad = read_row(st, arena, &(*out)[(*count)++], e);
    struct error ignored;
    enum err rc = stmt_end(st, bad ? &ignored : e);
    return bad ? bad : rc;
}

enum err item_field_load(
    struct tx *tx, int64_t id, struct arena *arena, struct item_field *out, struct error *e)
{
    struct stmt *st = tx_prepare(tx, COLUMNS "WHERE id = $1");
    stmt_bind_int(st, 1, id);
    bool found = stmt_row(st);
    enum err bad = found ? read_row(st, arena, out, e) : OK;
    struct error ignored;
    enum err rc = stmt_end(st, bad ? &ignored : e);
    if (bad || rc) return bad ? bad : rc;
    return found ? OK : error_set(e, ERR_NOT_FOUND, "no custom field %lld", (long long)id);
}

static struct str choices_text(const struct item_field *f, struct arena *arena)
{
    struct buf b;
    struct jw w;
    buf_init(&b, CHOICES_SIZE_MAX);
    jw_init(&w, &b);
    jw_array(&w);
    for (size_t i = 0; i < f->choice_count; i++)
        jw_str(&w, f->choices[i]);
    jw_array_end(&w);
    struct str text = arena_str(arena, buf_str(&b));
    buf_release(&b);
    return text;
}

static struct str flag(bool on)
{
    return on ? S("true") : S("false");
}

static void audit_field(struct change *c, const char *action, const struct item_field *from,
    const struct item_field *to)
{
    const struct str none = { 0 };
    struct change_list l;
    change_list_init(&l);
    change_list_diff(&l, "name", from ? from->name : none, to ? to->name : none);
    if (!from || !to)
        change_list_diff(&l, "type", from ? str_of(type_names[from->type]) : none,
            to ? str_of(type_names[to->type]) : none);
    change_list_diff(&l, "choices", from ? choices_text(from, c->arena) : none,
        to ? choices_text(to, c->arena) : none);
    change_list_diff(
        &l, "required", from ? flag(from->required) : none, to ? flag(to->required) : none);
    change_list_diff(
        &l, "archived", from ? flag(from->archived) : none, to ? flag(to->archived) : none);
    if (!from || !to || from->position != to->position)
        change_list_add_int(&l, "position", from ? from->position : 0, to ? to->position : 0);
    audit_add(c, action, "item_field", from ? from->id : to->id, change_list_end(&l));
    change_list_release(&l);
}

static enum err explain_duplicate(enum err rc, struct error *e)
{
    if (rc == ERR_CONFLICT && str_eq(str_of(e->code), S("unique")))
        return error_at(e, rc, "duplicate", "/name", "there is already a field with this name");
    return rc;
}

static void bind_all(struct change *c, struct stmt *st, const struct item_field *f)
{
    stmt_bind_str(st, 1, f->name);
    stmt_bind_str(st, 2, choices_text(f, c->arena));
    stmt_bind_int(st, 3, f->required);
    stmt_bind_int(st, 4, f->archived);
    stmt_bind_int(st, 5, f->position);
    stmt_bind_int(st, 6, c->now);
}

enum err item_field_create(struct change *c, struct item_field *in, struct error *e)
{
    int64_t there;
    struct stmt *st = tx_prepare(c->tx, "SELECT COUNT(*) FROM item_field /* scan wanted */");
    enum err rc = stmt_scalar(st, 0, &there, e);
    if (rc) return rc;
    if (there >= ITEM_FIELDS_MAX)
        return error_code(e, ERR_CONFLICT, "too_many",
            "an account has at most %d custom fields: delete one", ITEM_FIELDS_MAX);
    st = tx_prepare(c->tx,
        "INSERT INTO item_field (name, choices, required, archived, position, type, created_at,"
        " updated_at) VALUES ($1, $2, $3, $4, $5, $7, $6, $6) RETURNING id");
    bind_all(c, st, in);
    stmt_bind_str(st, 7, str_of(type_names[in->type]));
    rc = stmt_scalar(st, 0, &in->id, e);
    if (rc) return explain_duplicate(rc, e);
    in->version = 1;
    in->created_at = in->updated_at = c->now;
    audit_field(c, "create", NULL, in);
    return OK;
}

static bool has_choice(const struct item_field *f, struct str choice)
{
    for (size_t i = 0; i < f->choice_count; i++)
        if (str_eq(f->choices[i], choice)) return true;
    return false;
}

static enum err refuse_lost_choice(struct change *c, const struct item_field *before,
    const struct item_field *after, struct error *e)
{
    for (size_t i = 0; i < before->choice_count; i++) {
        if (has_choice(after, before->choices[i])) continue;
        struct stmt *st = tx_prepare(
            c->tx, "SELECT item_id FROM item_value WHERE field_id = $1 AND value = $2 LIMIT 1");
        stmt_bind_int(st, 1, before->id);
        stmt_bind_str(st, 2, before->choices[i]);
        int64_t item;
        enum err rc = stmt_scalar(st, 0, &item, e);
        if (rc) return rc;
        if (item)
            return error_at(e, ERR_CONFLICT, "in_use", "/choices",
                "item %lld has the choice \"%.*s\"", (long long)item, STR_FMT(before->choices[i]));
    }
    return OK;
}

enum err item_field_update(
    struct change *c, const struct item_field *before, struct item_field *after, struct error *e)
{
    struct stmt *st = tx_prepare(c->tx,
        "UPDATE item_field SET name = $1, choices = $2, required = $3, archived = $4,"
        " position = $5, updated_at = $6, version = version + 1 WHERE id = $7 AND version = $8");
    ASSERT(before->type == after->type);
    bind_all(c, st, after);
    stmt_bind_int(st, 7, before->id);
    stmt_bind_int(st, 8, before->version);
    enum err rc = explain_duplicate(stmt_run_versioned(st, e), e);
    if (!rc) rc = refuse_lost_choice(c, before, after, e);
    if (rc) return rc;
    after->version = before->version + 1;
    after->updated_at = c->now;
    audit_field(c, "update", before, after);
    return OK;
}

enum err item_field_delete(struct change *c, const struct item_field *field, struct error *e)
{
    struct stmt *st =
        tx_prepare(c->tx, "SELECT item_id FROM item_value WHERE field_id = $1 LIMIT 1");
    stmt_bind_int(st, 1, field->id);
    int64_t used;
    enum err rc = stmt_scalar(st, 0, &used, e);
    if (rc) return rc;
    if (!used) {
        st = tx_prepare(c->tx, "DELETE FROM item_field WHERE id = $1 AND version = $2");
        stmt_bind_int(st, 1, field->id);
        stmt_bind_int(st, 2, field->version);
        rc = stmt_run_versioned(st, e);
    }
    /* An item took a value meanwhile: its foreign key says so. */
    if (used || rc == ERR_CONFLICT)
        return error_code(
            e, ERR_CONFLICT, "in_use", "items have a value of this field: archive it instead");
    if (!rc) audit_field(c, "delete", field, NULL);
    return rc;
}

/* Values */

bool item_value_is_date(struct str s)
{
    char text[RFC3339_SIZE];
    time_ms t;
    if (s.len != 10) return false;
    int n = snprintf(text, sizeof text, "%.10sT00:00:00Z", s.at);
    return n == 20 && rfc3339_parse(str_of(text), &t);
}

/* In its own spelling; when none is exactly so, the only one that differs in case. */
static bool parse_choice(const struct item_field *field, struct str s, struct str *out)
{
    size_t near = 0;
    for (size_t i = 0; i < field->choice_count; i++) {
        if (str_eq(field->choices[i], s)) {
            *out = field->choices[i];
            return true;
        }
        if (!str_eq_nocase(field->choices[i], s)) continue;
        *out = field->choices[i];
        near++;
    }
    return near == 1;
}

static bool parse_boolean(struct str s, struct str *out)
{
    static const struct str words[] = { STR_INIT("true"), STR_INIT("false"), STR_INIT("yes"),
        STR_INIT("no") };
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (!str_eq_nocase(s, words[i])) continue;
        *out = words[i % 2];
        return true;
    }
    return false;
}

bool item_value_parse(
    const struct item_field *field, struct str text, struct arena *arena, struct str *out)
{
    int64_t n;
    *out = str_trim(text);
    switch (field->type) {
    case ITEM_FIELD_TEXT:
        return out->len && str_is_utf8(*out) && text_length(*out) <= ITEM_VALUE_MAX &&
               !text_has_control(*out, false);
    case ITEM_FIELD_INTEGER:
        if (!str_to_int64(*out, &n) || n < -ITEM_INTEGER_MAX || n > ITEM_INTEGER_MAX) return false;
        *out = arena_fmt(arena, "%lld", (long long)n);
        return true;
    case ITEM_FIELD_DATE:
        return item_value_is_date(*out);
    case ITEM_FIELD_CHOICE:
        return parse_choice(field, *out, out);
    case ITEM_FIELD_BOOLEAN:
        return parse_boolean(*out, out);
    }
    return false;
}

struct str item_field_wants(const struct item_field *field, struct arena *arena)
{
    switch (field->type) {
    case ITEM_FIELD_TEXT:
        return arena_fmt(
            arena, "must have at most %d characters, no control characters", ITEM_VALUE_MAX);
    case ITEM_FIELD_INTEGER:
        return S("must be a whole number");
    case ITEM_FIELD_DATE:
        return S("must be a date such as 2026-11-23");
    case ITEM_FIELD_CHOICE:
        return S("must be one of the field's choices");
    case ITEM_FIELD_BOOLEAN:
        return S("must be true or false");
    }
    return S("");
}

bool item_value_given(const struct item_value_set *sets, size_t set_count, int64_t field_id)
{
    for (size_t i = 0; i < set_count; i++)
        if (sets[i].field_id == field_id && sets[i].value.len) return true;
    return false;
}

static bool takes_away(const struct item_value_set *sets, size_t set_count, int64_t field_id)
{
    for (size_t i = 0; i < set_count; i++)
        if (sets[i].field_id == field_id && !sets[i].value.len) return true;
    return false;
}

const struct item_field *item_field_lacking(const struct item_field *fields, size_t field_count,
    const struct item_value_set *sets, size_t set_count, bool is_new, size_t *at)
{
    while (*at < field_count) {
        const struct item_field *f = &fields[(*at)++];
        if (!f->required || f->archived) continue;
        if (is_new ? !item_value_given(sets, set_count, f->id) : takes_away(sets, set_count, f->id))
            return f;
    }
    return NULL;
}

enum err item_values_refuse_lacking(
    struct tx *tx, const struct item_value_set *sets, size_t set_count, struct error *e)
{
    struct item_field *fields;
    size_t count, at = 0;
    bool some = false;
    for (size_t i = 0; i < set_count; i++)
        some = some || !sets[i].value.len;
    if (!some) return OK;
    enum err rc = item_field_list(tx, tx_arena(tx), &fields, &count, e);
    if (rc) return rc;
    const struct item_field *lacking =
        item_field_lacking(fields, count, sets, set_count, false, &at);
    if (!lacking) return OK;
    return error_at(e, ERR_INVALID, "required", "/custom", "the custom field \"%.*s\" is required",
        STR_FMT(lacking->name));
}

enum err item_values_load(struct tx *tx, const int64_t *item_ids, size_t item_count,
    struct arena *arena, struct item_value **out, size_t *count, struct error *e)
{
    size_t room = 64;
    struct item_value *rows = arena_new(arena, struct item_value, room);
    *count = 0;
    struct stmt *st =
        tx_prepare(tx, "SELECT x.item_id, x.field_id, f.name, f.type, x.value FROM item_value x"
                       " JOIN item_field f ON f.id = x.field_id WHERE x.item_id IN {ints $1}"
                       " ORDER BY x.item_id, f.position, f.id");
    stmt_bind_ints(st, 1, item_ids, item_count);
    while (stmt_row(st)) {
        if (*count == room) {
            struct item_value *more = arena_new(arena, struct item_value, room * 2);
            for (size_t i = 0; i < room; i++)
                more[i] = rows[i];
            rows = more;
            room *= 2;
        }
        struct item_value *v = &rows[(*count)++];
        *v = (struct item_value){ .item_id = stmt_int(st, 0),
            .field_id = stmt_int(st, 1),
            .name = stmt_str(st, 2, arena),
            .value = stmt_str(st, 4, arena) };
        if (!item_field_type_parse(stmt_str_view(st, 3), &v->type)) v->type = ITEM_FIELD_TEXT;
    }
    *out = rows;
    return stmt_end(st, e);
}

void item_value_write(
    struct change *c, const struct item_value_set *set, const int64_t *item_ids, size_t item_count)
{
    struct stmt *st =
        set->value.len
            ? tx_prepare(c->tx, "INSERT INTO item_value (item_id, field_id, value)"
                                " SELECT i.id, $2, $3 FROM item i WHERE i.id IN {ints $1}"
                                " ON CONFLICT (item_id, field_id) DO UPDATE SET"
                                " value = excluded.value")
            : tx_prepare(c->tx, "DELETE FROM item_value WHERE field_id = $2"
                                " AND item_id IN {ints $1}");
    stmt_bind_ints(st, 1, item_ids, item_count);
    stmt_bind_int(st, 2, set->field_id);
    if (set->value.len) stmt_bind_str(st, 3, set->value);
    stmt_later(st);
}

static struct str stored_value(const struct item_value *rows, size_t count, int64_t field_id)
{
    for (size_t i = 0; i < count; i++)
        if (rows[i].field_id == field_id) return rows[i].value;
    return (struct str){ 0 };
}

enum err item_values_change(struct change *c, int64_t item_id, const struct item_value_set *sets,
    size_t set_count, struct change_list *changes, struct error *e)
{
    struct item_value *rows = NULL;
    size_t count = 0;
    if (!set_count) return OK;
    enum err rc = item_values_load(c->tx, &item_id, 1, c->arena, &rows, &count, e);
    for (size_t i = 0; i < set_count && !rc; i++) {
        struct str from = stored_value(rows, count, sets[i].field_id);
        if (str_eq(from, sets[i].value)) continue;
        item_value_note(changes, &sets[i], from, c->arena);
        item_value_write(c, &sets[i], &item_id, 1);
    }
    return rc;
}

void item_value_note(struct change_list *changes, const struct item_value_set *set, struct str from,
    struct arena *arena)
{
    const struct str none = { 0 };
    change_list_add(changes, arena_fmt(arena, "custom.%.*s", STR_FMT(set->name)).at,
        from.len ? from : none, set->value.len ? set->value : none);
}
