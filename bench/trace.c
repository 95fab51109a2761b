/*
 * trace.c: a library to preload that writes down what a program's SQLite writer executes, with its
 * parameters.
 *
 * For bench/replay.c, so that the statements of the comparison are those of the product, whatever
 * it becomes. The writer is the connection that says BEGIN IMMEDIATE, on one thread; what other
 * connections do is passed on unseen. The file (BENCH_TRACE) holds records in the machine's own
 * byte order: see struct trace_head.
 */
#include "trace.h"

#include <dlfcn.h>
#include <sqlite3.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { STATEMENTS_MAX = 1024 };

struct known {
    sqlite3_stmt *handle;
    bool running;
    uint32_t params;
    struct held {
        struct trace_param fixed;
        char *bytes; /* of text and blobs; kept for the next one */
        size_t room;
    } param[TRACE_PARAMS_MAX];
};

static _Atomic(sqlite3 *) writer;
static struct known table[STATEMENTS_MAX];
static size_t table_count;
static FILE *out;

static void fail(const char *what)
{
    (void)fprintf(stderr, "trace: %s\n", what);
    abort();
}

/* The function that SQLite has under this name. ISO C has no cast from a data pointer to a
 * function's. */
#define REAL(name)                                                                                 \
    static __typeof__(&(name)) real;                                                               \
    if (!real) {                                                                                   \
        void *found = dlsym(RTLD_NEXT, #name);                                                     \
        memcpy(&real, &found, sizeof real);                                                        \
    }

static struct known *known_of(sqlite3_stmt *handle)
{
    if (sqlite3_db_handle(handle) != atomic_load(&writer)) return NULL;
    for (size_t i = 0; i < table_count; i++)
        if (table[i].handle == handle) return &table[i];
    if (table_count == STATEMENTS_MAX) fail("too many statements");
    table[table_count] = (struct known){ .handle = handle };
    return &table[table_count++];
}

static void keep(sqlite3_stmt *handle, int place, struct trace_param value, const void *bytes)
{
    struct known *k = known_of(handle);
    if (!k) return;
    if (place < 1 || place > TRACE_PARAMS_MAX) fail("too many parameters");
    struct held *p = &k->param[place - 1];
    if (value.len > p->room) {
        p->room = value.len;
        p->bytes = realloc(p->bytes, p->room); /* tidy: allow, ends with the program */
        if (!p->bytes) fail("out of memory");
    }
    p->fixed = value;
    if (value.len) memcpy(p->bytes, bytes, value.len);
    if ((uint32_t)place > k->params) k->params = (uint32_t)place;
}

static void write_down(const struct known *k)
{
    if (!out) out = fopen(getenv("BENCH_TRACE"), "wb");
    if (!out) fail("BENCH_TRACE cannot be written");
    const char *sql = sqlite3_sql(k->handle);
    struct trace_head head = { (uint32_t)strlen(sql), k->params };
    (void)fwrite(&head, sizeof head, 1, out);
    (void)fwrite(sql, 1, head.sql_len, out);
    for (uint32_t i = 0; i < k->params; i++) {
        (void)fwrite(&k->param[i].fixed, sizeof k->param[i].fixed, 1, out);
        (void)fwrite(k->param[i].bytes, 1, k->param[i].fixed.len, out);
    }
}

int sqlite3_bind_int64(sqlite3_stmt *handle, int place, sqlite3_int64 number)
{
    REAL(sqlite3_bind_int64)
    keep(handle, place, (struct trace_param){ .kind = TRACE_INT, .number = number }, NULL);
    return real(handle, place, number);
}

int sqlite3_bind_null(sqlite3_stmt *handle, int place)
{
    REAL(sqlite3_bind_null)
    keep(handle, place, (struct trace_param){ .kind = TRACE_NULL }, NULL);
    return real(handle, place);
}

int sqlite3_bind_text64(sqlite3_stmt *handle, int place, const char *text, sqlite3_uint64 len,
    void (*destroy)(void *), unsigned char encoding)
{
    REAL(sqlite3_bind_text64)
    keep(handle, place, (struct trace_param){ .kind = TRACE_TEXT, .len = (uint32_t)len }, text);
    return real(handle, place, text, len, destroy, encoding);
}

int sqlite3_bind_blob64(
    sqlite3_stmt *handle, int place, const void *bytes, sqlite3_uint64 len, void (*destroy)(void *))
{
    REAL(sqlite3_bind_blob64)
    keep(handle, place, (struct trace_param){ .kind = TRACE_BLOB, .len = (uint32_t)len }, bytes);
    return real(handle, place, bytes, len, destroy);
}

int sqlite3_step(sqlite3_stmt *handle)
{
    REAL(sqlite3_step)
    /* SQLite's own statements, such as those that read the schema, have no text. */
    const char *sql = sqlite3_sql(handle);
    if (sql && strcmp(sql, "BEGIN IMMEDIATE") == 0)
        atomic_store(&writer, sqlite3_db_handle(handle));
    struct known *k = sql ? known_of(handle) : NULL;
    if (k && !k->running) {
        k->running = true;
        write_down(k);
    }
    return real(handle);
}

int sqlite3_reset(sqlite3_stmt *pStmt)
{
    REAL(sqlite3_reset)
    struct known *k = pStmt && sqlite3_sql(pStmt) ? known_of(pStmt) : NULL;
    if (k) k->running = false;
    return real(pStmt);
}

__attribute__((destructor)) static void finish(void)
{
    if (out) (void)fclose(out);
}
