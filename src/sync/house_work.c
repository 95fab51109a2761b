/* house_work.c: the thread that forgets what is no longer of use (store/housekeeping.h). */
#include "base/log.h"
#include "store/housekeeping.h"
#include "sync/internal.h"

static enum err round_of(struct change *c, void *ctx, struct error *e)
{
    return housekeeping(c, ctx, e);
}

void *house_thread(void *ctx)
{
    struct engine *engine = ctx;
    const struct actor actor = { ACTOR_SYSTEM, 0, S("system"), S("") };
    unsigned never = 0, seen = 0;
    time_ms timeout = 0;
    while (engine_wait(engine, &never, &seen, timeout)) {
        struct error e;
        bool more = false;
        enum err rc = engine_change(engine, &actor, "housekeeping", round_of, &more, &e);
        if (rc) LOG_WARN("sync", "housekeeping_failed", "%s", e.detail);
        timeout = more && !rc ? 0 : HOUSEKEEPING_EVERY_MS;
    }
    return NULL;
}
