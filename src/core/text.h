/*
 * text.h: what a text field may hold, the same for every way in.
 */
#ifndef CORE_TEXT_H
#define CORE_TEXT_H

#include "base/str.h"

size_t text_length(struct str s); /* code points */

/* C0, DEL and C1 (U+0080 to U+009F). With `lines`, line breaks and tabs are let be. */
bool text_has_control(struct str s, bool lines);

#endif
