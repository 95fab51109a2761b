/* assets_test.c: the files of the web UI. */
#include "kit.h"

#include <stdlib.h>
#include <sys/stat.h>

static void put_file(struct kit *k, const char *folder, const char *name, const char *text)
{
    FILE *f = fopen(kit_fmt(k, "%s/%s", folder, name), "w");
    CHECK(f != NULL, name);
    CHECK(fputs(text, f) >= 0 && fclose(f) == 0, name);
}

/* The kit's interface, with files. */
static void with_files(struct kit *k)
{
    char folder[200];
    harness_make_folder(folder, sizeof folder);
    mkdir(kit_fmt(k, "%s/assets", folder), 0700);
    put_file(k, folder, "index.html", "<p>page</p>");
    put_file(k, folder, ".hidden", "secret");
    put_file(k, folder, "assets/app-1f.js", "run()");
    k->api->assets = assets_load(folder);
    CHECK(k->api->assets != NULL, "read");
    harness_delete(folder);
}

static void test_files(void **state)
{
    struct kit *k = *state;
    k->bearer = S("");
    CHECK_INT(kit_send(k, "GET", "/", NULL, NULL), 404, "without files");
    with_files(k);
    static const struct {
        const char *path;
        int status;
        const char *body, *why;
    } rows[] = {
        { "/", 200, "<p>page</p>", "the page" },
        { "/orders/7", 200, "<p>page</p>", "an address of the UI" },
        { "/index.html", 200, "<p>page</p>", "by its name" },
        { "/assets/app-1f.js", 200, "run()", "a file" },
        { "/assets/app-old.js", 404, NULL, "a file of another version" },
        { "/.hidden", 404, NULL, "hidden files are not read" },
        { "/../../etc/passwd", 200, "<p>page</p>", "paths are names, not paths" },
        { "/api/v1/none", 404, NULL, "the API is no page" },
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        CHECK_INT(kit_send(k, "GET", rows[i].path, NULL, NULL), rows[i].status, rows[i].why);
        if (rows[i].body) CHECK_STR(k->body, str_of(rows[i].body), rows[i].why);
    }
    CHECK_INT(kit_send(k, "POST", "/", NULL, NULL), 404, "pages take nothing");
}

static void test_caching(void **state)
{
    struct kit *k = *state;
    k->bearer = S("");
    with_files(k);
    kit_send(k, "GET", "/assets/app-1f.js", NULL, NULL);
    CHECK(str_contains(kit_header(k, "Cache-Control"), S("immutable")), "never changes");
    CHECK_STR(kit_header(k, "Content-Type"), S("text/javascript; charset=utf-8"), "its type");
    kit_send(k, "GET", "/", NULL, NULL);
    CHECK_STR(kit_header(k, "Cache-Control"), S("no-cache"), "asked for each time");
    CHECK(str_contains(kit_header(k, "Content-Security-Policy"), S("default-src 'self'")), "CSP");
    CHECK_STR(kit_header(k, "X-Content-Type-Options"), S("nosniff"), "headers");
    struct str etag = kit_header(k, "ETag");
    const char *lines = kit_fmt(k, "If-None-Match: \"x\", W/%.*s", STR_FMT(etag));
    CHECK_INT(kit_send(k, "GET", "/", NULL, lines), 304, "known already");
    CHECK_INT(k->body.len, 0, "without a body");
    CHECK_INT(kit_send(k, "GET", "/", NULL, "If-None-Match: \"x\""), 200, "another");
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = { KIT_TEST(test_files), KIT_TEST(test_caching) };
    return kit_main(argc, argv, "http_assets", tests, COUNT_OF(tests));
}
