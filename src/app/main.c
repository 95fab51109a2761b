/* main.c: from the command line to the command. */
#include "app/serve.h"
#include "base/log.h"
#include "cli/context.h"

#include <stdio.h>
#include <string.h>

static int help(const struct options *options)
{
    if (options->positional_count > 1 && strcmp(options->positional[1], "markdown") == 0)
        options_print_markdown();
    else
        options_print_help();
    return 0;
}

static int version(const struct options *options)
{
    (void)options;
    (void)puts("stockbridge " STOCKBRIDGE_VERSION);
    return 0;
}

static const struct {
    const char *first, *second;
    int (*run)(const struct options *options);
} commands[] = {
    { "serve", NULL, serve },
    { "migrate", NULL, command_migrate },
    { "verify", NULL, command_verify },
    { "backup", NULL, command_backup },
    { "restore", NULL, command_restore },
    { "rotate-key", NULL, command_rotate_key },
    { "user", "add", command_user_add },
    { "user", "list", command_user_list },
    { "user", "lock", command_user_lock },
    { "user", "unlock", command_user_unlock },
    { "user", "reset-password", command_user_reset_password },
    { "user", "disable-totp", command_user_disable_totp },
    { "token", "create", command_token_create },
    { "diagnose", NULL, command_diagnose },
    { "import", NULL, command_import },
    { "export", NULL, command_export },
    { "version", NULL, version },
    { "help", NULL, help },
};

static int dispatch(const struct options *options)
{
    const char *first = options->positional[0];
    const char *second = options->positional_count > 1 ? options->positional[1] : "";
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++)
        if (strcmp(commands[i].first, first) == 0 &&
            (!commands[i].second || strcmp(commands[i].second, second) == 0))
            return commands[i].run(options);
    (void)fprintf(
        stderr, "stockbridge: no such command: %s %s; see stockbridge help\n", first, second);
    return 1;
}

int main(int argc, char **argv)
{
    struct options options;
    struct error e;
    bool wants_help;
    if (options_parse(argc - 1, argv + 1, &options, &wants_help, &e)) return cli_fail(&e);
    if (wants_help) return help(&options);
    enum log_level level;
    if (!log_level_parse(str_of(options.log_level), &level)) {
        (void)error_set(&e, ERR_INVALID, "no such log level: %s", options.log_level);
        return cli_fail(&e);
    }
    log_set_level(level);
    if (options.positional_count == 0) {
        options_print_help();
        return 1;
    }
    return dispatch(&options);
}
