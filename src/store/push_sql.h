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

#endif
