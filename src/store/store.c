/* store.c: audit, settings and the small helpers of the store. */
#include "store/store.h"

#include "base/assert.h"
#include "core/permission.h"
#include "store/audit.h"

static const char *const actor_kinds[] = { "system", "user", "token", "channel" };

struct str actor_kind_name(enum actor_kind kind)
{
    return str_of(actor_kinds[kind]);
}

enum actor_kind actor_kind_of(struct str name)
{
    for (int i = ACTOR_USER; i <= ACTOR_CHANNEL; i++)
        if (str_eq(name, str_of(actor_kinds[i]))) return (enum actor_kind)i;
    return ACTOR_SYSTEM;
}

enum { CHANGES_SIZE_MAX = 256 * 1024 };

void change_list_init(struct change_list *l)
{
    buf_init(&l->json, CHANGES_SIZE_MAX);
    jw_init(&l->w, &l->json);
    jw_array(&l->w);
    l->count = 0;
}

static void put_side(struct jw *w, const char *key, struct str value)
{
    if (value.at)
        jw_kstr(w, key, value);
    else
        jw_knull(w, key);
}

void change_list_add(struct change_list *l, const char *field, struct str from, struct str to)
{
    jw_object(&l->w);
    jw_kstr(&l->w, "field", str_of(field));
    put_side(&l->w, "from", from);
    put_side(&l->w, "to", to);
    jw_object_end(&l->w);
    l->count++;
}

void change_list_add_int(struct change_list *l, const char *field, int64_t from, int64_t to)
{
    struct buf text[2];
    buf_init(&text[0], 32);
    buf_init(&text[1], 32);
    buf_put_int(&text[0], from);
    buf_put_int(&text[1], to);
    change_list_add(l, field, buf_str(&text[0]), buf_str(&text[1]));
    buf_release(&text[0]);
    buf_release(&text[1]);
}

void change_list_add_time(struct change_list *l, const char *field, time_ms from, time_ms to)
{
    char text[2][RFC3339_SIZE];
    struct str absent = { 0 };
    if (from == to) return;
    change_list_add(l, field, from ? rfc3339_format(from, text[0]) : absent,
        to ? rfc3339_format(to, text[1]) : absent);
}

void change_list_diff(struct change_list *l, const char *field, struct str from, struct str to)
{
    if (!!from.at == !!to.at && str_eq(from, to)) return;
    change_list_add(l, field, from, to);
}

struct str change_list_end(struct change_list *l)
{
    jw_array_end(&l->w);
    return l->json.failed ? S("[]") : buf_str(&l->json);
}

void change_list_release(struct change_list *l)
{
    buf_release(&l->json);
}

/* NULL: nobody follows these. */
static const char *topic_of(struct str resource)
{
    static const struct {
        const char *resource, *topic;
    } topics[] = {
        { "item", TOPIC_ITEM },
        { "listing", TOPIC_LISTING },
        { "order", TOPIC_ORDER },
        { "organization", TOPIC_ORDER },
        { "variation", TOPIC_VARIATION },
        { "purchase_order", TOPIC_PURCHASE_ORDER },
        { "vendor", TOPIC_PURCHASE_ORDER },
        { "settings", TOPIC_SETTINGS },
        { "grade", TOPIC_SETTINGS },
        { "damage_condition", TOPIC_SETTINGS },
        { "warehouse", TOPIC_SETTINGS },
        { "location", TOPIC_SETTINGS },
        { "inventory_status", TOPIC_SETTINGS },
        { "item_field", TOPIC_SETTINGS },
        { "order_status", TOPIC_SETTINGS },
    };
    for (size_t i = 0; i < sizeof topics / sizeof *topics; i++)
        if (str_eq(resource, str_of(topics[i].resource))) return topics[i].topic;
    return NULL;
}

void audit_add(struct change *c, const char *action, const char *resource, int64_t resource_id,
    struct str changes)
{
    struct stmt *st = tx_prepare(c->tx,
        "INSERT INTO audit (at, actor_kind, actor_id, actor_name, address, action, resource,"
        " resource_id, changes) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)");
    stmt_bind_int(st, 1, c->now);
    stmt_bind_str(st, 2, actor_kind_name(c->actor->kind));
    stmt_bind_opt_int(st, 3, c->actor->id);
    stmt_bind_str(st, 4, c->actor->name);
    stmt_bind_str(st, 5, c->actor->address);
    stmt_bind_str(st, 6, str_of(action));
    stmt_bind_str(st, 7, str_of(resource));
    stmt_bind_opt_int(st, 8, resource_id);
    stmt_bind_str(st, 9, changes.len ? changes : S("[]"));
    stmt_later(st);
    const char *topic = topic_of(str_of(resource));
    if (topic) tx_notify(c->tx, topic);
}

void audit_add_many(struct change *c, const char *action, const char *resource, struct str entries)
{
    struct stmt *st = tx_prepare(c->tx,
        tx_engine(c->tx) == DB_SQLITE
            ? "INSERT INTO audit (resource_id, changes, at, actor_kind, actor_id, actor_name,"
              " address, action, resource) SELECT json_extract(x.value, '$[0]'),"
              " json_extract(x.value, '$[1]'), $2, $3, $4, $5, $6, $7, $8 FROM json_each($1) x"
            : "INSERT INTO audit (resource_id, changes, at, actor_kind, actor_id, actor_name,"
              " address, action, resource) SELECT CAST(x.value->>0 AS BIGINT), x.value->>1,"
              " $2, $3, $4, $5, $6, $7, $8 FROM json_array_elements($1::json) AS x(value)");
    stmt_bind_str(st, 1, entries);
    stmt_bind_int(st, 2, c->now);
    stmt_bind_str(st, 3, actor_kind_name(c->actor->kind));
    stmt_bind_opt_int(st, 4, c->actor->id);
    stmt_bind_str(st, 5, c->actor->name);
    stmt_bind_str(st, 6, c->actor->address);
    stmt_bind_str(st, 7, str_of(action));
    stmt_bind_str(st, 8, str_of(resource));
    stmt_later(st);
    const char *topic = topic_of(str_of(resource));
    if (topic) tx_notify(c->tx, topic);
}

void stmt_bind_opt_int(struct stmt *st, int n, int64_t v)
{
    if (v)
        stmt_bind_int(st, n, v);
    else
        stmt_bind_null_int(st, n);
}

void stmt_bind_opt_str(struct stmt *st, int n, struct str v)
{
    if (v.len)
        stmt_bind_str(st, n, v);
    else
        stmt_bind_null_str(st, n);
}

bool money_same(struct money a, struct money b)
{
    return a.present == b.present &&
           (!a.present || (a.amount == b.amount && str_eq(a.currency, b.currency)));
}

void stmt_bind_money(struct stmt *st, int n_amount, struct money m)
{
    if (m.present) {
        stmt_bind_int(st, n_amount, m.amount);
        stmt_bind_str(st, n_amount + 1, m.currency);
    } else {
        stmt_bind_null_int(st, n_amount);
        stmt_bind_null_str(st, n_amount + 1);
    }
}

struct money stmt_money(struct stmt *st, int column, struct arena *arena)
{
    if (stmt_null(st, column)) return (struct money){ .present = false, .currency = S("") };
    return (struct money){ true, stmt_int(st, column), stmt_str(st, column + 1, arena) };
}

enum err stmt_scalar(struct stmt *st, int64_t none, int64_t *out, struct error *e)
{
    *out = none;
    if (stmt_row(st) && !stmt_null(st, 0)) *out = stmt_int(st, 0);
    return stmt_end(st, e);
}

enum err stmt_run_versioned(struct stmt *st, struct error *e)
{
    int64_t changes = 0;
    enum err rc = stmt_run(st, &changes, e);
    if (!rc && !changes)
        rc = error_set(e, ERR_STALE, "it was changed by somebody else meanwhile; read it again");
    return rc;
}

enum err settings_load(struct tx *tx, struct settings *out, struct error *e)
{
    *out = (struct settings){ .audit_months = AUDIT_MONTHS_DEFAULT };
    struct stmt *st = tx_prepare(tx, "SELECT key, value FROM setting");
    while (stmt_row(st)) {
        struct str key = stmt_str(st, 0, tx_arena(tx));
        int64_t value = 0;
        if (!str_to_int64(stmt_str_view(st, 1), &value)) continue;
        if (str_eq(key, S("unique_skus"))) out->unique_skus = value != 0;
        if (str_eq(key, S("committed_status"))) out->committed_status_id = value;
        if (str_eq(key, S("received_status"))) out->received_status_id = value;
        if (str_eq(key, S("audit_months"))) out->audit_months = value;
        if (str_eq(key, S("totp_roles"))) out->totp_roles = value;
        if (str_eq(key, S("version"))) out->version = value;
        if (str_eq(key, S("updated_at"))) out->updated_at = value;
    }
    return stmt_end(st, e);
}

static enum err refuse_duplicate_skus(struct change *c, struct error *e)
{
    struct stmt *st =
        tx_prepare(c->tx, "SELECT sku, COUNT(*) FROM variation WHERE sku IS NOT NULL GROUP BY sku"
                          " HAVING COUNT(*) > 1 ORDER BY sku LIMIT 20 /* scan wanted */");
    struct buf list;
    buf_init(&list, ERROR_DETAIL_MAX);
    int skus = 0;
    while (stmt_row(st)) {
        buf_put_fmt(&list, "%s%.*s (%lld variations)", skus++ ? ", " : "",
            STR_FMT(stmt_str_view(st, 0)), (long long)stmt_int(st, 1));
    }
    enum err rc = stmt_end(st, e);
    if (!rc && skus)
        rc = error_at(e, ERR_CONFLICT, "duplicate_sku", "/unique_skus",
            "these SKUs are on several variations: %.*s", STR_FMT(buf_str(&list)));
    buf_release(&list);
    return rc;
}

static void setting_put(struct change *c, const char *key, int64_t value)
{
    struct stmt *st = tx_prepare(c->tx, "INSERT INTO setting (key, value) VALUES ($1, $2)"
                                        " ON CONFLICT (key) DO UPDATE SET value = excluded.value");
    stmt_bind_str(st, 1, str_of(key));
    stmt_bind_str(st, 2, arena_fmt(c->arena, "%lld", (long long)value));
    stmt_later(st);
}

/* Who has read the same state and comes second finds another version. */
static enum err take_version(struct change *c, int64_t version, struct error *e)
{
    int64_t taken = 0;
    struct stmt *st =
        tx_prepare(c->tx, "UPDATE setting SET value = $1 WHERE key = 'version' AND value = $2");
    stmt_bind_str(st, 1, arena_fmt(c->arena, "%lld", (long long)version + 1));
    stmt_bind_str(st, 2, arena_fmt(c->arena, "%lld", (long long)version));
    enum err rc = stmt_run(st, &taken, e);
    if (!rc && !taken) rc = error_set(e, ERR_STALE, "the settings were changed meanwhile");
    return rc;
}

static struct str role_names(struct change *c, int64_t roles)
{
    struct str out = S("");
    for (int r = 0; r < ROLE_COUNT; r++)
        if (roles >> r & 1)
            out = arena_fmt(
                c->arena, "%.*s%s%s", STR_FMT(out), out.len ? ", " : "", role_name((enum role)r));
    return out;
}

enum err settings_save(
    struct change *c, const struct settings *before, const struct settings *after, struct error *e)
{
    if (after->unique_skus && !before->unique_skus) {
        tx_lock(c->tx, LOCK_CANDIDATES, true);
        enum err repeated = refuse_duplicate_skus(c, e);
        if (repeated) return repeated;
    }
    enum err rc = take_version(c, before->version, e);
    if (rc) return rc;
    struct change_list l;
    change_list_init(&l);
    if (before->unique_skus != after->unique_skus)
        change_list_add_int(&l, "unique_skus", before->unique_skus, after->unique_skus);
    if (before->committed_status_id != after->committed_status_id)
        change_list_add_int(
            &l, "committed_status", before->committed_status_id, after->committed_status_id);
    if (before->received_status_id != after->received_status_id)
        change_list_add_int(
            &l, "received_status", before->received_status_id, after->received_status_id);
    if (before->audit_months != after->audit_months)
        change_list_add_int(&l, "audit_months", before->audit_months, after->audit_months);
    if (before->totp_roles != after->totp_roles)
        change_list_diff(
            &l, "totp_roles", role_names(c, before->totp_roles), role_names(c, after->totp_roles));
    setting_put(c, "audit_months", after->audit_months);
    setting_put(c, "totp_roles", after->totp_roles);
    setting_put(c, "unique_skus", after->unique_skus);
    setting_put(c, "committed_status", after->committed_status_id);
    setting_put(c, "received_status", after->received_status_id);
    setting_put(c, "updated_at", c->now);
    audit_add(c, "update", "settings", 0, change_list_end(&l));
    change_list_release(&l);
    return OK;
}
