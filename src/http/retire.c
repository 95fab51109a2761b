/* retire.c: taking an order status out of use, in as many transactions as its orders need. */
#include "http/account.h"
#include "http/internal.h"
#include "store/order_status.h"
#include "store/reference.h"

enum { ATTEMPTS_MAX = 3 };

struct retiring {
    struct call *c;
    int64_t replacement_id;
    int64_t moved, step;
};

/* A request that is sent again after all is done finds its answer, not the status. */
static enum err gone(struct call *c, void *ctx, struct error *e)
{
    (void)ctx;
    return not_found(e, "order status", c->ids[0]);
}

static enum err begin_tx(struct tx *tx, void *ctx, struct error *e)
{
    struct retiring *r = ctx;
    struct call *c = r->c;
    account_begin(c, tx);
    c->error_count = 0;
    r->replacement_id = 0;
    struct reference row;
    enum err rc = reference_load(tx, REFERENCE_ORDER_STATUS, c->ids[0], c->arena, &row, e);
    if (rc == ERR_NOT_FOUND) return once(c, gone, NULL, e);
    if (rc) return rc;
    struct fields f = fields_root(c, "replacement");
    struct str title;
    field_required(&f, "replacement");
    if (field_str(&f, "replacement", 100, 0, &title))
        rc = find_status(&f, "replacement", REFERENCE_ORDER_STATUS, title, &r->replacement_id, e);
    if (!rc) rc = fields_end(c, e);
    return rc ? rc : order_status_retire_begin(&c->change, c->ids[0], r->replacement_id, e);
}

static enum err step_tx(struct tx *tx, void *ctx, struct error *e)
{
    struct retiring *r = ctx;
    account_begin(r->c, tx);
    return order_status_retire_step(&r->c->change, r->c->ids[0], RETIRE_STEP_ORDERS, &r->step, e);
}

static enum err answer(struct call *c, void *ctx, struct error *e)
{
    const struct retiring *r = ctx;
    struct reference into;
    enum err rc = order_status_retire_end(&c->change, c->ids[0], e);
    if (!rc)
        rc = reference_load(c->tx, REFERENCE_ORDER_STATUS, r->replacement_id, c->arena, &into, e);
    if (rc) return rc;
    jw_object(&c->w);
    jw_kstr(&c->w, "replacement", into.title);
    jw_kint(&c->w, "orders_moved", r->moved);
    jw_object_end(&c->w);
    return OK;
}

static enum err end_tx(struct tx *tx, void *ctx, struct error *e)
{
    struct retiring *r = ctx;
    account_begin(r->c, tx);
    return once(r->c, answer, r, e);
}

static enum err move_all(struct retiring *r, struct error *e)
{
    enum err rc = OK;
    do {
        rc = db_write(r->c->api->options.db, "retire step", step_tx, r, e);
        if (!rc) r->moved += r->step;
    } while (!rc && r->step == RETIRE_STEP_ORDERS);
    return rc;
}

static enum err retire(struct call *c, struct error *e)
{
    struct retiring r = { .c = c };
    struct db *db = c->api->options.db;
    enum err rc = db_write(db, "retire begin", begin_tx, &r, e);
    if (rc || !r.replacement_id) return rc;
    /* On PostgreSQL an order may slip in that was begun before the status was marked. */
    for (int attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
        rc = move_all(&r, e);
        if (!rc) rc = db_write(db, "retire end", end_tx, &r, e);
        if (rc != ERR_CONFLICT || !str_eq(str_of(e->code), S("in_use"))) break;
    }
    return rc;
}

const struct route routes_retire[] = {
    { "POST", "/order_statuses/{}/retire", AREA_SETTINGS, PERMISSION_FULL, ROUTE_NO_TX, "",
        retire },
    { NULL },
};
