/* log.c: formats a line in a buffer of its own and writes it at once. */
#include "base/log.h"

#include "base/clock.h"
#include "base/json.h"

#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <unistd.h>

enum { DETAIL_SIZE = 3072, LINE_SIZE_MAX = 16 * 1024 };

static _Atomic int least_level = LOG_LEVEL_INFO;

static const char *const level_names[] = { "debug", "info", "warn", "error", "off" };

void log_set_level(enum log_level least)
{
    atomic_store(&least_level, (int)least);
}

bool log_level_parse(struct str name, enum log_level *out)
{
    for (int i = 0; i <= LOG_LEVEL_OFF; i++) {
        if (!str_eq(name, str_of(level_names[i]))) continue;
        *out = (enum log_level)i;
        return true;
    }
    return false;
}

void log_event(enum log_level level, const char *module, const char *event, const char *fmt, ...)
{
    if ((int)level < atomic_load(&least_level)) return;
    char detail[DETAIL_SIZE];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(detail, sizeof detail, fmt, ap);
    va_end(ap);

    char now[RFC3339_SIZE];
    struct buf line;
    struct jw w;
    buf_init(&line, LINE_SIZE_MAX);
    jw_init(&w, &line);
    jw_object(&w);
    jw_kstr(&w, "time", rfc3339_format(clock_now(clock_system()), now));
    jw_kstr(&w, "level", str_of(level_names[level]));
    jw_kstr(&w, "module", str_of(module));
    jw_kstr(&w, "event", str_of(event));
    if (detail[0]) jw_kstr(&w, "detail", str_of(detail));
    jw_object_end(&w);
    buf_put_char(&line, '\n');
    /* Nothing useful can be done when stderr is gone. */
    ssize_t written = write(STDERR_FILENO, line.at, line.len);
    (void)written;
    buf_release(&line);
}
