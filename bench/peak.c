/*
 * peak.c: what a program takes: its time, and the most memory that it held.
 *
 * usage: peak PROGRAM [ARGUMENT...]
 *   Ends with the program's own exit code; prints milliseconds and the most kilobytes that were
 * resident. What the program says stays on its standard error; its standard output goes nowhere.
 */
#include "base/clock.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

enum { CANNOT_RUN = 127 };

static void become(char **arguments)
{
    int nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);
    if (nowhere < 0 || dup2(nowhere, STDOUT_FILENO) < 0) _exit(CANNOT_RUN);
    (void)execv(arguments[0], arguments);
    _exit(CANNOT_RUN);
}

int main(int argc, char **argv)
{
    struct rusage usage;
    int status = 0;
    if (argc < 2) {
        (void)fprintf(stderr, "usage: %s PROGRAM [ARGUMENT...]\n", argv[0]);
        return 2;
    }
    time_ms from = clock_monotonic(clock_system());
    pid_t child = fork();
    if (child == 0) become(argv + 1);
    if (child < 0 || wait4(child, &status, 0, &usage) != child) {
        perror(argv[0]);
        return 1;
    }
    time_ms took = clock_monotonic(clock_system()) - from;
    (void)printf("{\"ms\":%lld,\"kb\":%ld}\n", (long long)took, usage.ru_maxrss);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}
