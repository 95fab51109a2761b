/* writers.c: see writers.h. */
#include "writers.h"

#include "rows.h"
#include "store/commitment.h"
#include "store/intake.h"
#include "store/item_bulk.h"
#include "store/order_return.h"
#include "store/order_status.h"
#include "store/purchase_order.h"
#include "store/reference.h"
#include "store/transfer.h"
#include "store/vendor.h"

enum { PASTE = 3, PICK_MAX = 400 };

static int throw_of(struct writer *w, int n)
{
    return (int)rng_below(&w->run, (uint64_t)n);
}

/* One of the ids that the statement gives; 0: none. */
static enum err pick(
    struct writer *w, struct change *c, const char *sql, int64_t *out, struct error *e)
{
    int64_t ids[PICK_MAX];
    size_t count = 0;
    struct stmt *st = tx_prepare(c->tx, sql);
    while (stmt_row(st) && count < PICK_MAX)
        ids[count++] = stmt_int(st, 0);
    enum err rc = stmt_end(st, e);
    *out = rc || !count ? 0 : ids[throw_of(w, (int)count)];
    return rc;
}

#define ANY_ITEM "SELECT id FROM item ORDER BY id"
#define ANY_ORDER "SELECT id FROM sales_order ORDER BY id"
#define ANY_VARIATION "SELECT id FROM variation ORDER BY id"

static struct str esn_of(struct writer *w, struct change *c)
{
    return arena_fmt(c->arena, "E%d", throw_of(w, ESNS));
}

static enum err pick_items(
    struct writer *w, struct change *c, int64_t *ids, size_t *count, struct error *e)
{
    *count = 0;
    for (int i = 0; i < PASTE; i++) {
        int64_t id;
        enum err rc = pick(w, c, ANY_ITEM, &id, e);
        if (rc) return rc;
        size_t k = *count;
        while (k > 0 && ids[k - 1] > id)
            k--;
        if (!id || (k > 0 && ids[k - 1] == id)) continue;
        for (size_t n = (*count)++; n > k; n--)
            ids[n] = ids[n - 1];
        ids[k] = id;
    }
    return OK;
}

/* Orders */

static enum err lock_order(struct writer *w, struct change *c, struct order *out, struct error *e)
{
    int64_t id;
    enum err rc = pick(w, c, ANY_ORDER, &id, e);
    return rc ? rc : order_lock(c, id, c->arena, out, e);
}

static enum err commit_some(struct writer *w, struct change *c, struct error *e)
{
    struct commitment_input inputs[PASTE];
    struct commitment_result results[PASTE];
    for (int i = 0; i < PASTE; i++)
        inputs[i] = (struct commitment_input){ esn_of(w, c), false };
    struct order order = { 0 };
    enum err rc = lock_order(w, c, &order, e);
    struct commitment_request request = { inputs, PASTE, throw_of(w, 4) == 0 };
    return rc ? rc : commitment_add(c, &order, &request, c->arena, results, e);
}

static enum err take_off_one(struct writer *w, struct change *c, struct error *e)
{
    struct order order = { 0 };
    enum err rc = lock_order(w, c, &order, e);
    if (rc || !order.item_count) return rc;
    return commitment_remove(c, &order, order.items[throw_of(w, (int)order.item_count)].item_id, e);
}

static enum err change_lines(struct writer *w, struct change *c, struct error *e)
{
    struct order before = { 0 };
    struct order_line line = { .quantity = 1 + throw_of(w, 3), .sku = S(""), .title = S("") };
    enum err rc = pick(w, c, ANY_VARIATION, &line.variation_id, e);
    if (!rc) rc = lock_order(w, c, &before, e);
    if (rc) return rc;
    if (throw_of(w, 3) == 0) {
        line.variation_id = 0;
        line.sku = arena_fmt(c->arena, "S%d", 1 + throw_of(w, 3));
    }
    if (before.line_count < 4) return order_line_add(c, &before, &line, e);
    const struct order_line *old = &before.lines[throw_of(w, (int)before.line_count)];
    if (throw_of(w, 2)) return order_line_delete(c, &before, old, e);
    line = *old;
    line.quantity = throw_of(w, 4);
    return order_line_update(c, &before, old, &line, e);
}

static enum err change_status(struct writer *w, struct change *c, struct error *e)
{
    struct order before = { 0 }, after;
    int64_t status;
    enum err rc = pick(w, c, "SELECT id FROM order_status ORDER BY id", &status, e);
    if (!rc) rc = lock_order(w, c, &before, e);
    if (rc) return rc;
    after = before;
    after.status_id = status;
    return order_update(c, &before, &after, e);
}

static enum err change_statuses(struct writer *w, struct change *c, struct error *e)
{
    int64_t ids[2], status;
    struct status_result results[2];
    enum err rc = pick(w, c, "SELECT id FROM order_status ORDER BY id", &status, e);
    for (int i = 0; i < 2 && !rc; i++)
        rc = pick(w, c, ANY_ORDER, &ids[i], e);
    if (rc) return rc;
    if (ids[0] > ids[1]) {
        int64_t first = ids[1];
        ids[1] = ids[0];
        ids[0] = first;
    }
    return order_set_statuses(c, ids, ids[0] == ids[1] ? 1 : 2, status, results, e);
}

static enum err take_back(struct writer *w, struct change *c, struct error *e)
{
    struct order order = { 0 };
    enum err rc = lock_order(w, c, &order, e);
    if (rc || !order.item_count) return rc;
    struct return_input in = { .text = S(""),
        .item_id = order.items[throw_of(w, (int)order.item_count)].item_id,
        .status_id = w->shop->repair,
        .status = S("In repair"),
        .warehouse_id = MAIN,
        .warehouse = S("Main"),
        .location = S(""),
        .reason = S("back") };
    struct return_result result;
    return return_add(c, &order, &(struct return_request){ &in, 1, false }, &result, e);
}

static enum err undo_return(struct writer *w, struct change *c, struct error *e)
{
    int64_t id;
    enum err rc = pick(w, c, "SELECT id FROM order_return ORDER BY id", &id, e);
    return rc || !id ? rc : return_undo(c, id, e);
}

static enum err read_orders(struct writer *w, struct change *c, struct error *e)
{
    static const char *const words[] = { "PENDING", "UNSHIPPED", "SHIPPED", "CANCELLED" };
    struct channel_row *ch = arena_new(c->arena, struct channel_row, 1);
    struct intake_line lines[2];
    size_t count = 1 + (size_t)throw_of(w, 2);
    for (size_t i = 0; i < count; i++)
        lines[i] = (struct intake_line){ .channel_line_id = arena_fmt(c->arena, "L%zu", i),
            .sku = arena_fmt(c->arena, "S%d", 1 + throw_of(w, 3)),
            .title = S("t"),
            .quantity = throw_of(w, 4) };
    struct intake_order in = { .channel_order_id = arena_fmt(c->arena, "303-%d", throw_of(w, 6)),
        .channel_status = str_of(words[throw_of(w, (int)COUNT_OF(words))]),
        .marketplace_id = S("DE"),
        .created_at = w->shop->f->now,
        .updated_at = w->shop->f->now + throw_of(w, 1000),
        .lines = lines,
        .line_count = count };
    struct actor engine = { ACTOR_CHANNEL, w->shop->channel, S("Shop"), S("") };
    struct change by_engine = *c;
    struct intake_counts counts = { 0 };
    by_engine.actor = &engine;
    enum err rc = channel_load(c->tx, w->shop->channel, c->arena, ch, e);
    return rc ? rc : intake_orders(&by_engine, ch, &in, 1, &counts, e);
}

/* A status of its own comes, orders get it (change_status), and it goes again, step by step. */
static enum err retire(struct writer *w, struct change *c, struct error *e)
{
    struct reference made = { .title = arena_fmt(c->arena, "Status %d", throw_of(w, 4)),
        .color = S(""),
        .initials = S(""),
        .is_open = throw_of(w, 2),
        .allow_commitment = true };
    int64_t from, into, moved;
    enum err rc = pick(w, c, "SELECT id FROM order_status WHERE id > 5 ORDER BY id", &from, e);
    if (rc) return rc;
    if (!from || !throw_of(w, 4)) {
        rc = reference_create(c, REFERENCE_ORDER_STATUS, &made, e);
        return rc;
    }
    rc = pick(w, c, "SELECT replaced_by FROM order_status WHERE replaced_by IS NOT NULL", &into, e);
    if (rc) return rc;
    switch (throw_of(w, 3)) {
    case 0:
        return order_status_retire_begin(c, from, 1 + throw_of(w, 5), e);
    case 1:
        return order_status_retire_step(c, from, 2, &moved, e);
    default:
        return order_status_retire_end(c, from, e);
    }
}

/* Catalog and listings */

static enum err rename_sku(struct writer *w, struct change *c, struct error *e)
{
    struct variation before = { 0 }, after;
    int64_t id;
    enum err rc = pick(w, c, ANY_VARIATION, &id, e);
    if (!rc) rc = variation_load(c->tx, id, c->arena, &before, e);
    if (rc) return rc;
    after = before;
    after.sku = before.sku.len ? S("") : arena_fmt(c->arena, "S%d", 1 + throw_of(w, 3));
    return variation_update(c, &before, &after, e);
}

static enum err make_variation(struct writer *w, struct change *c, struct error *e)
{
    struct variation v = { .grade_id = GRADE_A, .sku = S("") };
    for (int i = 0; i < VARIATION_TEXT_COUNT; i++)
        v.text[i] = S("Unknown");
    v.text[VARIATION_MODEL] = arena_fmt(c->arena, "M%d", throw_of(w, 6));
    return variation_create(c, &v, e);
}

static enum err merge(struct writer *w, struct change *c, struct error *e)
{
    struct variation rows[2];
    int64_t id;
    enum err rc = OK;
    for (int i = 0; i < 2 && !rc; i++) {
        rc = pick(w, c, ANY_VARIATION, &id, e);
        if (!rc) rc = variation_load(c->tx, id, c->arena, &rows[i], e);
    }
    if (rc || rows[0].id == rows[1].id) return rc;
    return variation_merge(c, &rows[0], &rows[1], e);
}

static enum err connect(struct writer *w, struct change *c, struct error *e)
{
    static const enum listing_mode modes[] = { LISTING_AUTO, LISTING_SKUS, LISTING_VARIATIONS };
    struct listing before = { 0 }, after;
    struct str sku = arena_fmt(c->arena, "S%d", 1 + throw_of(w, 3));
    int64_t id, variation;
    enum err rc = pick(w, c, "SELECT id FROM listing ORDER BY id", &id, e);
    if (!rc) rc = pick(w, c, ANY_VARIATION, &variation, e);
    if (!rc) rc = listing_lock(c, id, c->arena, &before, e);
    if (rc) return rc;
    after = before;
    after.mode = modes[throw_of(w, (int)COUNT_OF(modes))];
    after.skus = &sku;
    after.sku_count = after.mode == LISTING_SKUS;
    after.set_variation_ids = &variation;
    after.set_variation_count = after.mode == LISTING_VARIATIONS;
    return listing_update(c, &before, &after, e);
}

static enum err plan(struct writer *w, struct change *c, struct error *e)
{
    (void)w;
    bool more;
    return push_plan(c, 20, &more, e);
}

/* Items */

static enum err move_one(struct writer *w, struct change *c, struct error *e)
{
    struct item before = { 0 }, after;
    int64_t id;
    enum err rc = pick(w, c, ANY_ITEM, &id, e);
    if (!rc) rc = item_load(c->tx, id, c->arena, &before, e);
    if (rc) return rc;
    after = before;
    after.warehouse_id = before.warehouse_id ? 0 : MAIN;
    after.warehouse = before.warehouse_id ? S("") : S("Main");
    return item_update(c, &before, &after, S(""), e);
}

static enum err regrade_one(struct writer *w, struct change *c, struct error *e)
{
    struct variation_regrade to = {
        .has_grade = true, .has_damages = throw_of(w, 2) != 0, .damage_ids = &w->shop->damage
    };
    struct item before = { 0 }, after;
    struct variation base = { 0 };
    int64_t id;
    bool made;
    to.grade_id = throw_of(w, 2) ? GRADE_A : GRADE_B;
    to.damage_count = (size_t)throw_of(w, 2);
    enum err rc = pick(w, c, ANY_ITEM, &id, e);
    if (!rc) rc = item_load(c->tx, id, c->arena, &before, e);
    if (!rc) rc = variation_load(c->tx, before.variation_id, c->arena, &base, e);
    if (rc) return rc;
    after = before;
    rc = variation_regraded(c, &base, &to, &after.variation_id, &made, e);
    if (rc || after.variation_id == before.variation_id) return rc;
    return item_update(c, &before, &after, S("graded"), e);
}

static enum err edit_many(struct writer *w, struct change *c, struct error *e)
{
    int64_t ids[PASTE];
    size_t count;
    struct bulk_outcome out;
    struct bulk_edit to = { .set_warehouse = throw_of(w, 2) == 0,
        .warehouse_id = MAIN,
        .warehouse = S("Main"),
        .set_paid = true,
        .paid = { true, throw_of(w, 100), S("EUR") },
        .regrade = { .has_grade = throw_of(w, 3) == 0, .grade_id = GRADE_B },
        .reason = S("") };
    enum err rc = pick_items(w, c, ids, &count, e);
    if (rc) return rc;
    /* Others may have taken one of them away since it was picked. */
    struct item *there;
    size_t found;
    rc = item_load_many(c->tx, ids, count, c->arena, &there, &found, e);
    if (rc || found != count || !count) return rc;
    return item_bulk_edit(c, &to, ids, count, c->arena, &out, e);
}

static enum err send_some(struct writer *w, struct change *c, struct error *e)
{
    struct transfer t = { .from_id = MAIN, .to_id = w->shop->second, .notes = S("") };
    struct transfer_result results[PASTE];
    int64_t ids[PASTE];
    size_t count;
    enum err rc = pick_items(w, c, ids, &count, e);
    if (!rc) rc = transfer_create(c, &t, e);
    if (!rc) rc = transfer_load(c->tx, t.id, c->arena, &t, e);
    if (!rc) rc = transfer_add(c, &t, ids, count, results, e);
    if (!rc) rc = transfer_load(c->tx, t.id, c->arena, &t, e);
    return rc || !t.items ? rc : transfer_ship(c, &t, e);
}

/* One that is on its way arrives, all of it or but for some, or comes back. */
static enum err end_transfer(struct writer *w, struct change *c, struct error *e)
{
    struct transfer_result results[1];
    struct transfer t = { 0 };
    int64_t id;
    enum err rc = pick(w, c, "SELECT id FROM transfer WHERE state = 'in_transit'", &id, e);
    if (rc || !id) return rc;
    rc = transfer_lock(c, id, c->arena, &t, e);
    if (rc) return rc;
    struct transfer_receipt r = { .location = S(""), .close = true, .all = throw_of(w, 2) };
    return throw_of(w, 3) ? transfer_receive(c, &t, &r, results, e) : transfer_cancel(c, &t, e);
}

/* Receiving */

static enum err lock_purchase(
    struct writer *w, struct change *c, struct purchase_order *out, struct error *e)
{
    int64_t id;
    enum err rc = pick(w, c, "SELECT id FROM purchase_order ORDER BY id", &id, e);
    return rc ? rc : purchase_lock(c, id, c->arena, out, e);
}

static enum err receive(struct writer *w, struct change *c, struct error *e)
{
    struct item_new rows[PASTE];
    struct purchase_order order = { 0 };
    int64_t variation;
    for (int i = 0; i < PASTE; i++) {
        enum err rc = pick(w, c, ANY_VARIATION, &variation, e);
        if (rc) return rc;
        rows[i] = (struct item_new){ .code = "",
            .item = { .esn = esn_of(w, c),
                .variation_id = variation,
                .status_id = IN_STOCK,
                .status = S("In stock"),
                .warehouse_id = MAIN,
                .warehouse = S("Main") } };
    }
    enum err rc = lock_purchase(w, c, &order, e);
    return rc ? rc : purchase_receive(c, &order, rows, PASTE, e);
}

static enum err give_back(struct writer *w, struct change *c, struct error *e)
{
    struct purchase_order order = { 0 };
    int64_t id;
    enum err rc = pick(w, c, "SELECT id FROM item WHERE version < 4 ORDER BY id DESC", &id, e);
    if (rc || !id) return rc;
    struct item item = { 0 };
    rc = item_load(c->tx, id, c->arena, &item, e);
    if (rc || !item.purchase_order_id) return rc;
    rc = purchase_lock(c, item.purchase_order_id, c->arena, &order, e);
    return rc ? rc : purchase_unreceive(c, &order, id, e);
}

static enum err set_lot(struct writer *w, struct change *c, struct error *e)
{
    struct purchase_order before = { 0 }, after;
    enum err rc = lock_purchase(w, c, &before, e);
    if (rc) return rc;
    after = before;
    after.lot_price = (struct money){ true, 1 + throw_of(w, 5000), S("EUR") };
    return purchase_update(c, &before, &after, e);
}

/* Spreadsheets: begin transactions of their own. */

static enum err import_items(struct writer *w, struct error *e)
{
    struct arena arena;
    struct rows rows;
    struct import_state state;
    struct rng rng = w->run;
    struct buf text;
    arena_init(&arena, "rows", 1024 * 1024);
    buf_init(&text, 64 * 1024);
    buf_put_fmt(&text, "ESN|SKU|Warehouse\n");
    for (int i = 0; i < PASTE; i++)
        buf_put_fmt(&text, "E%d|S%d|%s\n", throw_of(w, ESNS), 1 + throw_of(w, 3),
            throw_of(w, 2) ? "Main" : "Second");
    struct row_source source = rows_source(&rows, &arena, buf_str(&text));
    struct actor actor = { ACTOR_USER, 1, S("w"), S("") };
    struct import_options o = { .db = w->shop->f->db,
        .clock = clock_system(),
        .rng = &rng,
        .actor = &actor,
        .kind = IMPORT_ITEMS };
    enum err rc = import_apply(&o, &source, &(struct import_sink){ 0 }, &state, e);
    buf_release(&text);
    arena_release(&arena);
    return rc;
}

typedef enum err (*step_fn)(struct writer *w, struct change *c, struct error *e);
static const struct {
    const char *name;
    step_fn fn; /* NULL: an import */
    int weight;
} steps[] = {
    { "commit", commit_some, 5 },
    { "take off", take_off_one, 2 },
    { "lines", change_lines, 3 },
    { "status", change_status, 2 },
    { "statuses", change_statuses, 1 },
    { "return", take_back, 3 },
    { "undo", undo_return, 2 },
    { "intake", read_orders, 3 },
    { "retire", retire, 4 },
    { "rename", rename_sku, 2 },
    { "create", make_variation, 2 },
    { "merge", merge, 2 },
    { "connect", connect, 2 },
    { "plan", plan, 2 },
    { "move", move_one, 2 },
    { "regrade", regrade_one, 2 },
    { "edit", edit_many, 3 },
    { "send", send_some, 2 },
    { "arrive", end_transfer, 2 },
    { "receive", receive, 3 },
    { "give back", give_back, 3 },
    { "lot", set_lot, 1 },
    { "import", NULL, 2 },
};
enum { STEPS = COUNT_OF(steps) };

const char *writers_step_name(int step)
{
    return step < STEPS ? steps[step].name : NULL;
}

struct attempt {
    struct writer *w;
    step_fn fn;
    struct rng start;
};

static enum err run(struct tx *tx, void *ctx, struct error *e)
{
    struct attempt *a = ctx;
    struct actor actor = { ACTOR_USER, 1, S("w"), S("") };
    a->w->run = a->start;
    struct change c = { tx, tx_arena(tx), &actor, a->w->shop->f->now, &a->w->run };
    return a->fn(a->w, &c, e);
}

enum err writers_step(struct writer *w, struct error *e)
{
    int sum = 0, at = 0;
    for (int i = 0; i < STEPS; i++)
        sum += steps[i].weight;
    for (int left = (int)rng_below(&w->dice, (uint64_t)sum); left >= steps[at].weight; at++)
        left -= steps[at].weight;
    struct attempt a = { .w = w, .fn = steps[at].fn };
    rng_seeded(&a.start, rng_u64(&w->dice));
    w->what = steps[at].name;
    w->run = a.start;
    enum err rc = a.fn ? db_write(w->shop->f->db, "writer", run, &a, e) : import_items(w, e);
    w->done[at] += !rc;
    return rc;
}

static int64_t make(struct fix *f, enum reference_kind kind, const char *title)
{
    struct reference r = { .title = str_of(title), .color = S(""), .initials = S("") };
    WRITE(f, reference_create(&f->c, kind, &r, &f->e), title);
    return r.id;
}

void writers_shop(struct fix *f, struct shop *out)
{
    int64_t a = fix_variation(f, "M0", "S1"), b = fix_variation(f, "M1", "S2");
    *out = (struct shop){ .f = f,
        .second = make(f, REFERENCE_WAREHOUSE, "Second"),
        .repair = make(f, REFERENCE_STATUS, "In repair"),
        .damage = make(f, REFERENCE_DAMAGE, "Cracked"),
        .channel = fix_channel(f, "Shop") };
    fix_listing(f, out->channel, "S1", 3);
    fix_listing(f, out->channel, "S2", 3);
    fix_listing(f, out->channel, "S3", 3);
    for (int i = 0; i < ESNS / 2; i++)
        fix_item(f, arena_fmt(&f->arena, "E%d", i).at, i % 2 ? a : b);
    for (int i = 0; i < 6; i++)
        fix_order(f, ST_NEW, i % 2 ? a : b, 3);
    struct vendor vendor = { .name = S("Vendor"), .notes = S("") };
    WRITE(f, vendor_create(&f->c, &vendor, &f->e), "a vendor");
    out->vendor = vendor.id;
    for (int i = 0; i < 2; i++) {
        struct purchase_line line = {
            .variation_id = i ? a : b, .description = S(""), .expected_count = 3
        };
        struct purchase_order in = { .number = S(""),
            .vendor_id = vendor.id,
            .lot_price = { i == 0, 10000, S("EUR") },
            .notes = S(""),
            .lines = &line,
            .line_count = 1 };
        WRITE(f, purchase_create(&f->c, &in, &f->e), "a purchase order");
    }
}
