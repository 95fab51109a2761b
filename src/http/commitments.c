/* commitments.c: scanned items are committed to an order, and taken off it again. */
#include "store/commitment.h"

#include "core/hexid.h"
#include "http/internal.h"
#include "store/item.h"

enum { INPUTS_MAX = 1000, INPUT_MAX = 64 };

/* A scan is a Hex ID when an item has it; else it is taken for an ESN. */
static enum err is_known_hex_id(struct call *c, struct str scan, bool *is, struct error *e)
{
    char text[HEX_ID_TEXT_SIZE];
    struct str id;
    *is = false;
    return hex_id_parse(scan, text, &id) ? item_has_hex_id(c->tx, id, is, e) : OK;
}

struct inputs {
    struct commitment_input *rows;
    size_t count;
};

static enum err read_inputs(struct fields *f, const char *name, struct inputs *in, struct error *e)
{
    struct json list = field_array(f, name, 0, INPUTS_MAX);
    for (size_t i = 0; i < json_len(list); i++) {
        struct str s, at = arena_fmt(f->c->arena, "/%s/%zu", name, i);
        if (!json_str(json_at(list, i), &s)) {
            element_error(f->c, at, "wrong_type", "must be a text");
            continue;
        }
        s = str_trim(s);
        if (!s.len || text_length(s) > INPUT_MAX) {
            element_error(
                f->c, at, s.len ? "too_long" : "too_short", "must have 1 to 64 characters");
            continue;
        }
        if (in->count == INPUTS_MAX) {
            element_error(f->c, at, "too_long", "at most 1000 inputs together");
            return OK;
        }
        bool hex = name[0] == 'h';
        enum err rc = name[0] == 's' ? is_known_hex_id(f->c, s, &hex, e) : OK;
        if (rc) return rc;
        in->rows[in->count++] = (struct commitment_input){ s, hex, name[0] == 's' };
    }
    return OK;
}

/* The words of the interface. */
static struct str public_code(const char *code, bool on_this_order)
{
    struct str s = str_of(code);
    if (str_eq(s, S("ambiguous_esn"))) return S("several_items");
    if (str_eq(s, S("repeated")) || (str_eq(s, S("already_committed")) && on_this_order))
        return S("already_on_this_order");
    if (str_eq(s, S("not_committed_atomic"))) return S("not_tried");
    return s;
}

static void put_results(struct call *c, const struct order *before, const struct inputs *in,
    const struct commitment_result *results)
{
    jw_array(&c->w);
    for (size_t i = 0; i < in->count; i++) {
        const struct commitment_result *r = &results[i];
        bool here = false;
        for (size_t k = 0; k < before->item_count; k++)
            here = here || before->items[k].item_id == r->item_id;
        jw_object(&c->w);
        jw_kstr(&c->w, "input", in->rows[i].text);
        put_opt_id(c, "item_id", r->item_id);
        jw_kbool(&c->w, "committed", r->committed);
        put_opt(c, "code", r->committed ? S("") : public_code(r->code, here));
        put_opt(c, "detail", r->committed ? S("") : r->detail);
        jw_object_end(&c->w);
    }
    jw_array_end(&c->w);
}

/* Whether all that stood in the way is that what was asked for is on an order: two asked for the
 * same, and the other one has it. *first: of those, the first. */
static bool others_have_it(
    const struct commitment_result *results, size_t count, const struct commitment_result **first)
{
    *first = NULL;
    for (size_t i = 0; i < count; i++) {
        const struct commitment_result *r = &results[i];
        bool taken = str_eq(str_of(r->code), S("already_committed"));
        if (!taken && !str_eq(str_of(r->code), S("not_committed_atomic"))) return false;
        if (taken && !*first) *first = r;
    }
    return *first != NULL;
}

static enum err refuse(struct call *c, const struct order *o, const struct inputs *in,
    const struct commitment_result *results, const struct commitment_result *first, struct error *e)
{
    put_results(c, o, in, results);
    c->results = arena_str(c->arena, buf_str(&c->out));
    struct str input = in->rows[first - results].text;
    return error_code(e, ERR_CONFLICT, "already_committed", "%s%.*s: %.*s",
        in->count > 1 ? "nothing was committed, because of what is on an order already; " : "",
        STR_FMT(input), STR_FMT(first->detail));
}

static enum err commit(struct call *c, struct error *e)
{
    struct order o;
    enum err rc = order_lock(&c->change, c->ids[0], c->arena, &o, e);
    if (rc) return rc;
    struct fields f = fields_root(c, "esns hex_ids scans atomic despite_cancel_request");
    struct inputs in = { arena_new(c->arena, struct commitment_input, INPUTS_MAX), 0 };
    bool atomic = false, despite = false;
    rc = read_inputs(&f, "esns", &in, e);
    if (!rc) rc = read_inputs(&f, "hex_ids", &in, e);
    if (!rc) rc = read_inputs(&f, "scans", &in, e);
    (void)field_bool(&f, "atomic", &atomic);
    (void)field_bool(&f, "despite_cancel_request", &despite);
    if (!rc && !c->error_count && !in.count)
        element_error(c, S("/esns"), "required", "give at least one ESN, Hex ID or scan");
    if (!rc) rc = fields_end(c, e);
    if (rc) return rc;
    struct commitment_result *results = arena_new(c->arena, struct commitment_result, in.count + 1);
    const struct commitment_request request = { in.rows, in.count, atomic, despite };
    rc = commitment_add(&c->change, &o, &request, c->arena, results, e);
    if (rc) return rc;
    const struct commitment_result *first;
    if (others_have_it(results, in.count, &first)) return refuse(c, &o, &in, results, first, e);
    jw_object(&c->w);
    jw_key(&c->w, "results");
    put_results(c, &o, &in, results);
    jw_key(&c->w, "order");
    rc = render_order(c, o.id, e);
    c->etag = 0;
    jw_object_end(&c->w);
    return rc;
}

static enum err uncommit(struct call *c, struct error *e)
{
    struct order o;
    enum err rc = order_lock(&c->change, c->ids[0], c->arena, &o, e);
    c->status = 204;
    return rc ? rc : commitment_remove(&c->change, &o, c->ids[1], e);
}

const struct route routes_commitments[] = {
    { "POST", "/orders/{}/commitments", AREA_ORDERS, PERMISSION_WRITE, 0, "", commit },
    { "DELETE", "/orders/{}/commitments/{}", AREA_ORDERS, PERMISSION_WRITE, 0, "", uncommit },
    { NULL },
};
