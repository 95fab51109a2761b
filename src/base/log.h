/*
 * log.h: one JSON line per event on stderr.
 *
 * error: a person must act; warn: we healed; info: a state changed; debug: off by default.
 * `event` is a stable name such as "push_refused". Secrets and buyer data never come here: give
 * ids, not values. Thread-safe; one write(2) per line.
 */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include "base/str.h"

enum log_level { LOG_LEVEL_DEBUG, LOG_LEVEL_INFO, LOG_LEVEL_WARN, LOG_LEVEL_ERROR, LOG_LEVEL_OFF };

void log_set_level(enum log_level least);
bool log_level_parse(struct str name, enum log_level *out); /* debug info warn error off */

/* fmt makes the `detail` of the line; a line is cut at 4 KiB. */
void log_event(enum log_level level, const char *module, const char *event, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));

#define LOG_ERROR(module, event, ...) log_event(LOG_LEVEL_ERROR, module, event, __VA_ARGS__)
#define LOG_WARN(module, event, ...) log_event(LOG_LEVEL_WARN, module, event, __VA_ARGS__)
#define LOG_INFO(module, event, ...) log_event(LOG_LEVEL_INFO, module, event, __VA_ARGS__)
#define LOG_DEBUG(module, event, ...) log_event(LOG_LEVEL_DEBUG, module, event, __VA_ARGS__)

#endif
