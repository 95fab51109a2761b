/*
 * item_field.h: custom fields: what an account notes of its items beyond what all accounts do.
 *
 * A field has a type that never changes. A value is kept as text of one spelling, so that equal
 * values are equal bytes: integers in decimal, booleans "true" and "false", dates "2026-11-23". An
 * archived field keeps its values and takes no new ones.
 */
#ifndef STORE_ITEM_FIELD_H
#define STORE_ITEM_FIELD_H

#include "store/store.h"

enum {
    ITEM_FIELDS_MAX = 50,   /* of an account, archived ones too: what fits on a form */
    ITEM_CHOICES_MAX = 100, /* of a field */
    ITEM_VALUE_MAX = 500,   /* characters of a text */
};
#define ITEM_INTEGER_MAX INT64_C(9007199254740991) /* exact in any JSON reader: 2^53 - 1 */

enum item_field_type {
    ITEM_FIELD_TEXT,
    ITEM_FIELD_INTEGER,
    ITEM_FIELD_DATE,
    ITEM_FIELD_CHOICE,
    ITEM_FIELD_BOOLEAN
};
#define ITEM_FIELD_TYPE_COUNT (ITEM_FIELD_BOOLEAN + 1)
const char *item_field_type_name(enum item_field_type type); /* "integer" */
bool item_field_type_parse(struct str name, enum item_field_type *out);

struct item_field {
    int64_t id;
    struct str name;
    enum item_field_type type;
    struct str *choices; /* of ITEM_FIELD_CHOICE: at least one, in their order */
    size_t choice_count;
    bool required, archived;
    int64_t position;
    int64_t version;
    time_ms created_at, updated_at;
};

/* By position, then id; `out` has ITEM_FIELDS_MAX places. */
MUST_USE enum err item_field_list(
    struct tx *tx, struct arena *arena, struct item_field **out, size_t *count, struct error *e);
MUST_USE enum err item_field_load(
    struct tx *tx, int64_t id, struct arena *arena, struct item_field *out, struct error *e);

/* ERR_CONFLICT "duplicate" when the name exists, "too_many" when there are ITEM_FIELDS_MAX. Sets
 * id, version and times. */
MUST_USE enum err item_field_create(struct change *c, struct item_field *in, struct error *e);
/* ERR_STALE when it was changed after `before` was read; ERR_CONFLICT "in_use" when an item has a
 * choice that is no longer there. The type is that of before. */
MUST_USE enum err item_field_update(
    struct change *c, const struct item_field *before, struct item_field *after, struct error *e);
/* ERR_CONFLICT "in_use" while an item has a value of it: archive it instead. */
MUST_USE enum err item_field_delete(
    struct change *c, const struct item_field *field, struct error *e);

/* A value as people write it, in its one spelling: texts trimmed, choices and booleans in whatever
 * case, "yes" and "no" too. False when it is none of the field; blank is none. */
bool item_value_parse(
    const struct item_field *field, struct str text, struct arena *arena, struct str *out);
/* What a value has to be, for people. */
struct str item_field_wants(const struct item_field *field, struct arena *arena);
bool item_value_is_date(struct str s);

/* One value of one item. */
struct item_value {
    int64_t item_id, field_id;
    struct str name; /* of the field */
    enum item_field_type type;
    struct str value; /* empty: none */
};

/* Values of many items, by item, then as the fields stand. */
MUST_USE enum err item_values_load(struct tx *tx, const int64_t *item_ids, size_t item_count,
    struct arena *arena, struct item_value **out, size_t *count, struct error *e);

/* Sets (or, with an empty value, takes away) one value of many items at once. Writes no history. */
struct item_value_set {
    int64_t field_id;
    struct str name; /* for the history: "custom.NAME" */
    struct str value;
};
/* The required field, archived ones apart, that is left without a value by what a new item gets, or
 * by a change of one (which says nothing of the fields that it does not set). Starts at *at, which
 * then stands behind it; NULL: there is no further one. The store refuses such items and changes
 * (item_create_many, item_update, item_bulk_edit); this is for telling all that is missing. */
const struct item_field *item_field_lacking(const struct item_field *fields, size_t field_count,
    const struct item_value_set *sets, size_t set_count, bool is_new, size_t *at);
/* Whether the sets have a value for the field. */
bool item_value_given(const struct item_value_set *sets, size_t set_count, int64_t field_id);
/* ERR_INVALID "required" (/custom) when they would take away a required one. */
MUST_USE enum err item_values_refuse_lacking(
    struct tx *tx, const struct item_value_set *sets, size_t set_count, struct error *e);
void item_value_write(
    struct change *c, const struct item_value_set *set, const int64_t *item_ids, size_t item_count);
/* Of one item: writes those that differ, and adds them to the changes that its history tells. */
MUST_USE enum err item_values_change(struct change *c, int64_t item_id,
    const struct item_value_set *sets, size_t set_count, struct change_list *changes,
    struct error *e);
/* "custom.NAME", from (empty: none) to what is set. */
void item_value_note(struct change_list *changes, const struct item_value_set *set, struct str from,
    struct arena *arena);

#endif
