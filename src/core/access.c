/* access.c: see access.h. */
#include "core/access.h"

#include "base/assert.h"

static time_ms doubled(time_ms first, time_ms most, int times)
{
    for (int i = 0; i < times && first < most; i++)
        first *= 2;
    return first < most ? first : most;
}

static struct access_operation *at(struct access *a, int operation)
{
    ASSERT(operation >= 0 && operation < ACCESS_OPERATIONS_MAX);
    return &a->operations[operation];
}

/* What was denied and nobody has tried since it could be is nothing that is still asked for. */
static bool counts(const struct access_operation *op, time_ms now)
{
    return op->denied && now < op->not_before + ACCESS_DENIED_MAX_MS;
}

bool access_is_denied(const struct access *a, time_ms now)
{
    bool denied = false;
    for (int i = 0; i < ACCESS_OPERATIONS_MAX; i++)
        denied = denied || counts(&a->operations[i], now);
    return denied && !a->lost;
}

enum access_verdict access_answered(struct access *a, int operation, time_ms now)
{
    struct access_operation *op = at(a, operation);
    bool was_denied = op->denied > 0;
    *op = (struct access_operation){ 0 };
    if (a->lost) return ACCESS_UNCHANGED; /* it was under way when the grant went */
    a->denials = 0;
    if (!access_is_denied(a, now)) {
        access_forget(a);
        return ACCESS_GOOD;
    }
    for (int i = 0; was_denied && i < ACCESS_OPERATIONS_MAX; i++)
        if (a->operations[i].denied) a->operations[i].not_before = now;
    return was_denied ? ACCESS_RECOVERING : ACCESS_UNCHANGED;
}

enum access_verdict access_denied(struct access *a, int operation, time_ms now)
{
    struct access_operation *op = at(a, operation);
    if (a->lost) return ACCESS_LOST;
    op->broken = 0;
    if (!op->denied || now >= op->not_before) {
        time_ms wait = doubled(ACCESS_DENIED_FIRST_MS, ACCESS_DENIED_MAX_MS, op->denied);
        op->not_before = now + wait;
        op->denied++;
        if (a->denials++ == 0) a->denied_since = now;
    }
    bool long_enough = now - a->denied_since >= ACCESS_LOST_AFTER_MS;
    return long_enough && a->denials >= ACCESS_LOST_AFTER ? ACCESS_DENIED : ACCESS_SUSPECT;
}

enum access_verdict access_lost(struct access *a, int operation, time_ms now)
{
    a->lost = true;
    *at(a, operation) = (struct access_operation){ .not_before = now + ACCESS_DENIED_MAX_MS };
    return ACCESS_LOST;
}

void access_broken(struct access *a, int operation, time_ms now)
{
    struct access_operation *op = at(a, operation);
    op->not_before = now + doubled(ACCESS_BROKEN_FIRST_MS, ACCESS_BROKEN_MAX_MS, op->broken);
    op->broken++;
}

time_ms access_wait(const struct access *a, int operation, time_ms now)
{
    ASSERT(operation >= 0 && operation < ACCESS_OPERATIONS_MAX);
    time_ms left = a->operations[operation].not_before - now;
    return left > 0 ? left : 0;
}

void access_forget(struct access *a)
{
    *a = (struct access){ .denials = 0 };
}
