/* result/files.h - which files a job's patterns name.
 *
 * Shape    patterns in, names out: each once, in the order of their bytes.
 * Units    none.
 * Memory   names are in the caller's arena.
 * Errors   -EINVAL: a malformed pattern; -ENOMEM; -EFBIG: more than WHET_FILES_MAX; else -errno
 *          of reading a folder.
 * Threads  safe from any.
 *
 * A name without wildcards stands for itself, there or not; a folder for all files below it.
 * Wildcards are those of scan/glob.h; with them only what is there is named, and a folder that
 * one matches stands for all files below it. Folders called .git are not entered.
 *
 * Of what a job reads, links are followed. A link to a folder stands for all files there, under
 * its own name; where these are named anyway, as the link leads back into the folder that it is
 * found in, it is named with what it leads to, "a/link/ -> a/b/". A "**" alone goes through no
 * links.
 */
#ifndef WHET_RESULT_FILES_H
#define WHET_RESULT_FILES_H

#include <whet/api.h>

#include "base/arena.h"
#include "base/vec.h"

#define WHET_FILES_MAX ((size_t)1000000)

/* Whether there are wildcards in it. */
int whet__files_is_pattern(const char *text);

/* Whether the name is that of a folder itself, as it stands for an empty one, "a/", or for a
 * link, "l/ -> a/": there is nothing in it to be read. */
int whet__files_is_folder(const char *name);

/* Appends to `out`, a vector of const char *, what `pattern` names, seen from the folder
 * `from`; neither sorted nor once. */
WHET_MUST_USE int whet__files_find(const char *from, const char *pattern,
                                   struct whet_arena *arena, struct whet_vec *out);

/* The same for what a job has made: links are named, wherever they lead, and so are empty
 * folders below a folder that is named, as "a/". */
WHET_MUST_USE int whet__files_find_made(const char *from, const char *pattern,
                                        struct whet_arena *arena, struct whet_vec *out);

/* Sorts the names, and leaves each once. */
void whet__files_sort(struct whet_vec *names);

/* `name` from the folder `from`, in the arena; NULL: no memory. */
const char *whet__files_path(struct whet_arena *arena, const char *from, const char *name);

#endif
