/*
 * temp_file.h: files without a name, for what is too large for memory.
 *
 * Gone when the last descriptor is closed, also after a crash. For reading and writing, closed on
 * exec, mode 0600.
 */
#ifndef BASE_TEMP_FILE_H
#define BASE_TEMP_FILE_H

#include "base/str.h"

/* dir NULL: TMPDIR, then /tmp. A descriptor, or -1 with errno. */
int temp_file_open(const char *dir);

/* Appends all of it. False, with errno: the disk. */
bool temp_file_write(int fd, struct str bytes);

#endif
