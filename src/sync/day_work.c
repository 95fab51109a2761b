/* day_work.c: takes the inventory's count of each day that is over, in one process at a time. */
#include "base/limits.h"
#include "base/log.h"
#include "store/inventory_day.h"
#include "sync/internal.h"

enum { LOOK_MS = 60 * 1000, NO_CHANNEL = 0 /* whose lease this is */ };

struct day_call {
    struct engine *engine;
    struct arena *arena;
    int64_t day;
    bool due, held;
    struct inventory_counts counts;
};

static enum err take_lease(struct change *c, void *ctx, struct error *e)
{
    struct day_call *call = ctx;
    return lease_take(c, NO_CHANNEL, str_of(call->engine->owner),
        engine_upkeep(call->engine, LEASE_MS), &call->held, e);
}

static enum err find_next(struct tx *tx, void *ctx, struct error *e)
{
    struct day_call *call = ctx;
    time_ms now = clock_now(call->engine->parts.clock);
    return inventory_day_next(tx, now, &call->day, &call->due, e);
}

/* Outside of the writer: of a long history this takes a while. */
static enum err count_day(struct tx *tx, void *ctx, struct error *e)
{
    struct day_call *call = ctx;
    return inventory_day_count(tx, call->day, call->arena, &call->counts, e);
}

static enum err keep_day(struct change *c, void *ctx, struct error *e)
{
    struct day_call *call = ctx;
    return inventory_day_keep(c, call->day, &call->counts, e);
}

/* One day, if one is due and no other process is at it. */
static enum err take_one(struct day_call *call, const struct actor *actor, struct error *e)
{
    struct engine *engine = call->engine;
    arena_reset(call->arena);
    enum err rc = db_read(engine->parts.db, "next day", find_next, call, e);
    if (rc || !call->due) return rc;
    rc = engine_change(engine, actor, "lease", take_lease, call, e);
    if (rc || !call->held) {
        call->due = false;
        return rc;
    }
    rc = db_read(engine->parts.db, "count day", count_day, call, e);
    return rc ? rc : engine_change(engine, actor, "keep day", keep_day, call, e);
}

void *days_thread(void *ctx)
{
    struct engine *engine = ctx;
    const struct actor actor = { ACTOR_SYSTEM, 0, S("system"), S("") };
    struct arena arena;
    arena_init(&arena, "days", JOB_ARENA_MAX);
    struct day_call call = { .engine = engine, .arena = &arena };
    unsigned never = 0, seen = 0;
    time_ms timeout = 0;
    while (engine_wait(engine, &never, &seen, timeout)) {
        struct error e;
        enum err rc = take_one(&call, &actor, &e);
        if (rc) LOG_WARN("sync", "day_not_counted", "%s", e.detail);
        timeout = rc || !call.due ? LOOK_MS : 0;
    }
    arena_release(&arena);
    return NULL;
}
