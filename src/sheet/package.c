/*
 * package.c: the ZIP around an XLSX, through libzip, read from a sheet_input.
 *
 * libzip keeps a record for each file in it, so their number is looked at before libzip does: in
 * each end-of-directory record that could be meant. What is unpacked is counted over all parts,
 * against a bound and against the size of the file (zip bombs). Nothing is ever written under a
 * name of the ZIP.
 */
#include "sheet/xlsx_internal.h"

#include <stdlib.h>
#include <string.h>

enum {
    END_SIZE = 22,
    COMMENT_MAX = 65535,
    LOCATOR_SIZE = 20,
    TAIL_MAX = END_SIZE + COMMENT_MAX + LOCATOR_SIZE,
    RATIO_FREE = 16 * 1024 * 1024, /* so much may be unpacked whatever the ratio */
};

static zip_int64_t source(void *package, void *data, zip_uint64_t len, zip_source_cmd_t cmd)
{
    struct package *p = package;
    switch ((int)cmd) {
    case ZIP_SOURCE_OPEN:
        p->at = 0;
        return 0;
    case ZIP_SOURCE_READ: {
        ssize_t n = input_read(p->input, p->at, data, (size_t)len);
        if (n < 0) zip_error_set(&p->source_error, ZIP_ER_READ, 0);
        if (n > 0) p->at += n;
        return n;
    }
    case ZIP_SOURCE_SEEK: {
        zip_int64_t at = zip_source_seek_compute_offset(
            (zip_uint64_t)p->at, (zip_uint64_t)p->input->size, data, len, &p->source_error);
        if (at < 0) return -1;
        p->at = at;
        return 0;
    }
    case ZIP_SOURCE_TELL:
        return p->at;
    case ZIP_SOURCE_STAT: {
        zip_stat_t *st = data;
        zip_stat_init(st);
        st->size = (zip_uint64_t)p->input->size;
        st->valid = ZIP_STAT_SIZE;
        return sizeof *st;
    }
    case ZIP_SOURCE_ERROR:
        return zip_error_to_data(&p->source_error, data, len);
    case ZIP_SOURCE_CLOSE:
    case ZIP_SOURCE_FREE:
        return 0;
    case ZIP_SOURCE_SUPPORTS:
        return zip_source_make_command_bitmap(ZIP_SOURCE_OPEN, ZIP_SOURCE_READ, ZIP_SOURCE_CLOSE,
            ZIP_SOURCE_STAT, ZIP_SOURCE_ERROR, ZIP_SOURCE_FREE, ZIP_SOURCE_SEEK, ZIP_SOURCE_TELL,
            ZIP_SOURCE_SUPPORTS, -1);
    default:
        zip_error_set(&p->source_error, ZIP_ER_OPNOTSUPP, 0);
        return -1;
    }
}

static enum err damaged(struct sheet_error *e, const char *why)
{
    return sheet_error_set(e, ERR_INVALID, "damaged", "the XLSX is damaged: %s", why);
}

static enum err check_directory(const struct sheet_input *in, struct sheet_error *e)
{
    char *tail = sheet_alloc(TAIL_MAX);
    int64_t from = in->size > TAIL_MAX ? in->size - TAIL_MAX : 0;
    ssize_t got = input_read(in, from, tail, TAIL_MAX);
    bool found = false;
    enum err rc = OK;
    for (ssize_t i = got - END_SIZE; i >= 0 && !rc; i--) {
        if (memcmp(tail + i, "PK\5\6", 4) != 0) continue;
        unsigned char low = (unsigned char)tail[i + 10], high = (unsigned char)tail[i + 11];
        found = true;
        bool large = i >= LOCATOR_SIZE && !memcmp(tail + i - LOCATOR_SIZE, "PK\6\7", 4);
        if (large || low + 256 * high > SHEET_PARTS_MAX)
            rc = sheet_error_set(e, ERR_TOO_LARGE, "too_large",
                "there are more than %d files in the XLSX", SHEET_PARTS_MAX);
    }
    free(tail);
    if (got < 0)
        return sheet_error_set(e, ERR_UNAVAILABLE, "unavailable", "the file cannot be read");
    if (!rc && !found) return damaged(e, "its end is missing");
    return rc;
}

enum err package_open(struct package *p, const struct sheet_input *in, struct sheet_error *e)
{
    zip_error_t error;
    p->input = in;
    zip_error_init(&p->source_error);
    enum err rc = check_directory(in, e);
    if (rc) return rc;
    zip_error_init(&error);
    zip_source_t *src = zip_source_function_create(source, p, &error);
    p->zip = src ? zip_open_from_source(src, ZIP_RDONLY, &error) : NULL;
    if (!p->zip) {
        rc = damaged(e, zip_error_strerror(&error));
        if (src) zip_source_free(src);
    }
    zip_error_fini(&error);
    return rc;
}

void package_close(struct package *p)
{
    if (p->zip) zip_discard(p->zip);
    zip_error_fini(&p->source_error);
}

enum err package_part(struct package *p, const char *name, zip_file_t **out, struct sheet_error *e)
{
    zip_stat_t st;
    zip_int64_t index = zip_name_locate(p->zip, name, ZIP_FL_NOCASE);
    if (index < 0) return ERR_NOT_FOUND;
    if (zip_stat_index(p->zip, (zip_uint64_t)index, 0, &st)) return damaged(e, "its directory");
    if ((st.valid & ZIP_STAT_ENCRYPTION_METHOD) && st.encryption_method != ZIP_EM_NONE)
        return sheet_error_set(
            e, ERR_INVALID, "protected", "the XLSX has a password; save it without one");
    *out = zip_fopen_index(p->zip, (zip_uint64_t)index, 0);
    return *out ? OK : damaged(e, zip_strerror(p->zip));
}

ssize_t package_read(
    struct package *p, zip_file_t *part, void *out, size_t len, struct sheet_error *e)
{
    zip_int64_t n = zip_fread(part, out, len);
    if (n < 0) {
        damaged(e, zip_file_strerror(part));
        return -1;
    }
    p->unpacked += n;
    bool bomb = p->unpacked > RATIO_FREE && p->unpacked / SHEET_RATIO_MAX > p->input->size;
    if (!bomb && p->unpacked <= SHEET_UNPACKED_MAX) return (ssize_t)n;
    sheet_error_set(e, ERR_TOO_LARGE, "too_large",
        "the XLSX becomes too large when it is unpacked: at most %d times its size, and %d bytes",
        SHEET_RATIO_MAX, SHEET_UNPACKED_MAX);
    return -1;
}
