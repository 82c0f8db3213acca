/* os/signal.h - ending cleanly when asked to.
 *
 * Shape    install once, then ask a flag.
 * Units    none.
 * Memory   none is allocated.
 * Errors   none.
 * Threads  install before there are others; asking is safe from any, and cheap.
 */
#ifndef WHET_OS_SIGNAL_H
#define WHET_OS_SIGNAL_H

/* From now on the first SIGINT, SIGTERM or SIGHUP only sets the flag, and calls that
 * wait return early; the second ends the process as if nothing had been installed, and kills
 * the runs (os/spawn.h) that could have been stopped. A signal that was ignored before stays so
 * (nohup). SIGPIPE is ignored: writes answer EPIPE instead. */
void whet__interrupt_install(void);

/* Takes that back, for a process that turns out to be one that others start and end: a
 * signal ends it at once, and other people's code in it finds what a program expects. */
void whet__interrupt_remove(void);

/* The number of the signal that came, or 0. */
int whet__interrupted(void);

/* From now on SIGUSR1 counts up and SIGUSR2 down, and calls that wait return early. */
void whet__by_hand_install(void);

/* What was counted since the last call. */
int whet__by_hand(void);

/* Ctrl-Z for who has started others in groups of their own, which do not hear it: from now on
 * SIGTSTP only sets a flag (not where it was ignored). Removed again, it is as it was. */
void whet__suspend_install(void);
void whet__suspend_remove(void);

/* 1, once for each time: it came. */
int whet__suspend_asked(void);

/* 1: from now on it breaks off calls that wait, write(2) among them, with EINTR: only for who
 * asks whet__suspend_asked before each try. It may come in between, and is then heeded when
 * the call returns. 0: such calls go on, as before. */
void whet__suspend_breaks(int on);

/* Stops this process as that signal does, until it is continued. */
void whet__suspend_self(void);

/* "SIGSEGV"; "signal 64" for one without a name. Until the next call in this thread. */
const char *whet__signal_name(int number);

#endif
