/* temp_file_test.c: a file that has no name and keeps what is written. */
#include "check.h"

#include "base/temp_file.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

static void test_without_name(void **state)
{
    (void)state;
    struct stat st;
    char back[8] = "";
    int fd = temp_file_open(NULL);
    CHECK(fd >= 0, "a file");
    CHECK(
        temp_file_write(fd, S("abc")) && temp_file_write(fd, S("")) && temp_file_write(fd, S("d")),
        "written");
    CHECK_INT(pread(fd, back, sizeof back, 0), 4, "all of it");
    CHECK_STR(str_of(back), S("abcd"), "in order");
    CHECK_INT(fstat(fd, &st), 0, "it is there");
    CHECK_INT(st.st_nlink, 0, "and has no name");
    CHECK_INT(st.st_mode & 0777, 0600, "for nobody else");
    CHECK(fcntl(fd, F_GETFD) & FD_CLOEXEC, "not for other programs");
    close(fd);
}

static void test_disk(void **state)
{
    (void)state;
    CHECK_INT(temp_file_open("/nowhere/at/all"), -1, "no such folder");
    CHECK_INT(errno, ENOENT, "why");
    int fd = open("/dev/full", O_WRONLY | O_CLOEXEC);
    if (fd < 0) return;
    CHECK(!temp_file_write(fd, S("x")), "a full disk");
    CHECK_INT(errno, ENOSPC, "why");
    close(fd);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_without_name),
        cmocka_unit_test(test_disk),
    };
    return cmocka_run_group_tests_name("base/temp_file", tests, NULL, NULL);
}
