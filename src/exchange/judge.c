/* judge.c: what is told of a row, and what later rows must know of it; see internal.h. */
#include "exchange/internal.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

bool has_column(const struct batch *b, int column)
{
    return b->import->layout.place[column] >= 0;
}

struct str cell_as_is(const struct batch *b, const struct row_result *r, int column)
{
    int place = b->import->layout.place[column];
    return place < 0 || (size_t)place >= r->row.count ? S("") : r->row.cells[place];
}

struct str cell(const struct batch *b, const struct row_result *r, int column)
{
    return str_trim(cell_as_is(b, r, column));
}

static void tell(struct batch *b, struct row_result *r, int column, const char *code, bool warning,
    const char *text)
{
    if (r->fault_count == ROW_FAULTS_MAX) return;
    const struct table *table = &b->import->table;
    r->faults[r->fault_count++] = (struct row_fault){
        .column = column < 0 ? NULL : table->columns[column].title,
        .code = code,
        .detail = arena_str(b->arena, str_of(text)),
        .warning = warning,
    };
    if (!warning) r->fate = ROW_REJECTED;
}

void row_fault(
    struct batch *b, struct row_result *r, int column, const char *code, const char *fmt, ...)
{
    char text[400];
    va_list args;
    va_start(args, fmt);
    (void)vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    tell(b, r, column, code, false, text);
}

void row_warning(
    struct batch *b, struct row_result *r, int column, const char *code, const char *fmt, ...)
{
    char text[400];
    va_list args;
    va_start(args, fmt);
    (void)vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    tell(b, r, column, code, true, text);
}

bool row_has_faults(const struct row_result *r)
{
    for (size_t i = 0; i < r->fault_count; i++)
        if (!r->faults[i].warning) return true;
    return false;
}

/* These come from a statement that failed, or from somebody else's change meanwhile; what the store
 * refuses by looking first leaves the transaction whole. */
static bool fails_transaction(const struct error *e)
{
    static const char *const codes[] = { "unique", "constraint", "duplicate",
        "duplicate_open_item" };
    for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++)
        if (strcmp(e->code, codes[i]) == 0) return true;
    return false;
}

bool row_refused(struct batch *b, struct row_result *r, enum err rc, const struct error *e)
{
    if ((rc != ERR_CONFLICT && rc != ERR_INVALID) || fails_transaction(e)) return false;
    row_fault(b, r, -1, arena_str(b->arena, str_of(e->code)).at, "%s", e->detail);
    return true;
}

void row_blocked(struct batch *b, struct row_result *r)
{
    r->fate = b->last_call ? ROW_REJECTED : ROW_WAITING;
}

void row_change(
    struct batch *b, struct row_result *r, const char *field, struct str from, struct str to)
{
    size_t most = b->import->table.count; /* no more than it has cells */
    if (str_eq(from, to) || r->change_count == most) return;
    if (!r->changes) r->changes = arena_new(b->arena, struct row_change, most);
    r->changes[r->change_count++] =
        (struct row_change){ field, from.len ? arena_str(b->arena, from) : (struct str){ 0 },
            to.len ? arena_str(b->arena, to) : (struct str){ 0 } };
}

static const int64_t *seen_in(const struct batch *b, int64_t id)
{
    const int64_t *row = memory_get(&b->seen, (uint64_t)id);
    return row ? row : memory_get(&b->import->seen, (uint64_t)id);
}

bool row_repeats(const struct batch *b, const struct row_result *r, int64_t id)
{
    const int64_t *row = seen_in(b, id);
    return row && *row != r->row.number;
}

void row_seen(struct batch *b, const struct row_result *r, int64_t id)
{
    if (seen_in(b, id)) return;
    int64_t *row = arena_new(b->arena, int64_t, 1);
    *row = r->row.number;
    memory_put(&b->seen, (uint64_t)id, row);
}

/* Below all ids and all that are pretended, which are numbers of rows. Digests are close to each
 * other; multiplied they are not, and lose nothing with their lowest bit. */
int64_t row_key_of_new(uint64_t digest)
{
    return INT64_MIN + (int64_t)(digest * UINT64_C(0x9e3779b97f4a7c15) >> 1);
}

int64_t row_pretended_id(const struct row_result *r)
{
    return -r->row.number;
}

static const struct memory *part(const struct shadow *s, size_t which)
{
    return (const struct memory *)(const void *)((const char *)s + which);
}

const void *shadow_find(
    const struct batch *b, size_t which, uint64_t key, shadow_match_fn match, const void *like)
{
    const struct shadow *both[] = { &b->shadow, &b->import->shadow };
    for (int i = 0; i < 2; i++) {
        const struct memory *m = part(both[i], which);
        const struct memory_entry *at = NULL;
        for (const void *value = memory_next(m, key, &at); value; value = memory_next(m, key, &at))
            if (!match || match(value, like)) return value;
    }
    return NULL;
}
