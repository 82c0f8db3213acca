/* The executor's loop. Expected load: from one job to hundreds of thousands of a millisecond
 * each, up to thousands at once. What a job costs beyond its process is some twenty system
 * calls; nothing looks at all slots unless something is due. */
#include "run/executor.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include <whet/pool.h>

#include "base/mem.h"
#include "os/clock.h"
#include "run/executor_inside.h"

#define NEVER       UINT64_MAX
#define SECOND_NS   UINT64_C(1000000000)
#define WAIT_MAX_NS (SECOND_NS / 2) /* a signal may come just before the wait for it */
#define TICK_NS     (SECOND_NS / 10)
#define PACE_NS     (SECOND_NS / 2)
#define STOPPED_NS  (SECOND_NS / 2)
#define TURN_NS     (SECOND_NS / 50)   /* slots are looked at for one whose turn has come */
#define JOB_BYTES   ((size_t)64 << 20) /* of a job's texts */
#define SOURCE_TAG  NEVER
#define FD_PER_JOB  3
#define SAID_MAX    ((size_t)4096)
#define FD_OTHERS   32

/* The source has nothing at the moment. */
static void source_wait(struct executor *x)
{
    int rc;

    if (x->options->source.fd < 0 || x->source_waits)
        return;
    rc = whet__events_add(&x->shop.events, x->options->source.fd, SOURCE_TAG);
    x->source_waits = rc == 0;
    if (rc != -EPERM) /* a file is ready all the time */
        whet__executor_fail(x, rc, "cannot wait for commands");
}

static int has_place(const struct executor *x, enum place place)
{
    return x->taken_places[place] < (place == PLACE_IO ? x->options->io_jobs : x->limit);
}

/* 1: another job may be asked for. */
static int may_take(const struct executor *x)
{
    const struct whet_job_source *source = &x->options->source;

    return !x->exhausted && !x->stopping && !x->source_waits && x->free < x->slot_count &&
           (has_place(x, PLACE_ANY) || has_place(x, PLACE_IO)) &&
           /* Jobs of a graph come in any order, and are all in memory anyway. */
           (source->ended != NULL || whet__show_has_room(&x->shop.show, x->taken + 1));
}

/* The source's next job, in a slot; NULL: there is none now. */
static struct slot *job_take(struct executor *x)
{
    const struct whet_job_source *source = &x->options->source;
    struct slot *s = &x->slots[x->free];
    int rc;

    whet__arena_reset(&s->arena);
    memset(&s->job, 0, sizeof(s->job));
    rc = source->next(source->ctx, s->attempt.slot + 1, &s->arena, &s->job, x->err);
    if (rc == -EAGAIN) {
        source_wait(x);
        return NULL;
    }
    x->exhausted = rc == 0;
    if (rc < 0)
        whet__executor_fail(x, rc, NULL);
    if (rc <= 0)
        return NULL;
    x->taken++;
    x->free = s->next_free;
    x->busy++;
    s->place = x->options->io_jobs != 0 && s->job.type == WHET_JOB_IO ? PLACE_IO : PLACE_ANY;
    return s;
}

/* One that is held is never begun. */
static void held_drop(struct executor *x)
{
    struct slot *s = x->held;

    if (s == NULL)
        return;
    x->held = NULL;
    x->taken_places[s->place]++; /* which it gives back now */
    whet__slot_free(x, s);
}

/* Starts as many as there may be. */
static void fill(struct executor *x)
{
    struct slot *s;

    while (x->held != NULL || may_take(x)) {
        s = x->held != NULL ? x->held : job_take(x);
        if (s == NULL)
            return;
        x->held = s;
        if (x->stopping || !has_place(x, s->place))
            break;
        x->held = NULL;
        x->taken_places[s->place]++;
        whet__slot_begin(x, s);
    }
    if (x->stopping)
        held_drop(x);
}

/* What is due in slots, by the clock. */
static void tend(struct executor *x, uint64_t now)
{
    uint64_t wake = NEVER;

    if (now < x->wake_ns)
        return;
    x->wake_ns = NEVER;
    for (unsigned i = 0; i < x->slot_count; i++) {
        struct slot *s = &x->slots[i];
        uint64_t due = NEVER;

        if (s->state == SLOT_RUNNING)
            due = whet__attempt_tend(&s->attempt, now);
        else if (s->state == SLOT_RESTING && x->stopping)
            whet__slot_end(x, s);
        else if (s->state == SLOT_RESTING && s->rest_ns <= now)
            whet__slot_attempt(x, s);
        else if (s->state == SLOT_RESTING)
            due = s->rest_ns;
        wake = due < wake ? due : wake;
    }
    x->wake_ns = wake < x->wake_ns ? wake : x->wake_ns;
}

/* One whose turn has come while it runs is shown from now on as it prints. */
static void pass_turn(struct executor *x, uint64_t now)
{
    const struct whet_show *show = &x->shop.show;

    if (show->order != WHET_SHOW_INPUT || x->turn_seen == show->next || now < x->turn_ns)
        return;
    x->turn_seen = show->next;
    x->turn_ns = now + TURN_NS;
    for (unsigned i = 0; i < x->slot_count; i++)
        if (x->slots[i].state == SLOT_RUNNING && x->slots[i].attempt.place == show->next)
            whet__executor_fail_printed(x, whet__attempt_show(&x->slots[i].attempt));
}

/* Goes on with those that wait to be read, as far as there is room. If none of all can go on,
 * it is for want of room to keep what they printed until it is their turn: one is ended. */
static void give_room(struct executor *x, uint64_t now)
{
    struct slot *waits = NULL;
    unsigned active = 0;

    for (unsigned i = 0; x->shop.waiting > 0 && i < x->slot_count; i++) {
        struct slot *s = &x->slots[i];

        if (s->state == SLOT_RUNNING)
            whet__executor_fail(x, whet__attempt_resume(&s->attempt, now),
                                "cannot read what a command prints");
        if (s->state == SLOT_RUNNING && s->attempt.waits)
            waits = s;
        else if (s->state != SLOT_FREE)
            active++;
    }
    if (waits != NULL && active == 0)
        whet__attempt_stop(&waits->attempt, WHET_JOB_OUTPUT, SIGKILL, now);
}

static void watch_stop(struct executor *x)
{
    const struct whet_run_hooks *hooks = &x->options->hooks;
    int signal = hooks->stop != NULL && !x->interrupted ? hooks->stop(hooks->ctx) : 0;

    if (signal == 0)
        return;
    x->interrupted = 1;
    whet__executor_stop(x, signal);
}

/* At any moment: a reader who is stopped by Ctrl-Z reads nothing, and we have to stop as well,
 * or the shell waits for us. */
static void watch_suspend(void *executor)
{
    struct executor *x = executor;
    const struct whet_run_hooks *hooks = &x->options->hooks;
    uint64_t began, ns;

    if (hooks->suspend == NULL || !hooks->suspend_asked(hooks->ctx))
        return;
    began = whet__clock_now_ns();
    for (unsigned i = 0; i < x->slot_count; i++)
        if (x->slots[i].state == SLOT_RUNNING)
            whet__attempt_suspend(&x->slots[i].attempt);
    hooks->suspend(hooks->ctx);
    ns = whet__clock_now_ns() - began;
    for (unsigned i = 0; i < x->slot_count; i++)
        if (x->slots[i].state == SLOT_RUNNING)
            whet__attempt_continue(&x->slots[i].attempt, ns);
    x->wake_ns = 0;
}

/* A command in the background that uses the terminal is stopped by the kernel, and would be for
 * ever. */
static void find_stopped(struct executor *x, uint64_t now)
{
    if (now < x->stopped_ns)
        return;
    x->stopped_ns = now + STOPPED_NS;
    for (unsigned i = 0; i < x->slot_count; i++)
        if (x->slots[i].state == SLOT_RUNNING)
            whet__attempt_look_stopped(&x->slots[i].attempt, now);
    x->wake_ns = now < x->wake_ns ? now : x->wake_ns;
}

static void tick(struct executor *x, uint64_t now)
{
    const struct whet_run_hooks *hooks = &x->options->hooks;

    if (hooks->tick == NULL || now < x->tick_ns)
        return;
    x->tick_ns = now + TICK_NS;
    hooks->tick(hooks->ctx, &x->counts);
}

/* A limit below what runs is waited for. */
static void keep_pace(struct executor *x, uint64_t now)
{
    const struct whet_run_pace *pace = &x->options->pace;
    unsigned limit;

    if (pace->ask == NULL || now < x->pace_ns)
        return;
    x->pace_ns = now + PACE_NS;
    limit = pace->ask(pace->ctx, x->limit, x->taken_places[PLACE_ANY]);
    if (limit > x->slot_count - x->options->io_jobs)
        limit = x->slot_count - x->options->io_jobs;
    x->limit = limit != 0 ? limit : 1;
}

static void take_event(struct executor *x, uint64_t tag)
{
    enum whet_attempt_part part;
    struct slot *s;
    int rc;

    if (tag == SOURCE_TAG) {
        whet__events_remove(&x->shop.events, x->options->source.fd);
        x->source_waits = 0;
        return;
    }
    s = &x->slots[whet__attempt_tag_slot(tag)];
    part = whet__attempt_tag_part(&s->attempt, tag);
    if (s->state != SLOT_RUNNING || part == WHET_ATTEMPT_PARTS)
        return;
    rc = whet__attempt_event(&s->attempt, part);
    if (rc < 0)
        whet__executor_fail_printed(x, rc);
    else if (rc == 1)
        whet__slot_attempt_ended(x, s);
}

static void wait_for_events(struct executor *x, uint64_t now)
{
    uint64_t tags[WHET_EVENTS_MAX];
    uint64_t ns = x->options->hooks.tick != NULL ? TICK_NS : WAIT_MAX_NS;
    unsigned got;

    if (x->turn_seen != x->shop.show.next && ns > TURN_NS)
        ns = TURN_NS;
    if (x->wake_ns != NEVER)
        ns = x->wake_ns <= now ? 0 : x->wake_ns - now < ns ? x->wake_ns - now : ns;
    got = whet__events_wait(&x->shop.events, ns, tags);
    for (unsigned i = 0; i < got; i++)
        take_event(x, tags[i]);
}

static int over(const struct executor *x)
{
    return x->busy == 0 && (x->exhausted || x->stopping);
}

static void run(struct executor *x)
{
    for (;;) {
        uint64_t now;

        watch_stop(x);
        keep_pace(x, whet__clock_now_ns());
        watch_suspend(x);
        fill(x);
        now = whet__clock_now_ns();
        find_stopped(x, now);
        tend(x, now);
        pass_turn(x, now);
        now = whet__clock_now_ns(); /* who reads may have taken his time */
        give_room(x, now);
        tick(x, now);
        if (over(x))
            return;
        wait_for_events(x, now);
    }
}

/* Room for as many as there may ever be, if files allow. */
static int check_files(struct executor *x)
{
    long limit = sysconf(_SC_OPEN_MAX);
    long each = FD_PER_JOB + (x->options->tracer != NULL);
    long most = limit < 0 ? (long)INT_MAX : (limit - FD_OTHERS) / each;
    long wanted = (long)x->options->pace.most + x->options->io_jobs;

    if ((long)x->slot_count <= most) {
        if (x->options->pace.ask != NULL && wanted > (long)x->slot_count)
            x->slot_count = (unsigned)(wanted <= most ? wanted : most);
        return 0;
    }
    return whet_error_set(
        x->err, -EMFILE,
        "too many at once: '%u': the limit on open files allows %ld: raise it "
        "with ulimit -n",
        x->slot_count, most > 0 ? most : 0);
}

static void slots_init(struct executor *x)
{
    for (unsigned i = 0; i < x->slot_count; i++) {
        whet__attempt_init(&x->slots[i].attempt, &x->shop, i);
        whet__arena_init(&x->slots[i].arena, JOB_BYTES);
        x->slots[i].next_free = i + 1;
    }
}

static void slots_clear(struct executor *x)
{
    for (unsigned i = 0; i < x->slot_count; i++) {
        whet__attempt_clear(&x->slots[i].attempt);
        whet__arena_clear(&x->slots[i].arena);
    }
    whet__mem_free(x->slots);
}

int whet__executor_run(const struct whet_run_options *options, struct whet_run_counts *out,
                       struct whet_error *err)
{
    struct whet_error own = {0};
    struct executor x = {.options = options, .wake_ns = NEVER, .err = err != NULL ? err : &own};
    int rc;

    x.limit = options->jobs != 0 ? options->jobs : whet_pool_cores();
    x.slot_count = x.limit + options->io_jobs;
    rc = check_files(&x);
    if (rc != 0)
        return rc;
    x.slots = whet__mem_zalloc(x.slot_count, sizeof(*x.slots));
    rc = x.slots != NULL ? whet__workshop_open(&x.shop, options, x.slot_count) : -ENOMEM;
    if (rc != 0) {
        whet__mem_free(x.slots);
        return whet_error_set(err, rc, "cannot run commands: %s", strerror(-rc));
    }
    slots_init(&x);
    whet__text_init(&x.said, SAID_MAX);
    if (options->pause != NULL)
        *options->pause = (struct whet_run_pause){watch_suspend, &x};
    run(&x);
    whet__executor_fail_printed(&x, whet__show_end(&x.shop.show));
    if (options->pause != NULL)
        *options->pause = (struct whet_run_pause){NULL, NULL};
    slots_clear(&x);
    whet__text_clear(&x.said);
    whet__workshop_close(&x.shop);
    *out = x.counts;
    return x.error;
}
