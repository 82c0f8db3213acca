/* cache/truth/validity.h among threads and processes: what one has invalidated, nobody answers;
 * who is killed in between harms nobody; and a clock that is set back, or a page that is lost,
 * does not bring anything back. */
#include "truth.h"

#include <pthread.h>
#include <signal.h>
#include <sys/wait.h>

#include "base/random.h"
#include "os/clock.h"

static char path[600];

static int enter(void **state)
{
    int rc = folder_enter(state);

    snprintf(path, sizeof(path), "%s", below("cache.db"));
    return rc;
}

static struct whet_entry *put(struct user *u, const char *key, const char *value,
                              const char *need)
{
    struct whet_inputs *in;
    struct whet_entry *e = NULL;

    assert_int_equal(whet__inputs_new(&in, u->validity, NULL, NULL), 0);
    if (need != NULL)
        assert_int_equal(whet_inputs_need(in, need, strlen(need)), 0);
    assert_int_equal(entry_put(u, key, value, in, &e), 0);
    whet_inputs_free(in);
    return e;
}

static int mark(struct user *u, enum whet_mark_kind kind, const char *name)
{
    return whet__validity_mark(u->validity, kind, name, strlen(name));
}

/* ---- Processes ---- */

/* A second process that does what one letter says, and answers when it is done. */
struct other {
    pid_t pid;
    int to, from;
};

static void other_do(struct user *u, char what)
{
    if (what == 'm')
        assert_int_equal(mark(u, WHET_MARK_KEY, "c"), 0);
    else if (what == 't')
        assert_int_equal(mark(u, WHET_MARK_TAG, "c"), 0);
    else if (what == 'p')
        assert_int_equal(mark(u, WHET_MARK_PREFIX, "c"), 0);
    else if (what == 'a')
        assert_int_equal(mark(u, WHET_MARK_ALL, ""), 0);
    else
        whet__entry_drop(put(u, "c", what == 'v' ? "other" : "1", NULL));
}

static struct other other_start(void)
{
    int to[2], from[2];
    struct other o;

    assert_int_equal(pipe(to) | pipe(from), 0);
    o.pid = fork();
    if (o.pid == 0) {
        struct user u = user_open(path, 0);
        char what;

        close(to[1]);
        while (read(to[0], &what, 1) == 1) {
            other_do(&u, what);
            if (write(from[1], &what, 1) != 1)
                _exit(1);
        }
        user_close(&u);
        _exit(0);
    }
    close(to[0]);
    close(from[1]);
    o.to = to[1];
    o.from = from[0];
    return o;
}

static void other_tell(struct other *o, char what)
{
    assert_int_equal(write(o->to, &what, 1), 1);
    assert_int_equal(read(o->from, &what, 1), 1);
}

/* Three levels above the key that another process strikes. */
static void another_process_is_heeded(void **state)
{
    static const char ways[] = "mpavm";
    struct other o = other_start();
    struct user u = user_open(path, 0);

    (void)state;
    for (int round = 0; round < 60; round++) {
        char way = ways[round % 5];
        struct whet_entry *e[4];

        whet__entry_drop(put(&u, "x", "1", "c")); /* c, b, a are needed from here on */
        whet__entry_drop(put(&u, "x", "1", "b"));
        whet__entry_drop(put(&u, "x", "1", "a"));
        e[0] = put(&u, "c", "1", NULL);
        e[1] = put(&u, "b", "1", "c");
        e[2] = put(&u, "a", "1", "b");
        e[3] = put(&u, "top", "1", "a");
        other_tell(&o, 's'); /* the same bytes */
        for (int i = 0; i < 4; i++)
            assert_int_equal(entry_true(&u, e[i]), 1);
        for (int i = 0; i < 4; i++)
            assert_true(atomic_load(&e[i]->checked) == whet__shared_changes(u.shared));
        other_tell(&o, way);
        for (int i = 0; i < 4; i++) {
            assert_int_equal(entry_true(&u, e[i]), 0);
            whet__entry_drop(e[i]);
        }
        if (round % 10 == 9) {
            user_close(&u);
            u = user_open(path, 0);
        }
    }
    close(o.to);
    close(o.from);
    assert_int_equal(waitpid(o.pid, NULL, 0), o.pid);
    user_close(&u);
}

/* A process marks key after key, says which are done, and is killed. */
static void who_is_killed_harms_nobody(void **state)
{
    enum { KILLS = 60, MARKS = 300 };
    struct whet_entry *e[MARKS];
    struct whet_random r;

    (void)state;
    whet__random_init(&r, 3);
    for (int round = 0; round < KILLS; round++) {
        int done[2], ready[2], last = -1, status;
        struct user u;
        pid_t pid;

        assert_int_equal(pipe(done) | pipe(ready), 0);
        pid = fork();
        if (pid == 0) {
            int go = 0;

            close(done[0]);
            u = user_open(path, 0);
            assert_int_equal(read(ready[0], &go, 1), 1);
            for (go = 0; go < MARKS; go++) {
                char key[16];

                snprintf(key, sizeof(key), "k%d", go);
                if (mark(&u, WHET_MARK_KEY, key) != 0 || write(done[1], &go, 4) != 4)
                    break;
            }
            _exit(0);
        }
        close(done[1]);
        close(ready[0]);
        u = user_open(path, 0);
        for (int i = 0; i < MARKS; i++) {
            char key[16];

            snprintf(key, sizeof(key), "k%d", i);
            e[i] = put(&u, key, "1", NULL);
        }
        assert_int_equal(write(ready[1], "", 1), 1);
        whet__clock_sleep_ns(whet__random_below(&r, 10000000));
        assert_int_equal(kill(pid, SIGKILL), 0);
        assert_int_equal(waitpid(pid, &status, 0), pid);
        while (read(done[0], &last, 4) == 4)
            ;
        close(done[0]);
        close(ready[1]);
        if (round % 2 == 0) { /* what was said is true after a restart, too */
            user_close(&u);
            u = user_open(path, 0);
        }
        for (int i = 0; i < MARKS; i++) {
            int held = whet__validity_check(u.validity, e[i], NULL);

            assert_true(i > last || !held);
        }
        assert_int_equal(mark(&u, WHET_MARK_KEY, "k0"), 0);
        assert_int_equal(entry_true(&u, e[0]), 0);
        for (int i = 0; i < MARKS; i++)
            whet__entry_drop(e[i]);
        user_close(&u);
    }
}

/* ---- Clocks ---- */

static void a_clock_set_back_brings_nothing_back(void **state)
{
    struct user u = user_open(path, 0);
    struct whet_entry *old, *fresh;

    (void)state;
    /* Yesterday's clock was a day ahead. */
    atomic_fetch_add(&u.shared->page->epoch, UINT64_C(86400000000000));
    old = put(&u, "a", "1", "b");
    assert_int_equal(mark(&u, WHET_MARK_KEY, "b"), 0);
    user_close(&u);
    for (int lost = 0; lost < 2; lost++) {
        if (lost) /* with the page, the file is all there is */
            assert_int_equal(unlink(below("cache.db.share")), 0);
        u = user_open(path, 0);
        atomic_store(&old->checked, 0);
        assert_int_equal(entry_true(&u, old), 0);
        fresh = put(&u, "a", "1", "b");
        assert_int_equal(entry_true(&u, fresh), 1);
        assert_int_equal(mark(&u, WHET_MARK_KEY, "b"), 0);
        assert_int_equal(entry_true(&u, fresh), 0);
        whet__entry_drop(fresh);
        user_close(&u);
    }
    whet__entry_drop(old);
}

/* The file is gone, and with it all that was invalidated. */
static void a_lost_file_brings_nothing_back(void **state)
{
    struct user u = user_open(path, 0);
    struct whet_entry *e = put(&u, "a", "1", NULL), *kept = put(&u, "b", "1", NULL);

    (void)state;
    assert_int_equal(mark(&u, WHET_MARK_KEY, "a"), 0);
    user_close(&u);
    assert_int_equal(unlink(path), 0);
    u = user_open(path, 0);
    atomic_store(&e->checked, 0);
    assert_int_equal(entry_true(&u, e), 0);
    assert_int_equal(entry_true(&u, kept), 0); /* nobody knows */
    whet__entry_drop(kept);
    kept = put(&u, "b", "1", NULL);
    assert_int_equal(entry_true(&u, kept), 1);
    whet__entry_drop(e);
    whet__entry_drop(kept);
    user_close(&u);
}

/* ---- Threads ---- */

enum { KEYS = 4, THREADS = 4, STEPS = 1500 };

struct crowd {
    struct user u;
    atomic_uint versions[KEYS]; /* marks that have returned */
    uint64_t seed;
    pthread_mutex_t marking[KEYS];
};

struct member {
    struct crowd *crowd;
    unsigned number;
};

static struct whet_entry *member_put(struct crowd *c, unsigned k, unsigned *version)
{
    struct whet_entry *e = NULL;
    struct whet_inputs *in;
    char key[8], need[8];

    snprintf(key, sizeof(key), "a%u", k);
    snprintf(need, sizeof(need), "k%u", k);
    *version = atomic_load(&c->versions[k]);
    assert_int_equal(whet__inputs_new(&in, c->u.validity, NULL, NULL), 0);
    assert_int_equal(whet_inputs_need(in, need, 2), 0);
    (void)!entry_put(&c->u, key, "1", in, &e);
    whet_inputs_free(in);
    if (e != NULL && atomic_load(&c->versions[k]) != *version) {
        whet__entry_drop(e);
        e = NULL;
    }
    return e;
}

static void *member_run(void *arg)
{
    struct member *m = arg;
    struct crowd *c = m->crowd;
    struct whet_entry *mine[KEYS] = {0};
    unsigned versions[KEYS] = {0};
    struct whet_random r;

    whet__random_init(&r, c->seed + m->number);
    for (int i = 0; i < STEPS; i++) {
        unsigned k = (unsigned)whet__random_below(&r, KEYS);
        unsigned what = (unsigned)whet__random_below(&r, 20);
        char key[8];

        snprintf(key, sizeof(key), "k%u", k);
        if (what == 0) {
            pthread_mutex_lock(&c->marking[k]);
            assert_int_equal(mark(&c->u, WHET_MARK_KEY, key), 0);
            atomic_fetch_add(&c->versions[k], 1);
            pthread_mutex_unlock(&c->marking[k]);
        } else if (what < 4) {
            struct whet_entry *e = NULL;

            (void)!entry_put(&c->u, key, what == 1 ? "1" : "2", NULL, &e);
            whet__entry_drop(e);
        } else if (mine[k] == NULL)
            mine[k] = member_put(c, k, &versions[k]);
        else {
            /* The last mark but one began after it was put. */
            unsigned now = atomic_load(&c->versions[k]);
            int held = entry_true(&c->u, mine[k]);

            assert_true(now < versions[k] + 2 || !held);
            if (!held) {
                whet__entry_drop(mine[k]);
                mine[k] = NULL;
            }
        }
    }
    for (unsigned k = 0; k < KEYS; k++)
        whet__entry_drop(mine[k]);
    return NULL;
}

static void crowd_run(const char *file)
{
    struct crowd c = {.u = user_open(file, 0), .seed = 11};
    struct member members[THREADS];
    pthread_t threads[THREADS];

    for (unsigned k = 0; k < KEYS; k++)
        pthread_mutex_init(&c.marking[k], NULL);
    for (unsigned i = 0; i < THREADS; i++) {
        members[i] = (struct member){&c, i};
        assert_int_equal(pthread_create(&threads[i], NULL, member_run, &members[i]), 0);
    }
    for (unsigned i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    user_close(&c.u);
}

static void threads_at_once(void **state)
{
    (void)state;
    crowd_run(NULL);
    crowd_run(path);
}

static void a_child_goes_on(void **state)
{
    struct user u = user_open(NULL, 0);
    struct whet_entry *e = put(&u, "a", "1", "b");
    int status;
    pid_t pid;

    (void)state;
    whet__validity_lock_all(u.validity);
    pid = fork();
    whet__validity_unlock_all(u.validity, pid == 0);
    if (pid == 0) {
        int held = whet__validity_check(u.validity, e, NULL);

        _exit(held && mark(&u, WHET_MARK_KEY, "b") == 0 && !entry_true(&u, e) ? 0 : 1);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
    assert_int_equal(entry_true(&u, e), 1);
    whet__entry_drop(e);
    user_close(&u);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(another_process_is_heeded, enter, folder_leave),
        cmocka_unit_test_setup_teardown(who_is_killed_harms_nobody, enter, folder_leave),
        cmocka_unit_test_setup_teardown(a_clock_set_back_brings_nothing_back, enter,
                                        folder_leave),
        cmocka_unit_test_setup_teardown(a_lost_file_brings_nothing_back, enter, folder_leave),
        cmocka_unit_test_setup_teardown(threads_at_once, enter, folder_leave),
        cmocka_unit_test_setup_teardown(a_child_goes_on, enter, folder_leave),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
