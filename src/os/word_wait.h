/* os/word_wait.h - to sleep until a word in memory is another one.
 *
 * Shape    functions over an atomic word, which is anybody's.
 * Units    nanoseconds of the monotonic clock (os/clock.h).
 * Memory   none. Who wakes does so after the change, and may find the word's memory gone by
 * then: its address alone is used. Errors   -ETIMEDOUT. Threads  safe from any, of one process.
 */
#ifndef WHET_OS_WORD_WAIT_H
#define WHET_OS_WORD_WAIT_H

#include <stdatomic.h>
#include <stdint.h>

/* Until the word is no longer `value`, which is acquired then: 0. UINT64_MAX: however long it
 * takes. */
int whet__word_wait(atomic_uint *word, unsigned value, uint64_t until_ns);

/* Wakes all that wait for this word. */
void whet__word_wake(atomic_uint *word);

#endif
