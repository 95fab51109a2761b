/*
 * wire.h: raw bytes over loopback, for tests of what is said on the wire.
 *
 * Every read has a deadline of WIRE_TIMEOUT_MS, so that a server that hangs fails a test and does
 * not stop it. Failures of the plumbing itself end the process.
 */
#ifndef TESTS_UNIT_NET_WIRE_H
#define TESTS_UNIT_NET_WIRE_H

#include "base/buf.h"

enum { WIRE_TIMEOUT_MS = 10000 };

int wire_connect(int port);
/* False when the other side has closed before everything was sent. */
bool wire_send(int fd, struct str bytes);
/* Appends what arrives until `until` has been seen in it (all that arrives, when empty) or the
 * other side closes; false on the deadline or a reset. */
bool wire_read(int fd, struct buf *into, struct str until);
/* Reads one reply with Content-Length, or without body; false on anything else. */
bool wire_read_reply(int fd, struct buf *into);
int wire_status(struct str reply);
struct str wire_body(struct str reply);
/* One connection: sends, reads to the end. The result holds all replies; release it. */
struct buf wire_exchange(int port, struct str bytes);
/* True when the other side closes (or resets) without another byte. */
bool wire_closed(int fd);
int wire_listen(int *port);

#endif
