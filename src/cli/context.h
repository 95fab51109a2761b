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

/* Opens the folder (made when absent) and the database, also while a server runs on it. `migrate`:
 * also brings the schema up to date when none does; else ERR_CONFLICT when it is not. */
MUST_USE enum err cli_open(
    struct cli *c, const struct options *options, bool migrate, struct error *e);
/* Alone, with the newest schema, and with what a crash left of a change of the master key settled:
 * ERR_CONFLICT while another process has it open. */
MUST_USE enum err cli_open_alone(struct cli *c, const struct options *options, struct error *e);
/* Only to read, also while a server runs. */
MUST_USE enum err cli_open_reading(struct cli *c, const struct options *options, struct error *e);
/* Alone, without looking at the schema. */
MUST_USE enum err cli_open_bare(struct cli *c, const struct options *options, struct error *e);
void cli_close(struct cli *c);

/* One server per data folder. ERR_CONFLICT when another one runs. */
MUST_USE enum err cli_lock_folder(struct cli *c, struct error *e);

struct str cli_database_path(const struct options *options, struct arena *arena);
const char *cli_key_path(struct cli *c);
/* FILE.before-SECONDS, which does not exist: what is replaced is kept under it. */
const char *cli_kept_name(struct cli *c, const char *path);

typedef enum err (*cli_change_fn)(struct change *c, void *ctx, struct error *e);
MUST_USE enum err cli_change(
    struct cli *c, const char *name, cli_change_fn fn, void *ctx, struct error *e);

/* Each returns the exit code and has printed what there is to say. */
int command_migrate(const struct options *options);
int command_verify(const struct options *options);
int command_backup(const struct options *options);
int command_restore(const struct options *options);
int command_rotate_key(const struct options *options);
int command_user_add(const struct options *options);
int command_user_list(const struct options *options);
int command_user_lock(const struct options *options);
int command_user_unlock(const struct options *options);
int command_user_reset_password(const struct options *options);
int command_user_disable_totp(const struct options *options);
int command_token_create(const struct options *options);
int command_diagnose(const struct options *options);
int command_import(const struct options *options);
int command_export(const struct options *options);

/* errno in words, with the path. */
enum err cli_file_error(const char *path, struct error *e);
/* So that a name just given is not lost with the power. */
MUST_USE enum err cli_sync_folder(const char *path, struct error *e);

int cli_fail(const struct error *e); /* prints; 1 */

#endif
