/* words_fuzz.c: the first line is a query, the others are the texts of a row. No query leaves its
 * quotes, whatever is typed, and a row is found by each of its own texts. */
#include "core/words.h"

#include "base/assert.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { PARTS_MAX = 6 };

/* Between quotes there are only letters, digits and marks; around them nothing that was typed. */
static void check_quoted(struct str s, char quote)
{
    bool inside = false;
    for (size_t i = 0; i < s.len; i++) {
        char c = s.at[i];
        if (c == quote) {
            inside = !inside;
            continue;
        }
        bool letter = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (unsigned char)c >= 0x80;
        ASSERT(inside ? letter || c == '#' || c == '=' || c == '_' : (unsigned char)c < 0x80);
    }
    ASSERT(!inside);
}

static void check_expressions(const struct words_query *q)
{
    static const struct words_syntax syntaxes[] = {
        { "\"", "*", " AND ", " OR ", " NOT " },
        { "'", ":*", " & ", " | ", " & !" },
    };
    for (int tier = 0; q->count && tier < WORDS_TIERS; tier++)
        for (int k = 0; k < 2; k++) {
            struct buf b;
            buf_init(&b, SIZE_MAX / 4);
            words_render(q, tier, &syntaxes[k], &b);
            ASSERT(!b.failed && str_is_utf8(buf_str(&b)));
            check_quoted(buf_str(&b), syntaxes[k].quote[0]);
            buf_release(&b);
        }
}

static struct str make_index(
    struct arena *a, struct str texts, struct words_part *parts, size_t *count)
{
    static const enum words_kind kinds[PARTS_MAX] = { WORDS_NAME, WORDS_NAME, WORDS_ATTRIBUTE,
        WORDS_ATTRIBUTE, WORDS_CODE, WORDS_CODE };
    struct str line, rest;
    for (*count = 0; texts.len && *count < PARTS_MAX; texts = rest) {
        str_cut(texts, '\n', &line, &rest);
        parts[*count] = (struct words_part){ kinds[*count], line };
        ++*count;
    }
    return words_index(parts, *count, 7, a);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena a;
    struct str input = { (const char *)data, size }, query, texts;
    struct words_part parts[PARTS_MAX];
    struct words_query q;
    size_t count;
    if (size > 4096 || !str_is_utf8(input)) return 0;
    arena_init(&a, "fuzz", (size_t)64 * 1024 * 1024);
    str_cut(input, '\n', &query, &texts);
    struct str index = make_index(&a, texts, parts, &count);
    ASSERT(str_is_utf8(index) && str_contains(index, S("#7")));
    struct str word, rest = index;
    while (words_next_known(&rest, &word))
        ASSERT(word.len >= WORDS_KNOWN_MIN && words_abbreviates(word, word));
    if (words_parse(query, &a, &q)) {
        check_expressions(&q);
        int tier = words_tier(&q, index);
        ASSERT(tier >= WORDS_NONE && tier < WORDS_TIERS);
        ASSERT(q.count || tier == WORDS_NONE);
    }
    for (size_t i = 0; i < count; i++) {
        bool unknown = str_eq_nocase(parts[i].text, S("unknown")) && parts[i].kind != WORDS_CODE;
        if (unknown || !words_parse(parts[i].text, &a, &q) || !q.count) continue;
        int tier = words_tier(&q, index);
        ASSERT(tier == 0 || tier == 1);
    }
    arena_release(&a);
    return 0;
}
