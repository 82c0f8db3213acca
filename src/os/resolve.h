/* os/resolve.h - the addresses of a host, looked up without keeping anybody waiting.
 *
 * Shape    begin, and ask for the answer with a deadline. A host written in numbers is
 *          answered at once; a name is looked up by a thread of its own, as a name server that
 *          is gone can hold it for half a minute.
 * Units    deadlines on whet__clock_now_ns.
 * Memory   freed by _free; a lookup that is still under way frees itself when it ends.
 * Errors   see each.
 * Threads  safe from any. After a fork the child may only _forget.
 */
#ifndef WHET_OS_RESOLVE_H
#define WHET_OS_RESOLVE_H

#include <stdint.h>

#include <whet/api.h>

#include "os/socket.h"

#define WHET_RESOLVE_MAX 8

struct whet_resolve;

/* -ENOMEM; -EAGAIN: no thread. */
WHET_MUST_USE int whet__resolve_begin(struct whet_resolve **out, const char *host,
                                      unsigned port);

/* How many of `out`, of WHET_RESOLVE_MAX, were filled. -ETIMEDOUT: not known yet. Else as
 * whet__address_find. */
WHET_MUST_USE int whet__resolve_answer(struct whet_resolve *r, uint64_t deadline_ns,
                                       struct whet_address *out);

void whet__resolve_free(struct whet_resolve *r);

/* In a child, whose lookup has no thread: leaves it as it is. */
void whet__resolve_forget(struct whet_resolve *r);

#endif
