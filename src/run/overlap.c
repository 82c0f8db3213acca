/* Files that several jobs name. Expected load: tens of jobs with a few files each; a hundred
 * thousand of them, each with its own. */
#include "run/overlap.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>

#include "base/map.h"
#include "base/mem.h"

#define FILES_MAX    ((size_t)10000000)
#define PATH_BYTES   ((size_t)1 << 20)
#define ARENA_MAX    ((size_t)4 << 30)
#define STEPS_MAX    UINT64_C(20000000) /* of all walks through the graph: a bound, no promise */
#define DESCRIBE_MAX ((size_t)4096)

/* Of one path; each is before or behind each other. */
struct maker {
    const struct whet_run_job *job;
    struct maker *next;
};

struct overlap {
    const struct whet_needs *needs;
    struct whet_map makers; /* from a path to those that make it, the first of the list first */
    struct whet_arena arena;
    struct whet_text path;
    struct whet_vec stack; /* of uint32_t */
    uint32_t *seen;        /* of each job, the walk that has come to it */
    uint32_t walks;
    uint64_t steps;
};

static int is_pattern(const char *name)
{
    return name[strcspn(name, "*?[\\")] != '\0';
}

const char *whet__overlap_name(const char *const *names)
{
    for (; names != NULL && *names != NULL; names++)
        if (!is_pattern(*names))
            return *names;
    return NULL;
}

static const struct whet_run_job *job_at(const struct overlap *o, size_t i)
{
    return whet__vec_at(&o->needs->jobs->items, i);
}

/* The name as it is seen from our folder. */
static const char *path_of(struct overlap *o, const struct whet_run_job *job, const char *name)
{
    while (name[0] == '.' && name[1] == '/')
        name += 2;
    whet__text_reset(&o->path);
    if (job->cwd != NULL && name[0] != '/')
        whet__text_printf(&o->path, "%s/", job->cwd);
    whet__text_puts(&o->path, name);
    return whet__text_error(&o->path) == 0 ? whet__text_str(&o->path) : NULL;
}

/* 1: job `to` waits for job `from`, over however many others. 2: too far to tell. */
static int waits_for(struct overlap *o, uint32_t to, uint32_t from)
{
    const struct whet_needs *g = o->needs;
    uint32_t *slot = whet__vec_push(&o->stack);

    o->walks++;
    if (slot == NULL)
        return 2;
    *slot = from;
    while (o->stack.len > 0) {
        uint32_t job = ((uint32_t *)o->stack.items)[--o->stack.len];

        for (uint32_t e = g->first[job]; e < g->first[job + 1]; e++) {
            if (g->edges[e] == to || ++o->steps > STEPS_MAX) {
                o->stack.len = 0;
                return g->edges[e] == to ? 1 : 2;
            }
            if (o->seen[g->edges[e]] == o->walks)
                continue;
            o->seen[g->edges[e]] = o->walks;
            slot = whet__vec_push(&o->stack);
            if (slot == NULL)
                return 2;
            *slot = g->edges[e];
        }
    }
    return 0;
}

static int refuse(const struct overlap *o, const struct whet_run_job *job,
                  const struct whet_run_job *other, const char *name, struct whet_error *err)
{
    struct whet_text one, two;

    whet__text_init(&one, DESCRIBE_MAX);
    whet__text_init(&two, DESCRIBE_MAX);
    whet__job_describe(other, &one);
    whet__job_describe(job, &two);
    whet_error_set(err, -EINVAL,
                   "two commands make one file: '%.200s': '%.200s' and '%.200s': neither needs "
                   "the other",
                   name, whet__text_str(&one), whet__text_str(&two));
    if (o->needs->jobs->file != NULL && job->line != 0)
        whet_error_at(err, o->needs->jobs->file, job->line, job->column);
    whet__text_clear(&one);
    whet__text_clear(&two);
    return -EINVAL;
}

/* NULL: no memory. */
static struct maker *maker_new(struct overlap *o, const struct whet_run_job *job)
{
    struct maker *made = whet__arena_zalloc(&o->arena, 1, sizeof(*made));

    if (made != NULL)
        made->job = job;
    return made;
}

static int path_add(struct overlap *o, const struct whet_run_job *job, const char *path)
{
    struct maker *first = maker_new(o, job);
    char *key = whet__arena_strndup(&o->arena, path, strlen(path));

    return first != NULL && key != NULL ? whet__map_put_str(&o->makers, key, first) : -ENOMEM;
}

static int made_add(struct overlap *o, uint32_t i, const char *name, struct whet_error *err)
{
    const struct whet_run_job *job = job_at(o, i);
    const char *path = path_of(o, job, name);
    struct maker *other, *last = NULL;

    if (path == NULL)
        return -ENOMEM;
    other = whet__map_get_str(&o->makers, path);
    if (other == NULL)
        return path_add(o, job, path);
    for (; other != NULL; last = other, other = other->next) {
        uint32_t j = (uint32_t)(other->job - job_at(o, 0));

        if (other->job == job || ++o->steps > STEPS_MAX)
            return 0;
        if (waits_for(o, i, j) == 0 && waits_for(o, j, i) == 0)
            return refuse(o, job, other->job, name, err);
    }
    last->next = maker_new(o, job);
    return last->next != NULL ? 0 : -ENOMEM;
}

static int makers_find(struct overlap *o, struct whet_error *err)
{
    for (uint32_t i = 0; i < o->needs->count; i++) {
        const struct whet_run_job *job = job_at(o, i);
        const char *const *name = job->outputs;
        int rc = job->depfile != NULL ? made_add(o, i, job->depfile, err) : 0;

        for (; rc == 0 && name != NULL && *name != NULL; name++)
            if (!is_pattern(*name))
                rc = made_add(o, i, *name, err);
        if (rc != 0)
            return rc;
    }
    return 0;
}

static void readers_tell(struct overlap *o,
                         void (*tell)(const struct whet_run_job *reader,
                                      const struct whet_run_job *maker, const char *name))
{
    for (uint32_t i = 0; i < o->needs->count; i++) {
        const struct whet_run_job *job = job_at(o, i);
        const char *const *name = job->inputs;

        for (; name != NULL && *name != NULL; name++) {
            const char *path = is_pattern(*name) ? NULL : path_of(o, job, *name);
            const struct maker *maker =
                path != NULL ? whet__map_get_str(&o->makers, path) : NULL;

            if (maker != NULL && maker->job != job &&
                waits_for(o, i, (uint32_t)(maker->job - job_at(o, 0))) == 0)
                tell(job, maker->job, *name);
        }
    }
}

int whet__overlap_check(const struct whet_needs *needs,
                        void (*tell)(const struct whet_run_job *reader,
                                     const struct whet_run_job *maker, const char *name),
                        struct whet_error *err)
{
    struct overlap o = {.needs = needs};
    int rc;

    o.seen = whet__mem_zalloc(needs->count + 1, sizeof(*o.seen));
    whet__map_init(&o.makers, FILES_MAX);
    whet__arena_init(&o.arena, ARENA_MAX);
    whet__text_init(&o.path, PATH_BYTES);
    whet__vec_init(&o.stack, sizeof(uint32_t), needs->count + 1);
    rc = o.seen != NULL ? makers_find(&o, err) : -ENOMEM;
    if (rc == 0)
        readers_tell(&o, tell);
    else if (rc != -EINVAL)
        whet_error_set(err, rc, "cannot look at outputs: %s", strerror(-rc));
    whet__vec_clear(&o.stack);
    whet__text_clear(&o.path);
    whet__arena_clear(&o.arena);
    whet__map_clear(&o.makers);
    whet__mem_free(o.seen);
    return rc;
}
