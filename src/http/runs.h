/*
 * runs.h: runs as the interface shows them, and who may see which: who reads an area reads its
 * runs.
 */
#ifndef HTTP_RUNS_H
#define HTTP_RUNS_H

#include "http/auth.h"
#include "store/run.h"

void render_run(struct jw *w, const struct run *run);

enum area run_area(enum run_kind kind);
/* Of their routes, which ask for the level in AREA_CHANNELS. */
#define RUN_AREAS (ROUTE_OR(AREA_CATALOG) | ROUTE_OR(AREA_INVENTORY))
/* ERR_FORBIDDEN */
MUST_USE enum err run_must(
    const struct call *c, const struct run *run, enum permission level, struct error *e);

#endif
