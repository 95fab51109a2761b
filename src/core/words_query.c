/* words_query.c: queries: cutting, writing them for an engine, and what they find; see words.h. */
#include "core/words.h"

#include "base/assert.h"
#include "core/words_piece.h"

static bool add_word(struct words_query *q, struct str word, struct arena *arena)
{
    struct words_raw raw;
    bool any = false;
    q->codes[q->word_count] = words_squeeze(word, arena);
    while (words_next_piece(&word, &raw)) {
        if (q->count == WORDS_PIECES_MAX) return false;
        q->pieces[q->count++] = (struct words_piece){
            .text = words_fold(raw.text, arena), .number = raw.number, .word = q->word_count
        };
        any = true;
    }
    q->word_count += any;
    return true;
}

bool words_parse(struct str query, struct arena *arena, struct words_query *out)
{
    *out = (struct words_query){ .whole = words_squeeze(query, arena) };
    if (!str_is_utf8(query)) return true;
    bool open = query.len && words_squeeze(str_sub(query, query.len - 1, 1), arena).len;
    for (struct str rest = query, word, tail; rest.len; rest = tail) {
        str_cut(rest, ' ', &word, &tail);
        if (word.len && out->word_count == WORDS_PIECES_MAX) return false;
        if (word.len && !add_word(out, word, arena)) return false;
    }
    if (out->count) out->pieces[out->count - 1].open = open;
    struct str id = str_trim(query);
    if (id.len && id.at[0] == '#') id = str_sub(id, 1, id.len);
    if (!str_to_int64(id, &out->id) || out->id < 1) out->id = 0;
    return true;
}

bool words_may_abbreviate(const struct words_piece *piece)
{
    for (size_t i = 0; i < piece->text.len; i++)
        if (piece->text.at[i] < 'a' || piece->text.at[i] > 'z') return false;
    return piece->text.len >= WORDS_ABBREVIATION_MIN;
}

bool words_abbreviates(struct str piece, struct str word)
{
    size_t at = 0;
    if (!piece.len || !word.len || piece.at[0] != word.at[0]) return false;
    for (size_t i = 0; i < word.len && at < piece.len; i++)
        at += word.at[i] == piece.at[at];
    return at == piece.len;
}

/* An expression while it is written. */
struct writing {
    const struct words_syntax *syntax;
    struct buf *out;
};

static void put_token(const struct writing *w, const char *mark, struct str token, bool begins)
{
    buf_put(w->out, str_of(w->syntax->quote));
    buf_put(w->out, str_of(mark));
    buf_put(w->out, token);
    buf_put(w->out, str_of(w->syntax->quote));
    if (begins) buf_put(w->out, str_of(w->syntax->prefix));
}

static void put_or(const struct writing *w, const char *mark, struct str token, bool begins)
{
    buf_put(w->out, str_of(w->syntax->or_));
    put_token(w, mark, token, begins);
}

static void put_piece(const struct writing *w, const struct words_piece *p, int tier)
{
    bool begins = p->number ? tier >= 3 && p->open : tier >= 2;
    buf_put_char(w->out, '(');
    put_token(w, "", p->text, begins);
    if (!p->number && tier >= 2 && p->text.len >= 2) put_or(w, "_", p->text, true);
    for (size_t i = 0; tier >= 3 && i < p->meaning_count; i++)
        put_or(w, "", p->meanings[i], false);
    buf_put_char(w->out, ')');
}

static void put_word(const struct writing *w, const struct words_query *q, size_t word, int tier)
{
    buf_put(w->out, S("(("));
    bool first = true;
    for (size_t i = 0; i < q->count; i++) {
        if (q->pieces[i].word != word) continue;
        if (!first) buf_put(w->out, str_of(w->syntax->and_));
        put_piece(w, &q->pieces[i], tier);
        first = false;
    }
    buf_put_char(w->out, ')');
    if (q->codes[word].len) put_or(w, "=", q->codes[word], tier >= 2);
    buf_put_char(w->out, ')');
}

/* What is of this tier or of one before it. */
static void put_tier(const struct writing *w, const struct words_query *q, int tier)
{
    buf_put_char(w->out, '(');
    put_token(w, "=", q->whole, false);
    if (q->id) {
        buf_put(w->out, str_of(w->syntax->or_));
        buf_put_fmt(w->out, "%s#%lld%s", w->syntax->quote, (long long)q->id, w->syntax->quote);
    }
    if (tier > 0) {
        buf_put(w->out, str_of(w->syntax->or_));
        buf_put_char(w->out, '(');
        for (size_t i = 0; i < q->word_count; i++) {
            if (i) buf_put(w->out, str_of(w->syntax->and_));
            put_word(w, q, i, tier);
        }
        buf_put_char(w->out, ')');
    }
    buf_put_char(w->out, ')');
}

void words_render(
    const struct words_query *q, int tier, const struct words_syntax *syntax, struct buf *out)
{
    struct writing w = { syntax, out };
    ASSERT(q->count);
    put_tier(&w, q, tier);
    if (tier == 0) return;
    buf_put(out, str_of(syntax->and_not));
    put_tier(&w, q, tier - 1);
}

/* Whether the index has a token of this mark and text, or one that begins with them. */
static bool has(struct str index, const char *mark, struct str text, bool begins)
{
    for (struct str token, rest; index.len; index = rest) {
        str_cut(index, ' ', &token, &rest);
        if (!str_starts(token, str_of(mark))) continue;
        token = str_sub(token, str_of(mark).len, token.len);
        if (begins ? str_starts(token, text) : str_eq(token, text)) return true;
    }
    return false;
}

static bool finds_piece(const struct words_piece *p, int tier, struct str index)
{
    if (has(index, "", p->text, p->number ? tier >= 3 && p->open : tier >= 2)) return true;
    if (!p->number && tier >= 2 && p->text.len >= 2 && has(index, "_", p->text, true)) return true;
    for (size_t i = 0; tier >= 3 && i < p->meaning_count; i++)
        if (has(index, "", p->meanings[i], false)) return true;
    return false;
}

static bool finds_word(const struct words_query *q, size_t word, int tier, struct str index)
{
    if (q->codes[word].len && has(index, "=", q->codes[word], tier >= 2)) return true;
    for (size_t i = 0; i < q->count; i++)
        if (q->pieces[i].word == word && !finds_piece(&q->pieces[i], tier, index)) return false;
    return true;
}

int words_tier(const struct words_query *q, struct str index)
{
    enum { DIGITS_MAX = 20 };
    if (!q->count) return WORDS_NONE;
    struct buf b;
    buf_init(&b, DIGITS_MAX);
    buf_put_int(&b, q->id);
    bool is_id = q->id && has(index, "#", buf_str(&b), false);
    buf_release(&b);
    if (is_id || has(index, "=", q->whole, false)) return 0;
    for (int tier = 1; tier < WORDS_TIERS; tier++) {
        size_t found = 0;
        while (found < q->word_count && finds_word(q, found, tier, index))
            found++;
        if (found == q->word_count) return tier;
    }
    return WORDS_NONE;
}
