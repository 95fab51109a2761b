/*
 * context.h: what every command needs: the database, the master key, an arena; and the commands.
 */
#ifndef CLI_CONTEXT_H
#define CLI_CONTEXT_H

#include "base/seal.h"
#include "cli/options.h"
#include "store/store.h"

#include <stdio.h>

struct cli {
    const struct options *options;
    struct db *db;
    struct seal_key key;
    struct arena arena;
    struct actor actor;
    int lock_fd; /* of a data folder that is served; -1: not held */
};

/* Opens the folder (made when absent) and the database. `migrate`: also brings the schema up to
 * date; else ERR_CONFLICT when it is not. */
MUST_USE enum err cli_open(
    struct cli *c, const struct options *options, bool migrate, struct error *e);
void cli_close(struct cli *c);

/* One server per data folder. ERR_CONFLICT when another one runs. */
MUST_USE enum err cli_lock_folder(struct cli *c, struct error *e);

struct str cli_database_path(const struct options *options, struct arena *arena);

typedef enum err (*cli_change_fn)(struct change *c, void *ctx, struct error *e);
MUST_USE enum err cli_change(
    struct cli *c, const char *name, cli_change_fn fn, void *ctx, struct error *e);

/* Each returns the exit code and has printed what there is to say. */
int command_migrate(const struct options *options);
int command_verify(const struct options *options);
int command_backup(const struct options *options);
int command_restore(const struct options *options);
int command_user_add(const struct options *options);
int command_token_create(const struct options *options);
int command_diagnose(const struct options *options);

int cli_fail(const struct error *e); /* prints; 1 */

#endif
