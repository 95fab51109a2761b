/*
 * options.h: every option of the program, in one table, from which parsing, the environment twins,
 * --help and the reference in the docs come.
 *
 * A value is taken from the command line, else from STOCKBRIDGE_NAME in the environment, else from
 * the table.
 */
#ifndef CLI_OPTIONS_H
#define CLI_OPTIONS_H

#include "base/clock.h"
#include "base/err.h"

struct options {
    const char *data;            /* folder of the SQLite database and the master key */
    const char *database;        /* postgresql://..., instead of SQLite in data */
    const char *master_key_file; /* NULL: master.key in data */
    const char *listen;
    const char *assets; /* folder of the built web page; NULL: beside the program */
    const char *log_level;
    int64_t workers;     /* threads that answer HTTP */
    int64_t connections; /* database connections */
    int64_t http_connections;
    int64_t pushers;
    int64_t order_poll_ms;
    int64_t listing_refresh_ms;
    int64_t webhook_timeout_ms;
    int64_t stop_timeout_ms;
    int64_t time_scale;
    bool secure_cookies;
    bool repair;
    bool portable;
    bool json;
    bool force;
    bool dry_run;
    bool accept_warnings;
    const char *errors;
    const char *separator; /* of a CSV: "comma", "semicolon" or "tab"; NULL: a comma */
    bool bom;
    const char *role;
    const char *name;
    const char *scope;   /* of a token: "catalog:read,orders:write" */
    const char *expires; /* of a token: a time, or days: "90d" */
    const char *channel;
    const char *sku;
    const char *positional[4]; /* the command's own words, e.g. "user", "add", EMAIL */
    int positional_count;
};

/* args: after the program's name. ERR_INVALID names the faulty word. *help: --help was asked. */
MUST_USE enum err options_parse(
    int argc, char **argv, struct options *out, bool *help, struct error *e);

/* The whole help text, for people. */
void options_print_help(void);
/* The same table as Markdown, for docs/configuration.md (`stockbridge help markdown`). */
void options_print_markdown(void);

#endif
