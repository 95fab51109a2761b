/*
 * hexid.h: the short code of an inventory item, for labels.
 *
 * HEX_ID_SIZE characters of Crockford's base 32 (no I, L, O, U), so that it can be read aloud and
 * typed: reading accepts lower case, hyphens and spaces between characters, I and L for 1, O for 0.
 *
 * No alphabet of 32 is free of letters that sound alike (B and D, M and N, 5 and 9), so the last
 * character is a check: a sum over GF(32) in which each place has its own weight. One character
 * heard or typed wrongly, or any two that changed places, never give another valid code, so a slip
 * is told as one and cannot name another phone. 32^7 codes are left: with a million items a fresh
 * one is taken once in 34,000, and then another is made. Codes from before the check was added are
 * still read; nothing says of a code of theirs whether it was heard well (1 in 32 is valid by
 * chance).
 */
#ifndef CORE_HEXID_H
#define CORE_HEXID_H

#include "base/limits.h"
#include "base/str.h"

enum { HEX_ID_TEXT_SIZE = HEX_ID_SIZE + 1 };

/* Uses the low 5 * (HEX_ID_SIZE - 1) bits. The result looks at `text`. */
struct str hex_id_make(uint64_t random, char text[HEX_ID_TEXT_SIZE]);

/* What a person typed or a scanner read, in its one spelling; false when it cannot be a Hex ID. */
bool hex_id_parse(struct str typed, char text[HEX_ID_TEXT_SIZE], struct str *out);

/* Of one in its one spelling: whether the check character fits. */
bool hex_id_checks(struct str id);

/* For people, of what was typed or read and no item has: whether it was a slip. */
const char *hex_id_unknown(struct str typed);

#endif
