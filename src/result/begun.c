/* Ticks. Expected load: a note for each command that is over, and a look at the clock for each
 * with a depfile that is to be run. */
#include "result/begun.h"

#include <string.h>

#include "os/clock.h"

#define NAMES_MAX  ((size_t)1000000)
#define NAMES_SIZE ((size_t)256 << 20)
#define SECOND_NS  INT64_C(1000000000)
#define LOOK_NS    UINT64_C(500000)
#define LOOKS_MAX  2000 /* a clock that was set back is not waited for */

void whet__begun_init(struct whet_begun *b)
{
    memset(b, 0, sizeof(*b));
    whet__map_init(&b->ended, NAMES_MAX);
    whet__arena_init(&b->arena, NAMES_SIZE);
    b->opened_ns = whet__clock_wall_ns();
}

void whet__begun_clear(struct whet_begun *b)
{
    whet__map_clear(&b->ended);
    whet__arena_clear(&b->arena);
}

static uint64_t *ended_add(struct whet_begun *b, const char *name)
{
    uint64_t *ended = whet__arena_zalloc(&b->arena, 1, sizeof(*ended));
    char *key = ended != NULL ? whet__arena_strndup(&b->arena, name, strlen(name)) : NULL;

    return key != NULL && whet__map_put_str(&b->ended, key, ended) == 0 ? ended : NULL;
}

void whet__begun_ended(struct whet_begun *b, const char *name)
{
    uint64_t *ended;

    if (name == NULL) /* nobody can need it */
        return;
    ended = whet__map_get_str(&b->ended, name);
    if (ended == NULL)
        ended = ended_add(b, name);
    if (ended == NULL)
        ended = &b->lost_ns;
    *ended = whet__clock_wall_ns();
}

/* A coarse clock is never ahead of the exact one, by which files may be stamped, too. */
static uint64_t wait_past(uint64_t quiet_ns)
{
    uint64_t now = whet__clock_wall_coarse_ns();

    for (int i = 0; i < LOOKS_MAX && now <= quiet_ns && quiet_ns - now < SECOND_NS; i++) {
        whet__clock_sleep_ns(LOOK_NS);
        now = whet__clock_wall_coarse_ns();
    }
    return now;
}

uint64_t whet__begun_wait(struct whet_begun *b, const char *const *needs)
{
    uint64_t quiet = b->opened_ns;

    for (; needs != NULL && *needs != NULL; needs++) {
        const uint64_t *ended = whet__map_get_str(&b->ended, *needs);
        uint64_t last = ended != NULL ? *ended : b->lost_ns;

        quiet = last > quiet ? last : quiet;
    }
    return wait_past(quiet);
}

/* In which its file system rounds times down: it shows in both. FAT has 2 s for one of them. */
static int64_t step_of(const struct whet_file_stat *look)
{
    int64_t step = 1;

    while (step < SECOND_NS && look->mtime_ns % (step * 10) == 0 &&
           look->ctime_ns % (step * 10) == 0)
        step *= 10;
    return step == SECOND_NS ? 2 * SECOND_NS : step;
}

int whet__begun_unchanged(const struct whet_file_stat *look, uint64_t begun_ns)
{
    int64_t last = look->mtime_ns > look->ctime_ns ? look->mtime_ns : look->ctime_ns;

    return last < (int64_t)begun_ns && (int64_t)begun_ns - last >= step_of(look);
}
