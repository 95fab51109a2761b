/*
 * address.h: which network addresses are those of the public Internet.
 *
 * For calls whose URL somebody typed in: without this guard they could reach what only this machine
 * and its neighbours should (SSRF): a database, the metadata of a cloud, a router.
 */
#ifndef NET_ADDRESS_H
#define NET_ADDRESS_H

#include "base/str.h"

#include <sys/socket.h>

/* False for loopback, private, link-local, shared, multicast, documentation and reserved ranges,
 * for IPv4 addresses of these written inside IPv6 ones, and for any other family. */
bool address_is_public(const struct sockaddr *address);
/* The same of a number such as "192.0.2.1" or "2001:db8::1"; false for anything else. */
bool address_text_is_public(const char *text);

#endif
