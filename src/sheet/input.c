/* input.c: the bytes of a spreadsheet, in a file or in memory. */
#include "sheet/internal.h"

#include "base/assert.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

void *sheet_alloc(size_t size)
{
    void *p = calloc(1, size); /* tidy: allow, a few of fixed size for each reader or writer */
    if (!p) PANIC("out of memory: %zu bytes", size);
    return p;
}

enum err input_open(
    struct sheet_input *in, const struct sheet_reader_options *options, struct sheet_error *e)
{
    struct stat st;
    *in = (struct sheet_input){ .fd = options->fd, .memory = options->memory };
    if (in->memory.at) {
        in->size = (int64_t)in->memory.len;
    } else if (fstat(in->fd, &st)) {
        return sheet_error_set(
            e, ERR_UNAVAILABLE, "unavailable", "the file cannot be read: %s", strerror(errno));
    } else if (!S_ISREG(st.st_mode)) {
        return sheet_error_set(
            e, ERR_INVALID, "unknown_format", "this is a pipe or a folder, not a file");
    } else {
        in->size = st.st_size;
    }
    int64_t max = options->size_max ? options->size_max : SHEET_FILE_MAX;
    if (in->size > max)
        return sheet_error_set(e, ERR_TOO_LARGE, "too_large",
            "the file has %lld bytes; at most %lld are read", (long long)in->size, (long long)max);
    if (!in->size) return sheet_error_set(e, ERR_INVALID, "empty", "the file is empty");
    return OK;
}

ssize_t input_read(const struct sheet_input *in, int64_t from, char *out, size_t len)
{
    if (in->memory.at) {
        struct str part = str_sub(in->memory, (size_t)from, len);
        if (part.len) memcpy(out, part.at, part.len);
        return (ssize_t)part.len;
    }
    size_t done = 0;
    while (done < len) {
        ssize_t n = pread(in->fd, out + done, len - done, from + (off_t)done);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return -1;
        if (n == 0) break;
        done += (size_t)n;
    }
    return (ssize_t)done;
}
