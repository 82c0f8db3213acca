/* Threads of the library's own. A program's handlers are written for the program's threads: one
 * that runs in ours finds a small stack, other thread-local data, and perhaps one of our locks
 * held. A handful per process. */
#include "os/thread.h"

#include <signal.h>
#include <stddef.h>

static void own_signals(sigset_t *out)
{
    static const int faults[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTRAP, SIGSYS};

    sigfillset(out);
    for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++)
        sigdelset(out, faults[i]);
}

int whet__thread_start(pthread_t *out, void *(*run)(void *arg), void *arg)
{
    sigset_t blocked, before;
    pthread_t thread;
    int rc;

    own_signals(&blocked);
    /* It has the mask of who starts it, from its first instruction on. */
    pthread_sigmask(SIG_BLOCK, &blocked, &before);
    rc = -pthread_create(&thread, NULL, run, arg);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (rc != 0)
        return rc;
    if (out != NULL)
        *out = thread;
    else
        pthread_detach(thread);
    return 0;
}
