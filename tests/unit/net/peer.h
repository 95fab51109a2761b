/*
 * peer.h: a server that misbehaves to order, for tests of clients.
 *
 * It plays its script once, one step for each request: accepts when it has no connection, reads up
 * to the empty line that ends a head, sends `reply` and does `then`.
 */
#ifndef TESTS_UNIT_NET_PEER_H
#define TESTS_UNIT_NET_PEER_H

#include "base/buf.h"

#include <pthread.h>

enum peer_then {
    PEER_KEEP,
    PEER_CLOSE,
    PEER_RESET,
    PEER_HOLD,     /* until the other side closes */
    PEER_HOLD_RAW, /* the same, without reading a request or sending a reply */
};

struct peer_step {
    struct str reply;
    enum peer_then then;
};

struct peer {
    int port;
    int listener;
    const struct peer_step *steps;
    size_t count;
    struct buf heads; /* of all requests, after peer_join */
    int requests;
    pthread_t thread;
};

void peer_start(struct peer *p, const struct peer_step *steps, size_t count);
/* Waits for the end of the script, which the client must have brought about. Counts a connection
 * that nobody accepted as one more request. Then peer_release. */
void peer_join(struct peer *p);
void peer_release(struct peer *p);

#endif
