/*
 * harness_server.c: a PostgreSQL 15 of one's own in a temporary folder.
 *
 * PostgreSQL refuses to run as root, so root becomes `postgres` or `nobody` for it. The server dies
 * with the test that started it (PR_SET_PDEATHSIG), whatever ends that.
 */
#include "harness.h"

#include "base/assert.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <grp.h>
#include <libpq-fe.h>
#include <pthread.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

static const char *program(const char *name)
{
    static char path[300];
    glob_t found;
    if (glob("/usr/lib/postgresql/*/bin/initdb", 0, NULL, &found) == 0) {
        const char *last = found.gl_pathv[found.gl_pathc - 1];
        int len = (int)(strlen(last) - strlen("initdb"));
        snprintf(path, sizeof path, "%.*s%s", len, last, name);
        globfree(&found);
    } else {
        snprintf(path, sizeof path, "%s", name); /* by PATH */
    }
    return path;
}

static const struct passwd *owner(void)
{
    if (geteuid() != 0) return getpwuid(geteuid());
    const struct passwd *user = getpwnam("postgres");
    if (!user) user = getpwnam("nobody");
    if (!user) PANIC("root has neither postgres nor nobody to become");
    return user;
}

/* In a child: never returns. */
static void run_as_owner(const char *const *args, const char *folder)
{
    const struct passwd *user = owner();
    if (geteuid() == 0 && (setgroups(0, NULL) || setgid(user->pw_gid) || setuid(user->pw_uid)))
        _exit(126);
    prctl(PR_SET_PDEATHSIG, SIGQUIT);
    signal(SIGQUIT, SIG_DFL);
    if (chdir(folder)) _exit(126);
    char *copy[32] = { NULL };
    for (int i = 0; args[i] && i < 31; i++)
        copy[i] = strdup(args[i]);
    execvp(copy[0], copy);
    _exit(127);
}

static void init(struct harness_server *s)
{
    char data[100];
    snprintf(data, sizeof data, "%s/data", s->folder);
    const char *const args[] = { program("initdb"), "-D", data, "-A", "trust", "-U", "postgres",
        "-E", "UTF8", "--no-locale", "--no-sync", "--no-instructions", NULL };
    pid_t pid = fork();
    if (pid == 0) {
        int null = open("/dev/null", O_WRONLY);
        dup2(null, 1);
        run_as_owner(args, s->folder);
    }
    int status;
    if (pid < 0 || waitpid(pid, &status, 0) != pid || status) PANIC("initdb failed");
}

static int free_port(void)
{
    struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr = { htonl(INADDR_LOOPBACK) } };
    socklen_t size = sizeof a;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || bind(fd, (struct sockaddr *)&a, size) ||
        getsockname(fd, (struct sockaddr *)&a, &size))
        PANIC("no free port");
    close(fd);
    return ntohs(a.sin_port);
}

/* Keeps the server's log flowing; it would stop at a full pipe. */
static void *drain(void *arg)
{
    int fd = (int)(intptr_t)arg;
    char text[4096];
    for (;;) {
        ssize_t n = read(fd, text, sizeof text);
        if (n == 0 || (n < 0 && errno != EINTR)) break;
        if (getenv("HARNESS_LOG") && n > 0 && write(2, text, (size_t)n) < 0) break;
    }
    close(fd);
    return NULL;
}

static void wait_until_ready(struct harness_server *s)
{
    char text[16384];
    size_t len = 0;
    while (len < sizeof text - 1) {
        ssize_t n = read(s->log_fd, text + len, sizeof text - 1 - len);
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) break;
        len += (size_t)n;
        text[len] = '\0';
        if (strstr(text, "ready to accept connections")) return;
    }
    text[len] = '\0';
    PANIC("PostgreSQL does not start: %s", text);
}

void harness_server_start(struct harness_server *s)
{
    char port[16], data[100];
    int out[2];
    snprintf(port, sizeof port, "%d", s->port);
    snprintf(data, sizeof data, "%s/data", s->folder);
    const char *sync = s->durable ? "fsync=on" : "fsync=off";
    const char *const args[] = { program("postgres"), "-D", data, "-p", port, "-k", s->folder, "-h",
        "127.0.0.1", "-c", sync, "-c", "shared_buffers=32MB", "-c", "max_connections=60", "-c",
        "deadlock_timeout=100ms", "-c", "logging_collector=off", "-c", "lc_messages=C", NULL };
    if (pipe2(out, O_CLOEXEC)) PANIC("no pipe");
    s->pid = fork();
    if (s->pid < 0) PANIC("no process");
    if (s->pid == 0) {
        dup2(out[1], 2);
        run_as_owner(args, s->folder);
    }
    close(out[1]);
    s->log_fd = out[0];
    wait_until_ready(s);
    pthread_t thread;
    if (pthread_create(&thread, NULL, drain, (void *)(intptr_t)s->log_fd)) PANIC("no thread");
    s->log_thread = (void *)thread; /* tidy: allow, a pthread_t is a pointer-sized number here */
}

void harness_server_make(struct harness_server *s, bool durable)
{
    *s = (struct harness_server){ .durable = durable };
    harness_make_folder(s->folder, sizeof s->folder);
    const struct passwd *user = owner();
    if (geteuid() == 0 && chown(s->folder, user->pw_uid, user->pw_gid)) PANIC("chown failed");
    init(s);
    s->port = free_port();
    harness_server_start(s);
}

void harness_server_end(struct harness_server *s, int signal)
{
    int status;
    if (kill(s->pid, signal) || waitpid(s->pid, &status, 0) != s->pid)
        PANIC("PostgreSQL %d does not end", (int)s->pid);
    pthread_join((pthread_t)s->log_thread, NULL);
    s->pid = 0;
}

void harness_server_url(const struct harness_server *s, const char *database, char *out, size_t n)
{
    snprintf(out, n, "postgresql://postgres@/%s?host=%s&port=%d", database, s->folder, s->port);
}

void harness_url_sql(const char *url, const char *sql)
{
    PGconn *conn = PQconnectdb(url);
    PGresult *result = PQexec(conn, sql);
    ExecStatusType status = PQresultStatus(result);
    if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK)
        PANIC("%s: %s", sql, PQerrorMessage(conn));
    PQclear(result);
    PQfinish(conn);
}
