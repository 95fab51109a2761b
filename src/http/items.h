/*
 * items.h: what the handlers of items share: custom fields, pages of items, lists of scanned codes.
 */
#ifndef HTTP_ITEMS_H
#define HTTP_ITEMS_H

#include "http/internal.h"
#include "store/item.h"
#include "store/item_pick.h"
#include "store/variation.h"

enum { REASON_MAX = 500 }; /* characters: why a person changed an item */

/* The account's custom fields, read once per request, and the titles that were looked up last: rows
 * of one request mostly say the same. */
struct known_title {
    struct str title;
    int64_t id, warehouse_id;
};
struct item_form {
    struct item_field *fields;
    size_t count;
    struct known_title status, warehouse, location;
    bool accept_invalid_imei; /* of all rows */
};
MUST_USE enum err item_form_load(struct call *c, struct item_form *out, struct error *e);
const struct item_field *item_form_find(const struct item_form *form, struct str name);

/* The member "custom": {"name": value or null}. Of a new item the required ones must be there; of a
 * filter any may be archived, and null. */
enum item_custom { ITEM_CUSTOM_NEW, ITEM_CUSTOM_CHANGE, ITEM_CUSTOM_FILTER };
void field_custom(struct fields *f, const struct item_form *form, enum item_custom what,
    const struct item_value_set **sets, size_t *count);
/* "custom": {...} of one item; `values` are of several items. */
void render_custom(
    struct call *c, int64_t item_id, const struct item_value *values, size_t value_count);

/* The member "damages", into damage_ids and damages. */
MUST_USE enum err field_damages(struct fields *f, struct variation *v, struct error *e);
/* "grade" and "damages" of a body, as the variation of the item shall have them. */
MUST_USE enum err field_regrade(struct fields *f, struct variation_regrade *out, struct error *e);

/* The fields of an item: "esn variation_id status warehouse location paid custom accept_warnings".
 * Whether a new item's variation exists is left to item_create_many. */
MUST_USE enum err field_item(
    struct fields *f, struct item_form *form, struct item *item, struct error *e);
/* What a new item begins with: the account's status for received items. */
MUST_USE enum err new_item_begin(
    struct call *c, struct item_form *form, struct item *out, struct error *e);

/* New items of one request. */
struct new_items {
    struct item_new *rows;
    struct new_note *notes; /* of each row: what was given, and what is wrong with it */
    size_t count;
};
struct new_note {
    struct str input, at; /* the ESN as given; the pointer of the row */
    bool is_esn;          /* the row is nothing but its ESN: what else it has stands at the root */
    struct body_error *errors;
    size_t error_count;
};
/* Rows of {"items": [...]}; `known` names their fields. A row that is wrong has a code. */
MUST_USE enum err new_items_read(struct fields *root, const char *known, const struct item *begin,
    struct item_form *form, struct new_items *out, struct error *e);
/* The ESN of a row by itself, into the row; what is wrong with it into the note. */
void new_items_esn(struct call *c, struct json esn, bool accept_invalid_imei, struct item_new *row,
    struct new_note *note);
/* "results", "created" and "rejected", after item_create_many. */
void new_items_render(struct call *c, const struct new_items *items);

/* Each as an element of a list. */
MUST_USE enum err render_items(
    struct call *c, const struct item *items, size_t count, struct error *e);

/* Ids of what the parameter, repeated, names; QUERY_REPEATS_MAX at most. kind: enum reference_kind.
 * ERR_INVALID "unknown_value". */
MUST_USE enum err query_titles(
    struct call *c, const char *name, int kind, int64_t *ids, size_t *count, struct error *e);

/* The members "ids", "esns" and "hex_ids", in this order, at most `most` together. */
struct pick_list {
    struct pick_input *inputs;
    size_t count;
};
void field_picks(struct fields *f, size_t most, struct pick_list *out);
/* As it was given: an id in decimal. */
struct str pick_text(struct call *c, const struct pick_input *input);

#endif
