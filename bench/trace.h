/* trace.h: the file that bench/trace.c writes and bench/replay.c reads: for each execution a head,
 * the SQL, then for each parameter its fixed part and its bytes. */
#ifndef BENCH_TRACE_H
#define BENCH_TRACE_H

#include <stdint.h>

enum { TRACE_PARAMS_MAX = 64 };
enum trace_kind { TRACE_NULL, TRACE_INT, TRACE_TEXT, TRACE_BLOB };

struct trace_head {
    uint32_t sql_len, params;
};

struct trace_param {
    uint32_t kind, len;
    int64_t number;
};

#endif
