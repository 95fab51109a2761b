/* temp_file.c: see temp_file.h. */
#include "base/temp_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

int temp_file_open(const char *dir)
{
    if (!dir) dir = getenv("TMPDIR");
    if (!dir || !dir[0]) dir = "/tmp";
    int fd = open(dir, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (fd >= 0 || (errno != EOPNOTSUPP && errno != EISDIR)) return fd;
    /* A file system that cannot make files without a name (some overlays, NFS). */
    char path[4096];
    int n = snprintf(path, sizeof path, "%s/stockbridge-XXXXXX", dir);
    if (n < 0 || (size_t)n >= sizeof path) {
        errno = ENAMETOOLONG;
        return -1;
    }
    fd = mkostemp(path, O_CLOEXEC);
    if (fd >= 0) unlink(path);
    return fd;
}

bool temp_file_write(int fd, struct str bytes)
{
    while (bytes.len) {
        ssize_t n = write(fd, bytes.at, bytes.len);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return false;
        bytes = str_sub(bytes, (size_t)n, bytes.len);
    }
    return true;
}
