/* pdf.c: documents, pages, text and lines, on libharu; see pdf.h. */
#include "print/internal.h"

#include "base/assert.h"

#include <string.h>

/* libharu calls this at every failure; the first one tells why. */
static void on_failure(HPDF_STATUS number, HPDF_STATUS detail, void *ctx)
{
    struct pdf *p = ctx;
    (void)detail;
    if (!p->failure) p->failure = number;
}

struct pdf *pdf_new(struct arena *arena, struct str title)
{
    static const char *const names[PDF_FONT_COUNT] = {
        [PDF_REGULAR] = "Helvetica",
        [PDF_BOLD] = "Helvetica-Bold",
        [PDF_MONO] = "Courier-Bold",
    };
    struct pdf *p = arena_new(arena, struct pdf, 1);
    p->pages = arena_new(arena, HPDF_Page, PDF_PAGES_MAX);
    p->doc = HPDF_New(on_failure, p);
    if (!p->doc) {
        p->failure = HPDF_FAILD_TO_ALLOC_MEM;
        return p;
    }
    HPDF_SetCompressionMode(p->doc, HPDF_COMP_TEXT);
    char bytes[PDF_TEXT_MAX + 1];
    (void)pdf_encode(title, bytes);
    HPDF_SetInfoAttr(p->doc, HPDF_INFO_TITLE, bytes);
    for (int i = 0; i < PDF_FONT_COUNT; i++)
        p->fonts[i] = HPDF_GetFont(p->doc, names[i], "WinAnsiEncoding");
    return p;
}

void pdf_free(struct pdf *p)
{
    if (p->doc) HPDF_Free(p->doc);
    p->doc = NULL;
    p->page = NULL;
}

static enum err read_all(struct pdf *p, struct buf *out, struct error *e)
{
    HPDF_BYTE piece[16 * 1024];
    HPDF_UINT32 len;
    if (HPDF_SaveToStream(p->doc) != HPDF_OK || HPDF_ResetStream(p->doc) != HPDF_OK)
        return error_set(e, ERR_UNAVAILABLE, "the paper cannot be made (libharu 0x%04lx)",
            (unsigned long)HPDF_GetError(p->doc));
    do {
        len = sizeof piece;
        (void)HPDF_ReadFromStream(p->doc, piece, &len); /* it tells the end as a failure */
        buf_put(out, (struct str){ (const char *)piece, len });
    } while (len == sizeof piece && !out->failed);
    return out->failed ? error_set(e, ERR_TOO_LARGE, "the paper has more than %zu bytes", out->cap)
                       : OK;
}

enum err pdf_end(struct pdf *p, struct buf *out, struct error *e)
{
    if (p->too_many)
        return error_set(e, ERR_TOO_LARGE, "a paper has at most %d pages", PDF_PAGES_MAX);
    if (p->failure)
        return error_set(
            e, ERR_UNAVAILABLE, "the paper cannot be made (libharu 0x%04lx)", p->failure);
    ASSERT(p->page);
    return read_all(p, out, e);
}

static const struct {
    const char *name;
    double width, height;
} papers[] = {
    [PDF_A4] = { "a4", 210, 297 },
    [PDF_LETTER] = { "letter", 215.9, 279.4 },
};

bool pdf_paper_parse(struct str name, enum pdf_paper *out)
{
    for (size_t i = 0; i < sizeof papers / sizeof papers[0]; i++)
        if (str_eq(name, str_of(papers[i].name))) {
            *out = (enum pdf_paper)i;
            return true;
        }
    return false;
}

void pdf_paper_size(enum pdf_paper paper, double *width_mm, double *height_mm)
{
    *width_mm = papers[paper].width;
    *height_mm = papers[paper].height;
}

void pdf_page(struct pdf *p, double width_mm, double height_mm)
{
    if (p->page_count == PDF_PAGES_MAX) p->too_many = true;
    if (p->failure || p->too_many) return;
    p->page = HPDF_AddPage(p->doc);
    p->width = width_mm;
    p->height = height_mm;
    HPDF_Page_SetWidth(p->page, pdf_points(width_mm));
    HPDF_Page_SetHeight(p->page, pdf_points(height_mm));
    p->pages[p->page_count++] = p->page;
}

double pdf_page_width(const struct pdf *p)
{
    return p->width;
}

double pdf_page_height(const struct pdf *p)
{
    return p->height;
}

int pdf_page_count(const struct pdf *p)
{
    return p->page_count;
}

bool pdf_ready(const struct pdf *p)
{
    return p->page && !p->failure && !p->too_many;
}

float pdf_points(double mm)
{
    return (float)(mm * 72.0 / 25.4);
}

float pdf_down(const struct pdf *p, double y)
{
    return pdf_points(p->height - y);
}

double pdf_width_of(struct pdf *p, struct pdf_style style, const char *text, size_t len)
{
    if (p->failure) return 0;
    HPDF_TextWidth w =
        HPDF_Font_TextWidth(p->fonts[style.font], (const HPDF_BYTE *)text, (HPDF_UINT)len);
    return w.width * style.size_pt / 1000.0 * 25.4 / 72.0;
}

void pdf_show(
    struct pdf *p, double x, double y, struct pdf_style style, const char *text, size_t len)
{
    char bytes[PDF_TEXT_MAX + 1];
    if (!pdf_ready(p) || !len) return;
    ASSERT(len <= PDF_TEXT_MAX);
    memcpy(bytes, text, len);
    bytes[len] = 0;
    HPDF_Page_BeginText(p->page);
    HPDF_Page_SetFontAndSize(p->page, p->fonts[style.font], (float)style.size_pt);
    HPDF_Page_TextOut(p->page, pdf_points(x), pdf_down(p, y), bytes);
    HPDF_Page_EndText(p->page);
}

void pdf_line(struct pdf *p, double x1, double y1, double x2, double y2, double width)
{
    if (!pdf_ready(p)) return;
    HPDF_Page_SetLineWidth(p->page, pdf_points(width));
    HPDF_Page_MoveTo(p->page, pdf_points(x1), pdf_down(p, y1));
    HPDF_Page_LineTo(p->page, pdf_points(x2), pdf_down(p, y2));
    HPDF_Page_Stroke(p->page);
}

void pdf_number_pages(struct pdf *p, int before, struct str text, double margin_mm)
{
    static const struct pdf_style small = { PDF_REGULAR, 8 };
    HPDF_Page newest = p->page;
    double height = p->height;
    for (int i = before; i < p->page_count && !p->failure; i++) {
        struct buf line;
        p->page = p->pages[i];
        p->height = (double)HPDF_Page_GetHeight(p->page) * 25.4 / 72.0;
        buf_init(&line, PDF_TEXT_MAX);
        buf_put_fmt(&line, "%.*s%spage %d of %d", STR_FMT(str_sub(text, 0, 200)),
            text.len ? ", " : "", i - before + 1, p->page_count - before);
        pdf_text(p, margin_mm, p->height - margin_mm / 2, small, buf_str(&line));
        buf_release(&line);
    }
    p->page = newest;
    p->height = height;
}
