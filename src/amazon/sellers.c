/* sellers.c: getMarketplaceParticipations, the marketplaces of an account. */
#include "amazon/internal.h"

void amazon_sellers_parse(struct str body, struct arena *arena, struct channel_marketplace **out,
    size_t *count, struct channel_outcome *outcome)
{
    struct json root;
    struct error e;
    *count = 0;
    *out = NULL;
    if (json_parse(body, AMAZON_SMALL_REPLY, &root, &e) != OK) {
        amazon_outcome_unreadable(outcome, CHANNEL_BROKEN, &e, arena);
        return;
    }
    struct json list = json_get(root, "payload");
    size_t len = json_len(list);
    if (json_kind(list) != JSON_KIND_ARRAY || len > AMAZON_MARKETPLACES_MAX) {
        amazon_outcome_set(outcome, CHANNEL_BROKEN, S("malformed_reply"),
            S("/payload: no list of marketplaces"), NULL, arena);
    } else {
        *out = arena_new(arena, struct channel_marketplace, len + 1);
        for (size_t i = 0; i < len; i++) {
            struct json one = json_at(list, i), place = json_get(one, "marketplace");
            struct channel_marketplace m = {
                .id = amazon_copy(json_get(place, "id"), arena),
                .name = amazon_copy(json_get(place, "name"), arena),
                .country = amazon_copy(json_get(place, "countryCode"), arena),
            };
            (void)json_bool(
                json_path(one, "participation", "isParticipating", NULL), &m.participating);
            if (m.id.len > 0) (*out)[(*count)++] = m;
        }
    }
    json_release(&root);
}

enum err amazon_account(struct channel_conn *c, struct arena *arena,
    struct channel_marketplace **out, size_t *count, struct channel_outcome *outcome,
    struct error *e)
{
    const struct amazon_call call = {
        .method = S("GET"),
        .target = S("/sellers/v1/marketplaceParticipations"),
        .reply_max = AMAZON_SMALL_REPLY,
    };
    struct transport_reply reply;
    *out = NULL;
    *count = 0;
    enum err rc = amazon_send(c, &call, arena, &reply, outcome, e);
    if (rc == OK && outcome->result == CHANNEL_DONE)
        amazon_sellers_parse(reply.body, arena, out, count, outcome);
    return rc;
}
