/* organization.c: see organization.h. */
#include "store/organization.h"

#include "store/search.h"

#define COLUMNS                                                                                    \
    "SELECT g.id, g.name, g.archived, g.merged_into, (SELECT m.name FROM organization m"           \
    " WHERE m.id = g.merged_into), g.version, g.created_at, g.updated_at FROM organization g "

static void read_row(struct stmt *st, struct arena *arena, struct organization *out)
{
    *out = (struct organization){
        .id = stmt_int(st, 0),
        .name = stmt_str(st, 1, arena),
        .archived = stmt_int(st, 2) != 0,
        .merged_into = stmt_int(st, 3),
        .merged_into_name = stmt_str(st, 4, arena),
        .version = stmt_int(st, 5),
        .created_at = stmt_int(st, 6),
        .updated_at = stmt_int(st, 7),
    };
}

#define OTHER_CONDITIONS " AND g.id > $2 AND ($3 = 2 OR g.archived = $3) ORDER BY g.id LIMIT $4"
#define SEARCHED(n) "LOWER(g.name) LIKE $" #n " ESCAPE '!'"

static struct stmt *list_statement(
    struct tx *tx, const struct organization_filter *f, struct arena *arena)
{
    struct stmt *st;
    if (f->name.len) {
        st = tx_prepare(tx, COLUMNS "WHERE g.name = $1" OTHER_CONDITIONS);
        stmt_bind_str(st, 1, f->name);
    } else if (f->q.len) {
        struct search_words words;
        search_words(f->q, arena, &words);
        st = tx_prepare(tx,
            COLUMNS "WHERE " SEARCHED(1) " AND " SEARCHED(5) " AND " SEARCHED(6) " AND " SEARCHED(
                7) " AND " SEARCHED(8) " AND " SEARCHED(9) OTHER_CONDITIONS " /* scan wanted */");
        stmt_bind_str(st, 1, words.pattern[0]);
        for (int i = 1; i < SEARCH_WORDS_MAX; i++)
            stmt_bind_str(st, 4 + i, words.pattern[i]);
    } else {
        st = tx_prepare(tx, COLUMNS "WHERE g.id >= $1" OTHER_CONDITIONS);
        stmt_bind_int(st, 1, 0);
    }
    return st;
}

enum err organization_list(struct tx *tx, const struct organization_filter *filter,
    const struct page *page, struct arena *arena, struct organization **out, size_t *count,
    struct error *e)
{
    struct organization *rows = arena_new(arena, struct organization, (size_t)page->limit + 1);
    *out = rows;
    *count = 0;
    struct stmt *st = list_statement(tx, filter, arena);
    stmt_bind_int(st, 2, page->after);
    stmt_bind_int(st, 3, filter->archived);
    stmt_bind_int(st, 4, page->limit + 1);
    while (stmt_row(st))
        read_row(st, arena, &rows[(*count)++]);
    return stmt_end(st, e);
}

enum err organization_load(
    struct tx *tx, int64_t id, struct arena *arena, struct organization *out, struct error *e)
{
    struct stmt *st = tx_prepare(tx, COLUMNS "WHERE g.id = $1");
    stmt_bind_int(st, 1, id);
    bool found = stmt_row(st);
    if (found) read_row(st, arena, out);
    enum err rc = stmt_end(st, e);
    if (!rc && !found) rc = error_set(e, ERR_NOT_FOUND, "no organization %lld", (long long)id);
    return rc;
}

static enum err explain_duplicate(enum err rc, struct error *e)
{
    if (rc == ERR_CONFLICT && str_eq(str_of(e->code), S("unique")))
        return error_at(e, rc, "duplicate", "/name", "there is already one of that name");
    return rc;
}

static struct str opt(struct str s)
{
    return s.len ? s : (struct str){ 0 };
}

static void audit_row(struct change *c, const char *action, const struct organization *from,
    const struct organization *to)
{
    struct change_list l;
    change_list_init(&l);
    change_list_diff(&l, "name", opt(from->name), opt(to->name));
    if (from->archived != to->archived)
        change_list_add_int(&l, "archived", from->archived, to->archived);
    change_list_diff(&l, "merged_into", opt(from->merged_into_name), opt(to->merged_into_name));
    audit_add(c, action, "organization", to->id, change_list_end(&l));
    change_list_release(&l);
}

enum err organization_create(struct change *c, struct organization *in, struct error *e)
{
    struct stmt *st =
        tx_prepare(c->tx, "INSERT INTO organization (name, kind, created_at,"
                          " updated_at) VALUES ($1, 'customer', $2, $2) RETURNING id");
    stmt_bind_str(st, 1, in->name);
    stmt_bind_int(st, 2, c->now);
    enum err rc = stmt_scalar(st, 0, &in->id, e);
    if (rc) return explain_duplicate(rc, e);
    in->version = 1;
    in->created_at = in->updated_at = c->now;
    audit_row(c, "create", &(struct organization){ 0 }, in);
    return OK;
}

static enum err refuse_merged(const struct organization *row, struct error *e)
{
    if (!row->merged_into) return OK;
    return error_code(e, ERR_CONFLICT, "merged", "\"%.*s\" was merged into \"%.*s\"",
        STR_FMT(row->name), STR_FMT(row->merged_into_name));
}

static enum err write_row(struct change *c, const struct organization *before,
    const struct organization *after, struct error *e)
{
    struct stmt *st = tx_prepare(c->tx,
        "UPDATE organization SET name = $1, archived = $2, merged_into = $3, updated_at = $4,"
        " version = version + 1 WHERE id = $5 AND version = $6");
    stmt_bind_str(st, 1, after->name);
    stmt_bind_int(st, 2, after->archived);
    stmt_bind_opt_int(st, 3, after->merged_into);
    stmt_bind_int(st, 4, c->now);
    stmt_bind_int(st, 5, before->id);
    stmt_bind_int(st, 6, before->version);
    return explain_duplicate(stmt_run_versioned(st, e), e);
}

static enum err name_merged(struct change *c, int64_t id, struct str name, struct error *e)
{
    struct stmt *st = tx_prepare(c->tx, "UPDATE organization SET name = $1, updated_at = $2,"
                                        " version = version + 1 WHERE id = $3");
    stmt_bind_str(st, 1, name);
    stmt_bind_int(st, 2, c->now);
    stmt_bind_int(st, 3, id);
    return stmt_run(st, NULL, e);
}

/* The one of that name that was merged into the organization; 0: none. */
static enum err find_lent(
    struct change *c, int64_t into, struct str name, int64_t *id, struct error *e)
{
    struct stmt *st =
        tx_prepare(c->tx, "SELECT id FROM organization WHERE name = $1 AND merged_into = $2");
    stmt_bind_str(st, 1, name);
    stmt_bind_int(st, 2, into);
    return stmt_scalar(st, 0, id, e);
}

enum err organization_update(struct change *c, const struct organization *before,
    struct organization *after, struct error *e)
{
    int64_t lent = 0;
    enum err rc = refuse_merged(before, e);
    if (!rc && !str_eq(before->name, after->name))
        rc = find_lent(c, before->id, after->name, &lent, e);
    /* Names are unique at every moment: the one that makes room is put aside first. */
    struct str aside = arena_fmt(c->arena, "\x01%lld", (long long)lent);
    if (!rc && lent) rc = name_merged(c, lent, aside, e);
    if (!rc) rc = write_row(c, before, after, e);
    if (!rc && lent) rc = name_merged(c, lent, before->name, e);
    if (rc) return rc;
    after->version = before->version + 1;
    after->updated_at = c->now;
    audit_row(c, "update", before, after);
    return OK;
}

enum err organization_merge(
    struct change *c, struct organization *from, const struct organization *into, struct error *e)
{
    if (from->id == into->id)
        return error_at(
            e, ERR_CONFLICT, "same", "/into", "an organization is not merged into itself");
    enum err rc = refuse_merged(from, e);
    if (!rc) rc = refuse_merged(into, e);
    if (rc) return rc;
    /* The other's row is written too: of two merges that cross, one finds its version changed. */
    rc = write_row(c, into, into, e);
    if (rc) return rc;
    struct stmt *st = tx_prepare(c->tx, "UPDATE organization SET merged_into = $1, updated_at = $2,"
                                        " version = version + 1 WHERE merged_into = $3");
    stmt_bind_int(st, 1, into->id);
    stmt_bind_int(st, 2, c->now);
    stmt_bind_int(st, 3, from->id);
    rc = stmt_run(st, NULL, e);
    struct organization before = *from;
    from->archived = true;
    from->merged_into = into->id;
    from->merged_into_name = into->name;
    if (!rc) rc = write_row(c, &before, from, e);
    if (rc) return rc;
    from->version++;
    from->updated_at = c->now;
    audit_row(c, "merge", &before, from);
    tx_notify(c->tx, TOPIC_ORDER);
    return OK;
}

struct meaning {
    int64_t id;
    bool archived;
};

static enum err look_up(struct tx *tx, struct str name, struct meaning *out, struct error *e)
{
    *out = (struct meaning){ 0 };
    struct stmt *st = tx_prepare(tx, "SELECT t.id, t.archived FROM organization g"
                                     " JOIN organization t ON t.id = COALESCE(g.merged_into, g.id)"
                                     " WHERE g.name = $1");
    stmt_bind_str(st, 1, name);
    if (stmt_row(st)) *out = (struct meaning){ stmt_int(st, 0), stmt_int(st, 1) != 0 };
    return stmt_end(st, e);
}

enum err organization_find(struct tx *tx, struct str name, int64_t *id, struct error *e)
{
    struct meaning found;
    enum err rc = look_up(tx, name, &found, e);
    *id = found.id;
    return rc;
}

/* Two orders that bring the same new name at once make one organization. */
static enum err make(struct change *c, struct str name, struct meaning *out, struct error *e)
{
    struct stmt *st = tx_prepare(c->tx,
        "INSERT INTO organization (name, kind, created_at, updated_at)"
        " VALUES ($1, 'customer', $2, $2) ON CONFLICT (name) DO NOTHING RETURNING id");
    stmt_bind_str(st, 1, name);
    stmt_bind_int(st, 2, c->now);
    int64_t id;
    enum err rc = stmt_scalar(st, 0, &id, e);
    if (rc) return rc;
    if (!id) return look_up(c->tx, name, out, e);
    *out = (struct meaning){ .id = id };
    audit_row(
        c, "create", &(struct organization){ 0 }, &(struct organization){ .id = id, .name = name });
    return OK;
}

enum err organization_of_name(
    struct change *c, struct str name, bool from_channel, int64_t *id, struct error *e)
{
    struct meaning found;
    enum err rc = look_up(c->tx, name, &found, e);
    if (!rc && !found.id) rc = make(c, name, &found, e);
    if (rc) return rc;
    if (found.archived && !from_channel)
        return error_at(e, ERR_CONFLICT, "archived", "/organization",
            "the organization \"%.*s\" is archived", STR_FMT(name));
    *id = found.id;
    return OK;
}
