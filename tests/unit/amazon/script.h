/*
 * script.h: a transport whose replies a test writes down, and a clock that it moves.
 *
 * Requests to the token endpoint are answered by themselves with "Atza|token-N" unless the script
 * says otherwise; everything else takes the next reply. What was sent is kept for checks.
 */
#ifndef TESTS_UNIT_AMAZON_SCRIPT_H
#define TESTS_UNIT_AMAZON_SCRIPT_H

#include "check.h"

#include "amazon/internal.h"

#include <string.h>

enum { SCRIPT_MAX = 64 };

struct script_reply {
    int status; /* 0: no reply, but err and code */
    enum err err;
    const char *code;
    const char *header, *header_value;
    const char *body;
};

struct script_sent {
    struct str method, url, body, token, date, agent, type;
    bool cleartext;
};

struct script {
    struct transport transport; /* first */
    struct clock clock;
    struct arena arena; /* of what was sent */
    time_ms wall, monotonic;
    struct script_reply replies[SCRIPT_MAX];
    size_t reply_count, next;
    struct script_reply token_replies[SCRIPT_MAX];
    size_t token_reply_count, token_next;
    struct script_sent sent[SCRIPT_MAX];
    size_t sent_count;
    pthread_mutex_t lock;
    int in_token, in_token_most; /* renewals at the same time */
    int token_yields;            /* how often a renewal lets other threads run first */
};

void script_init(struct script *s);
void script_release(struct script *s);
void script_reply(struct script *s, int status, const char *body);
void script_fail(struct script *s, enum err err, const char *code);
void script_token(struct script *s, int status, const char *body);
/* Connection of seller "SELLER1" in region na, marketplace ATVPDKIKX0DER. */
struct channel_conn *script_open(struct script *s, struct channel_driver **d);
void script_close(struct channel_driver *d, struct channel_conn *c);

#endif
