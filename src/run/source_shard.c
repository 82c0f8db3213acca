/* A shard of jobs. Expected load: a list of a hundred thousand, read by each of a thousand
 * machines. */
#include "run/source_shard.h"

#include <errno.h>
#include <string.h>

#include "base/hash.h"
#include "base/mem.h"

#define SCRATCH_MAX ((size_t)64 << 20)

static int is_ours(const struct whet_source_shard *s, uint64_t ordinal)
{
    return (ordinal - 1) % s->shards == s->shard - 1;
}

static uint64_t turn_of(const struct whet_source_shard *s, const struct whet_run_job *job)
{
    if (s->turns != NULL)
        return s->turns[job->number - 1];
    return is_ours(s, job->number) ? s->given + 1 : 0;
}

/* Jobs of a graph come in any order: a sum. What machines may differ in (their folder, values
 * of variables, places) is no part of it. */
static int note(struct whet_source_shard *s, const struct whet_run_job *job,
                struct whet_error *err)
{
    static const char *const none[] = {NULL};
    const struct whet_run_job plain = {.argv = job->placed ? none : job->argv};
    struct whet_hash128 hash;
    int rc;

    rc = whet__job_identity(&plain, "", &s->scratch, &hash);
    if (rc != 0)
        return whet_error_set(err, rc, "cannot take in a command: %s", strerror(-rc));
    s->list += whet__hash64(&hash, sizeof(hash)) * (2 * job->number + 1);
    return 0;
}

static int next(void *ctx, unsigned slot, struct whet_arena *arena, struct whet_run_job *out,
                struct whet_error *err)
{
    static const struct whet_job_result well = {.end = WHET_JOB_OK};
    struct whet_source_shard *s = ctx;

    for (;;) {
        struct whet_run_job job = {0};
        int rc = s->of.next(s->of.ctx, slot, arena, &job, err);

        s->whole = rc == 0;
        if (rc == 1)
            rc = note(s, &job, err);
        else
            return rc;
        if (rc != 0)
            return rc;
        job.turn = turn_of(s, &job);
        if (job.turn != 0) {
            s->given++;
            *out = job;
            return 1;
        }
        /* Those that need it are others', too. */
        if (s->of.ended != NULL)
            s->of.ended(s->of.ctx, &job, &well);
        whet__arena_reset(arena);
    }
}

static void ended(void *ctx, const struct whet_run_job *job,
                  const struct whet_job_result *result)
{
    struct whet_source_shard *s = ctx;

    s->of.ended(s->of.ctx, job, result);
}

/* ---- Groups of jobs that need each other ---- */

/* The first job of the group, as far as it is known; the way there gets shorter. */
static uint32_t first_of(uint32_t *group, uint32_t job)
{
    while (group[job] != job) {
        group[job] = group[group[job]];
        job = group[job];
    }
    return job;
}

static void groups_find(const struct whet_needs *g, uint32_t *group)
{
    for (uint32_t i = 0; i < g->count; i++)
        group[i] = i;
    for (uint32_t i = 0; i < g->count; i++)
        for (uint32_t e = g->first[i]; e < g->first[i + 1]; e++) {
            uint32_t a = first_of(group, i), b = first_of(group, g->edges[e]);

            if (a < b)
                group[b] = a;
            else
                group[a] = b;
        }
}

/* Deals out groups; *total = how many jobs are ours. Turns are noted while groups are still
 * looked at: a group's first job comes before all others of it, and its own turn says whose
 * the group is. */
static int groups_deal(struct whet_source_shard *s, const struct whet_needs *g, uint64_t *total)
{
    uint32_t *group = whet__mem_zalloc(g->count + 1, sizeof(*group));
    uint64_t groups = 0;

    s->turns = whet__mem_zalloc(g->count + 1, sizeof(*s->turns));
    if (group == NULL || s->turns == NULL) {
        whet__mem_free(group);
        return -ENOMEM;
    }
    groups_find(g, group);
    *total = 0;
    for (uint32_t i = 0; i < g->count; i++) {
        uint32_t first = first_of(group, i);
        int ours = first == i ? is_ours(s, ++groups) : s->turns[first] != 0;

        *total += (uint64_t)ours;
        if (ours)
            s->turns[i] = (uint32_t)*total;
    }
    whet__mem_free(group);
    return 0;
}

static uint64_t share_of(const struct whet_source_shard *s, uint64_t total)
{
    return (total + s->shards - s->shard) / s->shards;
}

int whet__source_shard(struct whet_source_shard *s, struct whet_job_source *source,
                       const struct whet_needs *needs, unsigned shard, unsigned shards,
                       struct whet_error *err)
{
    uint64_t total;

    *s = (struct whet_source_shard){.of = *source, .shard = shard, .shards = shards};
    whet__text_init(&s->scratch, SCRATCH_MAX);
    total = share_of(s, source->total);
    if (needs != NULL && groups_deal(s, needs, &total) != 0) {
        whet__source_shard_clear(s);
        return whet_error_set(err, -ENOMEM, "out of memory: '--shard'");
    }
    *source = (struct whet_job_source){.ctx = s,
                                       .total = total,
                                       .about = share_of(s, source->about),
                                       .fd = source->fd,
                                       .next = next,
                                       .ended = source->ended != NULL ? ended : NULL};
    return 0;
}

void whet__source_shard_clear(struct whet_source_shard *s)
{
    whet__mem_free(s->turns);
    s->turns = NULL;
    whet__text_clear(&s->scratch);
}
