/*
 * db_postgres.h: the parts of the PostgreSQL driver, among themselves.
 *
 * A connection is always in libpq's pipeline mode: what a transaction sends is queued and goes out
 * with the next statement whose result somebody waits for. So BEGIN, PREPARE, locks and stmt_later
 * cost no round trip of their own. `pending` lists what was sent and not yet answered, in order.
 */
#ifndef STORE_DB_POSTGRES_H
#define STORE_DB_POSTGRES_H

#include "store/db_driver.h"

#include <libpq-fe.h>

enum {
    PENDING_MAX = 256,         /* then they are waited for: libpq keeps each in memory */
    ATTEMPTS_MAX = 12,         /* runs of one transaction, with RETRY_MS_MAX some half a second */
    LOST_ATTEMPTS_MAX = 4,     /* of one whose foreign key names nothing */
    RETRY_MS_MAX = 64,         /* longest wait between two of them */
    TOPICS_KNOWN_MAX = 64,     /* different topics in the program */
    TOPIC_SIZE = 48,           /* characters of a topic and its NUL */
    RECONNECT_MS_MAX = 5000,   /* between two attempts of the listener */
    CONNECT_TIMEOUT_S = 5,     /* to open a connection */
    STATEMENT_TIMEOUT_S = 60,  /* far above any statement; a migration switches it off */
    DEAD_PEER_MS = 20000,      /* unacknowledged bytes after that long: the connection is broken */
    POSTGRES_VERSION = 150000, /* oldest server */
};

enum pending_kind {
    PENDING_CONTROL,
    PENDING_COMMIT,
    PENDING_PREPARE,
    PENDING_LATER,
    PENDING_ROWS,
    PENDING_SYNC
};

struct postgres_stmt;

struct pending {
    enum pending_kind kind;
    struct postgres_stmt *st; /* of PREPARE and ROWS */
};

enum retry {
    RETRY_NOT,
    RETRY_SAME, /* others were in the way: run the transaction again */
    RETRY_NEW,  /* the same on a new connection; this one, or what it prepared, is useless */
};

struct postgres_tx {
    struct tx base;
    PGconn *conn; /* NULL until first wanted, and after it broke */
    struct pending pending[PENDING_MAX];
    int pending_count;
    unsigned stmts_made; /* for their names */
    bool writes;         /* this transaction may */
    bool begun;          /* BEGIN was sent */
    bool committing;     /* COMMIT was sent and not answered: the outcome is open */
    bool committed;
    bool broken; /* the connection was lost during this transaction */
    enum retry retry;
};

enum { NAME_SIZE = 16 };

struct postgres_stmt {
    struct stmt base;
    char name[NAME_SIZE];
    enum { UNPREPARED, PREPARING, PREPARED } prepared;
    Oid *types; /* of $1..$n, by how they are bound */
    const char **values;
    int *lengths, *formats;
    char (*numbers)[8]; /* integers in network order */
    PGresult *result;
    int row, rows;
};

struct topic {
    char name[TOPIC_SIZE];
    bool wanted; /* committed here, not yet told to anybody */
};

/* "stockbridge " and eight digits: what this process is called at the server, and no other. */
enum { PEER_NAME_SIZE = 24 };

struct postgres_db {
    struct db base;
    char *url;
    char *password; /* of the URL, to keep it out of texts; NULL without */
    char name[PEER_NAME_SIZE];

    pthread_mutex_t mutex; /* guards from here ... */
    pthread_cond_t freed;
    struct postgres_tx **idle; /* the last one given back is taken first: its cache is warm */
    int idle_count, waiting;   /* ... to here */
    struct postgres_tx *pool;
    int pool_count;

    pthread_t listener;
    bool listener_runs;
    int wake_fd;                  /* eventfd: a topic is wanted, or stop */
    PGconn *listen_conn;          /* of the listener's thread */
    pthread_mutex_t topics_mutex; /* guards from here ... */
    struct topic topics[TOPICS_KNOWN_MAX];
    int topics_count;
    bool stopping; /* ... to here */
};

/* db_postgres_wire.c: sending and receiving */
/* Without waiting; kind is CONTROL or COMMIT. */
void postgres_control(struct postgres_tx *t, enum pending_kind kind, const char *sql);
void postgres_begin(struct postgres_tx *t); /* sends BEGIN at the transaction's first statement */
void postgres_pending(struct postgres_tx *t, enum pending_kind kind, struct postgres_stmt *st);
void postgres_sync(struct postgres_tx *t);         /* sends everything */
void postgres_drain(struct postgres_tx *t);        /* and waits for every answer */
void postgres_lost(struct postgres_tx *t);         /* the connection is gone */
bool postgres_alive(const struct postgres_tx *t);  /* connected and not known to be broken */
void postgres_disconnect(struct postgres_tx *t);   /* and forgets its statements */
void postgres_sent(struct postgres_tx *t, int ok); /* the result of a PQsend function */

/* db_postgres_error.c */
/* Fills *e from a failed result, without any value of a parameter; tells what may help. */
enum retry postgres_error(const PGresult *result, struct error *e);
/* The text of a failed connection, without its password. */
enum err postgres_connect_error(const struct postgres_db *d, const PGconn *conn, struct error *e);

/* db_postgres_stmt.c */
void postgres_lock(struct tx *tx, int64_t number, bool exclusive);
void postgres_script(struct tx *tx, struct str sql);
struct stmt *postgres_stmt_new(struct tx *tx, const char *sql);
void postgres_stmt_free(struct stmt *st);
void postgres_put_ints(struct buf *out, const int64_t *values, size_t count);
void postgres_start(struct stmt *st);
void postgres_later(struct stmt *st);
bool postgres_row(struct stmt *st);
void postgres_end(struct stmt *st);

/* db_postgres_value.c */
enum column_kind postgres_column(struct stmt *st, int column, int64_t *number, struct str *bytes);
void postgres_put_be(char out[8], int64_t value); /* big endian, as the protocol has integers */

/* db_postgres_connect.c */
/* A connection with this program's settings, checked to be fit; not yet in pipeline mode. */
PGconn *postgres_connect(const struct postgres_db *d, struct error *e);
/* Checks the URL, keeps its password aside. */
MUST_USE enum err postgres_parse(struct postgres_db *d, struct str url, struct error *e);

/* db_postgres_listen.c */
MUST_USE enum err postgres_listener_start(struct postgres_db *d, struct error *e);
void postgres_listener_stop(struct postgres_db *d); /* what is wanted is still sent */
void postgres_want_topics(struct postgres_db *d, const struct tx *tx);

#endif
