/* listings_read.c: searchListingsItems and getListingsItem. */
#include "amazon/internal.h"

#include "net/url.h"

#define INCLUDED "summaries,fulfillmentAvailability,productTypes,issues"

enum { TARGET_MAX = 64 * 1024, SKUS_MAX = 20 };

static void put_common(struct buf *target, struct str marketplace_id)
{
    url_put_query(target, S("marketplaceIds"), marketplace_id);
    url_put_query(target, S("includedData"), S(INCLUDED));
    url_put_query(target, S("issueLocale"), S("en_US"));
}

static struct str search_target(
    struct channel_conn *c, const struct channel_listings_query *q, struct arena *arena)
{
    struct buf target;
    buf_init(&target, TARGET_MAX);
    buf_put(&target, S("/listings/2021-08-01/items/"));
    url_put(&target, c->seller_id);
    put_common(&target, q->marketplace_id);
    if (q->sku_count > 0) {
        amazon_put_list(&target, S("identifiers"), q->skus, q->sku_count);
        url_put_query(&target, S("identifiersType"), S("SKU"));
    }
    amazon_put_time(&target, S("createdAfter"), q->created_after);
    amazon_put_time(&target, S("createdBefore"), q->created_before);
    amazon_put_time(&target, S("lastUpdatedAfter"), q->updated_after);
    url_put_query(&target, S("sortBy"), q->newest_first ? S("lastUpdatedDate") : S("createdDate"));
    url_put_query(&target, S("sortOrder"), q->newest_first ? S("DESC") : S("ASC"));
    url_put_query(&target, S("pageSize"), S("20"));
    if (q->page_token.len > 0) url_put_query(&target, S("pageToken"), q->page_token);
    struct str text = target.failed ? S("") : arena_str(arena, buf_str(&target));
    buf_release(&target);
    return text;
}

/* What Amazon would misread; refused before it costs a request. */
static struct str objection(const struct channel_listings_query *q)
{
    if (q->sku_count > SKUS_MAX) return S("too_many_skus");
    for (size_t i = 0; i < q->sku_count; i++)
        if (str_contains(q->skus[i], S(","))) return S("comma_in_sku");
    return q->marketplace_id.len == 0 ? S("no_marketplace") : S("");
}

static void refuse(struct channel_outcome *outcome, struct str code, struct arena *arena)
{
    *outcome = (struct channel_outcome){ .request_id = S("") };
    amazon_outcome_set(outcome, CHANNEL_REFUSED, code, S("not sent to Amazon"), NULL, arena);
}

enum err amazon_listings_page(struct channel_conn *c, const struct channel_listings_query *query,
    struct arena *arena, struct channel_listings_page *page, struct channel_outcome *outcome,
    struct error *e)
{
    *page = (struct channel_listings_page){ .next_token = S("") };
    struct str wrong = objection(query);
    struct amazon_call call = {
        .method = S("GET"),
        .target = wrong.len ? S("") : search_target(c, query, arena),
        .reply_max = TRANSPORT_REPLY_MAX,
    };
    if (wrong.len == 0 && call.target.len == 0) wrong = S("query_too_long");
    if (wrong.len > 0) {
        refuse(outcome, wrong, arena);
        return OK;
    }
    struct transport_reply reply;
    enum err rc = amazon_send(c, &call, arena, &reply, outcome, e);
    if (rc == OK && outcome->result == CHANNEL_DONE)
        amazon_listings_parse(reply.body, query->marketplace_id, arena, page, outcome);
    return rc;
}

static void read_one(struct str body, struct str marketplace_id, struct arena *arena,
    struct channel_listing *listing, struct channel_outcome *outcome)
{
    struct json root;
    struct error e;
    struct str detail = S("");
    if (json_parse(body, AMAZON_SMALL_REPLY, &root, &e) != OK) {
        amazon_outcome_unreadable(outcome, CHANNEL_BROKEN, &e, arena);
    } else if (!amazon_listing_parse(root, marketplace_id, arena, listing, &detail)) {
        *listing = (struct channel_listing){ .sku = S("") };
        amazon_outcome_set(outcome, CHANNEL_BROKEN, S("malformed_reply"), detail, NULL, arena);
    }
    json_release(&root);
}

enum err amazon_listing_get(struct channel_conn *c, struct str sku, struct str marketplace_id,
    struct arena *arena, struct channel_listing *listing, struct channel_outcome *outcome,
    struct error *e)
{
    *listing = (struct channel_listing){ .sku = S("") };
    if (sku.len == 0 || sku.len > SKU_MAX || marketplace_id.len == 0) {
        refuse(outcome, S("no_sku"), arena);
        return OK;
    }
    struct buf target;
    buf_init(&target, TARGET_MAX);
    buf_put(&target, S("/listings/2021-08-01/items/"));
    url_put(&target, c->seller_id);
    buf_put_char(&target, '/');
    url_put(&target, sku);
    put_common(&target, marketplace_id);
    const struct amazon_call call = {
        .method = S("GET"),
        .target = arena_str(arena, buf_str(&target)),
        .reply_max = AMAZON_SMALL_REPLY,
    };
    buf_release(&target);
    struct transport_reply reply;
    enum err rc = amazon_send(c, &call, arena, &reply, outcome, e);
    if (rc == OK && outcome->result == CHANNEL_DONE)
        read_one(reply.body, marketplace_id, arena, listing, outcome);
    return rc;
}
