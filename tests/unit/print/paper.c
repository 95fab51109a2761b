/* paper.c: see paper.h. */
#include "paper.h"

#include "check.h"

#include "base/buf.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { OUTPUT_MAX = 16 * 1024 * 1024 };

/* Runs the command with the file's path in $F and a folder of its own in $D. */
static struct str output_of(struct str pdf, const char *command, struct arena *arena)
{
    char dir[] = "/tmp/stockbridge-paper-XXXXXX";
    CHECK(mkdtemp(dir) != NULL, "a folder");
    struct str path = arena_fmt(arena, "%s/paper.pdf", dir);
    FILE *file = fopen(path.at, "w");
    CHECK(file != NULL, "a file");
    CHECK_INT(fwrite(pdf.at, 1, pdf.len, file), pdf.len, "written");
    CHECK_INT(fclose(file), 0, "closed");
    /* NOLINTNEXTLINE(cert-env33-c): the commands are this file's */
    FILE *pipe = popen(
        arena_fmt(arena, "set -e; D=%s; F=%s; trap 'rm -r $D' EXIT; %s", dir, path.at, command).at,
        "r");
    CHECK(pipe != NULL, "a shell");
    struct buf out;
    buf_init(&out, OUTPUT_MAX);
    char piece[4096];
    for (size_t n; (n = fread(piece, 1, sizeof piece, pipe)) > 0;)
        buf_put(&out, (struct str){ piece, n });
    CHECK_INT(pclose(pipe), 0, command);
    CHECK(!out.failed, "what the program says is short");
    struct str text = arena_str(arena, buf_str(&out));
    buf_release(&out);
    return text;
}

struct str paper_text(struct str pdf, struct arena *arena)
{
    return output_of(pdf, "pdftotext -layout -enc UTF-8 $F - 2>$D/said; test ! -s $D/said", arena);
}

struct str paper_barcodes(struct str pdf, int dpi, struct arena *arena)
{
    return output_of(pdf,
        arena_fmt(arena,
            "pdftoppm -gray -r %d $F $D/page; find $D -name 'page*' | sort | "
            "xargs -n 100 zbarimg --nodbus --quiet --raw -Sdisable -Scode128.enable "
            "-Sqrcode.enable",
            dpi)
            .at,
        arena);
}

struct str paper_barcodes_cut(
    struct str pdf, int dpi, const struct paper_sheet *sheet, struct arena *arena)
{
    double dots = dpi / 25.4;
    struct buf command;
    buf_init(&command, 64 * 1024);
    for (int i = 0; i < sheet->columns * sheet->rows; i++) {
        int row = i / sheet->columns;
        buf_put_fmt(&command, "pdftoppm -gray -r %d -x %d -y %d -W %d -H %d $F $D/page-%d; ", dpi,
            (int)((sheet->left + i % sheet->columns * sheet->step_right) * dots),
            (int)((sheet->top + row * sheet->step_down) * dots), (int)(sheet->step_right * dots),
            (int)(sheet->step_down * dots), i);
    }
    /* Places without a label are no failure here: whoever asks counts what was read. */
    buf_put(&command, S("find $D -name 'page*' | sort | (xargs zbarimg --nodbus --quiet --raw "
                        "-Sdisable -Scode128.enable -Sqrcode.enable "
                        "2>$D/said || test $? -gt 3)"));
    buf_put_char(&command, 0);
    struct str read = output_of(pdf, command.at, arena);
    buf_release(&command);
    return read;
}

int paper_pages(struct str pdf, struct arena *arena)
{
    struct str text = output_of(pdf, "pdfinfo $F | sed -n 's/^Pages: *//p'", arena);
    int64_t pages = 0;
    CHECK(str_to_int64(str_trim(text), &pages), "a number of pages");
    return (int)pages;
}

int count_of(struct str text, struct str part)
{
    int n = 0;
    for (size_t i = 0; i + part.len <= text.len; i++)
        n += memcmp(text.at + i, part.at, part.len) == 0;
    return n;
}
