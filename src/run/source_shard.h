/* run/source_shard.h - the jobs of one shard, out of a source of all.
 *
 * Shape    a source around another.
 * Units    shards count from 1.
 * Memory   with needs two numbers for each job, else nothing.
 * Errors   -ENOMEM, and those of the source.
 * Threads  one at a time.
 *
 * Every machine reads the same list and leaves out what is others'. Jobs that need each other,
 * over however many others, stay together: such a group, or a job without needs, is dealt to
 * shards 1, 2, ... N, 1, ... in the order of its first job. Jobs keep the numbers that they
 * have in the whole.
 */
#ifndef WHET_RUN_SOURCE_SHARD_H
#define WHET_RUN_SOURCE_SHARD_H

#include <stdint.h>

#include <whet/api.h>
#include <whet/error.h>

#include "run/needs.h"
#include "run/source.h"

struct whet_source_shard {
    struct whet_job_source of;
    unsigned shard;
    unsigned shards;
    uint64_t given;
    uint64_t list; /* stands for all jobs of the list that were read so far, ours or not */
    int whole;     /* 1: that is the whole list */
    struct whet_text scratch;
    uint32_t *turns; /* with needs, of each job: its turn among ours; 0: it is not ours */
};

/* *source becomes the shard's. `needs` is the graph that it comes from, or NULL. */
WHET_MUST_USE int whet__source_shard(struct whet_source_shard *s,
                                     struct whet_job_source *source,
                                     const struct whet_needs *needs, unsigned shard,
                                     unsigned shards, struct whet_error *err);
void whet__source_shard_clear(struct whet_source_shard *s);

#endif
