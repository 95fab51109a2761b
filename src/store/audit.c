/* audit.c: see audit.h. */
#include "store/audit.h"

#include "base/assert.h"

static struct audit_entry read_entry(struct stmt *st, struct arena *arena)
{
    return (struct audit_entry){
        .id = stmt_int(st, 0),
        .at = stmt_int(st, 1),
        .actor_kind = actor_kind_of(stmt_str_view(st, 2)),
        .actor_id = stmt_int(st, 3),
        .actor_name = stmt_str(st, 4, arena),
        .address = stmt_str(st, 5, arena),
        .action = stmt_str(st, 6, arena),
        .resource = stmt_str(st, 7, arena),
        .resource_id = stmt_int(st, 8),
        .changes = stmt_str(st, 9, arena),
    };
}

/* One LIKE pattern for the whole text, in small letters as both engines make them (ASCII). */
static struct str pattern_of(struct str text, struct arena *arena)
{
    char *out = arena_new(arena, char, text.len * 2 + 3);
    size_t n = 0;
    out[n++] = '%';
    for (size_t i = 0; i < text.len; i++) {
        char c = text.at[i];
        if (c == '%' || c == '_' || c == '!') out[n++] = '!';
        out[n++] = c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
    }
    out[n++] = '%';
    return (struct str){ out, n };
}

enum err audit_list(struct tx *tx, const struct audit_filter *f, const struct page *page,
    struct arena *arena, struct audit_entry **out, size_t *count, struct error *e)
{
    *out = arena_new(arena, struct audit_entry, (size_t)page->limit + 1);
    *count = 0;
    struct stmt *st = tx_prepare(tx,
        "SELECT id, at, actor_kind, actor_id, actor_name, address, action, resource, resource_id,"
        " changes FROM audit WHERE id < $1 AND ($2 = '' OR actor_kind = $2)"
        " AND ($3 = '' OR action = $3) AND ($4 = '' OR resource = $4)"
        " AND ($5 = 0 OR actor_id = $5) AND ($6 = 0 OR resource_id = $6)"
        " AND ($7 = 0 OR at >= $7) AND ($8 = 0 OR at < $8)"
        " AND ($9 = '' OR actor_name = $9)"
        " AND ($10 = '%%' OR LOWER(changes) LIKE $10 ESCAPE '!' OR LOWER(actor_name) LIKE $10"
        " ESCAPE '!' OR LOWER(address) LIKE $10 ESCAPE '!') ORDER BY id DESC LIMIT $11");
    stmt_bind_int(st, 1, page->after ? page->after : INT64_MAX);
    stmt_bind_str(st, 2, f->actor_kind);
    stmt_bind_str(st, 3, f->action);
    stmt_bind_str(st, 4, f->resource);
    stmt_bind_int(st, 5, f->actor_id);
    stmt_bind_int(st, 6, f->resource_id);
    stmt_bind_int(st, 7, f->from);
    stmt_bind_int(st, 8, f->to);
    stmt_bind_str(st, 9, f->actor_name);
    stmt_bind_str(st, 10, pattern_of(f->text, arena));
    stmt_bind_int(st, 11, page->limit + 1);
    while (stmt_row(st))
        (*out)[(*count)++] = read_entry(st, arena);
    return stmt_end(st, e);
}

enum err audit_purge(
    struct change *c, int64_t months, int64_t limit, int64_t *gone, struct error *e)
{
    ASSERT(limit > 0);
    int64_t kept = months < AUDIT_MONTHS_MIN ? AUDIT_MONTHS_MIN : months;
    time_ms day = 24 * 60 * 60 * 1000;
    struct stmt *st =
        tx_prepare(c->tx, "DELETE FROM audit WHERE id IN"
                          " (SELECT id FROM audit WHERE at < $1 ORDER BY at LIMIT $2)");
    stmt_bind_int(st, 1, c->now - kept * AUDIT_MONTH_DAYS * day);
    stmt_bind_int(st, 2, limit);
    return stmt_run(st, gone, e);
}
