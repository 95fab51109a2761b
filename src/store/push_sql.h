/*
 * push_sql.h: what the planner and the sender ask of a listing in the same words; private to
 * push*.c. `g` is the listing.
 */
#ifndef STORE_PUSH_SQL_H
#define STORE_PUSH_SQL_H

/* 1 when its channel counts at least one status and one warehouse; else 0. */
#define CHANNEL_COUNTS                                                                             \
    "CASE WHEN EXISTS (SELECT 1 FROM channel_counted_status x WHERE x.channel_id = g.channel_id)"  \
    " AND EXISTS (SELECT 1 FROM channel_counted_warehouse y WHERE y.channel_id = g.channel_id)"    \
    " THEN 1 ELSE 0 END"

/* Listings whose figures have changed since they were planned: a rise or a refresh of theirs may be
 * more than there is (an order that explains what is shown came in a moment ago). */
#define UNPLANNED                                                                                  \
    "(SELECT lv.listing_id FROM dirty_variation d JOIN listing_variation lv"                       \
    " ON lv.variation_id = d.variation_id UNION ALL SELECT listing_id FROM dirty_listing)"

#endif
