/* layout.c: see layout.h. */
#include "exchange/layout.h"

#include "base/buf.h"

const char *const error_columns[ERROR_COLUMNS] = { "Error Column", "Error Code", "Error" };

static int find_column(const struct table *table, struct str title)
{
    int near = -1, nears = 0;
    for (size_t i = 0; i < table->count; i++) {
        struct str known = str_of(table->columns[i].title);
        if (str_eq(known, title)) return (int)i;
        if (!str_eq_nocase(known, title)) continue;
        near = (int)i;
        nears++;
    }
    return nears == 1 ? near : -1;
}

static bool is_error_column(struct str title)
{
    for (int i = 0; i < ERROR_COLUMNS; i++)
        if (str_eq_nocase(str_of(error_columns[i]), title)) return true;
    return false;
}

static enum err take_title(
    const struct table *table, struct str title, size_t at, struct layout *out, struct error *e)
{
    if (!title.len)
        return error_code(
            e, ERR_INVALID, "unknown_column", "column %zu of the first row has no title", at + 1);
    if (is_error_column(title)) return OK;
    int column = find_column(table, title);
    if (column < 0)
        return error_code(e, ERR_INVALID, "unknown_column", "there is no column \"%.*s\" here",
            STR_FMT(str_sub(title, 0, 100)));
    if (out->place[column] >= 0)
        return error_code(e, ERR_INVALID, "duplicate_column", "the column \"%s\" is there twice",
            table->columns[column].title);
    out->place[column] = (int)at;
    return OK;
}

enum err layout_read(const struct table *table, const struct str *cells, size_t count,
    struct layout *out, struct error *e)
{
    for (int i = 0; i < COLUMNS_MAX; i++)
        out->place[i] = -1;
    while (count && !str_trim(cells[count - 1]).len)
        count--;
    out->width = count;
    for (size_t i = 0; i < count; i++) {
        enum err rc = take_title(table, str_trim(cells[i]), i, out, e);
        if (rc) return rc;
    }
    bool some = false;
    for (size_t i = 0; i < table->count; i++)
        some = some || (table->columns[i].need == COLUMN_TOGETHER && out->place[i] >= 0);
    for (size_t i = 0; i < table->count; i++) {
        const struct column *c = &table->columns[i];
        bool needed = c->need == COLUMN_REQUIRED || (c->need == COLUMN_TOGETHER && some);
        if (needed && out->place[i] < 0)
            return error_code(
                e, ERR_INVALID, "missing_column", "the column \"%s\" is missing", c->title);
    }
    return OK;
}

void list_cell_split(struct str cell, struct str *out, size_t most, size_t *count)
{
    char between = str_contains(cell, S("\n")) ? '\n' : ',';
    *count = 0;
    for (struct str head, tail; cell.len; cell = tail) {
        str_cut(cell, between, &head, &tail);
        head = str_trim(head);
        if (!head.len) continue;
        if (*count < most) out[*count] = head;
        (*count)++;
    }
}

struct str list_cell_join(const struct str *entries, size_t count, struct arena *arena)
{
    bool lines = false;
    for (size_t i = 0; i < count; i++)
        lines = lines || str_contains(entries[i], S(","));
    struct buf b;
    buf_init(&b, 1024 * 1024);
    for (size_t i = 0; i < count; i++) {
        if (i) buf_put(&b, lines ? S("\n") : S(", "));
        buf_put(&b, entries[i]);
    }
    /* One entry with a comma: the line break behind it says that it is one. */
    if (lines && count == 1) buf_put_char(&b, '\n');
    struct str text = arena_str(arena, buf_str(&b));
    buf_release(&b);
    return text;
}
