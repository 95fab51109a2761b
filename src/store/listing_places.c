/* listing_places.c: see listing_places.h. */
#include "store/listing_places.h"

#include "base/json.h"

enum {
    PLACES_MAX = 64, /* a region has some twenty marketplaces */
    ISSUES_MAX = 100,
    ISSUES_SIZE_MAX = 1 << 20,
};

struct place {
    struct str marketplace_id, asin, title, product_type, condition, issues;
    bool active, amazon_fulfilled;
    int64_t seen_run;
    size_t rank;
};

void listing_place_put(
    struct change *c, int64_t listing_id, int64_t run_id, const struct listing_read *r)
{
    struct stmt *st = tx_prepare(c->tx,
        "INSERT INTO listing_marketplace (listing_id, marketplace_id, asin, title, product_type,"
        " condition, active, fulfillment, issues, seen_run)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)"
        " ON CONFLICT (listing_id, marketplace_id) DO UPDATE SET asin = excluded.asin, title ="
        " CASE WHEN excluded.title = '' THEN listing_marketplace.title ELSE excluded.title END,"
        " product_type = excluded.product_type, condition = excluded.condition,"
        " active = excluded.active, fulfillment = excluded.fulfillment, issues = excluded.issues,"
        " seen_run = COALESCE(excluded.seen_run, listing_marketplace.seen_run), unreadable = ''");
    stmt_bind_int(st, 1, listing_id);
    stmt_bind_str(st, 2, r->marketplace_id);
    stmt_bind_str(st, 3, r->asin);
    stmt_bind_str(st, 4, r->title);
    stmt_bind_str(st, 5, r->product_type);
    stmt_bind_str(st, 6, r->condition);
    stmt_bind_int(st, 7, r->active);
    stmt_bind_str(st, 8, r->amazon_fulfilled ? S("amazon") : S("merchant"));
    stmt_bind_str(st, 9, r->issues);
    stmt_bind_opt_int(st, 10, run_id);
    stmt_later(st);
}

void listing_places_forget(struct change *c, int64_t listing_id, int64_t run_id)
{
    struct stmt *st = tx_prepare(c->tx, "DELETE FROM listing_marketplace WHERE listing_id = $1"
                                        " AND COALESCE(seen_run, 0) <> $2");
    stmt_bind_int(st, 1, listing_id);
    stmt_bind_int(st, 2, run_id);
    stmt_later(st);
}

static size_t rank_in(struct str order, struct str id)
{
    size_t rank = 0;
    for (struct str rest = order, head, tail; rest.len; rest = tail, rank++) {
        str_cut(rest, ' ', &head, &tail);
        if (str_eq(head, id)) break;
    }
    return rank;
}

/* By rank; those of one rank by id. */
static enum err read_places(struct change *c, int64_t listing_id, struct str order,
    struct place *out, size_t *count, struct error *e)
{
    *count = 0;
    struct stmt *st = tx_prepare(c->tx,
        "SELECT marketplace_id, asin, title, product_type, condition, active, fulfillment, issues,"
        " seen_run FROM listing_marketplace WHERE listing_id = $1 ORDER BY marketplace_id LIMIT "
        "$2");
    stmt_bind_int(st, 1, listing_id);
    stmt_bind_int(st, 2, PLACES_MAX);
    while (stmt_row(st) && *count < PLACES_MAX) {
        struct place p = {
            .marketplace_id = stmt_str(st, 0, c->arena),
            .asin = stmt_str(st, 1, c->arena),
            .title = stmt_str(st, 2, c->arena),
            .product_type = stmt_str(st, 3, c->arena),
            .condition = stmt_str(st, 4, c->arena),
            .active = stmt_int(st, 5) != 0,
            .amazon_fulfilled = str_eq(stmt_str_view(st, 6), S("amazon")),
            .issues = stmt_str(st, 7, c->arena),
            .seen_run = stmt_int(st, 8),
        };
        p.rank = rank_in(order, p.marketplace_id);
        size_t at = (*count)++;
        for (; at > 0 && out[at - 1].rank > p.rank; at--)
            out[at] = out[at - 1];
        out[at] = p;
    }
    return stmt_end(st, e);
}

/* One issue, in the channel's words, and where it is. */
struct issue {
    struct str code, severity, message;
    struct str places[PLACES_MAX];
    size_t place_count;
};

static void add_issue(
    struct issue *issues, size_t *count, const struct issue *one, struct str place)
{
    size_t i = 0;
    while (i < *count &&
           !(str_eq(issues[i].code, one->code) && str_eq(issues[i].severity, one->severity) &&
               str_eq(issues[i].message, one->message)))
        i++;
    if (i == ISSUES_MAX) return;
    if (i == *count) {
        issues[i] = *one;
        ++*count;
    }
    struct issue *it = &issues[i];
    bool there = it->place_count && str_eq(it->places[it->place_count - 1], place);
    if (!there && it->place_count < PLACES_MAX) it->places[it->place_count++] = place;
}

static struct str put_issues(const struct issue *issues, size_t count, struct arena *arena)
{
    struct buf out;
    struct jw w;
    buf_init(&out, ISSUES_SIZE_MAX);
    jw_init(&w, &out);
    jw_array(&w);
    for (size_t i = 0; i < count; i++) {
        jw_object(&w);
        jw_kstr(&w, "code", issues[i].code);
        jw_kstr(&w, "message", issues[i].message);
        jw_kstr(&w, "severity", issues[i].severity);
        jw_key(&w, "marketplace_ids");
        jw_array(&w);
        for (size_t k = 0; k < issues[i].place_count; k++)
            jw_str(&w, issues[i].places[k]);
        jw_array_end(&w);
        jw_object_end(&w);
    }
    jw_array_end(&w);
    /* As in the channel's own reading: better none than half of the JSON. */
    struct str text = arena_str(arena, out.failed ? S("[]") : buf_str(&out));
    buf_release(&out);
    return text;
}

static struct str issues_together(const struct place *places, size_t count, struct arena *arena)
{
    struct issue *issues = NULL;
    size_t n = 0;
    for (size_t i = 0; i < count; i++) {
        struct json root;
        struct error e;
        if (str_eq(places[i].issues, S("[]"))) continue;
        if (!issues) issues = arena_new(arena, struct issue, ISSUES_MAX);
        if (json_parse(places[i].issues, ISSUES_SIZE_MAX, &root, &e)) continue;
        for (size_t k = 0; k < json_len(root); k++) {
            struct json v = json_at(root, k);
            struct str code = S(""), severity = S(""), message = S("");
            (void)json_str(json_get(v, "code"), &code);
            (void)json_str(json_get(v, "severity"), &severity);
            (void)json_str(json_get(v, "message"), &message);
            struct issue one = { arena_str(arena, code), arena_str(arena, severity),
                arena_str(arena, message), { { NULL, 0 } }, 0 };
            add_issue(issues, &n, &one, places[i].marketplace_id);
        }
        json_release(&root);
    }
    return n ? put_issues(issues, n, arena) : S("[]");
}

static struct str first_of(struct str found, struct str next)
{
    return found.len ? found : next;
}

/* Of the first marketplace that has a text; those that the last import did not show come after. */
static void take_words(const struct place *places, size_t count, struct listing_together *out)
{
    int64_t newest = 0;
    for (size_t i = 0; i < count; i++)
        if (places[i].seen_run > newest) newest = places[i].seen_run;
    for (int older = 0; older < 2; older++)
        for (size_t i = 0; i < count; i++) {
            const struct place *p = &places[i];
            if ((p->seen_run < newest) != older) continue;
            out->asin = first_of(out->asin, p->asin);
            out->title = first_of(out->title, p->title);
            out->product_type = first_of(out->product_type, p->product_type);
            out->condition = first_of(out->condition, p->condition);
        }
}

enum err listing_places_together(struct change *c, int64_t listing_id, struct str order,
    struct listing_together *out, struct error *e)
{
    struct place *places = arena_new(c->arena, struct place, PLACES_MAX);
    size_t count;
    enum err rc = read_places(c, listing_id, order, places, &count, e);
    *out = (struct listing_together){ .marketplace_ids = S(""),
        .asin = S(""),
        .title = S(""),
        .product_type = S(""),
        .condition = S("") };
    for (size_t i = 0; i < count && !rc; i++) {
        const struct place *p = &places[i];
        out->marketplace_ids = arena_fmt(c->arena, "%.*s%s%.*s", STR_FMT(out->marketplace_ids),
            out->marketplace_ids.len ? " " : "", STR_FMT(p->marketplace_id));
        out->active = out->active || p->active;
        out->amazon_fulfilled = out->amazon_fulfilled || p->amazon_fulfilled;
    }
    take_words(places, rc ? 0 : count, out);
    out->issues = issues_together(places, rc ? 0 : count, c->arena);
    return rc;
}
