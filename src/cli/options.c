/* options.c: the table and its parser; see options.h. */
#include "cli/options.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum kind { KIND_TEXT, KIND_NUMBER, KIND_MS, KIND_FLAG };

struct option {
    const char *name;  /* "--data" */
    const char *value; /* shown: "DIR"; NULL for a flag */
    const char *commands;
    enum kind kind;
    size_t field;
    const char *text;            /* default */
    int64_t number, least, most; /* numbers; seconds for KIND_MS */
    const char *help;
};

#define TEXT(field) KIND_TEXT, offsetof(struct options, field)
#define NUMBER(field) KIND_NUMBER, offsetof(struct options, field)
#define SECONDS(field) KIND_MS, offsetof(struct options, field)
#define FLAG(field) KIND_FLAG, offsetof(struct options, field)

static const struct option table[] = {
    { "--data", "DIR", "every command", TEXT(data), "data", 0, 0, 0,
        "folder of the SQLite database and the master key; made with mode 0700 when absent" },
    { "--database", "URL", "every command", TEXT(database), NULL, 0, 0, 0,
        "postgresql://... instead of SQLite; any number of servers may share it" },
    { "--master-key-file", "FILE", "every command", TEXT(master_key_file), NULL, 0, 0, 0,
        "32 bytes that seal the credentials; master.key in DIR unless given, made when absent" },
    { "--log-level", "LEVEL", "every command", TEXT(log_level), "info", 0, 0, 0,
        "debug, info, warn, error or off; logs are JSON lines on stderr" },
    { "--listen", "ADDR:PORT", "serve", TEXT(listen), "127.0.0.1:8080", 0, 0, 0,
        "where to listen; port 0 picks a free one, which is printed" },
    { "--assets", "DIR", "serve", TEXT(assets), NULL, 0, 0, 0,
        "folder of the built web page; beside the program unless given" },
    { "--secure-cookies", NULL, "serve", FLAG(secure_cookies), NULL, 0, 0, 0,
        "session cookies only over TLS: set it behind a TLS proxy" },
    { "--workers", "N", "serve", NUMBER(workers), NULL, 8, 1, 256,
        "threads that answer HTTP requests" },
    { "--connections", "N", "serve", NUMBER(connections), NULL, 8, 2, 256,
        "database connections: readers on SQLite, the pool on PostgreSQL" },
    { "--http-connections", "N", "serve", NUMBER(http_connections), NULL, 16384, 16, 100000,
        "most open HTTP connections" },
    { "--pushers", "N", "serve", NUMBER(pushers), NULL, 2, 1, 8,
        "concurrent calls that send quantities, per channel" },
    { "--order-poll", "SECONDS", "serve", SECONDS(order_poll_ms), NULL, 10, 1, 3600,
        "least time between two readings of new orders; the rate limits stretch it" },
    { "--listing-refresh", "SECONDS", "serve", SECONDS(listing_refresh_ms), NULL, 60, 1, 86400,
        "time between two readings of changed listings" },
    { "--webhook-timeout", "SECONDS", "serve", SECONDS(webhook_timeout_ms), NULL, 15, 1, 60,
        "how long the receiver of a webhook may take to answer" },
    { "--stop-timeout", "SECONDS", "serve", SECONDS(stop_timeout_ms), NULL, 10, 1, 600,
        "how long requests under way may take after SIGTERM" },
    { "--time-scale", "X", "serve", NUMBER(time_scale), NULL, 1, 1, 1000,
        "for trying out with the simulator only: the clock runs X times as fast; refused while a"
        " channel's addresses are not on this machine" },
    { "--repair", NULL, "verify", FLAG(repair), NULL, 0, 0, 0, "put right what differs" },
    { "--portable", NULL, "backup", FLAG(portable), NULL, 0, 0, 0,
        "everything as JSON lines, which restore takes into either engine; always on PostgreSQL" },
    { "--force", NULL, "restore", FLAG(force), NULL, 0, 0, 0,
        "replace an existing database; it is kept beside it" },
    { "--role", "ROLE", "user add, token create", TEXT(role), NULL, 0, 0, 0,
        "admin, manager, warehouse or viewer" },
    { "--name", "NAME", "user add, token create", TEXT(name), NULL, 0, 0, 0,
        "what it is shown as" },
    { "--scope", "AREA:LEVEL,...", "token create", TEXT(scope), NULL, 0, 0, 0,
        "what the token may do of what its role may; all of it unless given" },
    { "--expires", "TIME", "token create", TEXT(expires), NULL, 0, 0, 0,
        "when the token ends: 2027-01-01T00:00:00Z, or in days: 90d; never unless given" },
    { "--channel", "CHANNEL", "diagnose", TEXT(channel), NULL, 0, 0, 0,
        "only this channel: its id or name" },
    { "--sku", "SKU", "diagnose", TEXT(sku), NULL, 0, 0, 0, "only listings with this SKU" },
    { "--dry-run", NULL, "import", FLAG(dry_run), NULL, 0, 0, 0,
        "write nothing; say what would change" },
    { "--accept-warnings", NULL, "import items", FLAG(accept_warnings), NULL, 0, 0, 0,
        "take IMEIs whose check digit is wrong" },
    { "--errors", "FILE", "import", TEXT(errors), NULL, 0, 0, 0,
        "write the rejected rows there, with what is wrong; .csv or .xlsx" },
    { "--separator", "WORD", "import, export", TEXT(separator), NULL, 0, 0, 0,
        "of a CSV that is written: comma, which is the default, semicolon or tab" },
    { "--bom", NULL, "import, export", FLAG(bom), NULL, 0, 0, 0,
        "a CSV that is written begins with the UTF-8 mark, as Excel wants it" },
    { "--json", NULL, "diagnose", FLAG(json), NULL, 0, 0, 0, "as JSON" },
};
enum { OPTION_COUNT = sizeof table / sizeof table[0] };

static const struct {
    const char *usage, *help;
} commands[] = {
    { "serve", "run the server" },
    { "migrate", "bring the database's schema up to date" },
    { "verify [--repair]", "compare every derived figure with its definition; 1 on a difference" },
    { "backup DEST [--portable]", "copy the database while servers run" },
    { "restore SRC", "put a backup in place; the servers must be stopped" },
    { "rotate-key", "seal every secret anew with another master key; the servers must be stopped" },
    { "user add EMAIL --role ROLE", "add a user; prints the password once" },
    { "user list", "e-mail, role, state and second factor of every user" },
    { "user lock|unlock EMAIL", "nobody signs in as them; they do again, and a lock-out ends" },
    { "user reset-password EMAIL", "print a one-time password; it has to be replaced" },
    { "user disable-totp EMAIL", "take the second factor away" },
    { "token create --name NAME --role ROLE", "make an API token; prints it once" },
    { "diagnose [--channel C] [--sku S]", "say why a quantity is not what you expect" },
    { "import catalog|items|connections|prices FILE",
        "apply a spreadsheet; 2 when rows were rejected" },
    { "export catalog|items|connections|prices|orders|audit FILE",
        "write a spreadsheet: .csv or .xlsx" },
    { "version", "print the version" },
    { "help [markdown]", "print this" },
};

/* STOCKBRIDGE_ORDER_POLL */
static const char *twin(const struct option *o, char *name, size_t size)
{
    (void)snprintf(name, size, "STOCKBRIDGE_%s", o->name + 2);
    for (char *c = name; *c; c++)
        *c = *c == '-' ? '_' : *c >= 'a' && *c <= 'z' ? (char)(*c - 'a' + 'A') : *c;
    return getenv(name);
}

static void *field(struct options *out, const struct option *o)
{
    return (char *)out + o->field;
}

static enum err set(struct options *out, const struct option *o, const char *value,
    const char *where, struct error *e)
{
    if (o->kind == KIND_TEXT) {
        memcpy(field(out, o), &value, sizeof value);
        return OK;
    }
    if (o->kind == KIND_FLAG) {
        bool on = strcmp(value, "0") != 0 && strcmp(value, "false") != 0 && *value;
        memcpy(field(out, o), &on, sizeof on);
        return OK;
    }
    int64_t n;
    if (!str_to_int64(str_of(value), &n) || n < o->least || n > o->most)
        return error_set(e, ERR_INVALID,
            "%s: %s must be a whole number from %lld to %lld, not \"%s\"", where, o->value,
            (long long)o->least, (long long)o->most, value);
    if (o->kind == KIND_MS) n *= 1000;
    memcpy(field(out, o), &n, sizeof n);
    return OK;
}

static enum err set_defaults(struct options *out, struct error *e)
{
    *out = (struct options){ 0 };
    for (size_t i = 0; i < OPTION_COUNT; i++) {
        const struct option *o = &table[i];
        int64_t n = o->kind == KIND_MS ? o->number * 1000 : o->number;
        if (o->kind == KIND_TEXT) memcpy(field(out, o), &o->text, sizeof o->text);
        if (o->kind == KIND_NUMBER || o->kind == KIND_MS) memcpy(field(out, o), &n, sizeof n);
        char name[64];
        const char *value = twin(o, name, sizeof name);
        enum err rc = value && *value ? set(out, o, value, name, e) : OK;
        if (rc) return rc;
    }
    return OK;
}

static const struct option *find(const char *word, size_t len)
{
    for (size_t i = 0; i < OPTION_COUNT; i++)
        if (strlen(table[i].name) == len && memcmp(table[i].name, word, len) == 0) return &table[i];
    return NULL;
}

static enum err take_option(int argc, char **argv, int *at, struct options *out, struct error *e)
{
    const char *word = argv[*at], *equals = strchr(word, '=');
    const struct option *o = find(word, equals ? (size_t)(equals - word) : strlen(word));
    if (!o) return error_set(e, ERR_INVALID, "unknown option \"%s\"; see stockbridge help", word);
    if (o->kind == KIND_FLAG) return set(out, o, equals ? equals + 1 : "1", o->name, e);
    if (equals) return set(out, o, equals + 1, o->name, e);
    if (*at + 1 == argc) return error_set(e, ERR_INVALID, "%s wants a %s", o->name, o->value);
    return set(out, o, argv[++*at], o->name, e);
}

enum err options_parse(int argc, char **argv, struct options *out, bool *help, struct error *e)
{
    enum { POSITIONAL_MAX = sizeof out->positional / sizeof out->positional[0] };
    *help = false;
    enum err rc = set_defaults(out, e);
    for (int i = 0; i < argc && !rc; i++) {
        if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0)
            *help = true;
        else if (argv[i][0] == '-' && argv[i][1] == '-')
            rc = take_option(argc, argv, &i, out, e);
        else if (out->positional_count == POSITIONAL_MAX)
            rc = error_set(e, ERR_INVALID, "\"%s\" is one word too many", argv[i]);
        else
            out->positional[out->positional_count++] = argv[i];
    }
    return rc;
}

static void shown_default(const struct option *o, char *out, size_t size)
{
    out[0] = 0;
    if (o->kind == KIND_TEXT && o->text) (void)snprintf(out, size, "%s", o->text);
    if (o->kind == KIND_NUMBER || o->kind == KIND_MS)
        (void)snprintf(out, size, "%lld", (long long)o->number);
}

void options_print_help(void)
{
    puts("usage: stockbridge COMMAND [OPTION...]\n");
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++)
        printf("  %-38s %s\n", commands[i].usage, commands[i].help);
    puts("\nOptions (each has a twin in the environment: STOCKBRIDGE_LISTEN for --listen):\n");
    for (size_t i = 0; i < OPTION_COUNT; i++) {
        char left[64], standard[64];
        (void)snprintf(
            left, sizeof left, "%s %s", table[i].name, table[i].value ? table[i].value : "");
        shown_default(&table[i], standard, sizeof standard);
        printf("  %-28s %s%s%s%s (%s)\n", left, table[i].help, *standard ? " [" : "", standard,
            *standard ? "]" : "", table[i].commands);
    }
}

void options_print_markdown(void)
{
    puts("# Configuration\n\nPrinted by `stockbridge help markdown` from the table that the program"
         " reads its options from.\n\n| option | environment | default | commands | meaning |\n"
         "|---|---|---|---|---|");
    for (size_t i = 0; i < OPTION_COUNT; i++) {
        char name[64], standard[64];
        (void)twin(&table[i], name, sizeof name);
        shown_default(&table[i], standard, sizeof standard);
        printf("| `%s%s%s` | `%s` | %s | %s | %s |\n", table[i].name, table[i].value ? " " : "",
            table[i].value ? table[i].value : "", name, *standard ? standard : "–",
            table[i].commands, table[i].help);
    }
}
