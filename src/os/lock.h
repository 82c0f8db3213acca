/* os/lock.h - a lock among processes and threads, and one flag that outlives them.
 *
 * Shape    a small file that is locked, shared or exclusively, beside the thing it
 *          guards; each opening of it is a holder of its own.
 * Units    none.
 * Memory   none is allocated.
 * Errors   0 or a negative errno value; -EBUSY: another holder is in the way.
 * Threads  one per descriptor. The kernel lets go when a process dies.
 */
#ifndef WHET_OS_LOCK_H
#define WHET_OS_LOCK_H

#include <whet/api.h>

enum whet_lock_mode { WHET_LOCK_NONE, WHET_LOCK_SHARED, WHET_LOCK_EXCLUSIVE };

/* A descriptor (>= 0), closed by whet__lock_close, of the lock file `path`, which is
 * made if it is missing; or -errno. */
WHET_MUST_USE int whet__lock_open(const char *path);

/* Gives up the lock, whatever it is, too. -1 is fine. */
void whet__lock_close(int fd);

/* Changes to `mode` without waiting. Changing is not atomic: on -EBUSY the lock that
 * was held before is gone. */
WHET_MUST_USE int whet__lock_take(int fd, enum whet_lock_mode mode);

/* The same, but for up to `ms` milliseconds it is tried again while others are in the way: of a
 * process that was killed, those that it had forked and that had not become another program yet
 * hold the lock until they do. */
WHET_MUST_USE int whet__lock_wait(int fd, enum whet_lock_mode mode, unsigned ms);

/* The flag is kept in the file. Any holder may raise it; lower it only under an
 * exclusive lock. */
WHET_MUST_USE int whet__lock_flag_set(int fd, int on);
int whet__lock_flag(int fd);

#endif
