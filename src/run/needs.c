/* The graph of needs. Expected load: tens of jobs with tens of needs; a hundred thousand
 * without any. */
#include "run/needs.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/map.h"
#include "base/mem.h"

#define EDGES_MAX    ((size_t)100000000)
#define CYCLE_TEXT   400
#define REASON_BYTES 160

/* Stands for a name that several jobs have. */
static struct whet_run_job several;

static const struct whet_run_job *job_at(const struct whet_needs *g, size_t index)
{
    return (const struct whet_run_job *)g->jobs->items.items + index;
}

static int refuse(const struct whet_needs *g, const struct whet_run_job *job,
                  struct whet_error *err)
{
    if (job->line != 0)
        whet_error_at(err, g->jobs->file != NULL ? g->jobs->file : "", job->line, job->column);
    return -EINVAL;
}

static int names_collect(const struct whet_needs *g, struct whet_map *names)
{
    int rc = 0;

    for (size_t i = 0; i < g->count && rc == 0; i++) {
        const struct whet_run_job *job = job_at(g, i);

        if (job->name == NULL)
            continue;
        rc = whet__map_put_str(names, job->name,
                               whet__map_get_str(names, job->name) == NULL
                                   ? (void *)(uintptr_t)job
                                   : (void *)&several);
    }
    return rc;
}

static int need_find(const struct whet_needs *g, const struct whet_map *names,
                     const struct whet_run_job *job, const char *need, size_t *out,
                     struct whet_error *err)
{
    const struct whet_run_job *found = whet__map_get_str(names, need);

    if (found == NULL || found == &several) {
        whet_error_set(err, -EINVAL, "%s job has this name: '%.100s', which '%.100s' needs",
                       found == NULL ? "no" : "more than one", need,
                       job->name != NULL ? job->name : job->argv[0]);
        return refuse(g, job, err);
    }
    *out = (size_t)(found - job_at(g, 0));
    return 0;
}

/* Calls for each need; first to count, then to note. */
static int needs_walk(struct whet_needs *g, const struct whet_map *names, int note,
                      struct whet_error *err)
{
    for (size_t k = 0; k < g->count; k++) {
        /* Edges are noted from the back: so are jobs, and those of one job end up in order. */
        size_t i = note ? g->count - 1 - k : k;
        const struct whet_run_job *job = job_at(g, i);

        for (size_t n = 0; job->needs != NULL && job->needs[n] != NULL; n++) {
            size_t needed = 0;
            int rc = need_find(g, names, job, job->needs[n], &needed, err);

            if (rc != 0)
                return rc;
            if (note) {
                g->edges[--g->first[needed]] = (uint32_t)i;
                g->waits[i]++;
            } else {
                g->first[needed]++;
            }
        }
    }
    return 0;
}

static int edges_make(struct whet_needs *g, const struct whet_map *names,
                      struct whet_error *err)
{
    size_t total = 0;
    int rc = needs_walk(g, names, 0, err);

    if (rc != 0)
        return rc;
    for (size_t i = 0; i < g->count; i++) {
        total += g->first[i];
        g->first[i] = (uint32_t)total;
    }
    g->first[g->count] = (uint32_t)total;
    if (total > EDGES_MAX)
        return whet_error_set(err, -EFBIG, "too many needs: at most %zu", EDGES_MAX);
    g->edges = whet__mem_zalloc(total + 1, sizeof(*g->edges));
    if (g->edges == NULL)
        return -ENOMEM;
    return needs_walk(g, names, 1, err);
}

static void ready_begin(struct whet_needs *g)
{
    g->ready_count = 0;
    for (size_t i = 0; i < g->count; i++)
        if (g->waits[i] == 0)
            g->ready[g->ready_count++] = (uint32_t)i;
}

/* One that `index` needs and that is in a circle, too; there is one. */
static size_t need_in_circle(const struct whet_needs *g, const struct whet_map *names,
                             const uint32_t *waits, size_t index)
{
    const struct whet_run_job *job = job_at(g, index);

    for (size_t n = 0; job->needs != NULL && job->needs[n] != NULL; n++) {
        const struct whet_run_job *found = whet__map_get_str(names, job->needs[n]);
        size_t needed = (size_t)(found - job_at(g, 0));

        if (waits[needed] != 0)
            return needed;
    }
    return index;
}

/* From any job that waits for ever to one in a circle, then once around. */
static int refuse_circle(const struct whet_needs *g, const struct whet_map *names,
                         const uint32_t *waits, struct whet_error *err)
{
    struct whet_text text;
    size_t at = 0, begin;

    while (waits[at] == 0)
        at++;
    for (size_t i = 0; i < g->count; i++)
        at = need_in_circle(g, names, waits, at);
    begin = at;
    whet__text_init(&text, CYCLE_TEXT);
    whet__text_printf(&text, "'%.60s'", job_at(g, at)->name);
    do {
        at = need_in_circle(g, names, waits, at);
        whet__text_printf(&text, " needs '%.60s'", job_at(g, at)->name);
    } while (at != begin && whet__text_error(&text) == 0);
    whet_error_set(err, -EINVAL, "a circle of needs: %s", whet__text_str(&text));
    whet__text_clear(&text);
    return refuse(g, job_at(g, begin), err);
}

/* Pretends that all run (Kahn 1962): what is left waits for itself. */
static int circles_find(const struct whet_needs *g, const struct whet_map *names,
                        struct whet_error *err)
{
    uint32_t *waits = whet__mem_zalloc(g->count + 1, sizeof(*waits));
    uint32_t *ready = whet__mem_zalloc(g->count + 1, sizeof(*ready));
    size_t done = 0, count = g->ready_count;
    int rc = waits != NULL && ready != NULL ? 0 : -ENOMEM;

    if (rc == 0) {
        memcpy(waits, g->waits, g->count * sizeof(*waits));
        memcpy(ready, g->ready, count * sizeof(*ready));
    }
    while (rc == 0 && done < count) {
        uint32_t job = ready[done++];

        for (uint32_t e = g->first[job]; e < g->first[job + 1]; e++)
            if (--waits[g->edges[e]] == 0)
                ready[count++] = g->edges[e];
    }
    if (rc == 0 && done < g->count)
        rc = refuse_circle(g, names, waits, err);
    whet__mem_free(waits);
    whet__mem_free(ready);
    return rc;
}

static int needs_make(struct whet_needs *g, struct whet_error *err)
{
    struct whet_map names;
    int rc;

    whet__map_init(&names, WHET_JOBS_MAX);
    g->waits = whet__mem_zalloc(g->count + 1, sizeof(*g->waits));
    g->first = whet__mem_zalloc(g->count + 1, sizeof(*g->first));
    g->ready = whet__mem_zalloc(g->count + 1, sizeof(*g->ready));
    g->failed = whet__mem_zalloc(g->count + 1, sizeof(*g->failed));
    rc = g->waits != NULL && g->first != NULL && g->ready != NULL && g->failed != NULL
             ? 0
             : -ENOMEM;
    if (rc == 0)
        rc = names_collect(g, &names);
    if (rc == 0)
        rc = edges_make(g, &names, err);
    if (rc == 0) {
        ready_begin(g);
        rc = circles_find(g, &names, err);
    }
    whet__map_clear(&names);
    return rc;
}

int whet__needs_init(struct whet_needs *g, const struct whet_jobs *jobs, struct whet_error *err)
{
    int rc;

    *g = (struct whet_needs){.jobs = jobs, .count = jobs->items.len};
    rc = needs_make(g, err);
    if (rc == -ENOMEM)
        whet_error_set(err, rc, "out of memory: 'needs'");
    if (rc != 0)
        whet__needs_clear(g);
    return rc;
}

void whet__needs_clear(struct whet_needs *g)
{
    whet__mem_free(g->waits);
    whet__mem_free(g->first);
    whet__mem_free(g->edges);
    whet__mem_free(g->ready);
    whet__mem_free(g->failed);
    *g = (struct whet_needs){.jobs = NULL};
}

static int next(void *ctx, unsigned slot, struct whet_arena *arena, struct whet_run_job *out,
                struct whet_error *err)
{
    struct whet_needs *g = ctx;
    const struct whet_run_job *need;
    char reason[REASON_BYTES];
    uint32_t job;

    (void)slot;
    if (g->given == g->count)
        return 0;
    if (g->given == g->ready_count)
        return -EAGAIN;
    job = g->ready[g->given];
    *out = *job_at(g, job);
    if (g->failed[job] != 0) {
        need = job_at(g, g->failed[job] - 1);
        snprintf(reason, sizeof(reason), "it needs '%.100s', which did not end well",
                 need->name);
        out->skip = whet__arena_strndup(arena, reason, strlen(reason));
        if (out->skip == NULL)
            return whet_error_set(err, -ENOMEM, "out of memory: 'needs'");
    }
    g->given++;
    return 1;
}

static void ended(void *ctx, const struct whet_run_job *job,
                  const struct whet_job_result *result)
{
    struct whet_needs *g = ctx;
    uint32_t index = (uint32_t)(job->number - 1);

    for (uint32_t e = g->first[index]; e < g->first[index + 1]; e++) {
        uint32_t other = g->edges[e];

        if (result->end != WHET_JOB_OK && g->failed[other] == 0)
            g->failed[other] = index + 1;
        if (--g->waits[other] == 0)
            g->ready[g->ready_count++] = other;
    }
}

struct whet_job_source whet__needs_source(struct whet_needs *g)
{
    return (struct whet_job_source){
        .ctx = g, .total = g->count, .fd = -1, .next = next, .ended = ended};
}
