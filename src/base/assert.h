/*
 * assert.h: checks for bugs, on in every build.
 *
 * A failed ASSERT means the program itself is wrong: it prints the place and aborts. Whatever the
 * outside world can cause (input, network, disk) is an enum err instead. Killing the process is
 * safe at any instruction, so stopping is better than going on with a wrong state.
 */
#ifndef BASE_ASSERT_H
#define BASE_ASSERT_H

_Noreturn void panic_at(const char *file, int line, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

#define PANIC(...) panic_at(__FILE__, __LINE__, __VA_ARGS__)
#define ASSERT(condition) ((condition) ? (void)0 : PANIC("assertion failed: %s", #condition))

#endif
