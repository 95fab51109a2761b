/*
 * listings_patch.c: the merchant's quantity of one listing, by patchListingsItem.
 *
 * The operation is `merge`: `replace` would wipe the handling time. The channel code is always
 * DEFAULT, the merchant's; a DEFAULT quantity turns an FBA listing into a merchant's one and
 * strands its stock, so those never get this far (sp-api.md 3.1).
 */
#include "amazon/internal.h"

#include "net/url.h"

void amazon_quantity_put(struct jw *w, struct str product_type, int64_t quantity)
{
    /* PRODUCT is generic: its schema holds what every offer has. */
    jw_kstr(w, "productType", product_type.len ? product_type : S("PRODUCT"));
    jw_key(w, "patches");
    jw_array(w);
    jw_object(w);
    jw_kstr(w, "op", S("merge"));
    jw_kstr(w, "path", S("/attributes/fulfillment_availability"));
    jw_key(w, "value");
    jw_array(w);
    jw_object(w);
    jw_kstr(w, "fulfillment_channel_code", S("DEFAULT"));
    jw_kint(w, "quantity", quantity);
    jw_object_end(w);
    jw_array_end(w);
    jw_object_end(w);
    jw_array_end(w);
}

static struct str patch_body(const struct channel_push *push, struct arena *arena)
{
    struct buf out;
    struct jw w;
    buf_init(&out, 64 * 1024);
    jw_init(&w, &out);
    jw_object(&w);
    amazon_quantity_put(&w, push->product_type, push->quantity);
    jw_object_end(&w);
    struct str body = out.failed ? S("") : arena_str(arena, buf_str(&out));
    buf_release(&out);
    return body;
}

static struct str patch_target(
    struct channel_conn *c, const struct channel_push *push, struct arena *arena)
{
    struct buf out;
    buf_init(&out, 64 * 1024);
    buf_put(&out, S("/listings/2021-08-01/items/"));
    url_put(&out, c->seller_id);
    buf_put_char(&out, '/');
    url_put(&out, push->sku);
    amazon_put_list(&out, S("marketplaceIds"), push->marketplace_ids, push->marketplace_count);
    url_put_query(&out, S("issueLocale"), S("en_US"));
    struct str target = out.failed ? S("") : arena_str(arena, buf_str(&out));
    buf_release(&out);
    return target;
}

/* "code: message; code: message", of everything that Amazon found wrong. */
static struct str issues_text(struct json issues, struct arena *arena, struct str *first)
{
    struct buf out;
    buf_init(&out, AMAZON_RAW_MAX);
    for (size_t i = 0; i < json_len(issues) && i < AMAZON_ISSUES_MAX && !out.failed; i++) {
        struct json one = json_at(issues, i);
        struct str code = S(""), message = S("");
        (void)json_str(json_get(one, "code"), &code);
        (void)json_str(json_get(one, "message"), &message);
        if (i == 0) *first = arena_str(arena, str_sub(code, 0, AMAZON_CODE_MAX));
        if (i > 0) buf_put(&out, S("; "));
        buf_put(&out, str_sub(code, 0, AMAZON_CODE_MAX));
        buf_put(&out, S(": "));
        buf_put(&out, str_sub(message, 0, AMAZON_DETAIL_MAX));
    }
    struct str text = arena_str(arena, buf_str(&out));
    buf_release(&out);
    return text;
}

void amazon_patch_parse(
    struct channel_conn *c, struct str body, struct arena *arena, struct channel_outcome *outcome)
{
    struct json root;
    struct error e;
    struct str status = S(""), code = S("INVALID");
    if (json_parse(body, AMAZON_SMALL_REPLY, &root, &e) != OK) {
        /* Something was answered to a change: it may have been made. */
        amazon_outcome_unreadable(outcome, CHANNEL_UNKNOWN, &e, arena);
        return;
    }
    (void)json_str(json_get(root, "status"), &status);
    if (str_eq(status, S("INVALID"))) {
        struct str text = issues_text(json_get(root, "issues"), arena, &code);
        if (code.len == 0) code = S("INVALID");
        if (text.len == 0) text = S("INVALID, and Amazon names no issue");
        amazon_outcome_set(outcome, CHANNEL_REFUSED, code, text, c, arena);
    } else if (str_eq(status, S("VALID"))) {
        amazon_outcome_set(outcome, CHANNEL_BROKEN, S("only_validated"),
            S("Amazon checked the quantity but did not take it"), c, arena);
    } else if (!str_eq(status, S("ACCEPTED"))) {
        amazon_outcome_set(outcome, CHANNEL_UNKNOWN, S("malformed_reply"),
            S("/status: neither ACCEPTED nor INVALID"), c, arena);
    }
    json_release(&root);
}

/* Code of ours for what is not sent, or an empty string. */
static struct str objection(const struct channel_push *push)
{
    if (push->fulfillment != CHANNEL_MERCHANT) return S("amazon_fulfilled");
    if (push->sku.len == 0 || push->sku.len > SKU_MAX) return S("no_sku");
    if (push->marketplace_count == 0) return S("no_marketplace");
    return push->quantity < 0 ? S("negative_quantity") : S("");
}

enum err amazon_quantity_push(struct channel_conn *c, const struct channel_push *push,
    struct arena *arena, struct channel_outcome *outcome, struct error *e)
{
    struct str wrong = objection(push);
    struct amazon_call call = { .method = S("PATCH"), .reply_max = AMAZON_SMALL_REPLY };
    if (wrong.len == 0) {
        call.target = patch_target(c, push, arena);
        call.body = patch_body(push, arena);
        if (call.target.len == 0 || call.body.len == 0) wrong = S("query_too_long");
    }
    if (wrong.len > 0) {
        *outcome = (struct channel_outcome){ .request_id = S("") };
        amazon_outcome_set(outcome, CHANNEL_REFUSED, wrong, S("not sent to Amazon"), c, arena);
        return OK;
    }
    struct transport_reply reply;
    enum err rc = amazon_send(c, &call, arena, &reply, outcome, e);
    if (rc == OK && outcome->result == CHANNEL_DONE)
        amazon_patch_parse(c, reply.body, arena, outcome);
    return rc;
}
