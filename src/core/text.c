/* text.c: see text.h. */
#include "core/text.h"

size_t text_length(struct str s)
{
    size_t n = 0;
    for (size_t i = 0; i < s.len; i++)
        n += ((unsigned char)s.at[i] & 0xC0) != 0x80;
    return n;
}

bool text_has_control(struct str s, bool lines)
{
    for (size_t i = 0; i < s.len; i++) {
        unsigned char c = (unsigned char)s.at[i];
        bool line = c == '\n' || c == '\r' || c == '\t';
        if (line && lines) continue;
        if (c < 0x20 || c == 0x7F) return true;
        if (c == 0xC2 && i + 1 < s.len && (unsigned char)s.at[i + 1] < 0xA0) return true;
    }
    return false;
}
