/* file_test.c: files of requests and answers: Content-Type, forms, what is kept of them. */
#include "check.h"

#include "base/temp_file.h"
#include "fake_server.h"
#include "http/internal.h"
#include "http/multipart.h"

#include <string.h>
#include <unistd.h>

static struct arena arena;
static struct error e;

static int setup(void **state)
{
    (void)state;
    arena_init(&arena, "test", REQUEST_ARENA_MAX);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    arena_release(&arena);
    return 0;
}

static void test_media_types(void **state)
{
    (void)state;
    static const struct {
        const char *why, *value, *type, *charset, *boundary;
        bool ok;
    } rows[] = {
        { "plain", "text/csv", "text/csv", "", "", true },
        { "blanks", " text/csv ; charset=utf-8", "text/csv", "utf-8", "", true },
        { "quoted", "text/csv;charset=\"utf-8\"", "text/csv", "utf-8", "", true },
        { "an escape in quotes", "a/b; charset=\"u\\\"8\"", "a/b", "u\"8", "", true },
        { "a form", "multipart/form-data; boundary=----WebKitFormBoundaryA1", "multipart/form-data",
            "", "----WebKitFormBoundaryA1", true },
        { "a quoted boundary", "multipart/form-data; boundary=\"a b\"", "multipart/form-data", "",
            "a b", true },
        { "letters of any case", "Text/CSV; CHARSET=UTF-8", "Text/CSV", "UTF-8", "", true },
        { "another parameter", "text/csv; header=present; charset=utf-8", "text/csv", "utf-8", "",
            true },
        { "nothing", "", "", "", "", false },
        { "no subtype", "text", "", "", "", false },
        { "an empty subtype", "text/", "", "", "", false },
        { "a list", "text/csv, text/plain", "text/csv", "", "", false },
        { "a parameter without value", "text/csv; charset=", "text/csv", "", "", false },
        { "a parameter without name", "text/csv; =x", "text/csv", "", "", false },
        { "a semicolon and nothing", "text/csv;", "text/csv", "", "", false },
        { "a quote without end", "text/csv; charset=\"utf", "text/csv", "", "", false },
        { "twice", "text/csv; charset=utf-8; charset=utf-16", "text/csv", "utf-8", "", false },
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct media_type t;
        CHECK_INT(media_type_parse(str_of(rows[i].value), &arena, &t), rows[i].ok, rows[i].why);
        CHECK_STR(t.type, str_of(rows[i].type), rows[i].why);
        CHECK_STR(t.charset, str_of(rows[i].charset), rows[i].why);
        CHECK_STR(t.boundary, str_of(rows[i].boundary), rows[i].why);
    }
}

struct sending {
    struct fake_headers headers;
    struct http_request req;
    struct http_reply reply;
    struct route route;
    struct call call;
};

static struct call *send_file(struct sending *s, struct str type, struct str body)
{
    *s = (struct sending){ .route = { "POST", "/x", AREA_CATALOG, PERMISSION_WRITE, ROUTE_FILE, "",
                               NULL } };
    s->headers.fields[s->headers.count++] = (struct http_field){ S("Content-Type"), type };
    s->req = (struct http_request){ .method = S("POST"),
        .arena = &arena,
        .private_ = &s->headers,
        .file = -1,
        .file_size = (int64_t)body.len };
    if (body.len) {
        s->req.file = temp_file_open(NULL);
        CHECK(s->req.file >= 0 && temp_file_write(s->req.file, body), "a file");
    }
    s->call =
        (struct call){ .req = &s->req, .reply = &s->reply, .route = &s->route, .arena = &arena };
    return &s->call;
}

static struct str content(int fd)
{
    char *bytes = arena_new(&arena, char, 1024 * 1024);
    ssize_t n = pread(fd, bytes, 1024 * 1024, 0);
    CHECK(n >= 0, "it can be read");
    return (struct str){ bytes, (size_t)n };
}

#define FORM "multipart/form-data; boundary=XyZ"
#define HEAD "--XyZ\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.csv\"\r\n"

static const struct {
    const char *why;
    const char *type;
    struct str body;
    const char *code; /* NULL: taken */
    const char *want, *name;
} rows[] = {
    { "CSV as it is", "text/csv", STR_INIT("a,b"), NULL, "a,b", "" },
    { "with a charset", "text/csv; charset=UTF-8", STR_INIT("a"), NULL, "a", "" },
    { "Windows' name for CSV", "application/vnd.ms-excel", STR_INIT("a"), NULL, "a", "" },
    { "a pasted list", "text/plain", STR_INIT("a"), NULL, "a", "" },
    { "XLSX", XLSX_TYPE, STR_INIT("PK"), NULL, "PK", "" },
    { "whatever", "application/octet-stream", STR_INIT("x"), NULL, "x", "" },
    { "JSON", "application/json", STR_INIT("{}"), "unsupported_media_type", NULL, NULL },
    { "a form of fields", "application/x-www-form-urlencoded", STR_INIT("a=b"),
        "unsupported_media_type", NULL, NULL },
    { "a charset that would be misread", "text/csv; charset=shift_jis", STR_INIT("a"),
        "unsupported_media_type", NULL, NULL },
    { "no type", "", STR_INIT("a"), "unsupported_media_type", NULL, NULL },
    { "an empty body", "text/csv", STR_INIT(""), "no_file", NULL, NULL },

    { "a form", FORM, STR_INIT(HEAD "Content-Type: text/csv\r\n\r\na,b\r\nc\r\n--XyZ--\r\n"), NULL,
        "a,b\r\nc", "a.csv" },
    { "no line end behind it", FORM, STR_INIT(HEAD "\r\nx\r\n--XyZ--"), NULL, "x", "a.csv" },
    { "something like the boundary in the file", FORM,
        STR_INIT(HEAD "\r\na\r\n--Xyz\r\n--Xy\r\n-XyZ--\r\n--XyZ--\r\n"), NULL,
        "a\r\n--Xyz\r\n--Xy\r\n-XyZ--", "a.csv" },
    { "NUL in the file", FORM, STR_INIT(HEAD "\r\na\0b\r\n--XyZ--\r\n"), NULL, NULL, "a.csv" },
    { "a path as old browsers send it", FORM,
        STR_INIT("--XyZ\r\nCONTENT-DISPOSITION: form-data; name=\"f\"; "
                 "FileName=\"C:\\dir\\b.csv\"\r\n\r\nx\r\n--XyZ--\r\n"),
        NULL, "x", "b.csv" },
    { "a path upwards", FORM,
        STR_INIT("--XyZ\r\nContent-Disposition: form-data; "
                 "filename=\"../../etc/b\"\r\n\r\nx\r\n--XyZ--\r\n"),
        NULL, "x", "b" },
    { "a name that is not UTF-8", FORM,
        STR_INIT("--XyZ\r\nContent-Disposition: form-data; "
                 "filename=\"\xFF.csv\"\r\n\r\nx\r\n--XyZ--\r\n"),
        NULL, "x", "" },

    { "no file chosen", FORM, STR_INIT(HEAD "\r\n\r\n--XyZ--\r\n"), "bad_form", NULL, NULL },
    { "two files", FORM, STR_INIT(HEAD "\r\nx\r\n" HEAD "\r\ny\r\n--XyZ--\r\n"), "bad_form", NULL,
        NULL },
    { "a field that is no file", FORM,
        STR_INIT("--XyZ\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nx\r\n--XyZ--\r\n"),
        "bad_form", NULL, NULL },
    { "no disposition", FORM, STR_INIT("--XyZ\r\nContent-Type: text/csv\r\n\r\nx\r\n--XyZ--\r\n"),
        "bad_form", NULL, NULL },
    { "two dispositions", FORM,
        STR_INIT(HEAD "Content-Disposition: form-data; filename=\"b\"\r\n\r\nx\r\n--XyZ--\r\n"),
        "bad_form", NULL, NULL },
    { "another disposition", FORM,
        STR_INIT(
            "--XyZ\r\nContent-Disposition: attachment; filename=\"a\"\r\n\r\nx\r\n--XyZ--\r\n"),
        "bad_form", NULL, NULL },
    { "a head that is no head", FORM, STR_INIT("--XyZ\r\nabc\r\n\r\nx\r\n--XyZ--\r\n"), "bad_form",
        NULL, NULL },
    { "no head", FORM, STR_INIT("--XyZ\r\n\r\nx\r\n--XyZ--\r\n"), "bad_form", NULL, NULL },
    { "no end", FORM, STR_INIT(HEAD "\r\nx"), "bad_form", NULL, NULL },
    { "cut in the boundary", FORM, STR_INIT(HEAD "\r\nx\r\n--XyZ"), "bad_form", NULL, NULL },
    { "cut behind the boundary", FORM, STR_INIT(HEAD "\r\nx\r\n--XyZ-"), "bad_form", NULL, NULL },
    { "something behind the end", FORM, STR_INIT(HEAD "\r\nx\r\n--XyZ--\r\nmore"), "bad_form", NULL,
        NULL },
    { "another boundary", FORM, STR_INIT("--Abc\r\n\r\n"), "bad_form", NULL, NULL },
    { "text before it", FORM, STR_INIT("hello\r\n" HEAD "\r\nx\r\n--XyZ--\r\n"), "bad_form", NULL,
        NULL },
    { "no boundary is told", "multipart/form-data", STR_INIT(HEAD "\r\nx\r\n--XyZ--\r\n"),
        "bad_form", NULL, NULL },
    { "an odd boundary", "multipart/form-data; boundary=\"a\\\"b\"", STR_INIT("x"), "bad_form",
        NULL, NULL },
    { "a boundary too long",
        "multipart/form-data; "
        "boundary=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
        STR_INIT("x"), "bad_form", NULL, NULL },
};

static void test_bodies(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct sending s;
        struct call *c = send_file(&s, str_of(rows[i].type), rows[i].body);
        enum err rc = file_read(c, &e);
        if (rows[i].code) {
            CHECK_INT(rc, ERR_BAD_REQUEST, rows[i].why);
            CHECK_STR(str_of(e.code), str_of(rows[i].code), rows[i].why);
        } else {
            CHECK_ERR(rc, OK, &e, rows[i].why);
            struct str got = content(c->file.fd);
            CHECK_INT(got.len, c->file.size, rows[i].why);
            if (rows[i].want) CHECK_STR(got, str_of(rows[i].want), rows[i].why);
            CHECK_STR(c->file.name, str_of(rows[i].name), rows[i].why);
        }
        if (s.req.file >= 0) close(s.req.file);
    }
}

/* The end of the file may lie across any two blocks that are read. */
static void test_boundary_across_blocks(void **state)
{
    (void)state;
    enum { BLOCK = 64 * 1024 };
    struct buf body;
    buf_init(&body, 1024 * 1024);
    for (size_t size = BLOCK - 12; size < BLOCK + 3; size++) {
        buf_clear(&body);
        buf_put(&body, S(HEAD "\r\n"));
        for (size_t i = 0; i < size; i++)
            buf_put_char(&body, "\r\n-X"[i % 4]);
        buf_put(&body, S("\r\n--XyZ--\r\n"));
        struct sending s;
        struct call *c = send_file(&s, S(FORM), buf_str(&body));
        CHECK_ERR(file_read(c, &e), OK, &e, "a large form");
        CHECK_INT(c->file.size, size, "the file in it");
        struct str got = content(c->file.fd),
                   want = str_sub(buf_str(&body), sizeof(HEAD "\r\n") - 1, size);
        CHECK(str_eq(got, want), "byte for byte");
        close(s.req.file);
        arena_reset(&arena);
    }
    buf_release(&body);
}

/* Two files under one key are two requests. */
static void test_hash(void **state)
{
    (void)state;
    unsigned char hash[3][32];
    static const char *const bodies[] = { "a", "b", "a" };
    for (size_t i = 0; i < COUNT_OF(bodies); i++) {
        struct sending s;
        struct call *c = send_file(&s, S("text/csv"), str_of(bodies[i]));
        s.headers.fields[s.headers.count++] = (struct http_field){ S("Idempotency-Key"), S("k") };
        CHECK_ERR(file_read(c, &e), OK, &e, "a file");
        memcpy(hash[i], c->file.hash, sizeof hash[i]);
        close(s.req.file);
    }
    CHECK(memcmp(hash[0], hash[1], 32), "of other bytes");
    CHECK(!memcmp(hash[0], hash[2], 32), "of the same bytes");
}

static int file_with(const char *text)
{
    int fd = temp_file_open(NULL);
    CHECK(fd >= 0 && temp_file_write(fd, str_of(text)), "a file");
    return fd;
}

static void test_answer(void **state)
{
    (void)state;
    struct sending s;
    struct call *c = send_file(&s, S("text/csv"), S(""));
    int first = file_with("first");
    CHECK_ERR(answer_file(c, first, S(CSV_TYPE), S("a.csv"), &e), OK, &e, "a file");
    int second = file_with("second!");
    CHECK_ERR(
        answer_file(c, second, S(CSV_TYPE), S("a.csv"), &e), OK, &e, "the handler runs again");
    CHECK_INT(close(first), -1, "the first one was closed");
    CHECK(s.reply.has_file && s.reply.file == second, "the second one is sent");
    CHECK_INT(s.reply.file_size, 7, "as long as it is");
    http_reply_drop_file(&s.reply);
    CHECK_STR(file_disposition(c, S("a b.csv")),
        S("attachment; filename=\"a b.csv\"; filename*=UTF-8''a%20b.csv"), "plain");
    CHECK_STR(file_disposition(c, S("\xC3\xA4\"\r\n.csv")),
        S("attachment; filename=\"_____.csv\"; filename*=UTF-8''%C3%A4%22%0D%0A.csv"), "odd");
}

#define FILE_TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        FILE_TEST(test_media_types),
        FILE_TEST(test_bodies),
        FILE_TEST(test_boundary_across_blocks),
        FILE_TEST(test_hash),
        FILE_TEST(test_answer),
    };
    return cmocka_run_group_tests_name("http/file", tests, NULL, NULL);
}
