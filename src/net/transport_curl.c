/*
 * transport_curl.c: the thread that carries exchanges out, with one libcurl multi handle.
 *
 * Callers prepare a handle, queue it, wake the thread and wait. Only the thread touches the multi
 * handle and what is in it; connections are kept there. Queueing for rate limits is not done here
 * (libraries.md 5.9: libcurl's own queue became quadratic once): every exchange starts at once.
 */
#include "net/transport_curl.h"

#include "base/assert.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

enum {
    CONNECTIONS_KEPT = 64,
    POLL_MS = 1000, /* libcurl's own timers shorten it, a new exchange ends it */
};

struct transport_curl {
    struct transport port; /* first: the public face */
    struct transport_curl_options options;
    char *texts; /* of the options */
    CURLM *multi;
    pthread_t thread;
    pthread_mutex_t lock;
    struct exchange *queued; /* newest first */
    bool stopping;           /* no new ones, all are canceled */
    bool quit;
    struct exchange *running; /* the thread's own */
};

static void finish(struct transport_curl *t, struct exchange *x, CURLcode result, bool canceled)
{
    pthread_mutex_lock(&t->lock);
    x->result = result;
    x->canceled = canceled;
    x->done = true;
    pthread_cond_signal(&x->ready); /* under the lock: once it is released x may be gone */
    pthread_mutex_unlock(&t->lock);
}

static void leave(struct transport_curl *t, struct exchange *x)
{
    curl_multi_remove_handle(t->multi, x->easy);
    if (x->prev)
        x->prev->next = x->next;
    else
        t->running = x->next;
    if (x->next) x->next->prev = x->prev;
}

static void enter(struct transport_curl *t, struct exchange *x)
{
    if (curl_multi_add_handle(t->multi, x->easy)) PANIC("curl_multi_add_handle");
    x->prev = NULL;
    x->next = t->running;
    if (x->next) x->next->prev = x;
    t->running = x;
}

/* Takes new exchanges in; false when the transport is over. */
static bool take_queued(struct transport_curl *t)
{
    pthread_mutex_lock(&t->lock);
    struct exchange *queued = t->queued;
    t->queued = NULL;
    bool stopping = t->stopping, quit = t->quit;
    pthread_mutex_unlock(&t->lock);
    while (queued) {
        struct exchange *x = queued;
        queued = x->next;
        enter(t, x);
    }
    while (stopping && t->running) {
        struct exchange *x = t->running;
        leave(t, x);
        finish(t, x, CURLE_OK, true);
    }
    return !quit;
}

static void collect(struct transport_curl *t)
{
    int left;
    CURLMsg *m;
    while ((m = curl_multi_info_read(t->multi, &left))) {
        if (m->msg != CURLMSG_DONE) continue;
        CURLcode result = m->data.result; /* m does not outlive the removal */
        struct exchange *x = NULL;
        curl_easy_getinfo(m->easy_handle, CURLINFO_PRIVATE, (char **)&x);
        leave(t, x);
        finish(t, x, result, false);
    }
}

static void *run(void *transport)
{
    struct transport_curl *t = transport;
    while (take_queued(t)) {
        int running;
        CURLMcode rc = curl_multi_perform(t->multi, &running);
        if (rc == CURLM_OK) {
            collect(t);
            rc = curl_multi_poll(t->multi, NULL, 0, POLL_MS, NULL);
        }
        if (rc != CURLM_OK) PANIC("curl multi: %s", curl_multi_strerror(rc));
    }
    return NULL;
}

static enum err send_request(struct transport *port, const struct transport_request *request,
    struct arena *arena, struct transport_reply *reply, struct error *e)
{
    struct transport_curl *t = (struct transport_curl *)port;
    struct exchange x;
    enum err rc = exchange_prepare(&x, request, &t->options, e);
    if (rc) return rc;
    pthread_mutex_lock(&t->lock);
    if (t->stopping) {
        x.canceled = true;
        x.done = true;
    } else {
        x.next = t->queued;
        t->queued = &x;
        curl_multi_wakeup(t->multi);
    }
    while (!x.done)
        pthread_cond_wait(&x.ready, &t->lock);
    pthread_mutex_unlock(&t->lock);
    rc = exchange_finish(&x, arena, reply, e);
    exchange_release(&x);
    return rc;
}

static void stop(struct transport *port)
{
    struct transport_curl *t = (struct transport_curl *)port;
    pthread_mutex_lock(&t->lock);
    t->stopping = true;
    curl_multi_wakeup(t->multi);
    pthread_mutex_unlock(&t->lock);
}

static void transport_free(struct transport_curl *t)
{
    if (t->multi) curl_multi_cleanup(t->multi);
    pthread_mutex_destroy(&t->lock);
    free(t->texts);
    free(t);
}

static void release(struct transport *port)
{
    struct transport_curl *t = (struct transport_curl *)port;
    pthread_mutex_lock(&t->lock);
    t->stopping = true;
    t->quit = true;
    curl_multi_wakeup(t->multi);
    pthread_mutex_unlock(&t->lock);
    if (pthread_join(t->thread, NULL)) PANIC("pthread_join");
    ASSERT(!t->queued && !t->running);
    transport_free(t);
}

static void init_library(void)
{
    if (curl_global_init(CURL_GLOBAL_DEFAULT)) PANIC("curl_global_init");
}

static void copy_options(struct transport_curl *t, const struct transport_curl_options *o)
{
    t->options = *o;
    size_t size = o->user_agent.len + o->ca_file.len;
    t->texts = malloc(size + 1); /* tidy: allow, as old as the transport */
    if (!t->texts) PANIC("out of memory: transport");
    if (o->user_agent.len) memcpy(t->texts, o->user_agent.at, o->user_agent.len);
    if (o->ca_file.len) memcpy(t->texts + o->user_agent.len, o->ca_file.at, o->ca_file.len);
    t->options.user_agent.at = t->texts;
    t->options.ca_file.at = t->texts + o->user_agent.len;
}

/* Signals are for the thread that waits for them. */
static int start_thread(struct transport_curl *t)
{
    sigset_t all, old;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &old);
    int rc = pthread_create(&t->thread, NULL, run, t);
    pthread_sigmask(SIG_SETMASK, &old, NULL);
    return rc;
}

enum err transport_curl_new(
    const struct transport_curl_options *options, struct transport **out, struct error *e)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    if (options->user_agent.len > 500)
        return error_set(e, ERR_INVALID, "the user agent is longer than 500 characters");
    if (options->connect_timeout_ms <= 0 || options->connect_timeout_ms > INT32_MAX)
        return error_set(e, ERR_INVALID, "the connect timeout has to be positive");
    pthread_once(&once, init_library);
    struct transport_curl *t = calloc(1, sizeof *t); /* tidy: allow, outlives every arena */
    if (!t || pthread_mutex_init(&t->lock, NULL)) PANIC("out of memory: transport");
    t->port = (struct transport){ send_request, stop, release };
    copy_options(t, options);
    t->multi = curl_multi_init();
    if (!t->multi) PANIC("out of memory: transport");
    curl_multi_setopt(t->multi, CURLMOPT_MAXCONNECTS, (long)CONNECTIONS_KEPT);
    curl_multi_setopt(t->multi, CURLMOPT_PIPELINING, (long)CURLPIPE_NOTHING);
    int rc = start_thread(t);
    if (rc) {
        transport_free(t);
        return error_set(e, ERR_UNAVAILABLE, "cannot start a thread: %s", strerror(rc));
    }
    *out = &t->port;
    return OK;
}
