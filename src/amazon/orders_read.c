/* orders_read.c: searchOrders and getOrder of the 2026-01-01 API. */
#include "amazon/internal.h"

#include "net/url.h"

/* Without FULFILLMENT there is no status. BUYER and RECIPIENT are never asked for. */
#define INCLUDED "FULFILLMENT,CANCELLATION"

static struct str search_target(
    struct channel_conn *c, const struct channel_orders_query *q, struct arena *arena)
{
    struct buf out;
    buf_init(&out, 64 * 1024);
    buf_put(&out, S("/orders/2026-01-01/orders"));
    amazon_put_time(&out, S("lastUpdatedAfter"), q->updated_after);
    amazon_put_time(&out, S("lastUpdatedBefore"), q->updated_before);
    amazon_put_time(&out, S("createdAfter"), q->created_after);
    amazon_put_time(&out, S("createdBefore"), q->created_before);
    amazon_put_list(&out, S("marketplaceIds"), c->marketplace_ids, c->marketplace_count);
    /* Orders that Amazon fulfils are not our stock, and pages are scarce: one in three minutes. */
    url_put_query(&out, S("fulfilledBy"), S("MERCHANT"));
    url_put_query(&out, S("maxResultsPerPage"), S("100"));
    url_put_query(&out, S("includedData"), S(INCLUDED));
    if (q->page_token.len > 0) url_put_query(&out, S("paginationToken"), q->page_token);
    struct str target = out.failed ? S("") : arena_str(arena, buf_str(&out));
    buf_release(&out);
    return target;
}

static bool window_okay(const struct channel_orders_query *q)
{
    bool updated = q->updated_after != 0 && q->updated_before >= q->updated_after;
    bool created = q->created_after != 0 && q->created_before >= q->created_after;
    bool no_updated = q->updated_after == 0 && q->updated_before == 0;
    bool no_created = q->created_after == 0 && q->created_before == 0;
    return (updated && no_created) || (created && no_updated);
}

static void refuse(struct channel_outcome *outcome, struct str code, struct arena *arena)
{
    *outcome = (struct channel_outcome){ .request_id = S("") };
    amazon_outcome_set(outcome, CHANNEL_REFUSED, code, S("not sent to Amazon"), NULL, arena);
}

enum err amazon_orders_page(struct channel_conn *c, const struct channel_orders_query *query,
    struct arena *arena, struct channel_orders_page *page, struct channel_outcome *outcome,
    struct error *e)
{
    *page = (struct channel_orders_page){ .next_token = S("") };
    const struct amazon_call call = {
        .method = S("GET"),
        .target = window_okay(query) ? search_target(c, query, arena) : S(""),
        .reply_max = TRANSPORT_REPLY_MAX,
    };
    if (call.target.len == 0) {
        refuse(outcome, S("bad_window"), arena);
        return OK;
    }
    struct transport_reply reply;
    enum err rc = amazon_send(c, &call, arena, &reply, outcome, e);
    if (rc == OK && outcome->result == CHANNEL_DONE)
        amazon_orders_parse(reply.body, arena, page, outcome);
    return rc;
}

static void read_one(struct str body, struct arena *arena, struct channel_order *order,
    struct channel_outcome *outcome)
{
    struct json root;
    struct error e;
    struct str detail = S("");
    if (json_parse(body, AMAZON_SMALL_REPLY, &root, &e) != OK) {
        amazon_outcome_unreadable(outcome, CHANNEL_BROKEN, &e, arena);
    } else if (!amazon_order_parse(json_get(root, "order"), arena, order, &detail)) {
        *order = (struct channel_order){ .line_count = 0 };
        amazon_outcome_set(outcome, CHANNEL_BROKEN, S("malformed_order"), detail, NULL, arena);
    }
    json_release(&root);
}

enum err amazon_order_get(struct channel_conn *c, struct str order_id, struct arena *arena,
    struct channel_order *order, struct channel_outcome *outcome, struct error *e)
{
    *order = (struct channel_order){ .line_count = 0 };
    if (order_id.len == 0 || order_id.len > AMAZON_ID_MAX) {
        refuse(outcome, S("no_order_id"), arena);
        return OK;
    }
    const struct amazon_call call = {
        .method = S("GET"),
        .target = arena_fmt(arena, "/orders/2026-01-01/orders/%.*s?includedData=%s",
            STR_FMT(url_encode(arena, order_id)), "FULFILLMENT%2CCANCELLATION"),
        .reply_max = AMAZON_SMALL_REPLY,
    };
    struct transport_reply reply;
    enum err rc = amazon_send(c, &call, arena, &reply, outcome, e);
    if (rc == OK && outcome->result == CHANNEL_DONE) read_one(reply.body, arena, order, outcome);
    return rc;
}
