/* Slurm's own commands do the work; this is the go-between. What became of tasks is asked for
 * after a tenth of a second, then less and less often, down to every two seconds: for some
 * thousand tasks a few milliseconds of squeue. */
#include "cluster/slurm.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/vec.h"
#include "cluster/reason.h"
#include "os/clock.h"
#include "os/file.h"
#include "os/spawn.h"

#define ANSWER_MAX   ((size_t)64 << 20)
#define WORDS_MAX    4096
#define OPTION_BYTES 8192 /* a path, each letter of which may be doubled */
#define COMMAND_NS   UINT64_C(60000000000)
#define POLL_MIN_NS  UINT64_C(100000000) /* a short array is over soon */
#define POLL_MAX_NS  UINT64_C(2000000000)
#define FAILURES_MAX 30 /* of squeue in a row: the controller may restart meanwhile */
#define HOPELESS_MAX 8  /* likewise: nodes that come and go change what can be had */
#define SCRIPT       "#!/bin/sh\nexec \"$@\"\n" /* sbatch wants a script; it only hands on */

/* Runs one of Slurm's commands; what it prints is in `out`, or else in *err. */
static int command(const char *const *argv, struct whet_text *out, struct whet_error *err)
{
    struct whet_spawn_result result;
    struct whet_text said;
    struct whet_spawn_options options = {.argv = argv,
                                         .out = WHET_SPAWN_CAPTURE,
                                         .err = WHET_SPAWN_CAPTURE,
                                         .out_text = out,
                                         .err_text = &said,
                                         .timeout_ns = COMMAND_NS};
    int rc;

    whet__text_init(&said, (size_t)64 << 10);
    rc = whet__spawn_run(&options, &result, err);
    if (rc == -ENOENT) {
        whet_error_set(err, rc, "no Slurm here: '%s' is not in PATH: install slurm-client",
                       argv[0]);
    } else if (rc == 0 && result.exit_code != 0) {
        size_t len = strcspn(whet__text_str(&said), "\n");

        rc = whet_error_set(err, -EIO, "%s failed: %.*s", argv[0], (int)len,
                            whet__text_str(&said));
    }
    whet__text_clear(&said);
    return rc;
}

/* ---- Submitting ---- */

static int words_add(struct whet_vec *list, const char *const *words, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const char **slot = whet__vec_push(list);

        if (slot == NULL)
            return -E2BIG;
        *slot = words[i];
    }
    return 0;
}

static int submit_words(const struct whet_slurm_options *o, const char *script,
                        char options[4][OPTION_BYTES], struct whet_vec *list)
{
    const char *const head[] = {"sbatch",   "--parsable", "--requeue", "--open-mode=truncate",
                                options[0], options[1],   options[2],  options[3]};
    size_t argc = 0;
    int rc = words_add(list, head, sizeof(head) / sizeof(head[0]));

    while (o->argv[argc] != NULL)
        argc++;
    if (rc == 0)
        rc = words_add(list, o->more, o->more_count);
    if (rc == 0)
        rc = words_add(list, &script, 1);
    return rc == 0 ? words_add(list, o->argv, argc + 1) : rc; /* the NULL as well */
}

/* sbatch puts numbers in place of %a and its like: a '%' of the folder's own is doubled. */
static int output_option(char out[OPTION_BYTES], const char *option, const char *folder,
                         const char *file)
{
    struct whet_text text;
    int rc;

    whet__text_init(&text, OPTION_BYTES - 1);
    whet__text_puts(&text, option);
    for (; *folder != '\0'; folder++) {
        if (*folder == '%')
            whet__text_putc(&text, '%');
        whet__text_putc(&text, *folder);
    }
    whet__text_puts(&text, file);
    rc = whet__text_error(&text);
    if (rc == 0)
        memcpy(out, whet__text_str(&text), text.len + 1);
    whet__text_clear(&text);
    return rc;
}

/* *id is the job's number. */
static int submit(const struct whet_slurm_options *o, const char *script, char id[32],
                  struct whet_error *err)
{
    char options[4][OPTION_BYTES];
    struct whet_vec list;
    struct whet_text out;
    int rc;

    snprintf(options[0], sizeof(options[0]), "--array=1-%u", o->tasks);
    snprintf(options[1], sizeof(options[1]), "--job-name=%.100s", o->name);
    if (output_option(options[2], "--output=", o->folder, "/part-%a.out") != 0 ||
        output_option(options[3], "--error=", o->folder, "/part-%a.err") != 0)
        return whet_error_set(err, -ENAMETOOLONG, "name too long: '%.200s'", o->folder);
    whet__vec_init(&list, sizeof(const char *), WORDS_MAX);
    whet__text_init(&out, ANSWER_MAX);
    rc = submit_words(o, script, options, &list);
    if (rc != 0)
        whet_error_set(err, rc, "too many words for sbatch");
    if (rc == 0)
        rc = command(list.items, &out, err);
    if (rc == -EIO)
        rc = err->code = -ECONNREFUSED;
    if (rc == 0) {
        /* "123" or "123;cluster" */
        size_t len = strspn(whet__text_str(&out), "0123456789");

        if (len == 0 || len >= 32)
            rc = whet_error_set(err, -EIO, "sbatch said no job number: '%.60s'",
                                whet__text_str(&out));
        else
            snprintf(id, 32, "%.*s", (int)len, whet__text_str(&out));
    }
    whet__text_clear(&out);
    whet__vec_clear(&list);
    return rc;
}

/* ---- Waiting ---- */

/* How a word of squeue ends a task; what is not here has not ended. */
static int is_ended(const char *word)
{
    static const char *const ends[] = {"BOOT_FAIL", "CANCELLED", "COMPLETED",     "DEADLINE",
                                       "FAILED",    "NODE_FAIL", "OUT_OF_MEMORY", "PREEMPTED",
                                       "REVOKED",   "TIMEOUT"};

    for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
        if (strcmp(word, ends[i]) == 0)
            return 1;
    }
    return 0;
}

static void copy(char *to, size_t size, const char *text, size_t len)
{
    if (len >= size)
        len = size - 1;
    memcpy(to, text, len);
    to[len] = '\0';
}

static void task_set(struct whet_slurm_task *task, const char *word, size_t len)
{
    copy(task->word, sizeof(task->word), word, len);
    if (strcmp(task->word, "COMPLETED") == 0)
        task->state = WHET_SLURM_DONE;
    else if (is_ended(task->word))
        task->state = WHET_SLURM_FAILED;
    else if (strcmp(task->word, "PENDING") == 0 || strcmp(task->word, "REQUEUED") == 0 ||
             whet__slurm_reason(task->word, "") != WHET_SLURM_REASON_QUEUE)
        task->state = WHET_SLURM_WAITING;
    else
        task->state = WHET_SLURM_RUNNING;
}

/* "STATE REASON", up to the end of the line. */
static void line_take(struct whet_slurm_task *task, const char *text)
{
    size_t len = strcspn(text, " \n");
    const char *reason = text + len + strspn(text + len, " ");

    task_set(task, text, len);
    copy(task->reason, sizeof(task->reason), reason, strcspn(reason, "\n"));
}

unsigned whet__slurm_read(const char *text, struct whet_slurm_task *tasks, unsigned count)
{
    unsigned open = 0;

    while (*text != '\0') {
        size_t len = strcspn(text, "\n");
        char *word;
        unsigned long number = strtoul(text, &word, 10);

        if (word != text && *word == ' ' && number >= 1 && number <= count)
            line_take(&tasks[number - 1], word + 1);
        text += len + (text[len] == '\n');
    }
    for (unsigned i = 0; i < count; i++)
        open += tasks[i].state == WHET_SLURM_WAITING || tasks[i].state == WHET_SLURM_RUNNING;
    return open;
}

static void progress_tell(const struct whet_slurm_options *o,
                          const struct whet_slurm_task *tasks, unsigned open)
{
    unsigned running = 0;

    for (unsigned i = 0; i < o->tasks; i++)
        running += tasks[i].state == WHET_SLURM_RUNNING;
    if (o->progress != NULL)
        o->progress(o->ctx, o->tasks - open, running, o->tasks);
}

static void cancel(const char *id)
{
    const char *const argv[] = {"scancel", id, NULL};
    struct whet_text out;

    whet__text_init(&out, ANSWER_MAX);
    (void)!command(argv, &out, NULL);
    whet__text_clear(&out);
}

/* A task that squeue no longer knows has ended: jobs are kept for a while after that. */
static void mark_unseen(struct whet_slurm_task *tasks, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        if (tasks[i].state == WHET_SLURM_WAITING || tasks[i].state == WHET_SLURM_RUNNING)
            tasks[i].state = WHET_SLURM_UNSEEN;
    }
}

/* What stands in the way of tasks that wait. */
struct obstacles {
    int said_held;     /* that one is */
    int said_nodes;    /* that one waits for nodes that are not there */
    unsigned hopeless; /* answers in a row that say of one that it can never start */
};

static unsigned find_reason(const struct whet_slurm_task *tasks, unsigned count,
                            enum whet_slurm_reason reason)
{
    for (unsigned i = 0; i < count; i++)
        if (tasks[i].state == WHET_SLURM_WAITING &&
            whet__slurm_reason(tasks[i].word, tasks[i].reason) == reason)
            return i + 1;
    return 0;
}

/* Nobody would see why nothing happens. */
static void obstacles_say(struct obstacles *seen, const char *id,
                          const struct whet_slurm_task *tasks, unsigned count)
{
    unsigned held = find_reason(tasks, count, WHET_SLURM_REASON_HELD);
    unsigned nodes = find_reason(tasks, count, WHET_SLURM_REASON_NODES);

    if (held != 0 && !seen->said_held)
        whet__log(
            WHET_LOG_WARNING,
            "task %u of job %s is held (%s), and is waited for: 'scontrol release %s' lets "
            "it start, 'scancel %s' ends it",
            held, id, tasks[held - 1].reason, id, id);
    if (nodes != 0 && !seen->said_nodes)
        whet__log(WHET_LOG_WARNING,
                  "task %u of job %s waits for nodes that are down, or for more than there are "
                  "(%s): 'scancel %s' ends it",
                  nodes, id, tasks[nodes - 1].reason, id);
    seen->said_held |= held != 0;
    seen->said_nodes |= nodes != 0;
}

/* 0, or -EIO: there is nothing to wait for. */
static int obstacles_look(struct obstacles *seen, const char *id,
                          const struct whet_slurm_task *tasks, unsigned count,
                          struct whet_error *err)
{
    unsigned never = find_reason(tasks, count, WHET_SLURM_REASON_NEVER);

    obstacles_say(seen, id, tasks, count);
    seen->hopeless = never != 0 ? seen->hopeless + 1 : 0;
    if (seen->hopeless < HOPELESS_MAX)
        return 0;
    return whet_error_set(err, -EIO, "task %u of job %s can never start, as Slurm says: %s",
                          never, id, tasks[never - 1].reason);
}

static int wait_all(const struct whet_slurm_options *o, const char *id,
                    struct whet_slurm_task *tasks, struct whet_error *err)
{
    const char *const argv[] = {"squeue", "--noheader", "--array",           "--states=all",
                                "--jobs", id,           "--format=%K %T %r", NULL};
    struct obstacles seen = {0};
    uint64_t pause_ns = POLL_MIN_NS;
    unsigned failures = 0, open = o->tasks;
    struct whet_text out;
    int rc = 0;

    whet__text_init(&out, ANSWER_MAX);
    while (rc == 0 && open != 0) {
        whet__clock_sleep_ns(pause_ns);
        pause_ns = pause_ns * 3 / 2 < POLL_MAX_NS ? pause_ns * 3 / 2 : POLL_MAX_NS;
        if (o->stop != NULL && o->stop(o->ctx)) {
            cancel(id);
            rc = whet_error_set(err, -ECANCELED, "interrupted: job %s was cancelled", id);
            break;
        }
        whet__text_reset(&out);
        rc = command(argv, &out, err);
        if (rc == -EIO && err != NULL && strstr(err->text, "Invalid job id") != NULL) {
            mark_unseen(tasks, o->tasks);
            open = 0;
            rc = 0;
        } else if (rc == -EIO && ++failures < FAILURES_MAX) {
            rc = 0;
        } else if (rc == 0) {
            failures = 0;
            open = whet__slurm_read(whet__text_str(&out), tasks, o->tasks);
            progress_tell(o, tasks, open);
            rc = obstacles_look(&seen, id, tasks, o->tasks, err);
        }
    }
    whet__text_clear(&out);
    return rc;
}

/* Nobody would see what an array does that is not waited for. A controller that does not answer
 * cannot be told; it may go on with the array when it is back. */
static int give_up(const char *id, int rc, struct whet_error *err)
{
    char why[160];

    snprintf(why, sizeof(why), "%.159s", err->text);
    cancel(id);
    return whet_error_set(err, rc,
                          "%s: job %s is no longer waited for, and was cancelled if "
                          "Slurm could be told",
                          why, id);
}

int whet__slurm_run(const struct whet_slurm_options *options, struct whet_slurm_task *tasks,
                    struct whet_error *err)
{
    struct whet_error own;
    struct whet_text script;
    char id[32];
    int rc, submitted;

    if (err == NULL)
        err = &own; /* it is read here */
    memset(tasks, 0, options->tasks * sizeof(*tasks));
    whet__text_init(&script, (size_t)1 << 16);
    whet__text_printf(&script, "%s/task.sh", options->folder);
    rc = whet__text_error(&script);
    if (rc == 0)
        rc = whet__file_write(whet__text_str(&script), SCRIPT, sizeof(SCRIPT) - 1, 0);
    if (rc != 0)
        whet_error_set(err, rc, "cannot write: '%.200s': %s", whet__text_str(&script),
                       strerror(-rc));
    if (rc == 0)
        rc = submit(options, whet__text_str(&script), id, err);
    submitted = rc == 0;
    if (rc == 0)
        rc = wait_all(options, id, tasks, err);
    if (rc != 0 && submitted && rc != -ECANCELED)
        rc = give_up(id, rc, err);
    whet__text_clear(&script);
    return rc;
}

void whet__slurm_output(const struct whet_slurm_options *options, unsigned task,
                        const char *which, struct whet_text *out)
{
    whet__text_printf(out, "%s/part-%u.%s", options->folder, task, which);
}
