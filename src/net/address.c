/* address.c: the special-purpose registries of IANA (RFC 6890 and after), as a table. */
#include "net/address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>

static const struct {
    uint32_t prefix;
    int bits;
} special4[] = {
    { 0x00000000, 8 },  /* this network */
    { 0x0a000000, 8 },  /* private */
    { 0x64400000, 10 }, /* shared by carriers */
    { 0x7f000000, 8 },  /* loopback */
    { 0xa9fe0000, 16 }, /* link-local, and the metadata of clouds */
    { 0xac100000, 12 }, /* private */
    { 0xc0000000, 24 }, /* protocol assignments */
    { 0xc0000200, 24 }, /* documentation */
    { 0xc0586300, 24 }, /* 6to4 relays */
    { 0xc0a80000, 16 }, /* private */
    { 0xc6120000, 15 }, /* benchmarks */
    { 0xc6336400, 24 }, /* documentation */
    { 0xcb007100, 24 }, /* documentation */
    { 0xe0000000, 3 },  /* multicast, reserved, broadcast */
};

static bool is_public4(uint32_t address)
{
    for (size_t i = 0; i < sizeof special4 / sizeof special4[0]; i++)
        if ((address ^ special4[i].prefix) >> (32 - special4[i].bits) == 0) return false;
    return true;
}

static uint32_t four(const unsigned char *at)
{
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

/* Global unicast is 2000::/3; of it Teredo and its neighbours (2001::/23), documentation and 6to4
 * are not plain hosts. NAT64 carries an IPv4 address, which decides. */
static bool is_public6(const unsigned char *a)
{
    static const unsigned char nat64[12] = { 0x00, 0x64, 0xff, 0x9b };
    static const unsigned char mapped[12] = { [10] = 0xff, [11] = 0xff };
    if (memcmp(a, nat64, sizeof nat64) == 0 || memcmp(a, mapped, sizeof mapped) == 0)
        return is_public4(four(a + 12));
    if ((a[0] & 0xe0) != 0x20) return false;
    uint32_t head = four(a);
    bool assigned = head >> 9 == 0x20010000 >> 9;
    bool documentation = head == 0x20010db8 || head >> 12 == 0x3fff0000 >> 12;
    return !assigned && !documentation && head >> 16 != 0x2002;
}

bool address_is_public(const struct sockaddr *address)
{
    if (address->sa_family == AF_INET) {
        struct sockaddr_in in;
        memcpy(&in, address, sizeof in);
        return is_public4(ntohl(in.sin_addr.s_addr));
    }
    if (address->sa_family == AF_INET6) {
        struct sockaddr_in6 in;
        memcpy(&in, address, sizeof in);
        return is_public6(in.sin6_addr.s6_addr);
    }
    return false;
}

bool address_text_is_public(const char *text)
{
    struct in_addr four_bytes;
    struct in6_addr sixteen;
    if (inet_pton(AF_INET, text, &four_bytes) == 1) return is_public4(ntohl(four_bytes.s_addr));
    return inet_pton(AF_INET6, text, &sixteen) == 1 && is_public6(sixteen.s6_addr);
}
