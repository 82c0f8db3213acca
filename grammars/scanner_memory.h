/* Included before every scanner of a grammar: some of them call malloc itself, and all
 * of their memory has to come from the functions that were given to the core. */
#ifndef WHET_GRAMMARS_SCANNER_MEMORY_H
#define WHET_GRAMMARS_SCANNER_MEMORY_H

#include <stdlib.h>

extern void *(*ts_current_malloc)(size_t size);
extern void *(*ts_current_calloc)(size_t count, size_t size);
extern void *(*ts_current_realloc)(void *block, size_t size);
extern void (*ts_current_free)(void *block);

#define malloc(size)         ts_current_malloc(size)
#define calloc(count, size)  ts_current_calloc(count, size)
#define realloc(block, size) ts_current_realloc(block, size)
#define free(block)          ts_current_free(block)

#endif
