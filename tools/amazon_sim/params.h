/* params.h: query parameters as Amazon's models declare them. A fault is answered with a 400. */
#ifndef AMAZON_SIM_PARAMS_H
#define AMAZON_SIM_PARAMS_H

#include "sim.h"

enum { PARAM_LIST_MAX = 64 };

struct param_list {
    struct str items[PARAM_LIST_MAX];
    size_t count;
};

struct str param(const struct call *c, struct str name); /* the first; "" when absent */
bool param_given(const struct call *c, struct str name);
/* Values with commas between, `%2C` and repeated parameters alike. */
bool param_list(struct call *c, struct str name, size_t max, struct param_list *out);
bool param_enum_list(struct call *c, struct str name, const char *const *allowed, uint32_t *set);
bool param_time(struct call *c, struct str name, time_ms *out); /* untouched when absent */
bool param_int(struct call *c, struct str name, int64_t min, int64_t max, int64_t *out);
/* Into *index of `allowed` (ends with NULL); untouched when absent. */
bool param_enum(struct call *c, struct str name, const char *const *allowed, int *index);
bool param_marketplaces(struct call *c, bool required, size_t max, struct param_list *out);
bool list_has(const struct param_list *l, struct str s);
/* Of all parameters but those named (ends with NULL), whatever their order. */
uint64_t params_hash(const struct call *c, const char *const *but);

#endif
