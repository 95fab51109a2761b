/* number.h: numbers with a fraction, which base/json.h leaves out on purpose (money has none). */
#ifndef AMAZON_SIM_NUMBER_H
#define AMAZON_SIM_NUMBER_H

#include "base/json.h"

/* An integer or real within min..max; false, with *out untouched, on anything else. */
bool number_of_json(struct json v, double min, double max, double *out);
bool number_of_text(struct str s, double min, double max, double *out);
void number_put(struct buf *out, double n); /* as Amazon writes rates: "5.0", "0.0056" */

#endif
