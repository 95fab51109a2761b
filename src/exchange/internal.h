/*
 * internal.h: what the kinds of import share.
 *
 * A kind judges one row at a time, within a transaction. It reads what the row is about (through
 * the batch, which knows what a dry run has changed so far), tells every fault, and either writes
 * or, in a dry run, notes what it would have written. It returns OK for a rejected row; anything
 * else fails the batch, which is then tried again.
 */
#ifndef EXCHANGE_INTERNAL_H
#define EXCHANGE_INTERNAL_H

#include "exchange/import.h"
#include "exchange/memory.h"
#include "store/reference.h"

/* What a dry run would have written, by what later rows look for: its id, and up to two others that
 * must be unique. Each of them has the same values, copied. Also, of one batch, what is put off to
 * its end. */
struct shadow {
    struct memory by_id, by_first, by_second;
};

struct batch {
    struct import *import;
    struct change c;     /* of a dry run only its tx, for reading */
    struct arena *arena; /* what is told of rows: lives until the sink has had it */
    bool writes;
    bool replays;         /* rows of an earlier attempt: only what they are about is noted */
    bool last_call;       /* nothing may wait any more */
    struct memory seen;   /* id -> struct seen_row, of this batch */
    struct shadow shadow; /* of this batch */
    void *cache;          /* of the kind: what it read for the batch */
};

struct import_type {
    const struct table *table;
    /* Adds the columns that the account makes; NULL: there are none. */
    enum err (*more_columns)(
        struct tx *tx, struct arena *arena, struct table *table, struct error *e);
    /* Locks, and what all rows need; sets b->cache. */
    enum err (*begin)(struct batch *b, struct error *e);
    /* Sets r->fate, id, faults and changes. */
    enum err (*row)(struct batch *b, struct row_result *r, struct error *e);
    /* Rows that still wait when nothing else moves: those that only wait for each other are
     * applied. NULL: there are none such. */
    enum err (*circle)(struct batch *b, struct row_result **rows, size_t count, struct error *e);
    /* Copies of what is in the shadow; keep_second: of by_second, when that holds something else.
     */
    memory_keep_fn keep, keep_second;
    /* Writes what rows have put off to the end of their batch; NULL: nothing is. */
    enum err (*end)(struct batch *b, struct error *e);
};

extern const struct import_type import_catalog, import_items, import_connections, import_prices;

struct import {
    const struct import_options *options;
    const struct import_sink *sink;
    const struct import_type *type;
    struct table table;
    struct layout layout;
    struct arena memory; /* of table, seen and shadow */
    struct memory seen;
    struct shadow shadow;
    struct import_state state;
    struct row_result *waiting; /* WAITING_MAX */
    size_t waiting_count;
    struct arena waiting_arena;
};

/* Cells. has_column: the file has that column. cell: trimmed; empty when the row or file has none.
 */
bool has_column(const struct batch *b, int column);
struct str cell(const struct batch *b, const struct row_result *r, int column);
/* Not trimmed: for lists, where a line break at the end means something. */
struct str cell_as_is(const struct batch *b, const struct row_result *r, int column);

/* column: index in the table; -1: the row as a whole. */
void row_fault(struct batch *b, struct row_result *r, int column, const char *code, const char *fmt,
    ...) __attribute__((format(printf, 5, 6)));
void row_warning(struct batch *b, struct row_result *r, int column, const char *code,
    const char *fmt, ...) __attribute__((format(printf, 5, 6)));
bool row_has_faults(const struct row_result *r);
/* The fault that a refusal of the store is; true: the row is rejected. False: the batch must fail,
 * because a statement of the transaction did. */
bool row_refused(struct batch *b, struct row_result *r, enum err rc, const struct error *e);
/* Waits when it may, else it is rejected with the faults told. */
void row_blocked(struct batch *b, struct row_result *r);

void row_change(
    struct batch *b, struct row_result *r, const char *field, struct str from, struct str to);

/* Whether an earlier row is about the same; a row that waited is itself, not an earlier one. */
bool row_repeats(const struct batch *b, const struct row_result *r, int64_t id);
void row_seen(struct batch *b, const struct row_result *r, int64_t id);
/* For the two above, of what is not there: by a digest of what it would be found by. */
int64_t row_key_of_new(uint64_t digest);
/* The id of what a dry run has only created in thought. */
int64_t row_pretended_id(const struct row_result *r);

/* Values by key, those of the batch before those of the file. */
typedef bool (*shadow_match_fn)(const void *value, const void *like);
const void *shadow_find(
    const struct batch *b, size_t which, uint64_t key, shadow_match_fn match, const void *like);
#define SHADOW_ID offsetof(struct shadow, by_id)
#define SHADOW_FIRST offsetof(struct shadow, by_first)
#define SHADOW_SECOND offsetof(struct shadow, by_second)

/* cells.c: what several kinds read from cells. Each adds faults. */

/* A text of at most `max` characters without control characters. */
bool cell_text(struct batch *b, struct row_result *r, int column, size_t max, struct str *out);
bool cell_int(
    struct batch *b, struct row_result *r, int column, int64_t least, int64_t most, int64_t *out);
/* "create" or a number. */
struct row_id {
    bool given, create;
    int64_t id;
};
bool cell_id(struct batch *b, struct row_result *r, int column, struct row_id *out);
/* Amount and currency: the currency stands behind the amount, in its own column, or is that of the
 * amount which is there. */
struct money_columns {
    int amount, currency;
};
void cell_money(struct batch *b, struct row_result *r, struct money_columns columns,
    const struct money *before, struct money *out);
struct str money_text(struct money m, struct arena *arena); /* "199.00 EUR"; absent when none */

/* All rows of a short list, read once for the batch. */
struct references {
    struct reference *rows;
    size_t count;
};
MUST_USE enum err references_read(
    struct batch *b, enum reference_kind kind, struct references *out, struct error *e);
/* By title; when no title is exactly so, by the only one that differs in case. NULL: none. */
const struct reference *references_find(const struct references *list, struct str title);
const struct reference *references_of_id(const struct references *list, int64_t id);
/* What is archived takes in nothing new. */
void row_archived(struct batch *b, struct row_result *r, int column, const char *what);

/* Manufacturer to damages, where the table has them in that order from `first` on. */
struct variation;
struct whole_lists {
    struct references grades, damages;
};
enum { WHOLE_GRADE = 6, WHOLE_DAMAGES = 7 }; /* behind the six texts */
MUST_USE enum err whole_lists_read(struct batch *b, struct whole_lists *out, struct error *e);
/* Sets texts, grade and, when there is such a column, damages. */
void cell_whole(struct batch *b, struct row_result *r, int first, const struct whole_lists *lists,
    struct variation *out);

#endif
