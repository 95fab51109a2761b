/*
 * esn.h: what identifies a device: an IMEI (15 digits, Luhn check digit, 3GPP TS 23.003 6.2) or an
 * alphanumeric serial.
 */
#ifndef CORE_ESN_H
#define CORE_ESN_H

#include "base/str.h"

enum esn_fault {
    ESN_GOOD,
    ESN_EMPTY,
    ESN_TOO_LONG,   /* over ESN_MAX bytes */
    ESN_CHARACTERS, /* other than ASCII letters, digits and . _ / - */
    ESN_LUHN,       /* 15 digits whose check digit is wrong: a warning that a person may override */
};

/* Trims, and nothing else: never a silent change. *out looks at s. */
enum esn_fault esn_check(struct str s, struct str *out);

/* For people; "" for ESN_GOOD. */
const char *esn_fault_text(enum esn_fault fault);

/* s is digits only. */
bool luhn_good(struct str s);

#endif
