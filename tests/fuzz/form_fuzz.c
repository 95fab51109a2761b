/*
 * form_fuzz.c: a Content-Type in the first line, a body behind it: the file that is found in a form
 * lies within it, and a reader who only knows the boundary finds the same end.
 */
#include "http/multipart.h"

#include "base/assert.h"
#include "base/temp_file.h"

#include <string.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_form(struct str body, struct str boundary, struct arena *a)
{
    struct form_file file;
    struct error e = { .kind = OK };
    int fd = temp_file_open(NULL);
    ASSERT(fd >= 0 && temp_file_write(fd, body));
    if (form_find_file(fd, (int64_t)body.len, boundary, a, &file, &e)) {
        ASSERT(e.kind == ERR_BAD_REQUEST && e.detail[0]);
    } else {
        ASSERT(file.at > 0 && file.size > 0 && file.at + file.size < (int64_t)body.len);
        ASSERT(str_is_utf8(file.name) && !str_contains(file.name, S("/")));
        struct str end = arena_fmt(a, "\r\n--%.*s", STR_FMT(boundary));
        struct str content = str_sub(body, (size_t)file.at, (size_t)file.size);
        ASSERT(!str_contains(content, end));
        ASSERT(str_starts(str_sub(body, (size_t)(file.at + file.size), body.len), end));
    }
    close(fd);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str all = { size ? (const char *)data : "", size }, line, body;
    struct media_type type;
    struct arena a;
    if (size > 256 * 1024) return 0;
    arena_init(&a, "fuzz", 16 * 1024 * 1024);
    str_cut(all, '\n', &line, &body);
    if (media_type_parse(line, &a, &type)) {
        ASSERT(type.type.len >= 3);
        check_form(body, type.boundary, &a);
    }
    arena_release(&a);
    return 0;
}
