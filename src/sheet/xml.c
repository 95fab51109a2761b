/*
 * xml.c: expat with limits, from a part of a package.
 *
 * An XLSX has no document type, so one is refused, and with it entities and what can be done with
 * them. Nesting, the length of a tag and all memory of expat (which keeps every name it has seen)
 * are bounded. expat's allocation functions are not told for whom they work, hence the thread's
 * pointer.
 */
#include "sheet/xlsx_internal.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

enum {
    DEPTH_MAX = 64,
    TOKEN_MAX = 1024 * 1024,
    MEMORY_MAX = 32 * 1024 * 1024,
};

static _Thread_local struct xml *current;

union block {
    size_t size;
    max_align_t align;
};

static void *take(void *old, size_t size)
{
    union block *block = old ? (union block *)old - 1 : NULL;
    size_t before = block ? block->size : 0;
    if (size > MEMORY_MAX || current->memory - before + size > MEMORY_MAX) return NULL;
    block =
        realloc(block, sizeof *block + size); /* tidy: allow, expat's own memory, bounded here */
    if (!block) return NULL;
    current->memory = current->memory - before + size;
    block->size = size;
    return block + 1;
}

static void *take_new(size_t size)
{
    return take(NULL, size);
}

static void give_back(void *old)
{
    if (!old) return;
    union block *block = (union block *)old - 1;
    current->memory -= block->size;
    free(block);
}

static enum err damaged(struct xml *x, const char *why)
{
    if (x->error.kind) return x->error.kind;
    return sheet_error_set(&x->error, ERR_INVALID, "damaged", "the XLSX is damaged: %s", why);
}

static struct str local(const char *name)
{
    const char *colon = strrchr(name, ':');
    return str_of(colon ? colon + 1 : name);
}

static void XMLCALL on_start(void *xml, const char *name, const char **attributes)
{
    struct xml *x = xml;
    if (x->error.kind) return;
    if (++x->depth > DEPTH_MAX) {
        damaged(x, "its tags are nested too deep");
        xml_stop(x);
    } else if (x->handlers.start) {
        x->handlers.start(x->ctx, local(name), attributes);
    }
}

static void XMLCALL on_end(void *xml, const char *name)
{
    struct xml *x = xml;
    if (x->error.kind) return;
    x->depth--;
    if (x->handlers.end) x->handlers.end(x->ctx, local(name));
}

static void XMLCALL on_text(void *xml, const char *text, int len)
{
    struct xml *x = xml;
    if (!x->error.kind && x->handlers.text)
        x->handlers.text(x->ctx, (struct str){ text, (size_t)len });
}

static void XMLCALL on_doctype(
    void *xml, const char *name, const char *system, const char *public, int internal)
{
    struct xml *x = xml;
    (void)name;
    (void)system;
    (void)public;
    (void)internal;
    damaged(x, "it declares a document type");
    xml_stop(x);
}

enum err xml_open(struct xml *x, struct package *p, const char *name,
    const struct xml_handlers *handlers, struct sheet_error *e)
{
    static const XML_Memory_Handling_Suite memory = { take_new, take, give_back };
    *x = (struct xml){ .package = p, .handlers = *handlers, .ctx = x->ctx };
    enum err rc = package_part(p, name, &x->part, e);
    if (rc) return rc;
    current = x;
    x->parser = XML_ParserCreate_MM(NULL, &memory, NULL);
    if (!x->parser) {
        zip_fclose(x->part);
        x->part = NULL;
        return sheet_error_set(e, ERR_UNAVAILABLE, "unavailable", "there is no memory");
    }
    XML_SetUserData(x->parser, x);
    XML_SetElementHandler(x->parser, on_start, on_end);
    XML_SetCharacterDataHandler(x->parser, on_text);
    XML_SetStartDoctypeDeclHandler(x->parser, on_doctype);
    return OK;
}

void xml_close(struct xml *x)
{
    current = x;
    if (x->parser) XML_ParserFree(x->parser);
    if (x->part) zip_fclose(x->part);
    x->parser = NULL;
    x->part = NULL;
    current = NULL;
}

void xml_pause(struct xml *x)
{
    XML_StopParser(x->parser, XML_TRUE);
}

void xml_stop(struct xml *x)
{
    XML_StopParser(x->parser, XML_FALSE);
}

static enum err fault(struct xml *x)
{
    enum XML_Error code = XML_GetErrorCode(x->parser);
    if (code == XML_ERROR_NO_MEMORY && !x->error.kind)
        return sheet_error_set(&x->error, ERR_TOO_LARGE, "too_large",
            "the XLSX needs more memory than is given to it");
    return damaged(x, XML_ErrorString(code));
}

static enum XML_Status feed(struct xml *x)
{
    void *block = XML_GetBuffer(x->parser, SHEET_BLOCK);
    if (!block) return XML_STATUS_ERROR;
    ssize_t n = package_read(x->package, x->part, block, SHEET_BLOCK, &x->error);
    if (n < 0) return XML_STATUS_ERROR;
    x->fed += n;
    x->last = n == 0;
    enum XML_Status status = XML_ParseBuffer(x->parser, (int)n, x->last);
    if (status == XML_STATUS_OK && x->fed - XML_GetCurrentByteIndex(x->parser) > TOKEN_MAX) {
        damaged(x, "it has a tag without end");
        return XML_STATUS_ERROR;
    }
    return status;
}

enum err xml_run(struct xml *x)
{
    current = x;
    while (!x->ended && !x->error.kind) {
        enum XML_Status status = x->paused ? XML_ResumeParser(x->parser) : feed(x);
        x->paused = status == XML_STATUS_SUSPENDED;
        if (x->paused) return OK;
        if (status == XML_STATUS_ERROR) return fault(x);
        x->ended = x->last;
    }
    return x->error.kind;
}

enum err xml_read(struct package *p, const char *name, const struct xml_handlers *handlers,
    void *ctx, struct sheet_error *e)
{
    struct xml x = { .ctx = ctx };
    enum err rc = xml_open(&x, p, name, handlers, e);
    if (rc) return rc;
    rc = xml_run(&x);
    if (rc) *e = x.error;
    xml_close(&x);
    return rc;
}

struct str xml_attribute(const char **attributes, const char *name)
{
    for (; *attributes; attributes += 2)
        if (str_eq(local(attributes[0]), str_of(name))) return str_of(attributes[1]);
    return (struct str){ NULL, 0 };
}

bool xml_true(struct str value)
{
    return str_eq(value, S("1")) || str_eq(value, S("true"));
}
