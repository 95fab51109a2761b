/* channel.h: what the handlers of channels and of their listings share. */
#ifndef HTTP_CHANNEL_H
#define HTTP_CHANNEL_H

#include "http/internal.h"
#include "store/channels.h"

/* In the request's arena; ERR_NOT_FOUND. */
MUST_USE enum err find_channel(
    struct call *c, int64_t id, struct channel_row **out, struct error *e);
/* ERR_CONFLICT while it can do nothing: "channel_paused", "channel_not_connected". */
MUST_USE enum err channel_ready(const struct channel_row *ch, struct error *e);
/* NULL: there is no such kind of channel. */
const struct channel_driver *driver_of(struct call *c, struct str kind);

#endif
