/* words_piece.h: how words.c and words_query.c cut texts alike; for them only. */
#ifndef CORE_WORDS_PIECE_H
#define CORE_WORDS_PIECE_H

#include "base/arena.h"

struct words_raw {
    struct str text; /* as it stands in the text */
    bool number;
};

/* Takes the next piece off the text; false when there is none. */
bool words_next_piece(struct str *rest, struct words_raw *out);

/* Without signs, in lower case. */
struct str words_squeeze(struct str text, struct arena *arena);

#endif
