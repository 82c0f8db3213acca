/* result/link.h - links that jobs make.
 *
 * Shape    read, judged, made.
 * Units    bytes.
 * Memory   the caller's.
 * Errors   0 or -errno.
 * Threads  safe from any.
 *
 * A link is kept as the link it is, wherever it leads, but only if what it says leads to
 * somewhere below the job's folder: a result may come from another machine, and write
 * nothing outside of what the job declares, not by way of a link either.
 */
#ifndef WHET_RESULT_LINK_H
#define WHET_RESULT_LINK_H

#include <whet/api.h>

#include "base/text.h"

/* 1: `path` itself is a link. */
int whet__link_is(const char *path);

/* Appends what it says. -EINVAL: it is none. */
WHET_MUST_USE int whet__link_read(const char *path, struct whet_text *out);

/* 1: a link of that name, seen from the job's folder, that says `target` leads to somewhere
 * below that folder. */
int whet__link_stays(const char *name, const char *target);

/* Makes it, in the place of whatever file or link was there. */
WHET_MUST_USE int whet__link_put(const char *path, const char *target);

#endif
