/* cache/disk/disk.h under what may happen to a process, a file and a disk: writers killed at
 * any moment, processes that hammer one file, noise in it, no room for it. Nothing is ever
 * worse than a miss, and what was committed stays.
 *
 * The suite has a small part of it. All of it, some three minutes:
 * WHET_DISK_KILLS=500 WHET_DISK_SECONDS=60 WHET_DISK_NOISES=500 build/tests/test_disk_crash
 */
#include "disk_fixture.h"

#include <signal.h>
#include <sys/resource.h>

#include "data/store.h"

static unsigned long number_of(const char *name, unsigned long otherwise)
{
    const char *text = getenv(name);

    return text != NULL ? strtoul(text, NULL, 10) : otherwise;
}

/* Puts forever; tells through the pipe up to where all is committed. */
static void write_forever(int out, uint64_t from)
{
    struct level v = level_for(CLIENT, 0, 0, 0);

    if (v.disk == NULL)
        _exit(2);
    for (uint64_t n = from;; n += 20) {
        level_put(&v, n, 20);
        if (n % 60 == 0)
            whet__disk_sync(v.disk);
        else
            whet__clock_sleep_ns(200000);
        if (n % 60 == 0 && write(out, &n, sizeof(n)) != (ssize_t)sizeof(n))
            _exit(3);
    }
}

/* The last number that the writer told. */
static uint64_t read_told(int in, uint64_t otherwise)
{
    uint64_t n;

    while (read(in, &n, sizeof(n)) == (ssize_t)sizeof(n))
        otherwise = n + 20;
    return otherwise;
}

static uint64_t write_and_kill(uint64_t from, uint64_t after_ns)
{
    uint64_t told;
    int ends_of[2], status;
    pid_t pid;

    assert_int_equal(pipe(ends_of), 0);
    pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        close(ends_of[0]);
        write_forever(ends_of[1], from);
    }
    close(ends_of[1]);
    whet__clock_sleep_ns(after_ns);
    kill(pid, SIGKILL);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFSIGNALED(status));
    told = read_told(ends_of[0], from);
    close(ends_of[0]);
    return told;
}

/* What was told to be committed is there, the rest is right or absent, and the file takes more.
 */
static void survives_kills(void **state)
{
    unsigned long kills = number_of("WHET_DISK_KILLS", 12);
    struct whet_random r;

    (void)state;
    whet__random_init(&r, 4711);
    for (unsigned long i = 0; i < kills; i++) {
        uint64_t from = i * 60000, told;
        struct level v;

        told = write_and_kill(from, whet__random_below(&r, 60000000));
        v = level_open(0);
        assert_int_equal(level_get(&v, from, told - from), told - from);
        (void)level_get(&v, told, 200);
        level_put(&v, from + 50000, 3);
        whet__disk_sync(v.disk);
        assert_int_equal(level_get(&v, from + 50000, 3), 3);
        assert_no_note(&v);
        level_close(&v);
    }
}

/* Nothing has to go. */
#define NO_BOUND ((uint64_t)1 << 40)

/* Of one process: what it has synced it finds again, always, and so does the other. */
static void hammer(uint64_t base, uint64_t end_ns)
{
    struct level v = level_for(CLIENT, NO_BOUND, 0, 0);
    struct whet_cache_level_stats stats = {0};
    uint64_t n = base;
    char note[1000] = "";

    if (v.disk == NULL)
        _exit(2);
    while (whet__clock_now_ns() < end_ns && n < base + 1000000) {
        level_put(&v, n, 30);
        whet__disk_sync(v.disk);
        for (uint64_t k = n; k < n + 30; k++) {
            if (level_has(&v, k) != 1)
                _exit(3);
        }
        n += 30;
        if (n / 30 % 50 == 0)
            whet__disk_resize(v.disk, NO_BOUND);
    }
    whet__disk_stats(v.disk, &stats);
    if (stats.evictions != 0)
        _exit(6);
    if (stats.failures != 0 || whet__disk_note(v.disk, note, sizeof(note)))
        _exit(4);
    level_close(&v);
    v = level_for(CLIENT, NO_BOUND, 0, 0);
    for (uint64_t k = base; k < n; k++) {
        if (level_has(&v, k) != 1)
            _exit(5);
    }
    if (getenv("WHET_DISK_SECONDS") != NULL)
        fprintf(stderr, "# %llu entries\n", (unsigned long long)(n - base));
    level_close(&v);
    _exit(0);
}

static void serves_two_processes(void **state)
{
    uint64_t end = whet__clock_now_ns() + number_of("WHET_DISK_SECONDS", 2) * 1000000000;
    pid_t pids[2];
    int status;

    (void)state;
    for (uint64_t i = 0; i < 2; i++) {
        pids[i] = fork();
        assert_true(pids[i] >= 0);
        if (pids[i] == 0)
            hammer(i * 10000000, end);
    }
    for (int i = 0; i < 2; i++) {
        assert_int_equal(waitpid(pids[i], &status, 0), pids[i]);
        assert_int_equal(status, 0);
    }
}

static off_t size_of(const char *name)
{
    struct stat st;

    return stat(name, &st) == 0 ? st.st_size : -1;
}

static char *read_file(const char *name, size_t *len)
{
    struct whet_text text;

    whet__text_init(&text, (size_t)1 << 30);
    assert_int_equal(whet__file_read(AT_FDCWD, name, (size_t)1 << 29, &text), 0);
    *len = text.len;
    return whet__text_take(&text);
}

/* Flips bits, overwrites runs, or cuts the end off. */
static void damage(char *bytes, size_t *len, struct whet_random *r)
{
    size_t at = whet__random_below(r, *len);
    size_t run = 1 + whet__random_below(r, whet__random_below(r, 2) ? 8 : 5000);

    switch (whet__random_below(r, 4)) {
    case 0:
        *len = at;
        break;
    case 1:
        bytes[at] = (char)(bytes[at] ^ (1 << whet__random_below(r, 8)));
        break;
    default:
        for (size_t i = at; i < *len && i < at + run; i++)
            bytes[i] = (char)whet__random_next(r);
    }
}

/* Whatever is in the file, no value is wrong, and in the end there is a cache that works. */
static void survives_noise(void **state)
{
    unsigned long noises = number_of("WHET_DISK_NOISES", 60);
    struct level v = level_open(0);
    struct whet_disk_verify found;
    struct whet_random r;
    char *sound, *bytes, note[1000];
    size_t sound_len, len;

    (void)state;
    level_put(&v, 0, 400);
    level_close(&v);
    sound = read_file(path, &sound_len);
    whet__random_init(&r, 815);
    for (unsigned long i = 0; i < noises; i++) {
        note[0] = '\0';
        bytes = malloc(sound_len);
        assert_non_null(bytes);
        memcpy(bytes, sound, len = sound_len);
        damage(bytes, &len, &r);
        assert_int_equal(whet__file_write(path, bytes, len, 0), 0);
        free(bytes);
        v = level_open(0);
        (void)level_get(&v, 0, 400);
        level_put(&v, 1000, 20);
        whet__disk_sync(v.disk);
        (void)level_get(&v, 0, 400);
        if (i % 4 == 0)
            assert_int_equal(whet__disk_verify(v.disk, 1, NULL, NULL, &found), 0);
        (void)level_get(&v, 0, 1020);
        level_put(&v, 2000, 20);
        whet__disk_sync(v.disk);
        if (level_get(&v, 2000, 20) != 20 && i % 4 == 0) {
            (void)whet__disk_note(v.disk, note, sizeof(note));
            /* A later version's file may be what the noise made of it. */
            if (strstr(note, "left alone") == NULL)
                fail_msg("after noise %lu nothing is kept: %s", i, note);
        }
        level_close(&v);
    }
    whet__mem_free(sound);
}

/* A large value whose file was changed, cut or taken away is a miss, and verify says so. */
static void looks_into_large_files(void **state)
{
    struct level v = level_open(0);
    struct whet_disk_verify found;
    char name[700];
    struct stat st;

    (void)state;
    level_put(&v, 3, 1);
    level_put(&v, 100, 1);
    level_put(&v, 197, 1);
    whet__disk_sync(v.disk);
    assert_int_equal(level_get(&v, 3, 1) + level_get(&v, 100, 1) + level_get(&v, 197, 1), 3);
    level_close(&v);
    snprintf(name, sizeof(name),
             "cd '%s.d' && set -- */* && rm \"$1\" && printf x | dd of=\"$2\" bs=1 seek=5000 "
             "conv=notrunc 2>/dev/null",
             path);
    {
        pid_t pid = fork();
        int status;

        if (pid == 0) {
            execl("/bin/sh", "sh", "-c", name, (char *)NULL);
            _exit(127);
        }
        assert_int_equal(waitpid(pid, &status, 0), pid);
        assert_int_equal(status, 0);
    }
    v = level_open(0);
    assert_int_equal(level_get(&v, 3, 1) + level_get(&v, 100, 1) + level_get(&v, 197, 1), 1);
    assert_int_equal(whet__disk_verify(v.disk, 0, NULL, NULL, &found), 0);
    assert_int_equal(found.entries, 3);
    assert_int_equal(found.missing, 1);
    assert_int_equal(found.damaged, 1);
    assert_int_equal(whet__disk_verify(v.disk, 1, NULL, NULL, &found), 0);
    assert_int_equal(whet__disk_verify(v.disk, 1, NULL, NULL, &found), 0);
    assert_int_equal(found.entries, 1);
    assert_int_equal(found.damaged + found.missing + found.orphans, 0);
    level_close(&v);
    (void)st;
}

/* No file may grow: what does not fit is lost, it is said once, reads go on, and when there is
 * room again it is as before. */
static void survives_a_full_disk(void **state)
{
    int status;
    pid_t pid = fork();

    (void)state;
    assert_true(pid >= 0);
    if (pid == 0) {
        struct rlimit limit = {0, RLIM_INFINITY};
        struct level v = level_for(CLIENT, 0, 0, 0);
        char note[1000] = "";

        signal(SIGXFSZ, SIG_IGN);
        level_put(&v, 0, 100);
        whet__disk_sync(v.disk);
        limit.rlim_cur = 20000;
        setrlimit(RLIMIT_FSIZE, &limit);
        level_put(&v, 1000, 300);
        whet__disk_sync(v.disk);
        level_put(&v, 2000, 300);
        whet__disk_sync(v.disk);
        if (level_get(&v, 0, 100) != 100 || !whet__disk_note(v.disk, note, sizeof(note)))
            _exit(2);
        limit.rlim_cur = RLIM_INFINITY;
        setrlimit(RLIMIT_FSIZE, &limit);
        for (int i = 0; i < 100 && whet__disk_note(v.disk, note, sizeof(note)); i++) {
            whet__clock_sleep_ns(100000000);
            level_put(&v, 3000, 20);
            whet__disk_sync(v.disk);
        }
        if (level_get(&v, 0, 100) != 100 || level_get(&v, 3000, 20) != 20 ||
            whet__disk_note(v.disk, note, sizeof(note)))
            _exit(3);
        level_close(&v);
        _exit(0);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
}

/* Where there can be no file, there are misses, and a word about it. */
static void lives_without_a_file(void **state)
{
    struct level v;
    char note[1000] = "";

    (void)state;
    snprintf(path, sizeof(path), "/proc/none/cache.db");
    v = level_open(0);
    level_put(&v, 0, 10);
    whet__disk_sync(v.disk);
    assert_int_equal(level_get(&v, 0, 10), 0);
    whet__disk_resize(v.disk, 4096);
    whet__disk_sync(v.disk);
    assert_null(whet__disk_store_borrow(v.disk));
    assert_int_equal(whet__disk_note(v.disk, note, sizeof(note)), 1);
    assert_non_null(strstr(note, "/proc/none/cache.db"));
    level_close(&v);
    assert_int_equal(size_of(path), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(survives_kills, enter, own_folder_leave),
        cmocka_unit_test_setup_teardown(serves_two_processes, enter, own_folder_leave),
        cmocka_unit_test_setup_teardown(survives_noise, enter, own_folder_leave),
        cmocka_unit_test_setup_teardown(looks_into_large_files, enter, own_folder_leave),
        cmocka_unit_test_setup_teardown(survives_a_full_disk, enter, own_folder_leave),
        cmocka_unit_test_setup_teardown(lives_without_a_file, enter, own_folder_leave),
    };

    return cmocka_run_group_tests_name("disk_crash", tests, NULL, NULL);
}
