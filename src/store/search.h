/*
 * search.h: words in text, the same on both engines.
 *
 * A row keeps its searchable text folded to lower case (ASCII and Latin-1 letters); a query is
 * folded the same way and cut into at most SEARCH_WORDS_MAX words that must all occur.
 */
#ifndef STORE_SEARCH_H
#define STORE_SEARCH_H

#include "store/db.h"

enum { SEARCH_WORDS_MAX = 6 };

struct search_words {
    struct str pattern[SEARCH_WORDS_MAX]; /* LIKE patterns; "%" where there is no word */
};

struct str search_fold(struct str text, struct arena *arena);
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

#endif
