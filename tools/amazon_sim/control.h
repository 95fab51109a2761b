/* control.h: what the files of the simulator's own controls share. */
#ifndef AMAZON_SIM_CONTROL_H
#define AMAZON_SIM_CONTROL_H

#include "api.h"

/* Each takes the parsed body (absent for GET and DELETE) and answers. */
void control_listings(struct call *c, struct json body);
void control_orders(struct call *c, struct json body);
void control_state(struct call *c);
void control_feeds(struct call *c);

/* {"error": text}; false. */
bool control_refuse(struct call *c, int status, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
bool control_error(struct call *c, const struct error *e);
bool control_is(const struct call *c, const char *method);
/* Members that no one reads are refused: `allowed` ends with NULL. */
bool control_known(struct call *c, struct json object, const char *const *allowed);
/* Each leaves *out alone when the member is absent; false: answered. */
bool control_int(
    struct call *c, struct json o, const char *key, int64_t min, int64_t max, int64_t *out);
bool control_bool(struct call *c, struct json o, const char *key, bool *out);
bool control_str(struct call *c, struct json o, const char *key, size_t max, struct str *out);

#endif
