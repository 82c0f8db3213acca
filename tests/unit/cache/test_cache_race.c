/* whet/cache.h, two processes at once on one file, or on one server with a file each, while a
 * third rewrites the files that values are made of: nobody ever gets a value that is older than
 * what he knew to be the case before he asked.
 *
 * Each source of truth is a number that only rises: the content of a file, or a count that is
 * announced by invalidating the key, or by putting another value, or none, instead: of such a
 * key there is one for each of the two, who alone writes it. `known` is raised once that has
 * come about, so whoever reads it before a call may not be answered with less. Nothing waits
 * for anybody; how often the interesting things meet is left to chance. For longer:
 *
 * WHET_RACE_SECONDS=60 build/tests/test_cache_race */
#include "../harness.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "base/random.h"
#include "own_server.h"
#include "scratch_file.h"

#define KIB ((uint64_t)1 << 10)

/* Sources 0 to FILES - 1 are files; the key of the same number has its content, and one more
 * needs that key. The others are counts. */
enum { FILES = 4, COUNTS = 4, SOURCES = FILES + COUNTS, KEYS = SOURCES + FILES, STEPS = 1500 };

struct choice {
    const char *name;
    uint64_t memory, packed;
    int remote; /* and a file for each */
};

static const struct choice choices[] = {
    {"memory and file", 4096 * KIB, WHET_CACHE_NONE, 0},
    {"file", WHET_CACHE_NONE, WHET_CACHE_NONE, 0},
    {"little of all three", 32 * KIB, 32 * KIB, 0},
    {"memory, file and server", 4096 * KIB, WHET_CACHE_NONE, 1},
};

/* What all processes see. */
struct state {
    atomic_ullong known[SOURCES];
    atomic_ullong own[2];         /* likewise, of what one puts and the other gets */
    atomic_ullong counts[COUNTS]; /* the truth of the last ones, before it is known */
    atomic_int ends;
    atomic_ullong gets, hits;
    char fault[200];
};

struct racer {
    const struct choice *choice;
    struct state *state;
    const char *folder;
    struct whet_cache *cache;
    struct whet_random random;
    unsigned number;
    unsigned long long written; /* under its own key */
};

static unsigned below_n(struct racer *r, unsigned n)
{
    return (unsigned)whet__random_below(&r->random, n);
}

static void name_file(const struct racer *r, unsigned f, char *out, size_t size)
{
    snprintf(out, size, "%s/f%u", r->folder, f);
}

static size_t name_key(unsigned k, char out[16])
{
    return (size_t)snprintf(out, 16, "key %u", k);
}

static unsigned source_of(unsigned k)
{
    return k < SOURCES ? k : k - SOURCES;
}

/* ---- Truth ---- */

static void raise_known(struct state *s, unsigned source, unsigned long long to)
{
    unsigned long long now = atomic_load(&s->known[source]);

    while (now < to && !atomic_compare_exchange_weak(&s->known[source], &now, to)) {
    }
}

/* In its place, so that little but the content changes; or as another file of that name. */
static void write_number(const char *path, unsigned long long number, int anew)
{
    char temporary[600];
    int fd;

    snprintf(temporary, sizeof(temporary), "%s%s", path, anew ? ".new" : "");
    fd = open(temporary, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
    if (fd < 0 || pwrite(fd, &number, sizeof(number), 0) != sizeof(number))
        abort();
    close(fd);
    if (anew && rename(temporary, path) != 0)
        abort();
}

static unsigned long long read_number(const char *path)
{
    unsigned long long number = 0;
    int fd = open(path, O_RDONLY | O_CLOEXEC);

    if (fd < 0 || pread(fd, &number, sizeof(number), 0) != sizeof(number))
        abort();
    close(fd);
    return number;
}

/* ---- The two who ask ---- */

static void fault(struct racer *r, unsigned k, unsigned long long got, unsigned long long known,
                  const char *how)
{
    snprintf(r->state->fault, sizeof(r->state->fault), "%s: key %u is %llu by %s, known: %llu",
             r->choice->name, k, got, how, known);
    atomic_store(&r->state->ends, 1);
}

static void check(struct racer *r, unsigned k, const void *data, unsigned long long known,
                  const char *how)
{
    unsigned long long got;

    memcpy(&got, data, sizeof(got));
    if (got < known)
        fault(r, k, got, known, how);
    atomic_fetch_add(&r->state->hits, 1);
}

struct making {
    struct racer *r;
    unsigned k;
};

static int load(struct racer *r, unsigned k, unsigned long long *out);

/* The number of the key, seen by one who says what he looks at before he does. */
static int see(struct racer *r, unsigned k, struct whet_inputs *in, unsigned long long *out)
{
    char text[600];
    size_t len;
    int rc;

    if (k >= SOURCES) {
        len = name_key(source_of(k), text);
        rc = whet_inputs_need(in, text, len);
        return rc == 0 ? load(r, source_of(k), out) : rc;
    }
    if (k >= FILES) {
        *out = atomic_load(&r->state->counts[k - FILES]);
        return 0;
    }
    name_file(r, k, text, sizeof(text));
    rc = whet_inputs_file(in, text);
    if (rc == 0)
        *out = read_number(text);
    return rc;
}

static int make(void *ctx, struct whet_cache_draft *draft)
{
    struct making *m = ctx;
    unsigned long long number;
    int rc = see(m->r, m->k, whet_cache_draft_inputs(draft), &number);

    return rc == 0 ? whet_cache_draft_set(draft, &number, sizeof(number)) : rc;
}

static int load(struct racer *r, unsigned k, unsigned long long *out)
{
    unsigned long long known = atomic_load(&r->state->known[source_of(k)]);
    struct making m = {r, k};
    struct whet_cache_value v;
    char key[16];
    int rc = whet_cache_load(r->cache, key, name_key(k, key), make, &m, NULL, &v);

    if (rc != 0)
        return rc;
    check(r, k, v.data, known, "load");
    memcpy(out, v.data, sizeof(*out));
    whet_cache_value_clear(&v);
    return 0;
}

static void put(struct racer *r, unsigned k)
{
    struct whet_cache_put how = {0};
    unsigned long long number;
    char key[16];

    if (whet_inputs_new(&how.inputs, r->cache) != 0)
        return;
    if (see(r, k, how.inputs, &number) == 0)
        (void)!whet_cache_put(r->cache, key, name_key(k, key), &number, sizeof(number), &how);
    whet_inputs_free(how.inputs);
}

static void get(struct racer *r, unsigned k)
{
    unsigned long long known = atomic_load(&r->state->known[source_of(k)]), number;
    struct whet_cache_value v = {0};
    struct whet_cache_room room = {.data = &number, .size = sizeof(number)};
    struct whet_cache_key name;
    char key[16];
    size_t len;
    int hit;

    name = (struct whet_cache_key){key, name_key(k, key)};
    atomic_fetch_add(&r->state->gets, 1);
    switch (below_n(r, 4)) {
    case 0:
        hit = whet_cache_read(r->cache, key, name.len, &number, sizeof(number), &len);
        if (hit == 1)
            check(r, k, &number, known, "read");
        return;
    case 1:
        if (whet_cache_read_many(r->cache, &name, 1, &room) == 1)
            check(r, k, &number, known, "read_many");
        return;
    case 2:
        hit = (int)whet_cache_get_many(r->cache, &name, 1, &v);
        break;
    default:
        hit = whet_cache_get(r->cache, key, name.len, &v);
    }
    if (hit == 1)
        check(r, k, v.data, known, "get");
    whet_cache_value_clear(&v);
}

/* What could not be told to others is not known to them. */
static void change(struct racer *r, unsigned k)
{
    unsigned long long number;
    char key[16];

    if (source_of(k) < FILES) {
        (void)!whet_cache_invalidate(r->cache, key, name_key(k, key));
        return;
    }
    number = atomic_fetch_add(&r->state->counts[k - FILES], 1) + 1;
    if (whet_cache_invalidate(r->cache, key, name_key(k, key)) == 0)
        raise_known(r->state, k, number);
}

/* Machines tell each other of invalidations only. */
static void overwrite(struct racer *r)
{
    char key[16], note[700];
    size_t len;
    int rc;

    if (r->choice->remote)
        return;
    len = (size_t)snprintf(key, sizeof(key), "own %u", r->number);
    r->written++;
    if (below_n(r, 3) == 0) {
        rc = whet_cache_remove(r->cache, key, len);
    } else {
        rc = whet_cache_put(r->cache, key, len, &r->written, sizeof(r->written), NULL);
        whet_cache_sync(r->cache);
    }
    /* What the file had no room for, as the other one reads it, is not known to him. */
    if (rc == 0 && whet_cache_note(r->cache, note, sizeof(note)) == NULL)
        atomic_store(&r->state->own[r->number], r->written);
}

static void get_own(struct racer *r)
{
    unsigned whose = below_n(r, 2);
    unsigned long long known = atomic_load(&r->state->own[whose]);
    struct whet_cache_value v = {0};
    size_t len;
    char key[16];

    len = (size_t)snprintf(key, sizeof(key), "own %u", whose);
    if (whet_cache_get(r->cache, key, len, &v) == 1)
        check(r, KEYS + whose, v.data, known, "get");
    whet_cache_value_clear(&v);
}

static void act(struct racer *r)
{
    unsigned k = below_n(r, KEYS), what = below_n(r, 100);
    unsigned long long number;
    char key[16];

    if (what < 40)
        get(r, k);
    else if (what < 58)
        get_own(r);
    else if (what < 60)
        overwrite(r);
    else if (what < 80)
        (void)load(r, k, &number);
    else if (what < 90)
        put(r, k);
    else if (what < 96)
        change(r, k);
    else if (what < 98)
        (void)!whet_cache_remove(r->cache, key, name_key(k, key));
    else
        whet_cache_sync(r->cache);
}

/* 1: it goes on. */
static int goes_on(struct racer *r, unsigned step, uint64_t end_ns)
{
    if (atomic_load(&r->state->ends))
        return 0;
    return end_ns != 0 ? whet__clock_now_ns() < end_ns : step < STEPS;
}

static uint64_t end_of_race(void)
{
    const char *seconds = getenv("WHET_RACE_SECONDS");

    return seconds != NULL
               ? whet__clock_now_ns() + strtoull(seconds, NULL, 10) * UINT64_C(1000000000)
               : 0;
}

static int race(struct racer *r)
{
    uint64_t end_ns = end_of_race();
    char path[600];
    struct whet_cache_options o = {
        .memory_bytes = r->choice->memory,
        .packed_bytes = r->choice->packed,
        .disk_bytes = 4096 * KIB,
        .path = path,
        .remote = r->choice->remote ? server.url : NULL,
        .remote_timeout_ns = UINT64_C(60000000000),
        .remote_check_ns = 1,
    };

    snprintf(path, sizeof(path), "%s/cache%u", r->folder, r->choice->remote ? r->number : 0);
    whet__random_init(&r->random, r->number);
    if (whet_cache_new(&r->cache, &o, NULL) != 0)
        return 1;
    for (unsigned step = 0; goes_on(r, step, end_ns); step++) {
        act(r);
        if (step % 500 == 499) {
            whet_cache_free(r->cache);
            if (whet_cache_new(&r->cache, &o, NULL) != 0)
                return 1;
        }
    }
    whet_cache_free(r->cache);
    return 0;
}

/* ---- The one who writes ---- */

static int rewrite(struct racer *r)
{
    unsigned long long number = 0;
    char path[600];

    whet__random_init(&r->random, 99);
    while (!atomic_load(&r->state->ends)) {
        unsigned f = below_n(r, FILES);

        name_file(r, f, path, sizeof(path));
        write_number(path, ++number, (int)below_n(r, 2));
        raise_known(r->state, f, number);
        whet__clock_sleep_ns(below_n(r, 2000000));
    }
    return 0;
}

static pid_t start_process(struct racer *r, int (*run)(struct racer *r))
{
    pid_t pid = fork();

    assert_true(pid >= 0);
    if (pid != 0)
        return pid;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    _exit(run(r));
}

static void wait_process(pid_t pid)
{
    int status = -1;

    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
}

static struct state *state_new(const char *folder)
{
    struct state *state;
    char path[600];
    int fd;

    snprintf(path, sizeof(path), "%s/state", folder);
    fd = open(path, O_CREAT | O_RDWR | O_CLOEXEC, 0600);
    assert_true(fd >= 0);
    assert_int_equal(ftruncate(fd, sizeof(*state)), 0);
    state = mmap(NULL, sizeof(*state), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    assert_true(state != MAP_FAILED);
    close(fd);
    return state;
}

static void try_choice(const struct choice *choice)
{
    struct scratch s;
    struct racer r = {.choice = choice};
    pid_t pids[3];
    char path[600];

    scratch_init(&s);
    r.folder = whet__text_str(&s.folder);
    r.state = state_new(r.folder);
    for (unsigned f = 0; f < FILES; f++) {
        name_file(&r, f, path, sizeof(path));
        write_number(path, 0, 0);
    }
    pids[2] = start_process(&r, rewrite);
    for (r.number = 0; r.number < 2; r.number++)
        pids[r.number] = start_process(&r, race);
    wait_process(pids[0]);
    wait_process(pids[1]);
    atomic_store(&r.state->ends, 1);
    wait_process(pids[2]);
    print_message("# %s: %llu gets and loads answered, of them %llu asked by get\n",
                  choice->name, (unsigned long long)atomic_load(&r.state->hits),
                  (unsigned long long)atomic_load(&r.state->gets));
    if (r.state->fault[0] != '\0')
        fail_msg("%s", r.state->fault);
    munmap(r.state, sizeof(*r.state));
    scratch_clear(&s);
}

static void test_race(void **state)
{
    int there = server_is_there();

    (void)state;
    for (size_t i = 0; i < sizeof(choices) / sizeof(choices[0]); i++) {
        if (!choices[i].remote || there)
            try_choice(&choices[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_race)};

    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, server_enter, server_leave);
}
