/*
 * document_test.c: docs/openapi.yaml names the routes of the server, and no other: each with its
 * query parameters and the permission it needs.
 *
 * The file is read by its layout (two spaces for a path, four for a method), as its formatter
 * writes it; tests/e2e/openapi.test.mjs reads it as YAML and holds the answers to it.
 */
#include "check.h"

#include "http/internal.h"

#include <string.h>

enum { OPERATIONS_MAX = 200, PARAMETERS_MAX = 20, LINE_MAX = 2000 };

struct operation {
    char name[128];                        /* "GET /grades/{}" */
    char area[32], level[32], others[128]; /* "catalog, inventory" */
    char parameters[PARAMETERS_MAX][64];
    size_t parameter_count;
};

struct document {
    struct operation operations[OPERATIONS_MAX];
    size_t count;
    char path[128];   /* where we are */
    bool outside;     /* of /api/v1: health, readiness, metrics */
    char pending[64]; /* a parameter whose place is not known yet */
};

static void copy(char *to, size_t room, const char *from, size_t len)
{
    assert_true(len < room);
    memcpy(to, from, len);
    to[len] = 0;
}

/* What stands between two texts; false when they do not. */
static bool between(const char *line, const char *before, const char *after, char *out, size_t room)
{
    const char *from = strstr(line, before);
    if (!from) return false;
    from += strlen(before);
    size_t len = strcspn(from, after);
    if (!from[len]) return false;
    copy(out, room, from, len);
    return true;
}

/* "/grades/{id}" with every name taken out. */
static void read_path(struct document *d, const char *line)
{
    size_t n = 0;
    bool within = false;
    for (const char *p = line + 2; *p && *p != ':'; p++) {
        if (*p == '}') within = false;
        if (!within && n + 1 < sizeof d->path) d->path[n++] = *p;
        if (*p == '{') within = true;
    }
    d->path[n] = 0;
    d->outside = false;
}

static bool read_method(struct document *d, const char *line)
{
    static const char *const methods[][2] = { { "    get:", "GET" }, { "    post:", "POST" },
        { "    put:", "PUT" }, { "    patch:", "PATCH" }, { "    delete:", "DELETE" } };
    for (size_t i = 0; i < COUNT_OF(methods); i++) {
        if (strcmp(line, methods[i][0]) != 0) continue;
        if (d->outside) return true;
        assert_true(d->count < OPERATIONS_MAX);
        struct operation *o = &d->operations[d->count++];
        memset(o, 0, sizeof *o);
        int n = snprintf(o->name, sizeof o->name, "%s %s", methods[i][1], d->path);
        assert_true(n > 0 && (size_t)n < sizeof o->name);
        return true;
    }
    return false;
}

static void add_parameter(struct operation *o, const char *name)
{
    assert_true(o->parameter_count < PARAMETERS_MAX);
    copy(o->parameters[o->parameter_count++], sizeof o->parameters[0], name, strlen(name));
}

static void read_parameter(struct document *d, struct operation *o, const char *line)
{
    char name[64];
    if (strstr(line, "in: query")) {
        if (between(line, "- {name: ", ",", name, sizeof name))
            add_parameter(o, name);
        else
            add_parameter(o, d->pending);
    } else if (str_starts(str_of(line), S("      - name: "))) {
        copy(d->pending, sizeof d->pending, line + 14, strlen(line + 14));
    }
    if (strstr(line, "parameters/limit'")) add_parameter(o, "limit");
    if (strstr(line, "parameters/cursor'")) add_parameter(o, "cursor");
    if (strstr(line, "parameters/archived'")) add_parameter(o, "archived");
    if (strstr(line, "parameters/format'")) add_parameter(o, "format");
    if (strstr(line, "parameters/separator'")) add_parameter(o, "separator");
    if (strstr(line, "parameters/bom'")) add_parameter(o, "bom");
    if (strstr(line, "parameters/dryRun'")) add_parameter(o, "dry_run");
}

static void read_line(struct document *d, const char *line)
{
    if (strncmp(line, "  /", 3) == 0) {
        read_path(d, line);
        return;
    }
    if (strcmp(line, "    servers: [{url: /}]") == 0) d->outside = true;
    if (read_method(d, line) || !d->count || d->outside) return;
    struct operation *o = &d->operations[d->count - 1];
    if (strncmp(line, "      x-permission:", 19) == 0) {
        assert_true(between(line, "area: ", ",", o->area, sizeof o->area));
        assert_true(between(line, "level: ", ",}", o->level, sizeof o->level));
        (void)between(line, "or: [", "]", o->others, sizeof o->others);
    }
    read_parameter(d, o, line);
}

static struct document document;

static const struct document *read_document(void)
{
    struct document *d = &document;
    FILE *file = fopen(DOCUMENT, "r");
    char line[LINE_MAX];
    bool paths = false;
    assert_non_null(file);
    while (fgets(line, sizeof line, file)) {
        line[strcspn(line, "\n")] = 0;
        if (line[0] && line[0] != ' ') paths = strcmp(line, "paths:") == 0;
        if (paths) read_line(d, line);
    }
    (void)fclose(file);
    return d;
}

static const struct operation *find(const struct document *d, const char *name)
{
    for (size_t i = 0; i < d->count; i++)
        if (strcmp(d->operations[i].name, name) == 0) return &d->operations[i];
    return NULL;
}

static bool is_documented(const struct operation *o, struct str parameter)
{
    for (size_t i = 0; i < o->parameter_count; i++)
        if (str_eq(str_of(o->parameters[i]), parameter)) return true;
    return false;
}

static void check_other_areas(const struct operation *o, const struct route *r)
{
    unsigned named = 0;
    for (struct str rest = str_of(o->others), head, tail; rest.len; rest = tail) {
        enum area area;
        str_cut(rest, ',', &head, &tail);
        CHECK(area_parse(str_trim(head), &area), o->name);
        named |= 1U << area;
    }
    CHECK_INT(named, route_other_areas(r), o->name);
}

static void check_route(const struct document *d, const struct route *r)
{
    char name[128];
    (void)snprintf(name, sizeof name, "%s %s", r->method, r->path);
    const struct operation *o = find(d, name);
    if (!o) {
        fail_msg("%s is not in docs/openapi.yaml", name);
        return;
    }
    bool asks = r->level != PERMISSION_NONE;
    CHECK_STR(str_of(o->area), str_of(asks ? area_name(r->area) : ""), name);
    CHECK_STR(str_of(o->level), str_of(asks ? permission_name(r->level) : ""), name);
    check_other_areas(o, r);
    size_t count = 0;
    for (struct str rest = str_of(r->query), head, tail; rest.len; rest = tail) {
        str_cut(rest, ' ', &head, &tail);
        if (head.at[head.len - 1] == '*') head.len--;
        if (!is_documented(o, head)) fail_msg("%s: ?%.*s is not documented", name, STR_FMT(head));
        count++;
    }
    CHECK_INT(o->parameter_count, count, name);
}

static void test_routes(void **state)
{
    const struct document *d = read_document();
    size_t count = 0;
    (void)state;
    for (const struct route *const *t = api_routes; *t; t++)
        for (const struct route *r = *t; r->method; r++, count++)
            check_route(d, r);
    CHECK_INT(d->count, count, "what is documented is served");
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_routes) };
    return cmocka_run_group_tests_name("http_document", tests, NULL, NULL);
}
