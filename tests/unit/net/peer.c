/* peer.c: see peer.h. */
#include "peer.h"

#include "base/assert.h"
#include "wire.h"

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

static void end(int *fd, enum peer_then then)
{
    struct buf rest;
    buf_init(&rest, 1024 * 1024);
    struct linger now = { .l_onoff = 1, .l_linger = 0 };
    if (then == PEER_KEEP) return;
    if (then == PEER_RESET) setsockopt(*fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
    if (then == PEER_HOLD || then == PEER_HOLD_RAW) wire_read(*fd, &rest, S(""));
    close(*fd);
    *fd = -1;
    buf_release(&rest);
}

static void *play(void *peer)
{
    struct peer *p = peer;
    int fd = -1;
    for (size_t i = 0; i < p->count; i++) {
        const struct peer_step *step = &p->steps[i];
        struct buf head;
        buf_init(&head, 1024 * 1024);
        if (fd < 0) fd = accept(p->listener, NULL, NULL);
        ASSERT(fd >= 0);
        if (step->then != PEER_HOLD_RAW && wire_read(fd, &head, S("\r\n\r\n"))) {
            p->requests++;
            buf_put(&p->heads, buf_str(&head));
            wire_send(fd, step->reply);
        }
        end(&fd, step->then);
        buf_release(&head);
    }
    if (fd >= 0) close(fd);
    return NULL;
}

void peer_start(struct peer *p, const struct peer_step *steps, size_t count)
{
    *p = (struct peer){ .steps = steps, .count = count };
    buf_init(&p->heads, 1024 * 1024);
    p->listener = wire_listen(&p->port);
    ASSERT(!pthread_create(&p->thread, NULL, play, p));
}

void peer_join(struct peer *p)
{
    ASSERT(!pthread_join(p->thread, NULL));
    struct pollfd more = { .fd = p->listener, .events = POLLIN };
    if (poll(&more, 1, 0) > 0) p->requests++;
}

void peer_release(struct peer *p)
{
    close(p->listener);
    buf_release(&p->heads);
}
