/*
 * documents.h: the files that feeds and reports go through (sp-api.md 3.3, 4).
 *
 * A document has an id, which operations name for two days, and at times an address: whoever has it
 * may use it for five minutes, without a token. A document that is to be uploaded takes a PUT whose
 * Content-Type is, to the byte, the one it was made for; one that was made here is fetched by GET.
 * The last DOCUMENTS_MAX are kept.
 */
#ifndef AMAZON_SIM_DOCUMENTS_H
#define AMAZON_SIM_DOCUMENTS_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/rng.h"

enum {
    DOCUMENTS_MAX = 64,
    DOCUMENT_BODY_MAX = 32 * 1024 * 1024,
    DOCUMENT_URL_MS = 5 * 60 * 1000,
    DOCUMENT_KEEP_MS = 2 * 86400 * 1000,
};

struct document {
    char id[56]; /* "" where there is none yet */
    char content_type[100];
    char signature[20]; /* of the last address; "" before the first */
    bool upload;
    bool filled; /* uploaded, or made with its bytes */
    time_ms made_at, url_until;
    struct buf body;
};

struct documents {
    struct document ring[DOCUMENTS_MAX];
    size_t next;
};

/* Empty, to be uploaded; or to be fetched, with the bytes given. In place of the oldest. NULL when
 * the type is too long or there are too many bytes. */
struct document *document_to_upload(
    struct documents *d, struct rng *rng, struct str content_type, time_ms now);
struct document *document_to_fetch(
    struct documents *d, struct rng *rng, struct str content_type, struct str bytes, time_ms now);
/* NULL: unknown, or no longer to be named. */
struct document *document_find(struct documents *d, struct str id, time_ms now);
/* A new address, below the server's own: the one before it is no longer good. */
struct str document_address(struct document *doc, struct rng *rng, struct arena *a, time_ms now);
void documents_clear(struct documents *d);

/* One use of an address. */
struct document_use {
    struct str id, signature, content_type; /* the last only of an upload */
    bool upload;
    bool other_headers; /* x-amz-... that the address was not signed with */
};
struct document_answer {
    int status;
    const char *code, *message; /* as storage says it; NULL with 200 */
    struct document *document;  /* with 200 */
};
struct document_answer document_use(
    struct documents *d, const struct document_use *use, time_ms now);

#endif
