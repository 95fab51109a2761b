/*
 * words.h: what is found by which words: the rule of the catalog's search, the same on every
 * engine.
 *
 * A text is cut into pieces: letters or digits without anything between them, so that "128GB" is
 * 128 and gb, and "ip13" is ip and 13. '+' is the piece "plus". Case does not matter (ASCII,
 * Latin-1).
 *
 * The index of a row is a text of tokens with a space between, made by words_index:
 *   iphone, 13, phone   pieces; also what is left of one from a capital within it on (iPhone:
 * phone) promax              two pieces of letters that follow each other, as one _ipm, _ippm
 * initials of what follows, over numbers; with and without such capitals #7                  the
 * row's id =ip13128blu         a code (a SKU) without signs, and behind it its pieces What is not
 * known ("Unknown") has no tokens.
 *
 * A row is found by a query when each word of the query (spaces cut it) is found: when the word is
 * the beginning of a code, or when each of its pieces is found. How well is the tier:
 *   0 the whole query is the row's id or its code
 *   1 every piece is a token
 *   2 letters may also be the beginning of a token (ip: iphone) or of initials, from two letters on
 *     (pm: Pro Max); digits must be the whole number, or "12" would find 128
 *   3 letters may also abbreviate: a piece of three letters or more that begins no word at all
 * stands for the words with the same first letter and its letters in their order (blk: black).
 * Digits at the very end of the query may be unfinished. Results come in order of tier, then id.
 */
#ifndef CORE_WORDS_H
#define CORE_WORDS_H

#include "base/arena.h"
#include "base/buf.h"

enum {
    WORDS_PIECES_MAX = 24,  /* of a query */
    WORDS_MEANINGS_MAX = 8, /* words that one piece stands for */
    WORDS_ABBREVIATION_MIN = 3,
    WORDS_KNOWN_MIN = 4, /* letters of a word that can be abbreviated */
    WORDS_INITIALS_MAX = 8,
    WORDS_TIERS = 4,
    WORDS_NONE = -1, /* tier of a row that is not found */
};

/* Lower case, ASCII and Latin-1 letters; as long as the text. */
struct str words_fold(struct str text, struct arena *arena);

enum words_kind {
    WORDS_NAME,      /* initials go on from one name to the next */
    WORDS_ATTRIBUTE, /* initials of its own */
    WORDS_CODE,
};
struct words_part {
    enum words_kind kind;
    struct str text;
};

/* Names first, then attributes, codes last. */
struct str words_index(
    const struct words_part *parts, size_t count, int64_t id, struct arena *arena);

/* Walks the words of an index that can be abbreviated; false at their end. */
bool words_next_known(struct str *index, struct str *word);

struct words_piece {
    struct str text; /* folded; letters, or digits */
    bool number;
    bool open;                               /* nothing follows it: it may be unfinished */
    size_t word;                             /* which word of the query it is of */
    struct str meanings[WORDS_MEANINGS_MAX]; /* what it abbreviates; set by who knows all words */
    size_t meaning_count;
};

struct words_query {
    struct words_piece pieces[WORDS_PIECES_MAX];
    size_t count;                       /* 0: nothing can be found */
    struct str codes[WORDS_PIECES_MAX]; /* the words without signs */
    size_t word_count;
    struct str whole; /* the query without signs */
    int64_t id;       /* 0: it is no id */
};

/* False when it has more pieces than a query may have. */
bool words_parse(struct str query, struct arena *arena, struct words_query *out);

/* Whether the piece is long enough to stand for other words, if it begins none. */
bool words_may_abbreviate(const struct words_piece *piece);
/* The rule of tier 3 for one known word. */
bool words_abbreviates(struct str piece, struct str word);

/* How a query engine writes an expression. */
struct words_syntax {
    const char *quote, *prefix; /* of a token; behind the closing quote, for a beginning */
    const char *and_, *or_, *and_not;
};
/* What is of this tier and of none before it. */
void words_render(
    const struct words_query *q, int tier, const struct words_syntax *syntax, struct buf *out);

/* Tier by which the query finds a row of that index, or WORDS_NONE. */
int words_tier(const struct words_query *q, struct str index);

#endif
