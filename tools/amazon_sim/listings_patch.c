/*
 * listings_patch.c: patchListingsItem, as far as it concerns /attributes/fulfillment_availability.
 *
 * What is malformed is a 400. What is well formed and wrong is a 200 with status INVALID. What is
 * ACCEPTED shows only some time later (sp-api.md 3.1).
 */
#include "api.h"

#include <string.h>

enum { BODY_MAX = 1024 * 1024, PATCHES_MAX = 100, ISSUES_MAX = 10, MARKETPLACES_MAX = 20 };
enum { QUANTITY_MAX = 99999999, HANDLING_MAX = 30 };

static const char *const data_names[] = { "identifiers", "issues", NULL };
static const char *const mode_names[] = { "VALIDATION_PREVIEW", NULL };
static const char *const op_names[] = { "add", "replace", "merge", "delete", NULL };
enum { OP_ADD, OP_REPLACE, OP_MERGE, OP_DELETE };
enum { DATA_IDENTIFIERS = 1, DATA_ISSUES = 2 };

static const char *const attribute = "fulfillment_availability";

struct patch {
    struct param_list marketplaces;
    uint32_t data;
    bool preview;
    struct listing *listing; /* NULL: no such SKU */
    struct change change;
    struct issue issues[ISSUES_MAX];
    size_t issue_count;
};

static void add_issue(struct patch *p, const char *code, struct str message)
{
    if (p->issue_count == ISSUES_MAX) return;
    p->issues[p->issue_count++] = (struct issue){
        .code = code, .severity = "ERROR", .attribute = attribute, .message = message
    };
}

static void read_quantity(struct patch *p, struct json value, bool keep)
{
    struct json q = json_get(value, "quantity");
    int64_t n = 0;
    if (!json_present(q)) {
        if (!keep && !p->change.fba) {
            p->change.set_quantity = true;
            p->change.quantity = 0;
        }
        return;
    }
    if (!json_int64(q, &n) || n < 0 || n > QUANTITY_MAX) {
        add_issue(p, "99010",
            S("The value of 'quantity' is not valid: a whole number, 0 or more, is required."));
        return;
    }
    p->change.set_quantity = true;
    p->change.quantity = n;
}

static void read_handling(struct patch *p, struct json value, bool keep)
{
    struct json h = json_get(value, "lead_time_to_ship_max_days");
    int64_t n = -1;
    if (json_present(h) && (!json_int64(h, &n) || n < 0 || n > HANDLING_MAX)) {
        add_issue(p, "99010", S("The value of 'lead_time_to_ship_max_days' is not valid."));
        return;
    }
    if (!json_present(h) && keep) return;
    p->change.set_handling = true; /* to none, where a replace does not repeat it */
    p->change.handling_days = n;
}

static void read_restock(struct patch *p, struct json value, bool keep)
{
    struct json r = json_get(value, "restock_date");
    struct str date = S("");
    if (json_present(r) && (!json_str(r, &date) || date.len < 10)) {
        add_issue(p, "99010", S("The value of 'restock_date' is not valid."));
        return;
    }
    if (!json_present(r) && keep) return;
    p->change.set_restock = true;
    call_text(p->change.restock_date, DATE_SIZE, date);
}

static void read_value(struct call *c, struct patch *p, struct json value, int op)
{
    struct str code;
    if (!json_str(json_get(value, "fulfillment_channel_code"), &code) || code.len == 0) {
        add_issue(p, "90220",
            S("'fulfillment_channel_code' does not have enough values. The required minimum is '1' "
              "value(s)."));
        return;
    }
    bool is_default = str_eq(code, S("DEFAULT"));
    if (!is_default && !str_eq(code, str_of(c->sim->options.region->fba_code))) {
        add_issue(p, "99010", S("The value of 'fulfillment_channel_code' is not valid."));
        return;
    }
    if (op == OP_DELETE) {
        if (!is_default) return;
        p->change = (struct change){
            .set_quantity = true, .set_handling = true, .set_restock = true, .handling_days = -1
        };
        return;
    }
    p->change.set_fba = true;
    p->change.fba = !is_default;
    read_quantity(p, value, op == OP_MERGE);
    read_handling(p, value, op == OP_MERGE);
    read_restock(p, value, op == OP_MERGE);
    if (!is_default) p->change.set_quantity = false;
    if (p->change.set_quantity) c->entry.quantity = p->change.quantity;
}

static bool read_patch(struct call *c, struct patch *p, struct json v, size_t index)
{
    struct str op_name, path;
    int op = -1;
    struct json value = json_get(v, "value");
    if (!json_str(json_get(v, "op"), &op_name) || !json_str(json_get(v, "path"), &path))
        return refuse_input(
            c, "Invalid patch at index of %zu: 'op' and 'path' are required.", index);
    for (int i = 0; op_names[i]; i++)
        if (str_eq(op_name, str_of(op_names[i]))) op = i;
    if (op < 0) return refuse_input(c, "Invalid 'op' for patch at index of %zu.", index);
    if (json_present(value) && json_kind(value) != JSON_KIND_ARRAY)
        return refuse_input(c, "'value' must be an array for patch at index of %zu.", index);
    if (op != OP_DELETE && json_len(value) == 0)
        return refuse_input(c, "Value is missing for patch at index of %zu.", index);
    for (size_t i = 0; i < json_len(value); i++)
        if (json_kind(json_at(value, i)) != JSON_KIND_OBJECT)
            return refuse_input(c, "'value' must hold objects for patch at index of %zu.", index);
    if (str_eq(path, S("/attributes/purchasable_offer"))) return true; /* not simulated */
    if (!str_eq(path, S("/attributes/fulfillment_availability"))) {
        add_issue(p, "90000900",
            arena_fmt(c->arena,
                "The attribute of the path '%.*s' is not known for the product type.",
                STR_FMT(path)));
        return true;
    }
    if (json_len(value) == 0)
        p->change = (struct change){
            .set_quantity = true, .set_handling = true, .set_restock = true, .handling_days = -1
        };
    for (size_t i = 0; i < json_len(value); i++)
        read_value(c, p, json_at(value, i), op);
    return true;
}

static bool read_body(struct call *c, struct patch *p, struct json body)
{
    struct str type;
    struct json patches = json_get(body, "patches");
    if (json_kind(body) != JSON_KIND_OBJECT) return refuse_input(c, "The body must be an object.");
    if (!json_str(json_get(body, "productType"), &type) || type.len == 0)
        return refuse_input(c, "'productType' is required.");
    if (json_kind(patches) != JSON_KIND_ARRAY || json_len(patches) == 0 ||
        json_len(patches) > PATCHES_MAX)
        return refuse_input(c, "'patches' must have 1 to %d elements.", PATCHES_MAX);
    for (size_t i = 0; i < json_len(patches); i++)
        if (!read_patch(c, p, json_at(patches, i), i)) return false;
    return true;
}

static void submit(struct call *c, struct patch *p)
{
    const struct sim_settings *t = &c->sim->settings;
    int64_t spread = t->apply_max_ms - t->apply_min_ms;
    time_ms due = c->now + t->apply_min_ms;
    if (spread > 0) due += (time_ms)rng_below(&c->sim->rng, (uint64_t)spread + 1);
    if (!world_submit(&c->sim->world, p->listing, &p->change, due))
        refuse(c, 503, "ServiceUnavailable", "Too many changes wait.");
    world_settle(&c->sim->world, c->now);
}

static void write_answer(struct call *c, const struct patch *p, struct str sku)
{
    const char *status = p->issue_count ? "INVALID" : p->preview ? "VALID" : "ACCEPTED";
    call_text(c->entry.outcome, sizeof c->entry.outcome, str_of(status));
    answer_begin(c, 200);
    jw_object(&c->w);
    jw_kstr(&c->w, "sku", sku);
    jw_kstr(&c->w, "status", str_of(status));
    jw_kstr(&c->w, "submissionId",
        arena_fmt(c->arena, "%016llx%016llx", (unsigned long long)rng_u64(&c->sim->rng),
            (unsigned long long)rng_u64(&c->sim->rng)));
    if (p->data & DATA_ISSUES) {
        jw_key(&c->w, "issues");
        jw_array(&c->w);
        for (size_t i = 0; i < p->issue_count; i++)
            issue_write(c, &p->issues[i]);
        jw_array_end(&c->w);
    }
    if (p->data & DATA_IDENTIFIERS) {
        jw_key(&c->w, "identifiers");
        jw_array(&c->w);
        for (size_t i = 0; p->listing && i < p->marketplaces.count; i++) {
            jw_object(&c->w);
            jw_kstr(&c->w, "marketplaceId", p->marketplaces.items[i]);
            jw_kstr(&c->w, "asin", p->listing->asin);
            jw_object_end(&c->w);
        }
        jw_array_end(&c->w);
    }
    jw_object_end(&c->w);
}

/* False: refused, it is malformed. Otherwise what is wrong with it is among the issues. */
static bool read_patches(struct call *c, struct patch *p, struct str sku, struct json body)
{
    if (!read_body(c, p, body)) return false;
    p->listing = world_listing(&c->sim->world, sku);
    if (!p->listing)
        add_issue(p, "13013",
            S("This SKU does not exist in the Amazon catalog. Your inventory data was not "
              "processed."));
    return true;
}

size_t patch_message(
    struct call *c, struct str sku, struct json message, struct issue *issues, size_t max)
{
    struct patch p = { .data = 0 };
    if (!read_patches(c, &p, sku, message)) {
        p.issue_count = 0;
        add_issue(&p, "4000003", S("The message does not fit the schema of the feed."));
    }
    if (!p.issue_count) submit(c, &p);
    for (size_t i = 0; i < p.issue_count && i < max; i++)
        issues[i] = p.issues[i];
    return p.issue_count < max ? p.issue_count : max;
}

static void patch(struct call *c, struct patch *p, struct json body)
{
    struct str sku = c->segments[4];
    if (!read_patches(c, p, sku, body)) return;
    if (c->fault == FAULT_INVALID)
        add_issue(p, "8541", S("The data you submitted does not match the catalog (injected)."));
    if (!p->issue_count && !p->preview && c->fault != FAULT_NEVER_APPLY) {
        submit(c, p);
        if (c->reply->status) return;
    }
    write_answer(c, p, sku);
}

void listing_patch(struct call *c)
{
    struct patch p = { .data = DATA_ISSUES };
    struct json body;
    struct error e;
    int mode = -1;
    call_text(c->entry.sku, sizeof c->entry.sku, c->segments[4]);
    struct str type = http_request_header(c->req, S("content-type"));
    if (!str_eq_nocase(str_trim(str_sub(type, 0, 16)), S("application/json"))) {
        refuse(c, 415, "UnsupportedMediaType", "Content-Type must be application/json.");
        return;
    }
    if (!param_marketplaces(c, true, MARKETPLACES_MAX, &p.marketplaces) ||
        !param_enum_list(c, S("includedData"), data_names, &p.data) ||
        !param_enum(c, S("mode"), mode_names, &mode))
        return;
    p.preview = mode == 0;
    if (json_parse(c->req->body, BODY_MAX, &body, &e)) {
        refuse_input(c, "The body is not valid JSON: %s", e.detail);
        return;
    }
    patch(c, &p, body);
    json_release(&body);
}
