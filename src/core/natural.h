/*
 * natural.h: the order in which people look for names that hold numbers: A-2 before A-10.
 */
#ifndef CORE_NATURAL_H
#define CORE_NATURAL_H

#include "base/str.h"

/* Runs of digits by their value, however long; everything else byte by byte, capital letters of
 * ASCII as small ones. A total order: 0 only for equal bytes ("A-01" comes before "a-1"). */
int natural_cmp(struct str a, struct str b);

#endif
