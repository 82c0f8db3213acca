/* os/thread_number.h - small numbers for threads, and a barrier that only one side pays for.
 *
 * Shape    functions.
 * Units    numbers from 0, no two threads that live at the same time have the same.
 * Memory   none is allocated; a thread's number is given to another when it has ended.
 * Errors   -errno of the system: there is no such barrier (Linux before 4.14, or forbidden,
 *          which may come later, when a process shuts itself in).
 * Threads  safe from any, and after a fork from the child too.
 */
#ifndef WHET_OS_THREAD_NUMBER_H
#define WHET_OS_THREAD_NUMBER_H

#include <whet/api.h>

#define WHET_THREAD_NUMBERS 64u /* so many threads have one; the others all have this */

unsigned whet__thread_number(void);

/* One more than the calling thread's; 0: nobody has asked for it yet. In a place that is the
 * same however the library was loaded, so that two instructions find it. */
extern _Thread_local unsigned whet__thread_own __attribute__((tls_model("initial-exec")));

/* Once, before the first whet__thread_barrier of the process. */
WHET_MUST_USE int whet__thread_barrier_init(void);

/* When this returns 0, every running thread of the process has passed a full barrier since it
 * was called. What they would otherwise need of their own, between a store and a load of
 * something else, may be left out then but for a compiler's. */
WHET_MUST_USE int whet__thread_barrier(void);

#endif
