/* The thread that watches runs. Expected load: one run at a time or as many as there are
 * processors, from half a millisecond to hours long, thousands in a row. Putting a run under
 * watch is two uncontended locks and no system call: the thread keeps its own pace from one
 * run to the next, and is woken only for what is due before its next look. */
#include "os/watch.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <time.h>

#include "os/clock.h"
#include "os/proc.h"
#include "os/thread.h"

#define SECOND_NS UINT64_C(1000000000)
#define MS_NS     UINT64_C(1000000)
#define GRACE_NS  (2 * SECOND_NS)
#define ASK_NS    (50 * MS_NS) /* between two questions whether to stop */
#define LOOK_NS   (4 * MS_NS)  /* age at the first look at memory; the next after twice ... */
#define LOOK_MAX  (64 * MS_NS) /* ... the time, up to this */
#define LOOK_COST 50           /* and never for more than one part in so many of the time */
#define IDLE_NS   SECOND_NS    /* without anything to watch, until the thread ends */
#define NEVER     UINT64_MAX
#define SLOTS     128

/* All that the lock guards. */
static struct {
    struct whet_watch *first;
    int running;      /* there is a thread */
    uint64_t wake_ns; /* when it looks again */
    uint64_t pace_ns; /* what the last run asked for, kept up until the next one comes */
    uint64_t busy_ns; /* when there was last a run */
} watcher;

/* What kill(2) takes to reach each run under watch, for a signal handler, which must not wait
 * for a lock. 0: free, or not started. Runs beyond these are not found by it. */
static atomic_long reached[SLOTS];
static unsigned char slot_taken[SLOTS]; /* under the lock */

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed;
static pthread_once_t once = PTHREAD_ONCE_INIT;
static int once_error;
static int has_tree; /* of os/proc.h; asked once: the way through /proc leaves caches cold,
                        right before a run, for some 20 microseconds of it */

/* A fork in a program that uses us takes the lock along, but not the thread. */
static void fork_prepare(void)
{
    pthread_mutex_lock(&lock);
}

static void fork_parent(void)
{
    pthread_mutex_unlock(&lock);
}

static int changed_init(void)
{
    pthread_condattr_t attributes;
    int rc = -pthread_condattr_init(&attributes);

    if (rc != 0)
        return rc;
    (void)pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    rc = -pthread_cond_init(&changed, &attributes);
    pthread_condattr_destroy(&attributes);
    return rc;
}

static void fork_child(void)
{
    memset(&watcher, 0, sizeof(watcher));
    memset(slot_taken, 0, sizeof(slot_taken));
    for (unsigned i = 0; i < SLOTS; i++)
        atomic_store(&reached[i], 0); /* those runs are not ours */
    (void)changed_init();             /* the thread that waited for it is not here */
    pthread_mutex_unlock(&lock);
}

static void watcher_init(void)
{
    has_tree = whet__proc_has_tree();
    once_error = changed_init();
    if (once_error == 0)
        once_error = -pthread_atfork(fork_prepare, fork_parent, fork_child);
}

static uint64_t time_after(uint64_t now, uint64_t ns)
{
    return ns < NEVER - now ? now + ns : NEVER;
}

static uint64_t earlier(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

/* What kill(2) takes to reach the run. */
static pid_t reach_of(const struct whet_watch *w, pid_t pid)
{
    return (w->options->flags & WHET_SPAWN_SAME_GROUP) != 0 ? pid : -pid;
}

void whet__watch_signal(const struct whet_watch *w, int number)
{
    pid_t pid = (pid_t)atomic_load(&w->pid);

    /* It has not been waited for, so the number is still its own. */
    if (pid > 0)
        (void)kill(reach_of(w, pid), number);
}

void whet__watch_kill_all(void)
{
    for (unsigned i = 0; i < SLOTS; i++) {
        pid_t pid = (pid_t)atomic_load(&reached[i]);

        if (pid != 0)
            (void)kill(pid, SIGKILL);
    }
}

/* Both under the lock. */
static void slot_take(struct whet_watch *w)
{
    w->slot = -1;
    for (int i = 0; i < SLOTS && w->slot < 0; i++)
        if (!slot_taken[i])
            w->slot = i;
    if (w->slot >= 0)
        slot_taken[w->slot] = 1;
}

static void slot_give(struct whet_watch *w)
{
    if (w->slot < 0)
        return;
    atomic_store(&reached[w->slot], 0);
    slot_taken[w->slot] = 0;
    w->slot = -1;
}

static void watch_ask(struct whet_watch *w, uint64_t now)
{
    uint64_t grace = w->options->grace_ns;

    whet__watch_signal(w, SIGTERM);
    whet__watch_signal(w, SIGCONT); /* a stopped process takes no SIGTERM */
    w->phase = WHET_WATCH_ASKED;
    w->ask_ns = NEVER;
    w->deadline_ns = time_after(now, grace != 0 ? grace : GRACE_NS);
}

/* Whether it has to end, and how. */
static void watch_advance(struct whet_watch *w, uint64_t now)
{
    if (w->ask_ns <= now) {
        w->ask_ns = now + ASK_NS;
        if (w->options->stop(w->options->ctx)) {
            w->stopped = 1;
            watch_ask(w, now);
        }
    }
    if (now < w->deadline_ns)
        return;
    if (w->phase == WHET_WATCH_RUNNING) {
        w->timed_out = 1;
        watch_ask(w, now);
    } else {
        whet__watch_signal(w, SIGKILL);
        w->phase = WHET_WATCH_KILLED;
        w->deadline_ns = NEVER;
    }
}

/* How much memory it and all below it have now. */
static void watch_look(struct whet_watch *w, uint64_t now)
{
    struct whet_proc_tree tree;
    uint64_t cost;

    if (whet__proc_tree((pid_t)atomic_load(&w->pid), &tree) == 0) {
        /* Of a single process the kernel itself keeps the peak, to the page. */
        if (tree.processes > 1 && tree.rss_bytes > w->tree_rss_bytes)
            w->tree_rss_bytes = tree.rss_bytes;
    } else
        w->tree_known = 0;
    cost = whet__clock_now_ns() - now;
    w->look_step_ns = earlier(2 * w->look_step_ns, LOOK_MAX);
    w->look_ns =
        now + (cost * LOOK_COST > w->look_step_ns ? cost * LOOK_COST : w->look_step_ns);
}

/* Does what is due for one run, and says when to come again. */
static uint64_t watch_tend(struct whet_watch *w, uint64_t now)
{
    if (atomic_load_explicit(&w->pid, memory_order_acquire) == 0)
        return now + MS_NS; /* it is being started this moment */
    if (w->deadline_ns == 0) {
        w->deadline_ns = w->options->timeout_ns != 0
                             ? time_after(w->start_ns, w->options->timeout_ns)
                             : NEVER;
        w->ask_ns = w->options->stop != NULL ? w->start_ns + ASK_NS : NEVER;
        w->look_ns =
            (w->options->flags & WHET_SPAWN_TREE_MEMORY) != 0 ? w->start_ns + LOOK_NS : NEVER;
    }
    if (w->look_ns <= now)
        watch_look(w, now);
    watch_advance(w, now);
    return earlier(earlier(w->deadline_ns, w->ask_ns), w->look_ns);
}

static void sleep_until(uint64_t ns)
{
    struct timespec time = {(time_t)(ns / SECOND_NS), (long)(ns % SECOND_NS)};

    watcher.wake_ns = ns;
    pthread_cond_timedwait(&changed, &lock, &time);
}

static void *watch_all(void *unused)
{
    (void)unused;
    pthread_mutex_lock(&lock);
    for (;;) {
        uint64_t now = whet__clock_now_ns(), wake = NEVER;

        for (struct whet_watch *w = watcher.first; w != NULL; w = w->next)
            wake = earlier(wake, watch_tend(w, now));
        if (watcher.first != NULL)
            watcher.busy_ns = now;
        else if (now - watcher.busy_ns >= IDLE_NS)
            break;
        sleep_until(earlier(wake, now + (watcher.first != NULL ? SECOND_NS : watcher.pace_ns)));
    }
    watcher.running = 0;
    pthread_mutex_unlock(&lock);
    return NULL;
}

/* Under the lock. */
static int thread_start(void)
{
    int rc;

    watcher.wake_ns = 0; /* it looks at once */
    watcher.busy_ns = whet__clock_now_ns();
    rc = whet__thread_start(NULL, watch_all, NULL);
    watcher.running = rc == 0;
    return rc;
}

/* How soon after its start a run may need something; NEVER: it needs no watch. */
static uint64_t pace_of(const struct whet_spawn_options *o)
{
    uint64_t pace = o->timeout_ns != 0 ? o->timeout_ns : NEVER;

    if (o->stop != NULL)
        pace = earlier(pace, ASK_NS);
    if ((o->flags & WHET_SPAWN_TREE_MEMORY) != 0)
        pace = earlier(pace, LOOK_NS);
    return pace;
}

/* Under the lock. */
static void list_add(struct whet_watch *w, uint64_t pace)
{
    uint64_t due = time_after(whet__clock_now_ns(), pace);

    w->next = watcher.first;
    if (w->next != NULL)
        w->next->previous = w;
    watcher.first = w;
    w->active = 1;
    slot_take(w);
    watcher.pace_ns = pace < MS_NS ? MS_NS : earlier(pace, SECOND_NS);
    if (watcher.wake_ns > due)
        pthread_cond_signal(&changed);
}

int whet__watch_begin(struct whet_watch *w, const struct whet_spawn_options *options)
{
    uint64_t pace = pace_of(options);
    int rc = 0;

    memset(w, 0, sizeof(*w));
    w->options = options;
    w->look_step_ns = LOOK_NS;
    w->slot = -1;
    if (pace == NEVER)
        return 0;
    pthread_once(&once, watcher_init);
    if (once_error != 0)
        return once_error;
    w->tree_known = has_tree && (options->flags & WHET_SPAWN_TREE_MEMORY) != 0;
    pthread_mutex_lock(&lock);
    if (!watcher.running)
        rc = thread_start();
    if (rc == 0)
        list_add(w, pace);
    pthread_mutex_unlock(&lock);
    return rc;
}

void whet__watch_started(struct whet_watch *w, pid_t pid, uint64_t start_ns)
{
    w->start_ns = start_ns;
    atomic_store_explicit(&w->pid, pid, memory_order_release);
    if (w->slot >= 0)
        atomic_store(&reached[w->slot], reach_of(w, pid));
}

void whet__watch_end(struct whet_watch *w)
{
    if (!w->active)
        return;
    pthread_mutex_lock(&lock);
    if (w->previous != NULL)
        w->previous->next = w->next;
    else
        watcher.first = w->next;
    if (w->next != NULL)
        w->next->previous = w->previous;
    w->active = 0;
    slot_give(w);
    pthread_mutex_unlock(&lock);
}
