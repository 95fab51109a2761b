/*
 * check.h: cmocka with a reason beside each check.
 *
 * A row of a table says why it is there; a failing check prints that reason.
 */
#ifndef TESTS_CHECK_H
#define TESTS_CHECK_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "base/str.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

#define CHECK(condition, why)                                                                      \
    do {                                                                                           \
        if (!(condition)) fail_msg("%s: not true: %s", (why), #condition);                         \
    } while (0)

#define CHECK_INT(got, want, why)                                                                  \
    do {                                                                                           \
        long long got_ = (long long)(got), want_ = (long long)(want);                              \
        if (got_ != want_) fail_msg("%s: %s is %lld, wanted %lld", (why), #got, got_, want_);      \
    } while (0)

#define CHECK_STR(got, want, why)                                                                  \
    do {                                                                                           \
        struct str got_ = (got), want_ = (want);                                                   \
        if (!str_eq(got_, want_))                                                                  \
            fail_msg("%s: %s is \"%.*s\", wanted \"%.*s\"", (why), #got, STR_FMT(got_),            \
                STR_FMT(want_));                                                                   \
    } while (0)

/* For calls that end in `struct error *`: prints the detail when the result is another. */
#define CHECK_ERR(call, want, e, why)                                                              \
    do {                                                                                           \
        (e)->detail[0] = '\0';                                                                     \
        enum err got_ = (call);                                                                    \
        if (got_ != (want))                                                                        \
            fail_msg("%s: %s gave %d (%s), wanted %d", (why), #call, (int)got_, (e)->detail,       \
                (int)(want));                                                                      \
    } while (0)

#endif
