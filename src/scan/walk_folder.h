/* scan/walk_folder.h - the task that walks one folder; and what a walk is made of.
 *
 * Shape    a task opens its folder, reads and filters it, stores what is left and
 *          submits a task for each folder below.
 * Units    none.
 * Memory   nodes and entries live in the arena of the worker that made them.
 * Errors   a folder's own go to its `error`; -ENOMEM ends the walk.
 * Threads  one task per folder; a worker's struct belongs to it alone.
 */
#ifndef WHET_SCAN_WALK_FOLDER_H
#define WHET_SCAN_WALK_FOLDER_H

#include <stdatomic.h>
#include <stdint.h>

#include "base/text.h"
#include "scan/ignore_folder.h"
#include "scan/walk.h"
#include "scan/walk_list.h"
#include "scan/walk_rules.h"

struct whet_walk_node {
    struct whet_walk_dir dir; /* first: hooks see only this */
    struct whet_walk_chains chains;
};

/* What one worker keeps from folder to folder. */
struct whet_walk_worker {
    struct whet_walk *walk;
    struct whet_arena arena;
    struct whet_walk_list list;
    struct whet_ignore_folder folder;
    struct whet_text path; /* of the present folder from the top, with '/' at its end */
    struct whet_text file; /* an ignore file's text */
    uint64_t dirs;
    unsigned number;
    char apart[128]; /* keeps the next worker's counters off these cache lines */
};

struct whet_walk {
    struct whet_walk_options options;
    struct whet_group *group;
    struct whet_walk_rules rules;
    struct whet_arena arena; /* of the rules above the root */
    struct whet_walk_node *root;
    int rootfd;
    atomic_int failure; /* the first reason to give the walk up */
    unsigned jobs;
    struct whet_walk_worker workers[];
};

/* ctx is the struct whet_walk, arg the struct whet_walk_node; answers 0. */
int whet__walk_folder_task(void *ctx, void *arg, unsigned worker);

#endif
