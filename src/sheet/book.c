/*
 * book.c: which part of an XLSX is the wanted sheet, and where its strings and styles are.
 *
 * _rels/.rels names the workbook; the workbook names its sheets by id; its own .rels turns ids into
 * parts. Names are those of the package: nothing outside of it can be named.
 */
#include "sheet/xlsx_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ID_MAX = 64, TITLES_MAX = 200, FORMATS_MAX = 4096 };

struct relations {
    const char *base; /* part that they belong to; "" for the package */
    bool failed;      /* a target that leads out of the package */
    char *book;       /* where the part of each kind goes; NULL: not wanted */
    char *strings, *styles, *sheet;
    const char *sheet_id;
    bool sheet_is_one; /* and not a chart */
};

/* `target` as seen from the part `base`; false when it leads out of the package, or is too long. */
static bool resolve(const char *base, struct str target, char out[PART_NAME_MAX])
{
    size_t len = 0;
    const char *slash = strrchr(base, '/');
    bool rooted = target.len && target.at[0] == '/';
    if (slash && !rooted) {
        len = (size_t)(slash - base);
        memcpy(out, base, len);
    }
    for (struct str piece, rest = target; rest.len;) {
        str_cut(rest, '/', &piece, &rest);
        if (!piece.len || str_eq(piece, S("."))) continue;
        if (str_eq(piece, S(".."))) {
            if (!len) return false;
            while (len && out[--len] != '/')
                ;
            continue;
        }
        if (len + piece.len + 2 > PART_NAME_MAX) return false;
        if (len) out[len++] = '/';
        memcpy(out + len, piece.at, piece.len);
        len += piece.len;
    }
    out[len] = '\0';
    return len > 0;
}

static void on_relation(void *relations, struct str name, const char **attributes)
{
    struct relations *r = relations;
    if (!str_eq(name, S("Relationship"))) return;
    struct str type = xml_attribute(attributes, "Type");
    struct str target = xml_attribute(attributes, "Target");
    struct str id = xml_attribute(attributes, "Id");
    char *out = NULL;
    if (str_eq(xml_attribute(attributes, "TargetMode"), S("External"))) return;
    if (str_ends(type, S("/officeDocument"))) out = r->book;
    if (str_ends(type, S("/sharedStrings"))) out = r->strings;
    if (str_ends(type, S("/styles"))) out = r->styles;
    if (r->sheet_id && str_eq(id, str_of(r->sheet_id))) {
        out = r->sheet;
        r->sheet_is_one = str_ends(type, S("/worksheet"));
    }
    if (out && !resolve(r->base, target, out)) r->failed = true;
}

/* Of the part `base`: "xl/workbook.xml" has them in "xl/_rels/workbook.xml.rels". */
static enum err read_relations(struct package *p, struct relations *r, struct sheet_error *e)
{
    char name[PART_NAME_MAX + 16];
    const char *slash = strrchr(r->base, '/');
    int folder = slash ? (int)(slash - r->base) + 1 : 0;
    (void)snprintf(name, sizeof name, "%.*s_rels/%s.rels", folder, r->base, r->base + folder);
    static const struct xml_handlers handlers = { .start = on_relation };
    enum err rc = xml_read(p, name, &handlers, r, e);
    if (!rc && r->failed)
        rc = sheet_error_set(
            e, ERR_INVALID, "damaged", "the XLSX is damaged: it names a part outside of itself");
    return rc;
}

struct sheets {
    struct str wanted; /* empty: the first that is shown, else the first */
    bool found, shown, from_1904;
    char id[ID_MAX];
    char titles[TITLES_MAX];
    size_t titles_len, count;
};

static void note_title(struct sheets *s, struct str title)
{
    int n = snprintf(s->titles + s->titles_len, TITLES_MAX - s->titles_len, "%s%.*s",
        s->count ? ", " : "", STR_FMT(title));
    if (n > 0) s->titles_len += (size_t)n;
    if (s->titles_len >= TITLES_MAX) s->titles_len = TITLES_MAX - 1;
    s->count++;
}

static void on_book(void *sheets, struct str name, const char **attributes)
{
    struct sheets *s = sheets;
    if (str_eq(name, S("workbookPr")) && xml_true(xml_attribute(attributes, "date1904")))
        s->from_1904 = true;
    if (!str_eq(name, S("sheet"))) return;
    struct str title = xml_attribute(attributes, "name"), id = xml_attribute(attributes, "id");
    struct str state = xml_attribute(attributes, "state");
    note_title(s, title);
    bool shown = !state.len || str_eq(state, S("visible"));
    bool better = s->wanted.len ? str_eq(title, s->wanted) : !s->found || (shown && !s->shown);
    if (!better || id.len >= ID_MAX) return;
    s->found = true;
    s->shown = shown;
    memcpy(s->id, id.at ? id.at : "", id.len);
    s->id[id.len] = '\0';
}

struct styles {
    struct book *book;
    bool inside; /* cellXfs */
    size_t count;
    struct {
        int64_t id;
        unsigned char style;
    } formats[FORMATS_MAX];
};

static unsigned char style_of(const struct styles *s, int64_t id)
{
    for (size_t i = 0; i < s->count; i++)
        if (s->formats[i].id == id) return s->formats[i].style;
    return style_of_builtin(id);
}

static void on_style(void *styles, struct str name, const char **attributes)
{
    struct styles *s = styles;
    int64_t id = 0;
    bool has = str_to_int64(xml_attribute(attributes, "numFmtId"), &id);
    if (str_eq(name, S("cellXfs"))) s->inside = true;
    if (str_eq(name, S("numFmt")) && has && s->count < FORMATS_MAX) {
        s->formats[s->count].id = id;
        s->formats[s->count++].style = style_of_code(xml_attribute(attributes, "formatCode"));
    }
    if (s->inside && str_eq(name, S("xf")) && s->book->style_count < STYLES_MAX)
        s->book->style[s->book->style_count++] = style_of(s, id);
}

static void on_style_end(void *styles, struct str name)
{
    struct styles *s = styles;
    if (str_eq(name, S("cellXfs"))) s->inside = false;
}

static enum err read_styles(struct package *p, struct book *b, struct sheet_error *e)
{
    if (!b->styles[0]) return OK;
    static const struct xml_handlers handlers = { .start = on_style, .end = on_style_end };
    struct styles *s = sheet_alloc(sizeof *s);
    s->book = b;
    enum err rc = xml_read(p, b->styles, &handlers, s, e);
    free(s);
    return rc == ERR_NOT_FOUND ? OK : rc;
}

static enum err no_xlsx(struct sheet_error *e)
{
    return sheet_error_set(e, ERR_INVALID, "unknown_format",
        "this is a ZIP file, but no XLSX (of Word, LibreOffice, or packed); save it as XLSX or "
        "CSV");
}

static enum err find_sheet(struct package *p, struct str wanted, struct sheets *s,
    char book[PART_NAME_MAX], struct sheet_error *e)
{
    struct relations top = { .base = "", .book = book };
    enum err rc = read_relations(p, &top, e);
    if (rc == ERR_NOT_FOUND || (!rc && !book[0])) return no_xlsx(e);
    if (rc) return rc;
    if (str_ends(str_of(book), S(".bin")))
        return sheet_error_set(e, ERR_INVALID, "old_format", "this is an XLSB; save it as XLSX");
    static const struct xml_handlers handlers = { .start = on_book };
    s->wanted = wanted;
    rc = xml_read(p, book, &handlers, s, e);
    if (rc == ERR_NOT_FOUND || (!rc && !s->count)) return no_xlsx(e);
    if (!rc && !s->found)
        rc = sheet_error_set(e, ERR_INVALID, "no_such_sheet",
            "there is no sheet \"%.*s\" in it, but: %s", STR_FMT(wanted), s->titles);
    return rc;
}

enum err book_read(struct package *p, struct str wanted, struct book *out, struct sheet_error *e)
{
    char book[PART_NAME_MAX] = "";
    struct sheets sheets = { .found = false };
    enum err rc = find_sheet(p, wanted, &sheets, book, e);
    if (rc) return rc;
    struct relations r = { .base = book,
        .strings = out->strings,
        .styles = out->styles,
        .sheet = out->sheet,
        .sheet_id = sheets.id };
    rc = read_relations(p, &r, e);
    if (rc == ERR_NOT_FOUND || (!rc && !out->sheet[0]))
        return sheet_error_set(
            e, ERR_INVALID, "damaged", "the XLSX is damaged: it does not say where its sheet is");
    if (!rc && !r.sheet_is_one)
        rc = sheet_error_set(e, ERR_INVALID, "no_such_sheet", "that sheet is a chart, not a table");
    out->from_1904 = sheets.from_1904;
    return rc ? rc : read_styles(p, out, e);
}
