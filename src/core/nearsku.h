/*
 * nearsku.h: SKUs that a person would call the same (domain.md 7): case, spaces and signs, leading
 * zeros. Only for hints; a connection needs exact equality.
 */
#ifndef CORE_NEARSKU_H
#define CORE_NEARSKU_H

#include "base/arena.h"

/* Two SKUs with equal keys are near: ASCII letters in lower case, only letters and digits (and any
 * byte beyond ASCII), each run of digits without leading zeros. */
struct str near_sku_key(struct str sku, struct arena *arena);

/* What differs, for people: "case", "spaces or signs", "leading zeros"; "" when equal. */
const char *near_sku_difference(struct str a, struct str b, struct arena *arena);

#endif
