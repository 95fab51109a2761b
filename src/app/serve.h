/*
 * serve.h: the server: database, sync engine, HTTP.
 */
#ifndef APP_SERVE_H
#define APP_SERVE_H

#include "cli/options.h"

/* Until SIGTERM or SIGINT. Returns the exit code. */
int serve(const struct options *options);

#endif
