/* A run as a Slurm job array. Each task is a whet run of its own on the same list of commands,
 * and goes on with its own log: a task that is queued again repeats nothing that has ended. */
#include "front/run_slurm.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/mem.h"
#include "cluster/parts.h"
#include "cluster/slurm.h"
#include "front/run_merge.h"
#include "front/run_part.h"
#include "front/terminal.h"
#include "os/clock.h"
#include "os/file.h"
#include "os/signal.h"
#include "os/spawn.h"
#include "view/progress.h"

#define WORDS_MAX   4096 /* as of one call of sbatch: cluster/slurm.c */
#define ARENA_BYTES ((size_t)16 << 20)
#define COPY_BYTES  ((size_t)64 * 1024)

struct task {
    const struct whet_run_request *request;
    struct whet_vec words; /* of const char * */
    struct whet_arena arena;
    struct whet_text folder;
    struct whet_text self;
    struct whet_text list; /* what came by our standard input; "": nothing did */
    struct whet_progress line;
    int rc;
};

/* ---- The command line of a task ---- */

static void word_add(struct task *t, const char *word)
{
    const char **slot = t->rc == 0 ? whet__vec_push(&t->words) : NULL;

    if (slot == NULL)
        t->rc = t->rc != 0 ? t->rc : -E2BIG;
    else
        *slot = word;
}

static void value_add(struct task *t, const char *option, const char *value)
{
    if (value == NULL)
        return;
    word_add(t, option);
    word_add(t, value);
}

static void number_add(struct task *t, const char *option, uint64_t value, const char *unit)
{
    char text[32], *copy;
    int len;

    if (value == 0)
        return;
    len = snprintf(text, sizeof(text), "%llu%s", (unsigned long long)value, unit);
    copy = whet__arena_strndup(&t->arena, text, (size_t)len);
    if (copy == NULL)
        t->rc = -ENOMEM;
    value_add(t, option, copy);
}

static void list_add(struct task *t, const char *option, const struct whet_vec *values)
{
    const char *const *items = values != NULL ? values->items : NULL;

    for (size_t i = 0; items != NULL && i < values->len; i++)
        value_add(t, option, items[i]);
}

static void flag_add(struct task *t, int on, const char *option)
{
    if (on)
        word_add(t, option);
}

static void limits_add(struct task *t)
{
    const struct whet_run_request *r = t->request;

    value_add(t, "--jobs", r->jobs);
    value_add(t, "--cwd", r->cwd);
    list_add(t, "--env", r->env);
    number_add(t, "--timeout", r->timeout_ns, "ns");
    number_add(t, "--grace", r->grace_ns, "ns");
    number_add(t, "--memory", r->memory_bytes, "");
    number_add(t, "--hold", r->hold_bytes, "");
    number_add(t, "--retries", r->retries, "");
    number_add(t, "--retry-delay", r->retry_delay_ns, "ns");
    flag_add(t, r->halt == WHET_RUN_HALT_NEVER, "--keep-going");
    value_add(t, "--halt", r->halt == WHET_RUN_HALT_NOW ? "now" : NULL);
}

/* Each task answers from, and fills, the cache that it finds: a shared folder, or the server.
 */
static void cache_add(struct task *t)
{
    const struct whet_run_request *r = t->request;

    list_add(t, "--input", r->inputs);
    list_add(t, "--output", r->outputs);
    value_add(t, "--depfile", r->depfile);
    flag_add(t, r->trace_inputs, "--trace-inputs");
    list_add(t, "--trace-ignore", r->trace_ignore);
    flag_add(t, r->cache, "--cache");
    flag_add(t, r->force, "--force");
    flag_add(t, r->strict, "--strict");
    flag_add(t, r->anywhere, "--anywhere");
    flag_add(t, r->cache_failures, "--cache-failures");
    flag_add(t, r->explain, "--explain");
    list_add(t, "--pass", r->pass);
    value_add(t, "--cache-dir", r->cache_dir);
    number_add(t, "--cache-size", r->cache_size, "");
    value_add(t, "--remote", r->remote);
}

/* Whether word `i` of the operands is our standard input, as one of the files of a list. */
static int is_input(const struct whet_run_request *r, size_t i)
{
    size_t mark = i;

    if (strcmp(r->operands[i], "-") != 0)
        return 0;
    while (mark > 0 && !whet__inputs_is_mark(r->operands[mark]))
        mark--;
    return whet__inputs_is_mark(r->operands[mark]) &&
           strncmp(r->operands[mark], "::::", 4) == 0;
}

static void what_add(struct task *t)
{
    const struct whet_run_request *r = t->request;
    static const char *const formats[] = {NULL, "lines", "json"};
    int from_list = t->list.len != 0 && r->operand_count == 0;

    value_add(t, "--format", formats[r->format]);
    number_add(t, "--max-args", r->max_args, "");
    flag_add(t, r->project, "--project");
    value_add(t, "--category", r->category);
    flag_add(t, r->shell, "--shell");
    flag_add(t, r->null_ends, "--null");
    value_add(t, "--file", from_list ? whet__text_str(&t->list) : r->file);
    flag_add(t, r->words, "--");
    for (size_t i = 0; i < r->operand_count; i++)
        word_add(t, is_input(r, i) ? whet__text_str(&t->list) : r->operands[i]);
}

static int words_make(struct task *t, struct whet_error *err)
{
    static const char *const head[] = {"run", "--quiet", "--shard", "array", "--parts"};
    int again = t->request->log_mode == WHET_JOB_LOG_RESUME_FAILED;

    word_add(t, whet__text_str(&t->self));
    for (size_t i = 0; i < sizeof(head) / sizeof(head[0]); i++)
        word_add(t, head[i]);
    word_add(t, whet__text_str(&t->folder));
    word_add(t, again ? "--resume-failed" : "--resume");
    limits_add(t);
    cache_add(t);
    what_add(t);
    word_add(t, NULL);
    if (t->rc == -E2BIG)
        return whet_error_set(err, t->rc,
                              "too many words for sbatch: put the inputs into a file: "
                              "':::: FILE'");
    return t->rc != 0 ? whet_error_set(err, t->rc, "out of memory: '--on'") : 0;
}

/* ---- The list of commands ---- */

static int wants_input(const struct whet_run_request *r)
{
    if (r->operand_count == 0)
        return !r->project && (r->file == NULL || strcmp(r->file, "-") == 0);
    for (size_t i = 0; i < r->operand_count; i++)
        if (is_input(r, i))
            return 1;
    return 0;
}

static int copy(FILE *to)
{
    char bytes[COPY_BYTES];
    ssize_t n;

    while ((n = read(STDIN_FILENO, bytes, sizeof(bytes))) != 0) {
        if (n < 0 && (errno != EINTR || whet__interrupted() != 0))
            return -errno;
        if (n > 0 && fwrite(bytes, 1, (size_t)n, to) != (size_t)n)
            return -EIO;
    }
    return 0;
}

static int list_write(const char *path)
{
    FILE *to = fopen(path, "we");
    int rc = to != NULL ? copy(to) : -errno;

    if (to != NULL && fclose(to) != 0 && rc == 0)
        rc = -errno;
    return rc;
}

/* Our standard input becomes a file that all machines see; whole, for a task of an earlier call
 * may still read what was there. */
static int list_make(struct task *t, struct whet_error *err)
{
    struct whet_text made;
    int rc;

    if (!wants_input(t->request))
        return 0;
    if (isatty(STDIN_FILENO))
        return whet_error_set(err, -EINVAL,
                              "no command: 'whet run': give commands, or --file FILE");
    whet__text_init(&made, PATH_MAX);
    whet__text_printf(&t->list, "%s/list", whet__text_str(&t->folder));
    whet__text_printf(&made, "%s.tmp", whet__text_str(&t->list));
    rc = whet__text_error(&made);
    if (rc == 0)
        rc = list_write(whet__text_str(&made));
    if (rc == 0 && rename(whet__text_str(&made), whet__text_str(&t->list)) != 0)
        rc = -errno;
    whet__text_clear(&made);
    return rc == 0 ? 0
                   : whet_error_set(err, rc, "cannot write: '%.300s': %s",
                                    whet__text_str(&t->list), strerror(-rc));
}

/* ---- The array ---- */

static void progress(void *ctx, unsigned ended, unsigned running, unsigned total)
{
    struct task *t = ctx;
    char text[64];

    snprintf(text, sizeof(text), "%u running", running);
    whet__progress_update(&t->line, whet__clock_now_ns(), ended, total, text);
}

/* A task fails when one of its commands did, too: what counts is whether its shard has
 * ended. */
static int tasks_check(const struct whet_slurm_options *array,
                       const struct whet_slurm_task *tasks, struct whet_error *err)
{
    for (unsigned i = 0; i < array->tasks; i++) {
        struct whet_run_part_end end;

        if (tasks[i].state == WHET_SLURM_FAILED &&
            whet__run_part_ended(array->folder, i + 1, &end, NULL) != 0)
            return whet__parts_failed(array, i + 1, tasks[i].word, err);
    }
    return 0;
}

static int array_run(struct task *t, unsigned shards, struct whet_error *err)
{
    struct whet_slurm_task *tasks = whet__mem_zalloc(shards, sizeof(*tasks));
    struct whet_slurm_options array = {
        .argv = t->words.items,
        .tasks = shards,
        .name = "whet-run",
        .folder = whet__text_str(&t->folder),
        .more = t->request->sbatch != NULL ? t->request->sbatch->items : NULL,
        .more_count = t->request->sbatch != NULL ? t->request->sbatch->len : 0,
        .stop = whet__terminal_stop,
        .progress = progress,
        .ctx = t,
    };
    int rc;

    if (tasks == NULL)
        return whet_error_set(err, -ENOMEM, "out of memory: '--shards'");
    whet__terminal_progress(&t->line, t->request->global, "running", "shards");
    rc = whet__slurm_run(&array, tasks, err);
    whet__progress_end(&t->line);
    if (rc == 0)
        rc = tasks_check(&array, tasks, err);
    whet__mem_free(tasks);
    return rc;
}

/* Nothing of another run may be in the folder, unless it is to be gone on with. */
static int folder_check(const struct task *t, unsigned shards, struct whet_error *err)
{
    int rc = 0;

    for (unsigned k = 1; k <= shards && rc == 0; k++) {
        struct whet_text path;

        whet__text_init(&path, PATH_MAX);
        whet__run_part_path(whet__text_str(&t->folder), k, "log", &path);
        if (access(whet__text_str(&path), F_OK) == 0)
            rc = whet_error_set(err, -EEXIST,
                                "there are parts already: '%.300s': go on with them by "
                                "--resume, or remove them",
                                whet__text_str(&path));
        whet__text_clear(&path);
    }
    return rc;
}

static int on_slurm(struct task *t, unsigned shards, struct whet_error *err)
{
    const struct whet_run_request *r = t->request;
    int rc = whet__spawn_self(&t->self);

    if (rc != 0)
        return whet_error_set(err, rc, "cannot tell where this program is: %s", strerror(-rc));
    rc = whet__run_merge_check(r, err);
    if (rc == 0)
        rc = whet__parts_make(r->parts, &t->folder, err);
    if (rc == 0 && r->log_mode == WHET_JOB_LOG_NEW)
        rc = folder_check(t, shards, err);
    if (rc == 0)
        rc = list_make(t, err);
    if (rc == 0)
        rc = words_make(t, err);
    if (rc == 0)
        rc = array_run(t, shards, err);
    return rc == 0 ? whet__run_merge(r, whet__text_str(&t->folder), err) : rc;
}

int whet__run_on_slurm(const struct whet_run_request *r, struct whet_error *err)
{
    struct task t = {.request = r};
    int rc;

    whet__vec_init(&t.words, sizeof(const char *), WORDS_MAX);
    whet__arena_init(&t.arena, ARENA_BYTES);
    whet__text_init(&t.folder, PATH_MAX);
    whet__text_init(&t.self, PATH_MAX);
    whet__text_init(&t.list, PATH_MAX);
    rc = on_slurm(&t, r->shards != 0 ? r->shards : WHET_RUN_SHARDS_DEFAULT, err);
    /* What failed is looked at afterwards; so is what nobody has seen. */
    if (r->parts == NULL && t.folder.len != 0 && rc != -EIO && rc != -EBADMSG &&
        (rc < 0 || whet__interrupted() == 0))
        (void)!whet__file_remove_tree(whet__text_str(&t.folder));
    whet__vec_clear(&t.words);
    whet__arena_clear(&t.arena);
    whet__text_clear(&t.folder);
    whet__text_clear(&t.self);
    whet__text_clear(&t.list);
    return rc;
}
