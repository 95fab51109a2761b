/*
 * password.h: which passwords people may choose (Amazon's Data Protection Policy;
 * docs/security.md).
 *
 * Pure. Passwords are UTF-8 text of any characters; nothing of them is kept.
 */
#ifndef CORE_PASSWORD_H
#define CORE_PASSWORD_H

#include "base/str.h"

enum {
    PASSWORD_LENGTH_MIN = 12, /* code points */
    PASSWORD_KINDS_MIN = 3,   /* of lower case, upper case, digits, all others; */
    PASSWORD_PHRASE_MIN = 20, /* from this length on one less: a phrase of words */
    PASSWORD_REST_MIN = 6,    /* characters beside the words and rows that everybody uses */
    PASSWORD_PART_MIN = 3,    /* the shortest part of a name or an e-mail that is looked for */
    PASSWORD_HISTORY = 10,    /* the last ones, which may not come back */
    PASSWORD_DAYS_MAX = 365,
    PASSWORD_DAYS_MIN = 1, /* between two changes of one's own, so that the history holds */
};

enum password_fault {
    PASSWORD_GOOD,
    PASSWORD_TOO_SHORT,
    PASSWORD_TOO_SIMPLE,    /* too few kinds of characters */
    PASSWORD_CONTAINS_NAME, /* a part of the person's name or e-mail */
    PASSWORD_TOO_COMMON,    /* little is left of it without what everybody uses */
};

/* The first of the faults in the order above. */
enum password_fault password_fault(struct str password, struct str email, struct str name);
/* The machine word ("too_simple") and the sentence for people. Not of PASSWORD_GOOD. */
const char *password_fault_code(enum password_fault fault);
const char *password_fault_text(enum password_fault fault);

#endif
