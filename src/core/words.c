/* words.c: tokens of rows; see words.h. */
#include "core/words.h"

#include "core/words_piece.h"

struct str words_fold(struct str text, struct arena *arena)
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

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_capital(char c)
{
    return c >= 'A' && c <= 'Z';
}

static bool is_small(char c)
{
    return c >= 'a' && c <= 'z';
}

/* Bytes of what cuts words at the start of s; 0 when it is part of one. U+00A0 and U+2000..U+203F
 * (spaces, dashes, quotes) are typed by people who do not know it. */
static size_t sign_length(struct str s)
{
    unsigned char c = (unsigned char)s.at[0];
    if (c == 0xC2 && s.len > 1 && (unsigned char)s.at[1] == 0xA0) return 2;
    if (c == 0xE2 && s.len > 2 && (unsigned char)s.at[1] == 0x80) return 3;
    return c < 0x80 && !is_digit((char)c) && !is_capital((char)c) && !is_small((char)c);
}

bool words_next_piece(struct str *rest, struct words_raw *out)
{
    size_t sign;
    while (rest->len && rest->at[0] != '+' && (sign = sign_length(*rest)) > 0)
        *rest = str_sub(*rest, sign, rest->len);
    if (!rest->len) return false;
    if (rest->at[0] == '+') {
        *out = (struct words_raw){ S("plus"), false };
        *rest = str_sub(*rest, 1, rest->len);
        return true;
    }
    size_t n = 0;
    bool number = is_digit(rest->at[0]);
    while (n < rest->len && is_digit(rest->at[n]) == number &&
           !sign_length(str_sub(*rest, n, rest->len)))
        n++;
    *out = (struct words_raw){ str_sub(*rest, 0, n), number };
    *rest = str_sub(*rest, n, rest->len);
    return true;
}

struct str words_squeeze(struct str text, struct arena *arena)
{
    char *out = arena_new(arena, char, text.len + 1);
    size_t n = 0;
    while (text.len) {
        size_t sign = sign_length(text);
        if (!sign) out[n++] = text.at[0];
        text = str_sub(text, sign ? sign : 1, text.len);
    }
    return words_fold((struct str){ out, n }, arena);
}

/* The index while it is made. */
struct making {
    struct arena *arena;
    struct buf out;
    struct str initials[2][WORDS_INITIALS_MAX]; /* of what comes last: words; capitals too */
    size_t counts[2];
};

static void put_token(struct making *m, const char *mark, struct str token)
{
    if (m->out.len) buf_put_char(&m->out, ' ');
    buf_put(&m->out, str_of(mark));
    buf_put(&m->out, token);
}

/* All initials that are at hand, from each of them on. */
static void put_initials(struct making *m)
{
    for (int kind = 0; kind < 2; kind++) {
        for (size_t from = 0; from + 1 < m->counts[kind]; from++) {
            put_token(m, "_", S(""));
            for (size_t i = from; i < m->counts[kind]; i++)
                buf_put(&m->out, m->initials[kind][i]);
        }
        m->counts[kind] = 0;
    }
}

/* The window slides: initials before the last WORDS_INITIALS_MAX were put with what follows them.
 */
static void add_initial(struct making *m, int kind, struct str letters)
{
    size_t length = str_utf8_sequence(letters);
    if (m->counts[kind] == WORDS_INITIALS_MAX) {
        put_token(m, "_", S(""));
        for (size_t i = 0; i < WORDS_INITIALS_MAX; i++)
            buf_put(&m->out, m->initials[kind][i]);
        for (size_t i = 1; i < WORDS_INITIALS_MAX; i++)
            m->initials[kind][i - 1] = m->initials[kind][i];
        m->counts[kind]--;
    }
    m->initials[kind][m->counts[kind]++] =
        words_fold(str_sub(letters, 0, length ? length : 1), m->arena);
}

/* Letters, and what is left of them from each capital after a small letter on. */
static void put_letters(struct making *m, struct str letters)
{
    put_token(m, "", words_fold(letters, m->arena));
    add_initial(m, 0, letters);
    add_initial(m, 1, letters);
    for (size_t i = 1; i < letters.len; i++) {
        if (!is_small(letters.at[i - 1]) || !is_capital(letters.at[i])) continue;
        struct str tail = str_sub(letters, i, letters.len);
        put_token(m, "", words_fold(tail, m->arena));
        add_initial(m, 1, tail);
    }
}

static void put_text(struct making *m, struct str text)
{
    struct words_raw piece;
    struct str before = { 0 };
    while (words_next_piece(&text, &piece)) {
        if (piece.number) {
            put_token(m, "", piece.text);
            before = (struct str){ 0 };
            continue;
        }
        put_letters(m, piece.text);
        if (before.len) {
            put_token(m, "", words_fold(before, m->arena));
            buf_put(&m->out, words_fold(piece.text, m->arena));
        }
        before = piece.text;
    }
}

static void put_code(struct making *m, struct str code)
{
    struct words_raw piece;
    struct str whole = words_squeeze(code, m->arena);
    if (whole.len) put_token(m, "=", whole);
    while (words_next_piece(&code, &piece))
        put_token(m, "", words_fold(piece.text, m->arena));
}

static bool is_known(struct str text)
{
    return text.len && !str_eq_nocase(text, S("unknown"));
}

struct str words_index(
    const struct words_part *parts, size_t count, int64_t id, struct arena *arena)
{
    enum { INDEX_SIZE_MAX = 256 * 1024 };
    struct making m = { .arena = arena };
    buf_init(&m.out, INDEX_SIZE_MAX);
    size_t i = 0;
    for (; i < count && parts[i].kind != WORDS_CODE; i++) {
        if (parts[i].kind != WORDS_NAME) put_initials(&m);
        if (is_known(parts[i].text)) put_text(&m, parts[i].text);
    }
    put_initials(&m);
    put_token(&m, "#", arena_fmt(arena, "%lld", (long long)id));
    for (; i < count; i++)
        put_code(&m, parts[i].text);
    struct str out = arena_str(arena, buf_str(&m.out));
    buf_release(&m.out);
    return out;
}

bool words_next_known(struct str *index, struct str *word)
{
    struct str rest;
    while (index->len && index->at[0] != '#') {
        str_cut(*index, ' ', word, &rest);
        *index = rest;
        if (word->len >= WORDS_KNOWN_MIN && word->at[0] != '_' && !is_digit(word->at[0]))
            return true;
    }
    return false;
}
