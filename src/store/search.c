/* search.c: queries and the index of variations; see search.h. */
#include "store/search.h"

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
    struct str rest = words_fold(query, arena);
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

/* Words that the piece abbreviates, the shortest first; none when it begins a word. */
static enum err read_meanings(
    struct tx *tx, struct words_piece *piece, struct arena *arena, struct error *e)
{
    struct str p = piece->text;
    struct stmt *st =
        tx_prepare(tx, "SELECT 1 FROM search_word WHERE word >= $1 AND word < $2 LIMIT 1");
    stmt_bind_str(st, 1, p);
    stmt_bind_str(st, 2, arena_fmt(arena, "%.*s%c", (int)p.len - 1, p.at, p.at[p.len - 1] + 1));
    bool begins = stmt_row(st);
    enum err rc = stmt_end(st, e);
    if (rc || begins) return rc;
    struct buf like;
    buf_init(&like, 2 * p.len + 1);
    for (size_t i = 0; i < p.len; i++)
        buf_put_fmt(&like, "%c%%", p.at[i]);
    st = tx_prepare(tx, "SELECT word FROM search_word WHERE word >= $1 AND word < $2"
                        " AND word LIKE $3 ORDER BY LENGTH(word), word LIMIT $4");
    stmt_bind_str(st, 1, str_sub(p, 0, 1));
    stmt_bind_str(st, 2, arena_fmt(arena, "%c", p.at[0] + 1));
    stmt_bind_str(st, 3, buf_str(&like));
    stmt_bind_int(st, 4, WORDS_MEANINGS_MAX);
    while (stmt_row(st) && piece->meaning_count < WORDS_MEANINGS_MAX)
        piece->meanings[piece->meaning_count++] = stmt_str(st, 0, arena);
    buf_release(&like);
    return stmt_end(st, e);
}

enum err search_read(
    struct tx *tx, struct str query, struct arena *arena, struct words_query *out, struct error *e)
{
    if (!words_parse(query, arena, out))
        return error_at(
            e, ERR_BAD_REQUEST, "bad_parameter", "?q", "has more than %d words", WORDS_PIECES_MAX);
    enum err rc = OK;
    for (size_t i = 0; i < out->count && !rc; i++)
        if (words_may_abbreviate(&out->pieces[i]))
            rc = read_meanings(tx, &out->pieces[i], arena, e);
    return rc;
}

struct str search_expression(
    struct tx *tx, const struct words_query *q, int tier, struct arena *arena)
{
    enum { EXPRESSION_SIZE_MAX = 256 * 1024 };
    static const struct words_syntax syntaxes[] = {
        [DB_SQLITE] = { "\"", "*", " AND ", " OR ", " NOT " },
        [DB_POSTGRES] = { "'", ":*", " & ", " | ", " & !" },
    };
    struct buf b;
    buf_init(&b, EXPRESSION_SIZE_MAX);
    words_render(q, tier, &syntaxes[tx_engine(tx)], &b);
    struct str out = arena_str(arena, buf_str(&b));
    buf_release(&b);
    return out;
}

void search_drop(struct tx *tx, int64_t variation_id)
{
    struct stmt *st = tx_prepare(tx, "DELETE FROM variation_index WHERE rowid = $1");
    stmt_bind_int(st, 1, variation_id);
    stmt_later(st);
}

void search_put(struct tx *tx, int64_t variation_id, struct str index)
{
    search_drop(tx, variation_id);
    struct stmt *st = tx_prepare(tx, "INSERT INTO variation_index (rowid, words) VALUES ($1, $2)");
    stmt_bind_int(st, 1, variation_id);
    stmt_bind_str(st, 2, index);
    stmt_later(st);
    for (struct str word; words_next_known(&index, &word);) {
        st = tx_prepare(
            tx, "INSERT INTO search_word (word) VALUES ($1) ON CONFLICT (word) DO NOTHING");
        stmt_bind_str(st, 1, word);
        stmt_later(st);
    }
}

enum err search_rebuild(struct tx *tx, struct error *e)
{
    if (tx_engine(tx) == DB_POSTGRES) return OK; /* its index is kept by the server */
    return stmt_run(
        tx_prepare(tx, "INSERT INTO variation_index (variation_index) VALUES ('rebuild')"), NULL,
        e);
}
