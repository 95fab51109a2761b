/* sheets.c: see sheets.h. */
#include "http/sheets.h"

#include <unistd.h>

static const struct {
    const char *name;
    struct str type, file_type;
} formats[] = {
    [ANSWER_CSV] = { "csv", STR_INIT("text/csv"), STR_INIT(CSV_TYPE) },
    [ANSWER_XLSX] = { "xlsx", STR_INIT(XLSX_TYPE), STR_INIT(XLSX_TYPE) },
    [ANSWER_PDF] = { "pdf", STR_INIT(PDF_TYPE), STR_INIT(PDF_TYPE) },
};
enum { FORMATS = sizeof formats / sizeof formats[0] };

static bool parse(struct str name, enum answer_format *out)
{
    for (int i = 0; i < FORMATS; i++)
        if (str_eq(name, str_of(formats[i].name))) {
            *out = (enum answer_format)i;
            return true;
        }
    return false;
}

/* One entry of an Accept header; its weight is let be. */
static bool names_one_of(struct str entry, const char *words, enum answer_format *out)
{
    struct str type, rest = str_of(words), word;
    str_cut(entry, ';', &type, &entry);
    while (rest.len) {
        str_cut(rest, ' ', &word, &rest);
        if (parse(word, out) && str_eq_nocase(str_trim(type), formats[*out].type)) return true;
    }
    return false;
}

static bool is_accepted(struct call *c, const char *words, enum answer_format *out)
{
    struct str rest = http_request_header(c->req, S("accept")), entry;
    while (rest.len) {
        str_cut(rest, ',', &entry, &rest);
        if (names_one_of(entry, words, out)) return true;
    }
    return false;
}

/* `of_csv`: what only a CSV has was said. */
static enum answer_format unsaid(struct call *c, const char *words, bool of_csv)
{
    enum answer_format format = ANSWER_CSV;
    struct str first, rest;
    if (is_accepted(c, words, &format)) return format;
    format = ANSWER_CSV;
    str_cut(str_of(words), ' ', &first, &rest);
    if (!of_csv) (void)parse(first, &format);
    return format;
}

static void set_format(struct answer_form *form, enum answer_format format)
{
    form->format = format;
    form->file.format = format == ANSWER_XLSX ? SHEET_XLSX : SHEET_CSV;
}

/* What only a CSV has, said of another format, at these pointers; empty: it was not said. */
static void check_form(
    struct call *c, const struct answer_form *form, struct str separator_at, struct str bom_at)
{
    struct str at = separator_at.len ? separator_at : bom_at;
    if (form->format != ANSWER_CSV && at.len)
        element_error(c, at, "not_allowed", "belongs to a CSV, and a %s is asked for",
            form->format == ANSWER_PDF ? "PDF" : "XLSX");
}

struct answer_form wanted_form(struct call *c, const char *words)
{
    struct str word = query_word(c, "format", words);
    struct str separator = query_word(c, "separator", FILE_SEPARATORS);
    struct answer_form form = { 0 };
    enum answer_format format;
    bool marked;
    form.file.mark = query_bool(c, "bom", &marked);
    if (separator.len) (void)file_separator_parse(separator, &form.file.separator);
    if (!parse(word, &format)) format = unsaid(c, words, separator.len || marked);
    set_format(&form, format);
    check_form(c, &form, separator.len ? S("?separator") : S(""), marked ? S("?bom") : S(""));
    return form;
}

static bool is_among(struct str word, const char *words)
{
    struct str rest = str_of(words), one;
    while (rest.len) {
        str_cut(rest, ' ', &one, &rest);
        if (str_eq(word, one)) return true;
    }
    return false;
}

struct answer_form field_form(struct fields *f, const char *words)
{
    enum { WORD_MAX = 20 };
    struct str word, separator;
    struct answer_form form = { 0 };
    enum answer_format format;
    bool said = field_str(f, "format", WORD_MAX, 0, &word);
    bool parted = field_str(f, "separator", WORD_MAX, 0, &separator);
    bool marked = field_bool(f, "bom", &form.file.mark);
    if (said && !is_among(word, words))
        field_error(f, "format", "unknown_value", "must be one of: %s", words);
    if (parted && !file_separator_parse(separator, &form.file.separator))
        field_error(f, "separator", "unknown_value", "must be one of: %s", FILE_SEPARATORS);
    if (!said || !parse(word, &format)) format = unsaid(f->c, words, parted || marked);
    set_format(&form, format);
    check_form(f->c, &form, parted ? pointer_to(f->c, f->at, S("separator")) : S(""),
        marked ? pointer_to(f->c, f->at, S("bom")) : S(""));
    return form;
}

enum err sheet_answer_begin(
    struct call *c, struct sheet_answer *a, const struct answer_form *form, struct error *e)
{
    *a = (struct sheet_answer){ .format = form->format };
    enum err rc = file_make(c, &a->fd, e);
    if (rc) return rc;
    rc = file_create(&a->writer, a->fd, &form->file, c->now, e);
    if (rc) (void)close(a->fd);
    a->rows = file_row_writer(&a->writer);
    return rc;
}

enum err sheet_answer_end(
    struct call *c, struct sheet_answer *a, const char *name, enum err rc, struct error *e)
{
    if (rc)
        file_abort(&a->writer);
    else
        rc = file_finish(&a->writer, e);
    if (rc) {
        (void)close(a->fd);
        return rc;
    }
    return answer_file(c, a->fd, formats[a->format].file_type,
        arena_fmt(c->arena, "%s.%s", name, formats[a->format].name), e);
}

void paper_answer(struct call *c, struct str name, size_t size_max)
{
    buf_release(&c->out);
    buf_init(&c->out, size_max);
    c->content_type = S(PDF_TYPE);
    c->file_name = name;
}
