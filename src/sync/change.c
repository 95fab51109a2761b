/* change.c: transactions of the engine. */
#include "sync/internal.h"

struct change_call {
    struct engine *engine;
    const struct actor *actor;
    change_fn fn;
    void *ctx;
};

static enum err run_change(struct tx *tx, void *ctx, struct error *e)
{
    const struct change_call *call = ctx;
    struct change c = { tx, tx_arena(tx), call->actor, clock_now(call->engine->parts.clock),
        call->engine->parts.rng };
    return call->fn(&c, call->ctx, e);
}

enum err engine_change(struct engine *engine, const struct actor *actor, const char *name,
    change_fn fn, void *ctx, struct error *e)
{
    struct change_call call = { engine, actor, fn, ctx };
    return db_write(engine->parts.db, name, run_change, &call, e);
}

enum err worker_change(struct worker *w, const char *name, change_fn fn, void *ctx, struct error *e)
{
    return engine_change(w->engine, &w->actor, name, fn, ctx, e);
}
