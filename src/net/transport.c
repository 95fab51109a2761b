/* transport.c: what all transports share. */
#include "net/transport.h"

struct str transport_reply_header(const struct transport_reply *reply, struct str name)
{
    for (size_t i = 0; i < reply->header_count; i++)
        if (str_eq_nocase(reply->headers[i].name, name)) return reply->headers[i].value;
    return S("");
}
