/*
 * search.h: rows found by words.
 *
 * Variations are found by core/words.h, which says the rule: each has a row of tokens in the
 * engine's own full-text index (FTS5; tsvector under GIN), written in the transaction that changes
 * it, and one query written in two syntaxes reads it. Both give the same rows in the same order,
 * best first.
 *
 * Items, orders and listings keep a text in lower case; a query is cut into at most
 * SEARCH_WORDS_MAX words that must all occur somewhere in it.
 */
#ifndef STORE_SEARCH_H
#define STORE_SEARCH_H

#include "core/words.h"
#include "store/db.h"

enum { SEARCH_WORDS_MAX = 6 };

struct search_words {
    struct str pattern[SEARCH_WORDS_MAX]; /* LIKE patterns; "%" where there is no word */
};

void search_words(struct str query, struct arena *arena, struct search_words *out);

/* Six parameters from number n on: SEARCH_MATCHES(v.search, 3) uses $3..$8. */
void search_bind(struct stmt *st, int n, const struct search_words *words);
#define SEARCH_MATCHES(column, n) SEARCH_MATCHES_##n(#column)
#define SEARCH_LIKE(column, n) column " LIKE $" #n " ESCAPE '!'"
#define SEARCH_MATCHES_1(column)                                                                   \
    SEARCH_LIKE(column, 1)                                                                         \
    " AND " SEARCH_LIKE(column, 2) " AND " SEARCH_LIKE(column, 3) " AND " SEARCH_LIKE(             \
        column, 4) " AND " SEARCH_LIKE(column, 5) " AND " SEARCH_LIKE(column, 6)
#define SEARCH_MATCHES_3(column)                                                                   \
    SEARCH_LIKE(column, 3)                                                                         \
    " AND " SEARCH_LIKE(column, 4) " AND " SEARCH_LIKE(column, 5) " AND " SEARCH_LIKE(             \
        column, 6) " AND " SEARCH_LIKE(column, 7) " AND " SEARCH_LIKE(column, 8)

/* What the query means, with the words that its pieces abbreviate. ERR_BAD_REQUEST (?q) when it has
 * more than WORDS_PIECES_MAX pieces. */
MUST_USE enum err search_read(
    struct tx *tx, struct str query, struct arena *arena, struct words_query *out, struct error *e);
/* For `variation_index MATCH $n` or `lexemes @@ CAST($n AS TSQUERY)`, by the engine. */
struct str search_expression(
    struct tx *tx, const struct words_query *q, int tier, struct arena *arena);

/* The row of a variation; search_drop when it goes. */
void search_put(struct tx *tx, int64_t variation_id, struct str index);
void search_drop(struct tx *tx, int64_t variation_id);
/* Everything anew from the engine's own rows, after they were put right. */
MUST_USE enum err search_rebuild(struct tx *tx, struct error *e);

#endif
