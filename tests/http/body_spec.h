/*
 * body_spec.h: what every route that takes a body says of its fields.
 *
 * From these rows body_test.c makes the bodies that must be refused (and with what pointer and
 * code), and those at the limits that must be taken. In `good` and in paths a '~' stands for a
 * number that is new each time.
 */
#ifndef TESTS_HTTP_BODY_SPEC_H
#define TESTS_HTTP_BODY_SPEC_H

#include <stdint.h>

enum field_kind {
    FIELD_TEXT,   /* least and most in characters */
    FIELD_LINES,  /* text that may have line breaks */
    FIELD_SECRET, /* text as typed */
    FIELD_ESN,
    FIELD_WORD, /* text that must name something known */
    FIELD_URL,
    FIELD_NUMBER, /* least and most */
    FIELD_ID,     /* of something that exists */
    FIELD_FLAG,
    FIELD_TIME,
    FIELD_FUTURE, /* a time that is not over */
    FIELD_MONEY,
    FIELD_COLOR,
    FIELD_LIST, /* least and most elements */
    FIELD_OBJECT,
};

enum {
    REQUIRED = 1,
    NULL_OK = 2,
    ALWAYS = 4,  /* sent with the others, though it need not be */
    TEXTS = 8,   /* elements of a list */
    IDS = 16,    /* elements of a list */
    LISTED = 32, /* no element twice */
    FREE = 64,   /* elements need not be known */
};

struct field_spec {
    const char *name, *good; /* good: JSON; NULL only for what is never sent by itself */
    enum field_kind kind;
    int flags;
    int64_t least, most;
};

struct body_spec {
    const char *route;  /* as the table of the interface names it */
    const char *path;   /* with ids that exist */
    const char *around; /* the body, with $ where the object goes; NULL: the object itself */
    const char *at;     /* pointer of the object */
    int good;           /* status */
    const struct field_spec *fields;
    const char *role; /* as a session of this role; NULL: by the admin's token */
};

extern const struct body_spec body_specs[]; /* ends with a row without route */

#endif
