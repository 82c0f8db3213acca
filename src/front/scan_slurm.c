/* A scan as a Slurm job array. Each task is a whet scan of its own on the same path with the
 * same options, so nodes need nothing but this program and the files. */
#include "front/scan_slurm.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/mem.h"
#include "cluster/parts.h"
#include "cluster/slurm.h"
#include "os/file.h"
#include "os/spawn.h"

#define WORDS_MAX 64

struct task_words {
    const char *list[WORDS_MAX];
    size_t count;
    struct whet_text self;
    char numbers[5][24];
    size_t number_count;
};

static void word_add(struct task_words *w, const char *word)
{
    w->list[w->count++] = word; /* there are fewer of them than WORDS_MAX */
    w->list[w->count] = NULL;
}

static void number_add(struct task_words *w, const char *option, uint64_t value,
                       const char *unit)
{
    char *text = w->numbers[w->number_count++];

    snprintf(text, sizeof(w->numbers[0]), "%llu%s", (unsigned long long)value, unit);
    word_add(w, option);
    word_add(w, text);
}

/* The command line that asks for what the options say. */
static void words_fill(struct task_words *w, const char *path,
                       const struct whet_scan_options *o)
{
    static const struct {
        unsigned flag;
        const char *word;
    } flags[] = {
        {WHET_SCAN_LINES_ONLY, "--lines"},
        {WHET_SCAN_LIST_ONLY, "--list"},
        {WHET_SCAN_NO_GITIGNORE, "--no-gitignore"},
        {WHET_SCAN_NO_PARENTS, "--no-parent-ignore"},
        {WHET_SCAN_NO_GLOBAL, "--no-global-ignore"},
        {WHET_SCAN_NO_WHETIGNORE, "--no-whetignore"},
    };
    static const char *const caches[] = {"auto", "off", "stat", "content"};
    static const char *const head[] = {"scan",    "--quiet", "--json", "--no-config",
                                       "--shard", "array",   "--cache"};

    word_add(w, whet__text_str(&w->self));
    for (size_t i = 0; i < sizeof(head) / sizeof(head[0]); i++)
        word_add(w, head[i]);
    word_add(w, caches[o->cache]);
    for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++) {
        if (o->flags & flags[i].flag)
            word_add(w, flags[i].word);
    }
    word_add(w, o->flags & WHET_SCAN_FUNCTIONS ? "--functions" : "--no-functions");
    if (o->remote != NULL) {
        word_add(w, "--remote");
        word_add(w, o->remote);
    }
    if (o->cache_dir != NULL) {
        word_add(w, "--cache-dir");
        word_add(w, o->cache_dir);
    }
    if (o->jobs != 0)
        number_add(w, "--jobs", o->jobs, "");
    if (o->cache_max_bytes != 0)
        number_add(w, "--cache-size", o->cache_max_bytes, "");
    if (o->max_file_bytes != 0)
        number_add(w, "--max-file-size", o->max_file_bytes, "");
    if (o->isolate != NULL)
        word_add(w, "--isolate");
    if (o->isolate != NULL && o->file_cpu_ns != 0)
        number_add(w, "--file-cpu", o->file_cpu_ns, "ns");
    if (o->isolate != NULL && o->file_memory_bytes != 0)
        number_add(w, "--file-memory", o->file_memory_bytes, "");
    word_add(w, "--");
    word_add(w, path);
}

/* Every shard has to be there; which of those forgotten by Slurm is, the merge will see. */
static int tasks_check(const struct whet_slurm_options *array,
                       const struct whet_slurm_task *tasks, struct whet_error *err)
{
    for (unsigned i = 0; i < array->tasks; i++) {
        if (tasks[i].state == WHET_SLURM_FAILED)
            return whet__parts_failed(array, i + 1, tasks[i].word, err);
    }
    return 0;
}

static int merge(struct whet_scan **out, const struct whet_slurm_options *array,
                 struct whet_error *err)
{
    const char **names = whet__mem_zalloc(array->tasks, sizeof(*names));
    struct whet_arena arena;
    struct whet_text path;
    int rc = names != NULL ? 0 : -ENOMEM;

    whet__arena_init(&arena, SIZE_MAX / 2);
    whet__text_init(&path, PATH_MAX);
    for (unsigned i = 0; i < array->tasks && rc == 0; i++) {
        whet__text_reset(&path);
        whet__slurm_output(array, i + 1, "out", &path);
        rc = whet__text_error(&path);
        names[i] = whet__arena_strndup(&arena, whet__text_str(&path), path.len);
        if (names[i] == NULL)
            rc = -ENOMEM;
    }
    if (rc != 0)
        whet_error_set(err, rc, "cannot merge: '%.200s': %s", array->folder, strerror(-rc));
    else
        rc = whet_scan_merge(out, names, array->tasks, err);
    whet__text_clear(&path);
    whet__arena_clear(&arena);
    whet__mem_free(names);
    return rc;
}

static int run(struct whet_scan **out, const struct whet_slurm_options *array,
               struct whet_error *err)
{
    struct whet_slurm_task *tasks = whet__mem_zalloc(array->tasks, sizeof(*tasks));
    int rc;

    if (tasks == NULL)
        return whet_error_set(err, -ENOMEM, "out of memory");
    rc = whet__slurm_run(array, tasks, err);
    if (rc == 0)
        rc = tasks_check(array, tasks, err);
    if (rc == 0)
        rc = merge(out, array, err);
    whet__mem_free(tasks);
    return rc;
}

int whet__scan_on_slurm(struct whet_scan **out, const char *path,
                        const struct whet_scan_options *options,
                        const struct whet_scan_slurm *how, struct whet_error *err)
{
    struct task_words words = {.count = 0};
    struct whet_text folder;
    struct whet_slurm_options array = {
        .argv = words.list,
        .tasks = how->shards,
        .name = "whet-scan",
        .more = how->words->items,
        .more_count = how->words->len,
        .stop = options->stop,
        .progress = how->progress,
        .ctx = how->ctx,
    };
    int rc;

    whet__text_init(&words.self, PATH_MAX);
    whet__text_init(&folder, PATH_MAX);
    rc = whet__spawn_self(&words.self);
    if (rc != 0)
        whet_error_set(err, rc, "cannot tell where this program is: %s", strerror(-rc));
    if (rc == 0)
        rc = whet__parts_make(how->parts, &folder, err);
    if (rc == 0) {
        words_fill(&words, path, options);
        array.folder = whet__text_str(&folder);
        rc = run(out, &array, err);
    }
    /* What failed is looked at afterwards. */
    if (how->parts == NULL && folder.len != 0 &&
        (rc == 0 || rc == -ECANCELED || rc == -ENOENT || rc == -ECONNREFUSED))
        (void)!whet__file_remove_tree(whet__text_str(&folder));
    whet__text_clear(&words.self);
    whet__text_clear(&folder);
    return rc;
}
