/*
 * disk.c: what the disk alone takes to keep something: a block appended to a file that is laid out
 * already, and fdatasync. Nothing that is durable when it is acknowledged can be faster.
 *
 * usage: disk FOLDER TIMES     prints one line of JSON: milliseconds, in order of size
 */
#include "base/clock.h"
#include "base/str.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { BLOCK = 4096, TIMES_MAX = 100000 };

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

static int fail(const char *what)
{
    perror(what);
    return 1;
}

int main(int argc, char **argv)
{
    static double took[TIMES_MAX];
    static char block[BLOCK], path[4096];
    int64_t times;
    if (argc != 3 || !str_to_int64(str_of(argv[2]), &times) || times < 1 || times > TIMES_MAX) {
        (void)fputs("usage: disk FOLDER TIMES\n", stderr);
        return 2;
    }
    (void)snprintf(path, sizeof path, "%s/disk.bench", argv[1]);
    int fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0 || unlink(path) || posix_fallocate(fd, 0, times * BLOCK) || fsync(fd))
        return fail(path);
    for (int64_t i = 0; i < times; i++) {
        int64_t began = clock_measure_us();
        if (pwrite(fd, block, BLOCK, i * BLOCK) != BLOCK || fdatasync(fd)) return fail(path);
        took[i] = (double)(clock_measure_us() - began) / 1000;
    }
    (void)close(fd);
    qsort(took, (size_t)times, sizeof took[0], by_size);
    printf("{\"p50_ms\": %.3f, \"p99_ms\": %.3f}\n", took[times / 2], took[times * 99 / 100]);
    return 0;
}
