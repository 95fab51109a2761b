/*
 * listing_sync.h: the whole import of listings, past the search's ceiling (sp-api.md 3.3).
 *
 * The search shows at most 1,000 results, so the time of creation is cut into windows until each
 * holds no more. The windows still to be read are kept in the run, so that a restart goes on; only
 * an import that read all of them ends listings that it did not see.
 */
#ifndef SYNC_LISTING_SYNC_H
#define SYNC_LISTING_SYNC_H

#include "sync/internal.h"

/* The cursor of the channel's time up to which changes of listings have been read. */
#define LISTINGS_REFRESH_CURSOR "listings_refresh"

/* Works a run that waits, to its end, or until stopping. */
void listing_sync_tend(struct worker *w, const struct channel_row *ch);

#endif
