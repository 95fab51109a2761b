/* cells.c: what several kinds read from cells; see internal.h. */
#include "base/limits.h"
#include "core/money.h"
#include "core/text.h"
#include "exchange/internal.h"
#include "store/variation.h"

#include <string.h>

bool cell_text(struct batch *b, struct row_result *r, int column, size_t max, struct str *out)
{
    struct str s = cell(b, r, column);
    if (!str_is_utf8(s)) {
        row_fault(b, r, column, "bad_format", "must be UTF-8");
        return false;
    }
    if (text_length(s) > max) {
        row_fault(b, r, column, "too_long", "must have at most %zu characters", max);
        return false;
    }
    if (text_has_control(s, false)) {
        row_fault(b, r, column, "bad_format", "must not have control characters");
        return false;
    }
    *out = s;
    return true;
}

bool cell_int(
    struct batch *b, struct row_result *r, int column, int64_t least, int64_t most, int64_t *out)
{
    int64_t n;
    if (!str_to_int64(cell(b, r, column), &n)) {
        row_fault(b, r, column, "bad_format", "must be a whole number");
        return false;
    }
    if (n < least || n > most) {
        row_fault(b, r, column, n < least ? "too_small" : "too_large", "must be from %lld to %lld",
            (long long)least, (long long)most);
        return false;
    }
    *out = n;
    return true;
}

bool cell_id(struct batch *b, struct row_result *r, int column, struct row_id *out)
{
    struct str s = cell(b, r, column);
    *out = (struct row_id){ 0 };
    if (!s.len) return true;
    out->given = true;
    out->create = str_eq_nocase(s, S("create"));
    if (out->create) return true;
    if (str_to_int64(s, &out->id) && out->id > 0) return true;
    out->id = 0;
    row_fault(b, r, column, "bad_format", "must be \"create\" or a number");
    return false;
}

struct str money_text(struct money m, struct arena *arena)
{
    if (!m.present) return (struct str){ 0 };
    struct buf b;
    buf_init(&b, 64);
    money_put(&b, m.amount, m.currency);
    buf_put_char(&b, ' ');
    buf_put(&b, m.currency);
    struct str text = arena_str(arena, buf_str(&b));
    buf_release(&b);
    return text;
}

void cell_money(struct batch *b, struct row_result *r, struct money_columns columns,
    const struct money *before, struct money *out)
{
    struct str amount, behind, own = cell(b, r, columns.currency);
    bool both = str_cut(cell(b, r, columns.amount), ' ', &amount, &behind);
    behind = both ? str_trim(behind) : S("");
    *out = (struct money){ 0 };
    if (!amount.len) return;
    if (behind.len && own.len && !str_eq(behind, own)) {
        row_fault(b, r, columns.currency, "conflict", "the amount names another currency");
        return;
    }
    struct str currency = behind.len ? behind : own.len ? own : before->currency;
    if (!currency.len) {
        row_fault(b, r, columns.currency, "required", "an amount needs its currency");
        return;
    }
    if (!money_is_currency(currency)) {
        row_fault(b, r, behind.len ? columns.amount : columns.currency, "bad_format",
            "a currency is three capital letters (ISO 4217)");
        return;
    }
    out->present = money_parse(amount, currency, &out->amount);
    out->currency = currency;
    if (!out->present)
        row_fault(b, r, columns.amount, "bad_format",
            "must be an amount such as 199.00, with at most %d digits behind the point",
            money_exponent(currency));
}

enum err references_read(
    struct batch *b, enum reference_kind kind, struct references *out, struct error *e)
{
    struct reference_filter filter = { .kind = kind, .archived = ARCHIVED_TOO };
    struct page page = { 0, HTTP_PAGE_MAX };
    *out = (struct references){ 0 };
    for (bool more = true; more;) {
        struct reference *rows;
        size_t count;
        enum err rc = reference_list(b->c.tx, &filter, &page, b->arena, &rows, &count, e);
        if (rc) return rc;
        more = count > (size_t)page.limit;
        if (more) count = (size_t)page.limit;
        struct reference *all = arena_new(b->arena, struct reference, out->count + count + 1);
        if (out->count) memcpy(all, out->rows, out->count * sizeof *all);
        memcpy(all + out->count, rows, count * sizeof *all);
        out->rows = all;
        out->count += count;
        if (!count) break;
        page.after = rows[count - 1].id;
        filter.after_position = rows[count - 1].position;
    }
    return OK;
}

const struct reference *references_find(const struct references *list, struct str title)
{
    const struct reference *near = NULL;
    size_t nears = 0;
    for (size_t i = 0; i < list->count; i++) {
        if (str_eq(list->rows[i].title, title)) return &list->rows[i];
        if (!str_eq_nocase(list->rows[i].title, title)) continue;
        near = &list->rows[i];
        nears++;
    }
    return nears == 1 ? near : NULL;
}

enum err whole_lists_read(struct batch *b, struct whole_lists *out, struct error *e)
{
    enum err rc = references_read(b, REFERENCE_GRADE, &out->grades, e);
    return rc ? rc : references_read(b, REFERENCE_DAMAGE, &out->damages, e);
}

const struct reference *references_of_id(const struct references *list, int64_t id)
{
    for (size_t i = 0; i < list->count; i++)
        if (list->rows[i].id == id) return &list->rows[i];
    return NULL;
}

void row_archived(struct batch *b, struct row_result *r, int column, const char *what)
{
    row_fault(b, r, column, "archived", "the %s is archived", what);
}

static void cell_damages(struct batch *b, struct row_result *r, int column,
    const struct references *damages, struct variation *out)
{
    struct str titles[VARIATION_DAMAGES_MAX];
    size_t count;
    list_cell_split(cell_as_is(b, r, column), titles, VARIATION_DAMAGES_MAX, &count);
    out->damage_count = 0;
    if (count > VARIATION_DAMAGES_MAX) {
        row_fault(b, r, column, "too_long", "at most %d damage conditions", VARIATION_DAMAGES_MAX);
        return;
    }
    for (size_t i = 0; i < count; i++) {
        const struct reference *found = references_find(damages, titles[i]);
        if (!found) {
            row_fault(b, r, column, "unknown_value", "there is no damage condition \"%.*s\"",
                STR_FMT(str_sub(titles[i], 0, 100)));
            continue;
        }
        size_t k = out->damage_count;
        /* ascending ids: one spelling of a set */
        while (k > 0 && out->damage_ids[k - 1] > found->id)
            k--;
        if (k > 0 && out->damage_ids[k - 1] == found->id) {
            row_fault(b, r, column, "duplicate", "\"%.*s\" is named twice", STR_FMT(found->title));
            continue;
        }
        for (size_t n = out->damage_count; n > k; n--) {
            out->damage_ids[n] = out->damage_ids[n - 1];
            out->damages[n] = out->damages[n - 1];
        }
        out->damage_ids[k] = found->id;
        out->damages[k] = found->title;
        out->damage_count++;
    }
}

void cell_whole(struct batch *b, struct row_result *r, int first, const struct whole_lists *lists,
    struct variation *out)
{
    enum { TEXT_MAX = 100 };
    for (int i = 0; i < VARIATION_TEXT_COUNT; i++) {
        if (!cell_text(b, r, first + i, TEXT_MAX, &out->text[i])) continue;
        if (!out->text[i].len)
            row_fault(
                b, r, first + i, "required", "is blank; write \"unknown\" where it is not known");
        else if (str_eq_nocase(out->text[i], S("unknown")))
            out->text[i] = S("Unknown");
    }
    struct str grade = cell(b, r, first + WHOLE_GRADE);
    const struct reference *found = references_find(&lists->grades, grade);
    if (!grade.len)
        row_fault(b, r, first + WHOLE_GRADE, "required",
            "is blank; write \"unknown\" where it is not known");
    else if (!found)
        row_fault(b, r, first + WHOLE_GRADE, "unknown_value", "there is no grade \"%.*s\"",
            STR_FMT(str_sub(grade, 0, 100)));
    out->grade_id = found ? found->id : 0;
    out->grade = found ? found->title : S("");
    if (has_column(b, first + WHOLE_DAMAGES))
        cell_damages(b, r, first + WHOLE_DAMAGES, &lists->damages, out);
}
