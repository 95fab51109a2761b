/*
 * allocation.h: which committed items stand for which order lines (domain.md 3).
 *
 * A maximum matching of an order's items to its lines: a line takes up to its quantity, an item
 * fits a line whose candidates hold its variation. Among maximum matchings, lines that name a
 * variation come first, then lower line ids. The sets of lines that can be filled together form a
 * (poly)matroid, so filling lines in that order by augmenting paths, never giving back, is
 * both maximum and the preferred one; `committed` does not depend on the order of anything else.
 */
#ifndef CORE_ALLOCATION_H
#define CORE_ALLOCATION_H

#include "base/arena.h"

struct allocation_line {
    int64_t line_id;
    int64_t quantity; /* >= 0 */
    bool exact;       /* names a variation */
    const int64_t *candidates;
    size_t candidate_count;
    int64_t committed; /* result */
};

struct allocation_group {
    int64_t variation_id; /* ascending over the array, no two equal */
    int64_t count;        /* items of it on the order */
    int64_t left_over;    /* result: direct commits */
};

struct allocation_share {
    size_t line, group; /* indexes */
    int64_t units;      /* > 0 */
};

/* Shares live in the arena, in order of line. */
void allocation_solve(struct arena *arena, struct allocation_line *lines, size_t line_count,
    struct allocation_group *groups, size_t group_count, struct allocation_share **shares,
    size_t *share_count);

#endif
