/* What an earlier run has done. Expected load: a hundred thousand jobs, at times all equal: one
 * by its number is found by `numbers`, so that of a hundred thousand none is walked to. */
#include "run/job_past.h"

#include <errno.h>
#include <string.h>

#define ARENA_MAX ((size_t)4 << 30)
#define JOBS_MAX  ((size_t)10000000)

struct equals {
    struct whet_job_done *first;
};

struct equal_key {
    const struct equals *equals;
    uint64_t number;
};

void whet__job_past_init(struct whet_job_past *past)
{
    whet__map_init(&past->equals, JOBS_MAX);
    whet__map_init(&past->numbers, JOBS_MAX);
    whet__arena_init(&past->arena, ARENA_MAX);
}

void whet__job_past_clear(struct whet_job_past *past)
{
    whet__map_clear(&past->equals);
    whet__map_clear(&past->numbers);
    whet__arena_clear(&past->arena);
}

int whet__job_past_empty(const struct whet_job_past *past)
{
    return past->equals.entries.len == 0;
}

/* NULL: no memory. */
static struct equals *equals_of(struct whet_job_past *past, const char *id)
{
    struct equals *found = whet__map_get_str(&past->equals, id);
    char *key;

    if (found != NULL)
        return found;
    found = whet__arena_zalloc(&past->arena, 1, sizeof(*found));
    key = found != NULL ? whet__arena_strndup(&past->arena, id, strlen(id)) : NULL;
    if (key == NULL || whet__map_put_str(&past->equals, key, found) != 0)
        return NULL;
    return found;
}

static struct whet_job_done *done_of(const struct whet_job_past *past,
                                     const struct equals *equals, uint64_t number)
{
    const struct equal_key key = {equals, number};

    return whet__map_get(&past->numbers, &key, sizeof(key));
}

/* A new one. NULL: no memory. */
static struct whet_job_done *done_add(struct whet_job_past *past, struct equals *equals,
                                      uint64_t number)
{
    struct equal_key *key = whet__arena_zalloc(&past->arena, 1, sizeof(*key));
    struct whet_job_done *done = whet__arena_zalloc(&past->arena, 1, sizeof(*done));

    if (key == NULL || done == NULL)
        return NULL;
    *key = (struct equal_key){equals, number};
    if (whet__map_put(&past->numbers, key, sizeof(*key), done) != 0)
        return NULL;
    done->next = equals->first;
    equals->first = done;
    return done;
}

int whet__job_past_put(struct whet_job_past *past, const char *id,
                       const struct whet_job_done *done)
{
    struct equals *equals = equals_of(past, id);
    struct whet_job_done *here = equals != NULL ? done_of(past, equals, done->number) : NULL;
    struct whet_job_done *next;

    if (equals != NULL && here == NULL)
        here = done_add(past, equals, done->number);
    if (here == NULL)
        return -ENOMEM;
    next = here->next;
    *here = *done;
    here->next = next;
    return 0;
}

static int counts(const struct whet_job_done *done, int failed_too)
{
    if (done->taken || done->end == WHET_JOB_SKIPPED || done->end == WHET_JOB_STOPPED)
        return 0;
    return done->end == WHET_JOB_OK || failed_too;
}

/* What does not count, or is taken, stays so. */
static struct whet_job_done *latest_of(struct equals *equals, int failed_too)
{
    while (equals->first != NULL && !counts(equals->first, failed_too))
        equals->first = equals->first->next;
    return equals->first;
}

const struct whet_job_done *whet__job_past_take(struct whet_job_past *past, const char *id,
                                                uint64_t number, int same_number,
                                                int failed_too)
{
    struct equals *equals = whet__map_get_str(&past->equals, id);
    struct whet_job_done *found = equals != NULL ? done_of(past, equals, number) : NULL;

    if (equals == NULL)
        return NULL;
    if (found == NULL || !counts(found, failed_too))
        found = same_number ? NULL : latest_of(equals, failed_too);
    if (found != NULL)
        found->taken = 1;
    return found;
}
