/* documents_test.c: what the address of a document is good for, and for how long. */
#include "check.h"

#include "amazon_sim/documents.h"
#include "base/assert.h"

#include <stdio.h>
#include <string.h>

static const struct str json_type = { "application/json; charset=UTF-8", 31 };

struct kit {
    struct documents d;
    struct rng rng;
    struct arena arena;
};

static void kit_init(struct kit *k)
{
    memset(k, 0, sizeof *k);
    rng_seeded(&k->rng, 1);
    arena_init(&k->arena, "test", 1 << 20);
}

static void kit_release(struct kit *k)
{
    documents_clear(&k->d);
    arena_release(&k->arena);
}

/* Never NULL: the analyzer does not know that a failed check ends the test. */
static struct document *made(struct document *doc)
{
    CHECK(doc != NULL, "there is room");
    ASSERT(doc);
    return doc;
}

static struct document_use upload_of(const struct document *doc)
{
    return (struct document_use){ .id = str_of(doc->id),
        .signature = str_of(doc->signature),
        .content_type = json_type,
        .upload = true };
}

static void test_uses(void **state)
{
    (void)state;
    static const struct {
        const char *why;
        time_ms after_ms;
        const char *content_type, *signature, *id;
        bool fetch, other_headers;
        const char *code;
    } rows[] = {
        { .why = "as it was made for" },
        { .why = "at the end of five minutes", .after_ms = 300000 },
        { .why = "later", .after_ms = 300001, .code = "AccessDenied" },
        { .why = "the same type in other letters",
            .content_type = "application/json; charset=utf-8",
            .code = "SignatureDoesNotMatch" },
        { .why = "no type", .content_type = "", .code = "SignatureDoesNotMatch" },
        { .why = "another signature", .signature = "0000", .code = "SignatureDoesNotMatch" },
        { .why = "no signature", .signature = "", .code = "SignatureDoesNotMatch" },
        { .why = "another document", .id = "amzn1.x", .code = "SignatureDoesNotMatch" },
        { .why = "fetched instead", .fetch = true, .code = "SignatureDoesNotMatch" },
        { .why = "with a token of Amazon's", .other_headers = true, .code = "AccessDenied" },
    };
    struct kit k;
    kit_init(&k);
    struct document *doc = made(document_to_upload(&k.d, &k.rng, json_type, 1000));
    CHECK(doc->upload && !doc->filled, "it waits for its bytes");
    struct str path = document_address(doc, &k.rng, &k.arena, 1000);
    CHECK(str_starts(path, arena_fmt(&k.arena, "/_document/%s?", doc->id)), "where it is");
    CHECK(str_ends(path, str_of(doc->signature)), "and what it is signed with");
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct document_use use = upload_of(doc);
        if (rows[i].content_type) use.content_type = str_of(rows[i].content_type);
        if (rows[i].signature) use.signature = str_of(rows[i].signature);
        if (rows[i].id) use.id = str_of(rows[i].id);
        use.upload = !rows[i].fetch;
        use.other_headers = rows[i].other_headers;
        struct document_answer a = document_use(&k.d, &use, 1000 + rows[i].after_ms);
        CHECK_INT(a.status, rows[i].code ? 403 : 200, rows[i].why);
        CHECK(rows[i].code ? !a.document : a.document == doc, rows[i].why);
        if (rows[i].code) CHECK_STR(str_of(a.code), str_of(rows[i].code), rows[i].why);
    }
    kit_release(&k);
}

static void test_fetch(void **state)
{
    (void)state;
    struct kit k;
    kit_init(&k);
    struct document *doc = made(document_to_fetch(&k.d, &k.rng, S("text/plain"), S("a\tb\n"), 0));
    CHECK(doc->filled, "it has its bytes");
    struct document_use use = { .id = str_of(doc->id), .signature = S("") };
    CHECK_INT(document_use(&k.d, &use, 0).status, 403, "no address was asked for yet");
    (void)document_address(doc, &k.rng, &k.arena, 0);
    char first[sizeof doc->signature];
    (void)snprintf(first, sizeof first, "%s", doc->signature);
    use.signature = str_of(first);
    struct document_answer a = document_use(&k.d, &use, 1);
    CHECK_INT(a.status, 200, "fetched");
    CHECK_STR(buf_str(&a.document->body), S("a\tb\n"), "to the byte");
    (void)document_address(doc, &k.rng, &k.arena, 2);
    CHECK_INT(document_use(&k.d, &use, 3).status, 403, "a new address ends the one before");
    kit_release(&k);
}

static void test_keeping(void **state)
{
    (void)state;
    struct kit k;
    kit_init(&k);
    struct document *doc = made(document_to_upload(&k.d, &k.rng, json_type, 5));
    struct str id = arena_str(&k.arena, str_of(doc->id));
    CHECK(document_find(&k.d, id, 5 + DOCUMENT_KEEP_MS) == doc, "named for two days");
    CHECK(!document_find(&k.d, id, 6 + DOCUMENT_KEEP_MS), "and then no longer");
    CHECK(!document_find(&k.d, S(""), 5), "nothing is no document");
    for (int i = 0; i < DOCUMENTS_MAX; i++)
        CHECK(document_to_fetch(&k.d, &k.rng, S("text/plain"), S("x"), 6), "another");
    CHECK(!document_find(&k.d, id, 6), "the oldest goes when there are too many");
    char letters[200];
    memset(letters, 'a', sizeof letters);
    CHECK(!document_to_upload(&k.d, &k.rng, (struct str){ letters, sizeof letters }, 7),
        "a type has an end");
    documents_clear(&k.d);
    CHECK(!document_find(&k.d, str_of(k.d.ring[0].id), 7), "all are gone");
    kit_release(&k);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_uses),
        cmocka_unit_test(test_fetch),
        cmocka_unit_test(test_keeping),
    };
    return cmocka_run_group_tests_name("sim/documents", tests, NULL, NULL);
}
