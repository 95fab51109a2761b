/*
 * api.h: the HTTP interface of docs/openapi.yaml: authorise, parse into the store's types, one
 * transaction, render, reply.
 */
#ifndef HTTP_API_H
#define HTTP_API_H

#include "net/http_server.h"
#include "sync/engine.h"
#include "webhook/webhooks.h"

struct api;

struct api_options {
    struct db *db;
    struct clock *clock;
    struct rng *rng;
    const struct seal_key *key;
    struct engine *engine;                 /* NULL: nothing can be verified (tests) */
    struct webhooks *webhooks;             /* NULL: no message can be sent by hand (tests) */
    struct channel_driver *const *drivers; /* ends with NULL */
    bool secure_cookies;
    const char *asset_dir; /* of the built page; NULL: none is served */
    const char *version;
    const char *spool_dir; /* of temporary files; NULL: TMPDIR, then /tmp */
};

/* Registers with db_listen: before other threads use the database. */
MUST_USE enum err api_new(const struct api_options *options, struct api **out, struct error *e);
void api_handle(void *ctx, struct http_request *req, struct http_reply *reply);
size_t api_file_max(void *ctx, struct str method, struct str path); /* spool_max_of the server */
void api_stop(struct api *api);    /* ends streams and the thread that feeds them */
void api_release(struct api *api); /* after the database was closed */

/* For tests: every route, "METHOD /path/{id}", and what it needs; NULL beyond the last. */
const char *api_route_name(size_t i, const char **area, const char **level);

#endif
