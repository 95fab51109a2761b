/*
 * metrics.h: what GET /metrics shows, in Prometheus' text format 0.0.4, and the counters behind it.
 *
 * Names, units and labels: docs/operations.md; packaging/grafana shows them. Counters are atomic:
 * any thread may count.
 */
#ifndef HTTP_METRICS_H
#define HTTP_METRICS_H

#include "http/api.h"

/* Upper bounds of the histogram of request durations, in microseconds. */
enum { METRICS_BUCKETS = 9, METRICS_CLASSES = 5 };

struct metrics {
    /* By class of status, 1xx to 5xx: requests in each bucket, the last without a bound. */
    int64_t requests[METRICS_CLASSES][METRICS_BUCKETS + 1];
    int64_t request_us[METRICS_CLASSES];
    int64_t started_at_ms;
};

void metrics_count_request(struct metrics *m, int status, int64_t took_us);

/* The database's figures are left out, and stockbridge_database_up is 0, when it does not answer.
 */
void metrics_write(
    struct metrics *m, const struct api_options *options, struct arena *arena, struct buf *out);

#endif
