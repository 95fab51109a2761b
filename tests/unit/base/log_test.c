/* log_test.c: a line is one JSON object, whatever it is given. */
#include "check.h"

#include "base/json.h"
#include "base/log.h"

#include <unistd.h>

static void test_line(void **state)
{
    (void)state;
    int ends[2], saved = dup(STDERR_FILENO);
    CHECK_INT(pipe(ends), 0, "pipe");
    dup2(ends[1], STDERR_FILENO);
    LOG_INFO("test", "quoted", "%s", "a \"b\" \xC0 \n");
    LOG_DEBUG("test", "below_the_level", "%s", "x");
    dup2(saved, STDERR_FILENO);
    close(ends[1]);
    char line[4096];
    ssize_t n = read(ends[0], line, sizeof line);
    close(ends[0]);
    close(saved);
    CHECK(n > 0 && line[n - 1] == '\n', "one line");
    struct json root;
    struct error e;
    CHECK_ERR(json_parse((struct str){ line, (size_t)n }, sizeof line, &root, &e), OK, &e, "JSON");
    struct str s;
    CHECK(json_str(json_get(root, "event"), &s), "event");
    CHECK_STR(s, S("quoted"), "event");
    CHECK(json_str(json_get(root, "detail"), &s), "detail");
    CHECK_STR(s, S("a \"b\" \xEF\xBF\xBD \n"), "bytes that are no UTF-8 are replaced");
    json_release(&root);
}

static void test_levels(void **state)
{
    (void)state;
    enum log_level level;
    CHECK(log_level_parse(S("warn"), &level) && level == LOG_LEVEL_WARN, "known");
    CHECK(!log_level_parse(S("loud"), &level), "unknown");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_line),
        cmocka_unit_test(test_levels),
    };
    return cmocka_run_group_tests_name("base/log", tests, NULL, NULL);
}
