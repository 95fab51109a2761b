/*
 * file.h: files that come with a request, and files that are its answer; both of any size in
 * constant memory.
 *
 * A route with ROUTE_FILE takes a file instead of JSON: as the body itself (text/csv, XLSX,
 * text/plain, whatever browsers call these), or as the one field of a form (multipart/form-data).
 * The server has written it to disk as it came; what it is, its content says (sheet/sheet.h). Such
 * a route asks what else it needs to know in its query. Its handler finds call->file.
 */
#ifndef HTTP_FILE_H
#define HTTP_FILE_H

#include "base/err.h"
#include "base/str.h"

#include <stddef.h>
#include <stdint.h>

struct call;

struct call_file {
    int fd; /* of a file without a name; closed after the reply: dup(2) to keep it; -1: none came */
    int64_t size;
    struct str name;        /* as the browser calls it; may be empty */
    unsigned char hash[32]; /* of its bytes; only with an Idempotency-Key */
};

/* Fills c->file from the request. ERR_BAD_REQUEST: "unsupported_media_type", "bad_form",
 * "no_file". */
MUST_USE enum err file_read(struct call *c, struct error *e);

/* A file without a name in the server's own folder, for answers that are made bit by bit. */
MUST_USE enum err file_make(const struct call *c, int *fd, struct error *e);

/* The answer is what fd holds, instead of c->out: of that type, to be saved under that name (empty:
 * to be shown). Takes fd, also on an error; a file given before, by a run of the handler that is
 * repeated, is let go. */
MUST_USE enum err answer_file(
    struct call *c, int fd, struct str type, struct str name, struct error *e);

/* Content-Disposition (RFC 6266): the name in ASCII, and as it is. */
struct str file_disposition(struct call *c, struct str name);

#define CSV_TYPE "text/csv; charset=utf-8"
#define XLSX_TYPE "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

#endif
