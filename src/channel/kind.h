/*
 * kind.h: what people choose from when they set a channel up: regions, marketplaces, order
 * statuses.
 */
#ifndef CHANNEL_KIND_H
#define CHANNEL_KIND_H

#include <stddef.h>

/* Static; owned by the driver. */
struct channel_kind_marketplace {
    const char *id, *name, *country;
};
struct channel_kind_region {
    const char *region, *name;
    const struct channel_kind_marketplace *marketplaces;
    size_t marketplace_count;
};
struct channel_kind_status {
    const char *status, *meaning;
    const char *suggested; /* title of a shipped order status; NULL: not mapped */
};
struct channel_kind_info {
    const char *kind, *name; /* "amazon", "Amazon" */
    const struct channel_kind_region *regions;
    size_t region_count;
    const struct channel_kind_status *statuses;
    size_t status_count;
};

#endif
