/*
 * diagnosis.h: why a quantity is not, or would not be, updated (domain.md 7): facts, in the user's
 * words, with the action that puts it right.
 */
#ifndef STORE_DIAGNOSIS_H
#define STORE_DIAGNOSIS_H

#include "store/channels.h"
#include "store/listing.h"

enum { FINDINGS_MAX = 40 };

struct finding {
    const char *code, *severity;
    struct str detail, action; /* action empty: none */
    bool has_count;
    int64_t count;
};

struct findings {
    struct finding rows[FINDINGS_MAX];
    size_t count;
};

/* Worst first; "nothing_wrong" alone when all is well. */
MUST_USE enum err diagnose_channel(struct tx *tx, const struct channel_row *ch, time_ms now,
    struct arena *arena, struct findings *out, struct error *e);
MUST_USE enum err diagnose_listing(struct tx *tx, const struct channel_row *ch,
    const struct listing *l, time_ms now, struct arena *arena, struct findings *out,
    struct error *e);

#endif
