/* faults.c: see faults.h. */
#include "faults.h"

#include "number.h"

#include <stdio.h>
#include <string.h>

const char *const fault_names[FAULT_KINDS] = { "none", "429", "500", "503", "403", "html400",
    "reset", "slow", "invalid", "drop_after_apply", "no_rate_header", "never_apply", "feed_stuck",
    "feed_invalid", "feed_fatal", "same_page" };

enum { MILLION = 1000000, SPEC_MAX = 64 * 1024 };

static bool parse_kind(struct str name, enum fault_kind *out)
{
    for (int i = 1; i < FAULT_KINDS; i++) {
        if (!str_eq(name, str_of(fault_names[i]))) continue;
        *out = (enum fault_kind)i;
        return true;
    }
    return false;
}

static enum err refuse_kind(struct error *e)
{
    char names[300] = "";
    size_t len = 0;
    for (int i = 1; i < FAULT_KINDS && len < sizeof names; i++)
        len += (size_t)snprintf(names + len, sizeof names - len, " %s", fault_names[i]);
    return error_set(e, ERR_INVALID, "kind is one of%s", names);
}

static bool set_match(struct fault *f, struct str match)
{
    if (match.len >= sizeof f->match) return false;
    if (match.len) memcpy(f->match, match.at, match.len);
    f->match[match.len] = '\0';
    return true;
}

static enum err read_probability(struct json v, struct fault *f, struct error *e)
{
    double p;
    if (!json_present(v)) return OK;
    if (!number_of_json(v, 0, 1, &p))
        return error_set(e, ERR_INVALID, "probability is a number from 0 to 1");
    f->per_million = (int64_t)(p * MILLION + 0.5);
    return OK;
}

static enum err read_fault(struct json v, struct fault *f, struct error *e)
{
    struct str match = S(""), kind = S("");
    int64_t number;
    *f = (struct fault){ .count = -1, .per_million = MILLION, .delay_ms = FAULT_DELAY_MS };
    if (json_kind(v) != JSON_KIND_OBJECT) return error_set(e, ERR_INVALID, "a fault is an object");
    if (json_present(json_get(v, "match")) && !json_str(json_get(v, "match"), &match))
        return error_set(e, ERR_INVALID, "match is a string");
    if (!set_match(f, match)) return error_set(e, ERR_INVALID, "match is too long");
    char digits[24];
    if (json_int64(json_get(v, "kind"), &number)) { /* 429 without quotes */
        (void)snprintf(digits, sizeof digits, "%lld", (long long)number);
        kind = str_of(digits);
    } else {
        (void)json_str(json_get(v, "kind"), &kind);
    }
    if (!parse_kind(kind, &f->kind)) return refuse_kind(e);
    if (json_present(json_get(v, "count")) &&
        (!json_int64(json_get(v, "count"), &f->count) || f->count < 1))
        return error_set(e, ERR_INVALID, "count is an integer above 0");
    if (json_present(json_get(v, "delay_ms")) &&
        (!json_int64(json_get(v, "delay_ms"), &f->delay_ms) || f->delay_ms < 0 ||
            f->delay_ms > FAULT_DELAY_MAX_MS))
        return error_set(e, ERR_INVALID, "delay_ms is 0 to %d", FAULT_DELAY_MAX_MS);
    return read_probability(json_get(v, "probability"), f, e);
}

enum err faults_add_json(struct faults *f, struct json v, struct error *e)
{
    bool one = json_kind(v) == JSON_KIND_OBJECT;
    if (!one && json_kind(v) != JSON_KIND_ARRAY)
        return error_set(e, ERR_INVALID, "a list of faults is wanted");
    size_t n = one ? 1 : json_len(v);
    if (n == 0) {
        faults_clear(f);
        return OK;
    }
    struct faults more = *f;
    for (size_t i = 0; i < n; i++) {
        if (more.count == FAULTS_MAX)
            return error_set(e, ERR_CONFLICT, "at most %d faults at a time", FAULTS_MAX);
        enum err rc = read_fault(one ? v : json_at(v, i), &more.list[more.count], e);
        if (rc) return rc;
        more.count++;
    }
    *f = more;
    return OK;
}

static enum err add_one_spec(struct faults *f, struct str spec, struct error *e)
{
    struct str match, rest, kind, how;
    if (!str_cut(spec, '=', &match, &rest)) {
        rest = match;
        match = S("");
    }
    bool limited = str_cut(rest, ':', &kind, &how);
    struct fault new = { .count = -1, .per_million = MILLION, .delay_ms = FAULT_DELAY_MS };
    int64_t number = 0;
    bool good = f->count < FAULTS_MAX && set_match(&new, str_trim(match)) &&
                parse_kind(str_trim(kind), &new.kind);
    if (good && limited && str_ends(how, S("%"))) {
        good = str_to_int64(str_sub(how, 0, how.len - 1), &number) && number >= 0 && number <= 100;
        new.per_million = number *(MILLION / 100);
    } else if (good && limited) {
        good = str_to_int64(how, &number) && number > 0;
        new.count = number;
    }
    if (!good)
        return error_set(
            e, ERR_INVALID, "'%.*s' is not a fault (MATCH=KIND[:COUNT|:PERCENT%%])", STR_FMT(spec));
    f->list[f->count++] = new;
    return OK;
}

enum err faults_add_spec(struct faults *f, struct str spec, struct error *e)
{
    spec = str_trim(spec);
    if (str_starts(spec, S("[")) || str_starts(spec, S("{"))) {
        struct json v;
        enum err rc = json_parse(spec, SPEC_MAX, &v, e);
        if (rc) return rc;
        rc = faults_add_json(f, v, e);
        json_release(&v);
        return rc;
    }
    for (struct str one; spec.len;) {
        str_cut(spec, ';', &one, &spec);
        enum err rc = add_one_spec(f, one, e);
        if (rc) return rc;
    }
    return OK;
}

void faults_clear(struct faults *f)
{
    f->count = 0;
}

static bool matches(const struct fault *f, const struct fault_target *call)
{
    struct str match = str_of(f->match), head, tail;
    if (match.len == 0 || str_eq(match, S("*")) || str_eq(match, call->operation)) return true;
    if (str_starts(match, S("/"))) return str_starts(call->path, match);
    str_cut(match, ' ', &head, &tail);
    if (!str_eq(head, S("*")) && !str_eq_nocase(head, call->method)) return false;
    tail = str_trim(tail);
    return tail.len == 0 || str_eq(tail, S("*")) || str_starts(call->path, tail);
}

struct fault faults_take(struct faults *f, struct rng *rng, const struct fault_target *call)
{
    for (size_t i = 0; i < f->count; i++) {
        struct fault *at = &f->list[i];
        if (!matches(at, call)) continue;
        if (at->per_million < MILLION && (int64_t)rng_below(rng, MILLION) >= at->per_million)
            continue;
        at->fired++;
        struct fault taken = *at;
        if (at->count > 0 && --at->count == 0) {
            memmove(at, at + 1, (f->count - i - 1) * sizeof *at);
            f->count--;
        }
        return taken;
    }
    return (struct fault){ .kind = FAULT_NONE };
}

void faults_write(const struct faults *f, struct jw *w)
{
    jw_array(w);
    for (size_t i = 0; i < f->count; i++) {
        const struct fault *at = &f->list[i];
        jw_object(w);
        jw_kstr(w, "match", str_of(at->match));
        jw_kstr(w, "kind", str_of(fault_names[at->kind]));
        if (at->count > 0) jw_kint(w, "count", at->count);
        if (at->per_million < MILLION) jw_kint(w, "per_million", at->per_million);
        if (at->kind == FAULT_SLOW) jw_kint(w, "delay_ms", at->delay_ms);
        jw_kint(w, "fired", at->fired);
        jw_object_end(w);
    }
    jw_array_end(w);
}
