/*
 * outcome.c: what an answer of Amazon, or its absence, means.
 *
 * Classified by status first: codes are spelled differently even inside Amazon's own models, and
 * texts change (sp-api.md 6). The body only has to prove that Amazon's API wrote it: a 404 of a
 * proxy says nothing about a listing.
 */
#include "amazon/internal.h"

#include <stdio.h>
#include <string.h>

static size_t token_length(struct str s)
{
    size_t n = 0;
    while (n < s.len && (unsigned char)s.at[n] > ' ' && !strchr("\"'<>,;&\\", s.at[n]))
        n++;
    return n;
}

/* Bytes of a secret at the start of s, or 0. */
static size_t secret_length(struct str s, const struct str *secrets, size_t count)
{
    static const char *const shapes[] = { "Atza|", "Atzr|", "Atz.sprdt|", "Atza%7C", "Atzr%7C",
        "Atz.sprdt%7C", "amzn1.oa2-cs." };
    for (size_t i = 0; i < count; i++)
        if (secrets[i].len >= 8 && str_starts(s, secrets[i])) return secrets[i].len;
    for (size_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++)
        if (str_starts(s, str_of(shapes[i]))) return token_length(s);
    return 0;
}

static void put_clean(struct buf *out, struct str text, const struct str *secrets, size_t count)
{
    bool markup = str_starts(str_trim(text), S("<"));
    bool in_tag = false, space = false;
    for (size_t i = 0, n; i < text.len && !out->failed; i += n) {
        struct str rest = str_sub(text, i, text.len - i);
        unsigned char c = (unsigned char)text.at[i];
        n = 1;
        size_t secret = secret_length(rest, secrets, count);
        size_t wide = c < 0x80 ? 1 : str_utf8_sequence(str_sub(rest, 0, 4));
        bool closes = in_tag && c == '>';
        if (markup && c == '<') in_tag = true;
        if (secret) n = secret;
        if (in_tag || c <= ' ' || c == 0x7F) {
            if (closes) in_tag = false;
            space = out->len > 0;
            continue;
        }
        if (!secret && wide > 1) n = wide;
        if (space) buf_put_char(out, ' ');
        space = false;
        buf_put(out, secret ? S("[secret]") : wide ? str_sub(rest, 0, n) : S("?"));
    }
}

struct str amazon_clean(struct channel_conn *c, struct arena *arena, struct str text, size_t max)
{
    struct str secrets[3] = { S(""), S(""), S("") };
    if (c) {
        pthread_mutex_lock(&c->lock);
        secrets[0] = arena_str(arena, (struct str){ c->access.at, c->access.len });
        secrets[1] = arena_str(arena, (struct str){ c->refresh.at, c->refresh.len });
        pthread_mutex_unlock(&c->lock);
        secrets[2] = c->client_secret;
    }
    struct buf out;
    /* Some more than `max` is cleaned, so that a cut never leaves the beginning of a secret. */
    buf_init(&out, 2 * max + 64);
    put_clean(&out, str_sub(text, 0, AMAZON_RAW_MAX), secrets, 3);
    struct str clean = buf_str(&out);
    size_t len = clean.len;
    if (len > max) {
        len = max;
        while (len > 0 && ((unsigned char)clean.at[len] & 0xC0) == 0x80)
            len--;
    }
    clean = arena_str(arena, str_sub(clean, 0, len));
    buf_release(&out);
    return clean;
}

void amazon_outcome_set(struct channel_outcome *outcome, enum channel_result result,
    struct str code, struct str detail, struct channel_conn *c, struct arena *arena)
{
    outcome->result = result;
    outcome->code = amazon_clean(c, arena, code, AMAZON_CODE_MAX);
    outcome->detail = amazon_clean(c, arena, detail, AMAZON_DETAIL_MAX);
}

void amazon_outcome_unreadable(struct channel_outcome *outcome, enum channel_result result,
    const struct error *e, struct arena *arena)
{
    struct str text = str_of(e->detail);
    for (size_t i = 0; i < text.len; i++)
        if (str_starts(str_sub(text, i, text.len - i), S(" near "))) text.len = i;
    amazon_outcome_set(outcome, result, S("malformed_reply"), text, NULL, arena);
}

static enum channel_result result_of_status(int status, bool reading, bool from_amazon)
{
    if (status >= 200 && status < 300) return CHANNEL_DONE;
    if (status == 429) return CHANNEL_THROTTLED;
    /* A gateway that gave up waiting does not know whether the change was made. */
    if (status == 504) return reading ? CHANNEL_BROKEN : CHANNEL_UNKNOWN;
    if (!from_amazon || status < 400 || status >= 500 || status == 408) return CHANNEL_BROKEN;
    if (status == 401 || status == 403) return CHANNEL_UNAUTHORIZED;
    return status == 404 ? CHANNEL_NOT_FOUND : CHANNEL_REFUSED;
}

/* {"errors":[{"code","message","details"}]}; false when the body is something else. */
static bool read_errors(
    struct channel_conn *c, struct str body, struct arena *arena, struct channel_outcome *outcome)
{
    struct json root;
    struct error e;
    if (json_parse(body, AMAZON_SMALL_REPLY, &root, &e) != OK) return false;
    struct json first = json_at(json_get(root, "errors"), 0);
    bool found = json_kind(first) == JSON_KIND_OBJECT;
    if (found) {
        struct str code = S(""), message = S(""), details = S("");
        (void)json_str(json_get(first, "code"), &code);
        (void)json_str(json_get(first, "message"), &message);
        (void)json_str(json_get(first, "details"), &details);
        struct str both = str_sub(message, 0, 4000);
        both = arena_fmt(arena, "%.*s %.*s", STR_FMT(both), STR_FMT(str_sub(details, 0, 4000)));
        amazon_outcome_set(outcome, outcome->result, code, both, c, arena);
    }
    json_release(&root);
    return found;
}

time_ms amazon_http_date(struct str s)
{
    static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    time_ms t = 0;
    if (s.len != 29 || !str_ends(s, S(" GMT"))) return 0;
    for (int m = 1; m <= 12; m++) {
        if (memcmp(s.at + 8, months + 3 * (m - 1), 3) != 0) continue;
        char text[64];
        int n =
            snprintf(text, sizeof text, "%.4s-%02d-%.2sT%.8sZ", s.at + 12, m, s.at + 5, s.at + 17);
        if (!rfc3339_parse((struct str){ text, (size_t)n }, &t)) t = 0;
    }
    return t;
}

void amazon_outcome_of_reply(struct channel_conn *c, bool reading,
    const struct transport_reply *reply, struct arena *arena, struct channel_outcome *outcome)
{
    *outcome = (struct channel_outcome){ .http_status = reply->status };
    struct str id = transport_reply_header(reply, S("x-amzn-requestid"));
    outcome->request_id = amazon_clean(NULL, arena, id, AMAZON_ID_MAX);
    outcome->server_time = amazon_http_date(transport_reply_header(reply, S("date")));
    /* Stated to four digits. Ten thousand a second limit nothing here; a million are a mistake. */
    const int64_t most = INT64_C(10000) * 1000000, absurd = INT64_C(1000000) * 1000000;
    int64_t rate = 0;
    struct str stated = transport_reply_header(reply, S("x-amzn-ratelimit-limit"));
    if (amazon_decimal(str_trim(stated), 6, false, &rate) && rate > 0 && rate < absurd)
        outcome->rate_micro_per_s = rate < most ? rate : most;

    outcome->code = outcome->detail = S("");
    if (reply->status >= 200 && reply->status < 300) return; /* CHANNEL_DONE */
    bool from_amazon = read_errors(c, reply->body, arena, outcome);
    /* No body at all says as little as its status, but 404 needs more than that. */
    bool empty = str_trim(reply->body).len == 0 && reply->status != 404;
    enum channel_result result = result_of_status(reply->status, reading, from_amazon || empty);
    if (from_amazon && outcome->code.len > 0)
        outcome->result = result;
    else if (from_amazon)
        amazon_outcome_set(
            outcome, result, arena_fmt(arena, "http_%d", reply->status), outcome->detail, c, arena);
    else
        amazon_outcome_set(
            outcome, result, arena_fmt(arena, "http_%d", reply->status), reply->body, c, arena);
}

enum err amazon_outcome_of_failure(struct channel_conn *c, bool reading, enum err rc,
    const struct error *e, struct arena *arena, struct channel_outcome *outcome)
{
    *outcome = (struct channel_outcome){ 0 };
    outcome->request_id = S("");
    struct str code = str_of(e->code), detail = str_of(e->detail);
    enum channel_result result = CHANNEL_UNKNOWN;
    if (rc == ERR_TOO_LARGE) /* Amazon did answer: only what was to be read is lost. */
        result = reading ? CHANNEL_BROKEN : CHANNEL_UNKNOWN;
    else if (rc != ERR_UNAVAILABLE && rc != ERR_TIMEOUT)
        return rc;
    else if (str_eq(code, S("not_sent")))
        result = CHANNEL_BROKEN;
    amazon_outcome_set(outcome, result, code, detail, c, arena);
    return OK;
}
