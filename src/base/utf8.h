/* base/utf8.h - stepping through bytes that should be UTF-8.
 *
 * Shape    one call per character.
 * Units    bytes; code points as in Unicode.
 * Memory   none is allocated.
 * Errors   a wrong sequence is no failure: it has a code of its own.
 * Threads  safe from any.
 *
 * Source   RFC 3629: no overlong forms, no surrogates, nothing above U+10FFFF.
 */
#ifndef WHET_BASE_UTF8_H
#define WHET_BASE_UTF8_H

#include <stddef.h>
#include <stdint.h>

#define WHET_UTF8_WRONG UINT32_MAX /* the code of a wrong sequence */

/* Reads the character at the start of `bytes`, of which there are `len` > 0. Returns
 * how many bytes it takes; *code is its code point. A wrong sequence takes its longest
 * part that could have begun a character, at least one byte, and gives
 * WHET_UTF8_WRONG (Unicode 15, section 3.9, "maximal subparts"). */
size_t whet__utf8_next(const char *bytes, size_t len, uint32_t *code);

/* 1: all of it is UTF-8. */
int whet__utf8_valid(const char *bytes, size_t len);

#endif
