/* address_test.c: what a webhook may call, and what it may not. */
#include "check.h"

#include "net/address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>

static const struct {
    const char *text;
    bool is_public;
    const char *why;
} rows[] = {
    { "8.8.8.8", true, "a host" },
    { "1.1.1.1", true, "a host" },
    { "172.15.255.255", true, "below the private range" },
    { "172.32.0.0", true, "above it" },
    { "100.63.255.255", true, "below the shared range" },
    { "100.128.0.0", true, "above it" },
    { "223.255.255.255", true, "the last before multicast" },
    { "0.0.0.0", false, "this host" },
    { "10.1.2.3", false, "private" },
    { "100.64.0.1", false, "shared" },
    { "127.0.0.1", false, "loopback" },
    { "127.255.255.254", false, "all of loopback" },
    { "169.254.169.254", false, "the metadata of clouds" },
    { "172.16.0.1", false, "private" },
    { "172.31.255.255", false, "private, to its end" },
    { "192.0.2.1", false, "documentation" },
    { "192.168.1.1", false, "private" },
    { "198.19.0.1", false, "benchmarks" },
    { "224.0.0.1", false, "multicast" },
    { "255.255.255.255", false, "broadcast" },
    { "2606:4700:4700::1111", true, "a host" },
    { "2a00:1450:4001::64", true, "a host" },
    { "::", false, "unspecified" },
    { "::1", false, "loopback" },
    { "fe80::1", false, "link-local" },
    { "fc00::1", false, "unique local" },
    { "fd12:3456::1", false, "unique local" },
    { "ff02::1", false, "multicast" },
    { "2001:db8::1", false, "documentation" },
    { "3fff::1", false, "documentation" },
    { "2001::1", false, "Teredo" },
    { "2002:7f00:1::", false, "6to4 of loopback" },
    { "::ffff:127.0.0.1", false, "loopback in IPv6" },
    { "::ffff:8.8.8.8", true, "a host in IPv6" },
    { "::127.0.0.1", false, "the old form" },
    { "64:ff9b::a00:1", false, "NAT64 of a private address" },
    { "64:ff9b::808:808", true, "NAT64 of a host" },
    { "64:ff9b:1::808:808", false, "local NAT64" },
};

static void test_ranges(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct sockaddr_storage any;
        struct sockaddr_in four = { .sin_family = AF_INET };
        struct sockaddr_in6 six = { .sin6_family = AF_INET6 };
        memset(&any, 0, sizeof any);
        if (inet_pton(AF_INET, rows[i].text, &four.sin_addr) == 1)
            memcpy(&any, &four, sizeof four);
        else if (inet_pton(AF_INET6, rows[i].text, &six.sin6_addr) == 1)
            memcpy(&any, &six, sizeof six);
        else
            fail_msg("%s is no address", rows[i].text);
        CHECK_INT(address_is_public((struct sockaddr *)&any), rows[i].is_public, rows[i].text);
        CHECK_INT(address_text_is_public(rows[i].text), rows[i].is_public, rows[i].why);
    }
    struct sockaddr local = { .sa_family = AF_UNIX };
    CHECK(!address_is_public(&local), "another family");
    CHECK(!address_text_is_public("localhost"), "a name");
    CHECK(!address_text_is_public(""), "nothing");
    CHECK(!address_text_is_public("8.8.8"), "half an address");
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_ranges) };
    return cmocka_run_group_tests_name("net_address", tests, NULL, NULL);
}
