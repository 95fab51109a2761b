/*
 * hexid.h: the short code of an inventory item, for labels.
 *
 * HEX_ID_SIZE characters of Crockford's base 32 (no I, L, O, U), so that it can be read aloud and
 * typed: reading accepts lower case, hyphens and spaces between characters, I and L for 1, O for 0.
 */
#ifndef CORE_HEXID_H
#define CORE_HEXID_H

#include "base/limits.h"
#include "base/str.h"

enum { HEX_ID_TEXT_SIZE = HEX_ID_SIZE + 1 };

/* Uses the low 5 * HEX_ID_SIZE bits. The result looks at `text`. */
struct str hex_id_make(uint64_t random, char text[HEX_ID_TEXT_SIZE]);

/* What a person typed or a scanner read, in its one spelling; false when it cannot be a Hex ID. */
bool hex_id_parse(struct str typed, char text[HEX_ID_TEXT_SIZE], struct str *out);

#endif
