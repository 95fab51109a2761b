/* search.c: folding and cutting of search words; see search.h. */
#include "store/search.h"

struct str search_fold(struct str text, struct arena *arena)
{
    char *out = arena_new(arena, char, text.len + 1);
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.at[i];
        if (c >= 'A' && c <= 'Z') c = (unsigned char)(c + 32);
        /* U+00C0..U+00DE, in UTF-8 C3 80..C3 9E, but not the multiplication sign C3 97 */
        if (i && (unsigned char)text.at[i - 1] == 0xC3 && c >= 0x80 && c <= 0x9E && c != 0x97)
            c = (unsigned char)(c + 32);
        out[i] = (char)c;
    }
    return (struct str){ out, text.len };
}

/* A LIKE pattern for "contains"; the escape character is '!'. */
static struct str contains_pattern(struct str word, struct arena *arena)
{
    char *out = arena_new(arena, char, word.len * 2 + 3);
    size_t n = 0;
    out[n++] = '%';
    for (size_t i = 0; i < word.len; i++) {
        char c = word.at[i];
        if (c == '%' || c == '_' || c == '!') out[n++] = '!';
        out[n++] = c;
    }
    out[n++] = '%';
    return (struct str){ out, n };
}

void search_words(struct str query, struct arena *arena, struct search_words *out)
{
    struct str rest = search_fold(query, arena);
    int count = 0;
    while (rest.len && count < SEARCH_WORDS_MAX) {
        struct str word, tail;
        /* The last place takes all that is left, so that no word is silently dropped. */
        if (count == SEARCH_WORDS_MAX - 1) {
            word = str_trim(rest);
            tail = S("");
        } else {
            str_cut(rest, ' ', &word, &tail);
        }
        rest = tail;
        if (word.len) out->pattern[count++] = contains_pattern(word, arena);
    }
    while (count < SEARCH_WORDS_MAX)
        out->pattern[count++] = S("%");
}

void search_bind(struct stmt *st, int n, const struct search_words *words)
{
    for (int i = 0; i < SEARCH_WORDS_MAX; i++)
        stmt_bind_str(st, n + i, words->pattern[i]);
}
