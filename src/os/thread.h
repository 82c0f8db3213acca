/* os/thread.h - threads that work for the library in somebody's program.
 *
 * Shape    one call.
 * Units    none.
 * Memory   the thread's stack.
 * Errors   -EAGAIN: there is no room for another thread.
 * Threads  safe from any.
 */
#ifndef WHET_OS_THREAD_H
#define WHET_OS_THREAD_H

#include <pthread.h>

#include <whet/api.h>

/* Starts `run` where no handler of the program's runs: all signals are blocked but those that
 * a thread raises by a fault of its own, which whoever handles crashes wants to see. *out is
 * to be joined; with `out` NULL nobody does. */
WHET_MUST_USE int whet__thread_start(pthread_t *out, void *(*run)(void *arg), void *arg);

#endif
