/*
 * harness.h: databases for tests, of either engine.
 *
 * One private PostgreSQL per test program, started when it is first wanted and stopped by
 * harness_stop; one database per test case in it, or one SQLite file. Whatever goes wrong here ends
 * the program: a test cannot go on without its database. For any test folder: link harness_lib.
 */
#ifndef TESTS_STORE_HARNESS_H
#define TESTS_STORE_HARNESS_H

#include "store/db.h"

#include <sys/types.h>

enum harness_schema { HARNESS_EMPTY, HARNESS_MIGRATED };

struct harness_db {
    struct db *db;
    enum db_engine engine;
    char location[400]; /* the file or the URL */
    char name[64];
};

/* The engine that the program's first argument names: "sqlite" or "postgres". */
enum db_engine harness_engine(int argc, char **argv);

/* A new database of its own; harness_close also deletes it. */
void harness_open(enum db_engine engine, enum harness_schema schema, struct harness_db *out);
void harness_close(struct harness_db *h);

/* The options harness_open uses, to change and open again. Their strings point into h. */
struct db_options harness_options(const struct harness_db *h);
struct db *harness_connect(const struct harness_db *h); /* SQLite: only while h->db is closed */

/* PostgreSQL: on a connection of its own to that database. */
void harness_sql(const struct harness_db *h, const char *sql);

const char *harness_folder(void);                 /* a temporary one, deleted by harness_stop */
void harness_make_folder(char *out, size_t size); /* another one, to be deleted by the caller */
void harness_stop(void);                          /* last of all */

/* A PostgreSQL server of one's own, for tests that kill it. */
struct harness_server {
    char folder[64];
    int port;
    bool durable; /* with fsync */
    pid_t pid;
    int log_fd;
    void *log_thread;
};

void harness_server_make(struct harness_server *s, bool durable); /* initdb and start */
void harness_server_start(struct harness_server *s);              /* returns when it is ready */
void harness_server_end(struct harness_server *s, int signal);    /* waits until it is gone */
void harness_server_url(const struct harness_server *s, const char *database, char *out, size_t n);
void harness_url_sql(const char *url, const char *sql);
void harness_delete(const char *path); /* and what is in it */

#endif
