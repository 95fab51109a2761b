/*
 * strings.c: the shared strings of an XLSX, of any number in constant memory.
 *
 * They are read once into two files without a name: the texts one behind the other, and where each
 * begins. Cells mostly name them in the order in which they were met, so that a few blocks kept in
 * memory answer nearly all. A text longer than a cell may be is kept one byte too long, for the
 * cell that names it to be refused with its place.
 */
#include "sheet/xlsx_internal.h"

#include "base/temp_file.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { SLOTS = 32, TEXT_MAX = SHEET_CELL_MAX + 1 };

/* A file that is written once and then read through a few blocks. */
struct paged {
    int fd;
    struct buf out; /* not in the file yet */
    int64_t size;
    int64_t block[SLOTS]; /* number + 1 of what a slot holds; 0: nothing */
    char *bytes;          /* of all slots */
};

struct strings {
    struct paged texts, places;
    int64_t count;
    struct buf text; /* the one being read, or asked for */
    bool disk;       /* it failed */

    /* Within <si>. */
    bool inside, in_text;
    int phonetic; /* within <rPh>: how it is spoken, which is no text of the cell */
};

static bool paged_flush(struct paged *f)
{
    bool ok = temp_file_write(f->fd, buf_str(&f->out));
    buf_clear(&f->out);
    return ok;
}

static bool paged_add(struct paged *f, struct str bytes)
{
    buf_put(&f->out, bytes);
    f->size += (int64_t)bytes.len;
    return f->out.len < SHEET_BLOCK || paged_flush(f);
}

static const char *paged_block(struct paged *f, int64_t number)
{
    size_t slot = (size_t)(number % SLOTS);
    char *at = f->bytes + slot * SHEET_BLOCK;
    if (f->block[slot] == number + 1) return at;
    if (pread(f->fd, at, SHEET_BLOCK, number * SHEET_BLOCK) < 0) return NULL;
    f->block[slot] = number + 1;
    return at;
}

/* Within the file. */
static bool paged_get(struct paged *f, int64_t from, int64_t to, struct buf *out)
{
    while (from < to) {
        int64_t number = from / SHEET_BLOCK, end = (number + 1) * SHEET_BLOCK;
        const char *block = paged_block(f, number);
        if (!block) return false;
        if (end > to) end = to;
        buf_put(out, (struct str){ block + from % SHEET_BLOCK, (size_t)(end - from) });
        from = end;
    }
    return true;
}

static bool paged_open(struct paged *f, const char *tmp_dir)
{
    buf_init(&f->out, 2 * SHEET_BLOCK + TEXT_MAX);
    f->fd = temp_file_open(tmp_dir);
    return f->fd >= 0;
}

static void paged_close(struct paged *f)
{
    if (f->fd >= 0) close(f->fd);
    buf_release(&f->out);
    free(f->bytes);
}

static void on_start(void *strings, struct str name, const char **attributes)
{
    struct strings *s = strings;
    (void)attributes;
    if (str_eq(name, S("si"))) {
        s->inside = true;
        buf_clear(&s->text);
    }
    if (str_eq(name, S("rPh"))) s->phonetic++;
    s->in_text = s->inside && !s->phonetic && str_eq(name, S("t"));
}

static void on_text(void *strings, struct str piece)
{
    struct strings *s = strings;
    if (s->in_text) buf_put(&s->text, str_sub(piece, 0, TEXT_MAX - s->text.len));
}

static void on_end(void *strings, struct str name)
{
    struct strings *s = strings;
    s->in_text = false;
    if (str_eq(name, S("rPh")) && s->phonetic) s->phonetic--;
    if (!s->inside || !str_eq(name, S("si"))) return;
    s->inside = false;
    s->count++;
    s->disk =
        s->disk || !paged_add(&s->texts, buf_str(&s->text)) ||
        !paged_add(&s->places, (struct str){ (const char *)&s->texts.size, sizeof s->texts.size });
}

enum err strings_read(struct package *p, const char *part, const char *tmp_dir,
    struct strings **out, struct sheet_error *e)
{
    struct strings *s = sheet_alloc(sizeof *s);
    static const struct xml_handlers handlers = { on_start, on_end, on_text };
    int64_t first = 0;
    buf_init(&s->text, TEXT_MAX + 2 * sizeof first);
    s->places.fd = -1;
    *out = s;
    s->disk = !paged_open(&s->texts, tmp_dir) || !paged_open(&s->places, tmp_dir) ||
              !paged_add(&s->places, (struct str){ (const char *)&first, sizeof first });
    enum err rc = s->disk ? OK : xml_read(p, part, &handlers, s, e);
    if (rc == ERR_NOT_FOUND)
        return sheet_error_set(
            e, ERR_INVALID, "damaged", "the XLSX is damaged: the part with its texts is missing");
    if (rc) return rc;
    if (s->disk || !paged_flush(&s->texts) || !paged_flush(&s->places))
        return sheet_error_set(
            e, ERR_UNAVAILABLE, "unavailable", "there is no room for temporary files");
    s->texts.bytes = sheet_alloc((size_t)SLOTS * SHEET_BLOCK);
    s->places.bytes = sheet_alloc((size_t)SLOTS * SHEET_BLOCK);
    return OK;
}

bool strings_get(struct strings *s, int64_t index, struct str *out)
{
    int64_t place[2];
    if (index < 0 || index >= s->count) return false;
    int64_t at = index * (int64_t)sizeof place[0];
    buf_clear(&s->text);
    if (!paged_get(&s->places, at, at + (int64_t)sizeof place, &s->text)) return false;
    memcpy(place, s->text.at, sizeof place);
    buf_clear(&s->text);
    if (!paged_get(&s->texts, place[0], place[1], &s->text)) return false;
    *out = buf_str(&s->text);
    return true;
}

void strings_free(struct strings *s)
{
    if (!s) return;
    paged_close(&s->texts);
    paged_close(&s->places);
    buf_release(&s->text);
    free(s);
}
