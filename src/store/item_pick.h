/*
 * item_pick.h: which items a list of ids, ESNs and Hex IDs means; one statement per kind, whatever
 * the length.
 *
 * An ESN means the open item that has it, of which there is at most one; when none is open, the one
 * that was sold, unless there are several.
 */
#ifndef STORE_ITEM_PICK_H
#define STORE_ITEM_PICK_H

#include "store/store.h"

enum pick_by { PICK_ID, PICK_ESN, PICK_HEX_ID };
#define PICK_BY_COUNT (PICK_HEX_ID + 1)

struct pick_input {
    enum pick_by by;
    int64_t id;      /* PICK_ID */
    struct str text; /* as typed or scanned */
};

struct pick_result {
    int64_t item_id;  /* 0: none */
    const char *code; /* "", unknown_id, unknown_esn, unknown_hex_id, ambiguous_esn, repeated */
};

/* results[i] is that of inputs[i]. Of inputs that mean the same item the first one counts; the
 * others say "repeated", with its id. */
MUST_USE enum err item_pick(struct tx *tx, const struct pick_input *inputs, size_t count,
    struct arena *arena, struct pick_result *results, struct error *e);

/* For people: what a code of these says of the input. */
const char *pick_detail(const char *code, const struct pick_input *input);

#endif
