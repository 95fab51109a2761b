/* pdf_barcode.c: Code 128 and QR as vectors, on libzint; see pdf.h. */
#include "print/internal.h"

#include "base/assert.h"

#include <string.h>
#include <zint.h>

enum { BARCODE_DATA_MAX = 80 };

static bool encode(struct zint_symbol *symbol, enum pdf_symbology symbology, struct str data)
{
    unsigned char bytes[BARCODE_DATA_MAX + 1];
    ASSERT(data.len >= 1 && data.len <= BARCODE_DATA_MAX);
    memcpy(bytes, data.at, data.len);
    bytes[data.len] = 0;
    symbol->symbology = symbology == PDF_QR ? BARCODE_QRCODE : BARCODE_CODE128;
    symbol->show_hrt = 0;
    symbol->height = 50;
    /* The quiet zones of the standards (ISO/IEC 15417 4.4.1: 10 modules; 18004 5.3.8: 4), which are
     * what scanners find a symbol by. */
    symbol->whitespace_width = symbology == PDF_QR ? 4 : 10;
    symbol->whitespace_height = symbology == PDF_QR ? 4 : 0;
    /* Q: a quarter of the symbol may be scratched; labels live on boxes in a warehouse. */
    if (symbology == PDF_QR) symbol->option_1 = 3;
    int rc = ZBarcode_Encode(symbol, bytes, (int)data.len);
    return rc < ZINT_ERROR && ZBarcode_Buffer_Vector(symbol, 0) < ZINT_ERROR;
}

double pdf_barcode(struct pdf *p, enum pdf_symbology symbology, struct str data, double x, double y,
    double width, double height)
{
    if (!pdf_ready(p)) return 0;
    struct zint_symbol *symbol = ZBarcode_Create();
    if (!symbol || !encode(symbol, symbology, data)) {
        p->failure = HPDF_INVALID_PARAMETER;
        if (symbol) ZBarcode_Delete(symbol);
        return 0;
    }
    const struct zint_vector *v = symbol->vector;
    double side = width < height ? width : height;
    if (symbology == PDF_QR) width = height = side;
    double sx = width / (double)v->width, sy = height / (double)v->height;
    for (const struct zint_vector_rect *r = v->rectangles; r; r = r->next)
        HPDF_Page_Rectangle(p->page, pdf_points(x + (double)r->x * sx),
            pdf_down(p, y + (double)(r->y + r->height) * sy), pdf_points((double)r->width * sx),
            pdf_points((double)r->height * sy));
    HPDF_Page_Fill(p->page);
    ZBarcode_Delete(symbol);
    return width;
}
