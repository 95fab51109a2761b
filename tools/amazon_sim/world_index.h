/* world_index.h: the hash indexes of the world, private to world.c and world_orders.c. */
#ifndef AMAZON_SIM_WORLD_INDEX_H
#define AMAZON_SIM_WORLD_INDEX_H

#include "world.h"

typedef struct str index_key(const void *at);

void *world_index_get(const struct world_index *x, struct str key, index_key *key_of);
void world_index_add(struct world *w, struct world_index *x, void *at, index_key *key_of);
void world_order_index(struct world *w, struct order *o);

#endif
