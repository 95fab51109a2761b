/*
 * money.h: amounts as people write them, and the minor units in which they are kept (ISO 4217).
 */
#ifndef CORE_MONEY_H
#define CORE_MONEY_H

#include "base/buf.h"

#define MONEY_AMOUNT_MAX INT64_C(1000000000000)

/* Digits behind the point: 2 for most currencies and for those that are not known. */
int money_exponent(struct str currency);
bool money_is_currency(struct str s); /* three capital letters */

/* "199", "199.5", "199.00": digits, a point, at most as many digits behind it as the currency has.
 * No sign, no separators of thousands; at most MONEY_AMOUNT_MAX minor units. */
bool money_parse(struct str text, struct str currency, int64_t *amount);
/* "199.00": what money_parse reads back as the same. */
void money_put(struct buf *out, int64_t amount, struct str currency);

#endif
