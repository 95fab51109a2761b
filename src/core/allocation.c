/* allocation.c: bipartite flow by augmenting paths, several units at a time; see allocation.h. */
#include "core/allocation.h"

#include "base/assert.h"

/* A line may take items of a group; units = how many it has of it. */
struct edge {
    size_t line, group;
    int64_t units;
    size_t next_of_group; /* index + 1 of the next edge of the same group; 0: none */
};

struct solver {
    struct allocation_line *lines;
    size_t line_count;
    struct allocation_group *groups;
    size_t group_count;
    struct edge *edges;  /* in order of line */
    size_t *first;       /* [line_count + 1]: edges of line i are first[i] .. first[i + 1] */
    size_t *group_edges; /* index + 1 of a group's first edge */
    /* Breadth-first search; marks are compared with `round`, so that nothing is cleared. */
    size_t round;
    size_t *line_seen, *group_seen;
    size_t *line_from;  /* edge by which the search gave the line's units away */
    size_t *group_from; /* edge by which the group was reached */
    size_t *queue;      /* of lines */
};

static const struct allocation_group *find_group(const struct solver *s, int64_t variation_id)
{
    size_t low = 0, high = s->group_count;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (s->groups[mid].variation_id < variation_id)
            low = mid + 1;
        else
            high = mid;
    }
    bool found = low < s->group_count && s->groups[low].variation_id == variation_id;
    return found ? &s->groups[low] : NULL;
}

static void build(struct solver *s, struct arena *arena)
{
    size_t most = 0;
    for (size_t i = 0; i < s->line_count; i++)
        most += s->lines[i].candidate_count;
    s->edges = arena_new(arena, struct edge, most + 1);
    s->first = arena_new(arena, size_t, s->line_count + 1);
    s->group_edges = arena_new(arena, size_t, s->group_count + 1);
    s->line_seen = arena_new(arena, size_t, s->line_count + 1);
    s->line_from = arena_new(arena, size_t, s->line_count + 1);
    s->queue = arena_new(arena, size_t, s->line_count + 1);
    s->group_seen = arena_new(arena, size_t, s->group_count + 1);
    s->group_from = arena_new(arena, size_t, s->group_count + 1);
    size_t n = 0;
    for (size_t i = 0; i < s->line_count; i++) {
        s->first[i] = n;
        for (size_t k = 0; k < s->lines[i].candidate_count; k++) {
            const struct allocation_group *g = find_group(s, s->lines[i].candidates[k]);
            if (!g) continue;
            size_t group = (size_t)(g - s->groups);
            s->edges[n] = (struct edge){ i, group, 0, s->group_edges[group] };
            s->group_edges[group] = ++n;
        }
    }
    s->first[s->line_count] = n;
}

/* From a group with spare items back to the line that the search began with. */
static int64_t augment(struct solver *s, size_t start, size_t group, int64_t wanted)
{
    int64_t units = wanted;
    if (s->groups[group].left_over < units) units = s->groups[group].left_over;
    for (size_t g = group;;) {
        size_t line = s->edges[s->group_from[g]].line;
        if (line == start) break;
        const struct edge *given = &s->edges[s->line_from[line]];
        if (given->units < units) units = given->units;
        g = given->group;
    }
    s->groups[group].left_over -= units;
    for (size_t g = group;;) {
        struct edge *taken = &s->edges[s->group_from[g]];
        taken->units += units;
        if (taken->line == start) break;
        struct edge *given = &s->edges[s->line_from[taken->line]];
        given->units -= units;
        g = given->group;
    }
    s->lines[start].committed += units;
    return units;
}

/* The other lines that hold units of the group may give them up for units of another group. */
static void visit_holders(struct solver *s, size_t group, size_t *queued)
{
    for (size_t at = s->group_edges[group]; at; at = s->edges[at - 1].next_of_group) {
        const struct edge *edge = &s->edges[at - 1];
        if (!edge->units || s->line_seen[edge->line] == s->round) continue;
        s->line_seen[edge->line] = s->round;
        s->line_from[edge->line] = at - 1;
        s->queue[(*queued)++] = edge->line;
    }
}

/* One augmenting path for the line; false when there is none. */
static bool fill_once(struct solver *s, size_t start)
{
    size_t queued = 0;
    s->round++;
    s->line_seen[start] = s->round;
    s->queue[queued++] = start;
    for (size_t q = 0; q < queued; q++) {
        size_t line = s->queue[q];
        for (size_t at = s->first[line]; at < s->first[line + 1]; at++) {
            size_t group = s->edges[at].group;
            if (s->group_seen[group] == s->round) continue;
            s->group_seen[group] = s->round;
            s->group_from[group] = at;
            if (s->groups[group].left_over > 0) {
                int64_t wanted = s->lines[start].quantity - s->lines[start].committed;
                return augment(s, start, group, wanted) > 0;
            }
            visit_holders(s, group, &queued);
        }
    }
    return false;
}

static void fill(struct solver *s, bool exact)
{
    for (size_t i = 0; i < s->line_count; i++) {
        if (s->lines[i].exact != exact) continue;
        while (s->lines[i].committed < s->lines[i].quantity)
            if (!fill_once(s, i)) break;
    }
}

void allocation_solve(struct arena *arena, struct allocation_line *lines, size_t line_count,
    struct allocation_group *groups, size_t group_count, struct allocation_share **shares,
    size_t *share_count)
{
    struct solver s = {
        .lines = lines, .line_count = line_count, .groups = groups, .group_count = group_count
    };
    for (size_t i = 0; i < line_count; i++) {
        ASSERT(i == 0 || lines[i - 1].line_id < lines[i].line_id);
        lines[i].committed = 0;
    }
    for (size_t i = 0; i < group_count; i++) {
        ASSERT(i == 0 || groups[i - 1].variation_id < groups[i].variation_id);
        groups[i].left_over = groups[i].count;
    }
    *shares = NULL;
    *share_count = 0;
    if (!group_count || !line_count) return;
    build(&s, arena);
    fill(&s, true);
    fill(&s, false);
    size_t edge_count = s.first[line_count];
    *shares = arena_new(arena, struct allocation_share, edge_count + 1);
    for (size_t i = 0; i < edge_count; i++)
        if (s.edges[i].units > 0)
            (*shares)[(*share_count)++] =
                (struct allocation_share){ s.edges[i].line, s.edges[i].group, s.edges[i].units };
}
