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
 * Wildcards are those of scan/glob.h; with them only files that are there are named. Folders
 * called .git are not entered, nor are links to folders.
 */
#ifndef WHET_RESULT_FILES_H
#define WHET_RESULT_FILES_H

#include <whet/api.h>

#include "base/arena.h"
#include "base/vec.h"

#define WHET_FILES_MAX ((size_t)1000000)

/* Whether there are wildcards in it. */
int whet__files_is_pattern(const char *text);

/* Whether the name is that of a folder itself, as it stands for an empty one: "a/". */
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
