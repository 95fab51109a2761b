/* order_fetches.c: orders that people want to have asked for by their id. */
#include "http/channel.h"
#include "store/channel_log.h"
#include "store/order_watch.h"

enum { CHANNEL_ORDER_ID_MAX = 100 };

static enum err want(struct call *c, struct str channel_order_id, struct error *e)
{
    enum err rc = order_watch_put(&c->change, c->ids[0], channel_order_id, e);
    if (rc) return rc;
    struct change_list l;
    change_list_init(&l);
    change_list_add(&l, "fetch_order", S(""), channel_order_id);
    audit_add(&c->change, "run", "channel", c->ids[0], change_list_end(&l));
    change_list_release(&l);
    c->status = 202;
    jw_object(&c->w);
    jw_kstr(&c->w, "channel_order_id", channel_order_id);
    jw_object_end(&c->w);
    return OK;
}

static enum err find_ready(struct call *c, struct error *e)
{
    struct channel_row *ch = NULL;
    enum err rc = find_channel(c, c->ids[0], &ch, e);
    return rc ? rc : channel_ready(ch, e);
}

static enum err fetch(struct call *c, struct error *e)
{
    struct str id = S("");
    struct fields f = fields_root(c, "channel_order_id");
    field_required(&f, "channel_order_id");
    (void)field_str(&f, "channel_order_id", CHANNEL_ORDER_ID_MAX, 0, &id);
    enum err rc = fields_end(c, e);
    if (!rc) rc = find_ready(c, e);
    return rc ? rc : want(c, str_trim(id), e);
}

static enum err retry(struct call *c, struct error *e)
{
    struct str id = S("");
    enum err rc = find_ready(c, e);
    if (!rc) rc = quarantine_order_id(c->tx, c->ids[0], c->ids[1], c->arena, &id, e);
    if (!rc && !id.len)
        rc = error_code(e, ERR_CONFLICT, "conflict", "the id of this order could not be read");
    return rc ? rc : want(c, id, e);
}

const struct route routes_order_fetches[] = {
    { "POST", "/channels/{}/fetch_order", AREA_CHANNELS, PERMISSION_WRITE, 0, "", fetch },
    { "POST", "/channels/{}/quarantine/{}/retry", AREA_CHANNELS, PERMISSION_WRITE, ROUTE_NO_BODY,
        "", retry },
    { NULL },
};
