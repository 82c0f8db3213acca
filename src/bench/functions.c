/* The session's side: launches the program to learn what it has and how many iterations each
 * benchmark needs, and makes arms of it. Some hundred benchmarks, a launch of some
 * milliseconds each. */
#include "bench/functions.h"

#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <math.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/hash.h"
#include "base/mem.h"
#include "base/vec.h"
#include "bench/function_answer.h"
#include "bench/function_request.h"
#include "bench/function_sample.h"
#include "os/file.h"
#include "os/spawn.h"

#define EPOCHS_DEFAULT  5
#define LIST_TIMEOUT_NS UINT64_C(30000000000) /* of a program that may not know us at all */
#define STRINGS_MAX     ((size_t)64 << 20)
#define PROGRAM_MAX     ((size_t)1 << 30) /* bytes, to be hashed */
#define ARGV_MAX        1024
#define PATH_MAX_BYTES  8192
#define OUTPUT_MAX      4096

struct item {
    const char *own_name; /* as the program calls it */
    const char *name;     /* with the prefix */
    const char *group, *about;
    unsigned threads;
    size_t param_count;
    struct whet_result_param params[WHET_FUNCTION_PARAMS_MAX];
    const char *answer; /* path of the file that its launches leave */
    uint64_t iterations;
    double bytes, items;
    size_t counter_count;
    struct whet_function_counter counters[WHET_FUNCTION_COUNTERS_MAX];
};

struct skipped {
    const char *name, *why;
};

struct whet_functions {
    struct whet_functions_options o;
    const char **program; /* the argument vector, ended by NULL */
    size_t program_len;
    const char *path;         /* of the file */
    struct whet_hash128 hash; /* of it */
    int hash_known;
    const char *folder;      /* of our own, removed at the end */
    const char *scratch;     /* of the benchmarks */
    struct whet_vec items;   /* of struct item */
    struct whet_vec skipped; /* of struct skipped */
    struct whet_bench_arm *arms;
    struct whet_arena strings;
};

static struct item *item_at(const struct whet_functions *f, size_t index)
{
    return whet__vec_at(&f->items, index);
}

static const char *kept(struct whet_functions *f, const char *text)
{
    return whet__arena_strndup(&f->strings, text, strlen(text));
}

static int no_memory(struct whet_error *err)
{
    return whet_error_set(err, -ENOMEM, "out of memory");
}

/* ---- Launches ---- */

/* The program's arguments, ours behind them; lives as long as `f`. NULL: no memory. */
static const char *const *argv_of(struct whet_functions *f, const char *request)
{
    const char **argv = whet__arena_zalloc(&f->strings, f->program_len + 3, sizeof(*argv));

    if (argv == NULL)
        return NULL;
    memcpy(argv, f->program, f->program_len * sizeof(*argv));
    argv[f->program_len] = "--worker";
    argv[f->program_len + 1] = request;
    return argv;
}

static int request_text(struct whet_functions *f, const struct whet_function_request *q,
                        const char **out, struct whet_error *err)
{
    struct whet_text text;
    int rc;

    whet__text_init(&text, 4 * PATH_MAX_BYTES);
    rc = whet__function_request_write(q, &text);
    if (rc == 0) {
        *out = kept(f, text.data);
        rc = *out != NULL ? 0 : -ENOMEM;
    }
    whet__text_clear(&text);
    if (rc == -EINVAL)
        return whet_error_set(err, rc, "a line break in the name of a folder: '%.300s'",
                              q->scratch != NULL ? q->scratch : q->file);
    return rc != 0 ? no_memory(err) : 0;
}

static struct whet_function_request
request_of(const struct whet_functions *f, const struct item *it, enum whet_function_verb verb)
{
    return (struct whet_function_request){
        .verb = verb,
        .file = it->answer,
        .name = it->own_name,
        .scratch = f->scratch,
        .iterations = it->iterations,
        .epoch_ns = f->o.epoch_ns,
        .seed = it->own_name != NULL ? whet__hash64(it->own_name, strlen(it->own_name)) : 0,
        .epochs = f->o.epochs,
        .linear = f->o.linear,
    };
}

/* Runs the program with a request; what it printed to stderr goes into `said`. */
static int launch(struct whet_functions *f, const struct whet_function_request *q,
                  uint64_t timeout_ns, struct whet_text *said, struct whet_spawn_result *run,
                  struct whet_error *err)
{
    struct whet_spawn_options o = {.program = f->path,
                                   .out = WHET_SPAWN_NULL,
                                   .err = WHET_SPAWN_CAPTURE,
                                   .err_text = said,
                                   .timeout_ns = timeout_ns,
                                   .stop = f->o.stop,
                                   .ctx = f->o.ctx};
    const char *text;
    int rc = request_text(f, q, &text, err);

    if (rc != 0)
        return rc;
    o.argv = argv_of(f, text);
    if (o.argv == NULL)
        return no_memory(err);
    rc = whet__spawn_run(&o, run, err);
    if (rc == 0 && run->stopped)
        rc = whet_error_set(err, -ECANCELED, "stopped");
    return rc;
}

/* ---- The list ---- */

static int is_wanted(const struct whet_functions *f, const struct whet_function_listed *l)
{
    const char *filter = f->o.filter;

    if (f->o.suite != NULL && strcmp(f->o.suite, l->group) != 0)
        return 0;
    if (filter == NULL)
        return 1;
    if (strpbrk(filter, "*?") == NULL)
        return strstr(l->name, filter) != NULL;
    return fnmatch(filter, l->name, 0) == 0;
}

/* A text of the arena from two; NULL: no memory. */
static const char *joined(struct whet_functions *f, const char *a, const char *b)
{
    size_t len = strlen(a);
    char *text = whet__arena_zalloc(&f->strings, len + strlen(b) + 1, 1);

    if (text == NULL)
        return NULL;
    memcpy(text, a, len);
    memcpy(text + len, b, strlen(b) + 1);
    return text;
}

static int params_take(struct whet_functions *f, struct item *it,
                       const struct whet_function_listed *l)
{
    it->param_count = l->param_count;
    for (size_t i = 0; i < l->param_count; i++) {
        it->params[i].name = kept(f, l->params[i].name);
        it->params[i].value = kept(f, l->params[i].value);
        if (it->params[i].name == NULL || it->params[i].value == NULL)
            return -ENOMEM;
    }
    return 0;
}

static int item_add(struct whet_functions *f, const struct whet_function_listed *l)
{
    struct item *it = whet__vec_push(&f->items);
    char file[32];

    if (it == NULL)
        return -ENOMEM;
    (void)snprintf(file, sizeof(file), "/answer-%zu", f->items.len);
    it->own_name = kept(f, l->name);
    it->name = joined(f, f->o.prefix != NULL ? f->o.prefix : "", l->name);
    it->group = kept(f, l->group);
    it->about = kept(f, l->about);
    it->answer = joined(f, f->folder, file);
    it->threads = l->threads;
    if (it->own_name == NULL || it->name == NULL || it->group == NULL || it->about == NULL ||
        it->answer == NULL)
        return -ENOMEM;
    return params_take(f, it, l);
}

static int items_take(struct whet_functions *f, const struct whet_function_answer *a,
                      struct whet_error *err)
{
    for (size_t i = 0; i < a->cases.len; i++) {
        const struct whet_function_listed *l = whet__vec_at(&a->cases, i);

        if (is_wanted(f, l) && item_add(f, l) != 0)
            return no_memory(err);
    }
    if (f->items.len > 0)
        return 0;
    if (a->cases.len == 0)
        return whet_error_set(err, -ESRCH, "the program has no benchmark: '%.300s'",
                              f->program[0]);
    return whet_error_set(err, -ESRCH, "no benchmark matches: '%.200s'",
                          f->o.filter != NULL ? f->o.filter : f->o.suite);
}

static int list(struct whet_functions *f, struct whet_error *err)
{
    struct whet_function_answer answer;
    struct item asked = {.answer = joined(f, f->folder, "/list")};
    struct whet_function_request q = request_of(f, &asked, WHET_FUNCTION_LIST);
    struct whet_spawn_result run;
    struct whet_text said;
    int rc;

    if (asked.answer == NULL)
        return no_memory(err);
    whet__text_init(&said, OUTPUT_MAX);
    rc = launch(f, &q, LIST_TIMEOUT_NS, &said, &run, err);
    whet__text_clear(&said);
    if (rc != 0)
        return rc;
    rc = whet__function_answer_take(&answer, asked.answer, err);
    if (rc == -ENOENT)
        return whet_error_set(err, -ENOTSUP,
                              "not a program with benchmarks (its main has to call "
                              "whet_bench_main of <whet/bench.h>): '%.200s'",
                              f->program[0]);
    if (rc != 0)
        return rc;
    rc = answer.error != NULL ? whet_error_set(err, -EINVAL, "%s", answer.error)
                              : items_take(f, &answer, err);
    whet__function_answer_clear(&answer);
    return rc;
}

/* ---- Opening ---- */

static int program_take(struct whet_functions *f, const char *const *program,
                        struct whet_error *err)
{
    struct whet_text path;
    int rc;

    while (program[f->program_len] != NULL && f->program_len < ARGV_MAX)
        f->program_len++;
    if (f->program_len == 0 || f->program_len == ARGV_MAX)
        return whet_error_set(err, -EINVAL, "no program, or too many arguments");
    f->program = whet__arena_zalloc(&f->strings, f->program_len + 1, sizeof(*f->program));
    if (f->program == NULL)
        return no_memory(err);
    for (size_t i = 0; i < f->program_len; i++) {
        f->program[i] = kept(f, program[i]);
        if (f->program[i] == NULL)
            return no_memory(err);
    }
    whet__text_init(&path, PATH_MAX_BYTES);
    rc = whet__spawn_find(program[0], &path);
    if (rc == 0)
        f->path = kept(f, whet__text_str(&path));
    whet__text_clear(&path);
    if (rc != 0)
        return whet_error_set(err, rc, "%s: '%.300s'",
                              rc == -EACCES ? "cannot be run" : "no such program", program[0]);
    return f->path != NULL ? 0 : no_memory(err);
}

static void program_hash(struct whet_functions *f)
{
    struct whet_text content;

    whet__text_init(&content, PROGRAM_MAX);
    if (whet__file_read(AT_FDCWD, f->path, PROGRAM_MAX, &content) == 0) {
        f->hash = whet__hash128(content.data, content.len);
        f->hash_known = 1;
    }
    whet__text_clear(&content);
}

static int folders_make(struct whet_functions *f, struct whet_error *err)
{
    struct whet_text folder;
    int rc;

    whet__text_init(&folder, PATH_MAX_BYTES);
    rc = whet__file_make_temp_dir(&folder);
    if (rc == 0) {
        f->folder = kept(f, whet__text_str(&folder));
        if (f->folder == NULL) {
            (void)!whet__file_remove_tree(whet__text_str(&folder));
            rc = -ENOMEM;
        }
    }
    whet__text_clear(&folder);
    if (rc == 0) {
        f->scratch =
            f->o.scratch != NULL ? kept(f, f->o.scratch) : joined(f, f->folder, "/scratch");
        rc = f->scratch == NULL ? -ENOMEM : whet__file_make_dirs(f->scratch, 0700);
    }
    if (rc == -ENOMEM)
        return no_memory(err);
    return rc == 0
               ? 0
               : whet_error_set(err, rc, "cannot make a folder for files: %s", strerror(-rc));
}

/* What the caller's options point to need not outlive the call. */
static int options_take(struct whet_functions *f, const struct whet_functions_options *options,
                        struct whet_error *err)
{
    const char **texts[] = {&f->o.filter, &f->o.suite, &f->o.prefix, &f->o.scratch};

    if (options != NULL)
        f->o = *options;
    if (f->o.epochs == 0)
        f->o.epochs = EPOCHS_DEFAULT;
    if (f->o.epochs > WHET_FUNCTION_EPOCHS_MAX)
        return whet_error_set(err, -EINVAL, "too many epochs: at most %d are possible",
                              WHET_FUNCTION_EPOCHS_MAX);
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        if (*texts[i] != NULL && (*texts[i] = kept(f, *texts[i])) == NULL)
            return no_memory(err);
    }
    return 0;
}

int whet__functions_open(struct whet_functions **out, const char *const *program,
                         const struct whet_functions_options *options, struct whet_error *err)
{
    struct whet_functions *f = whet__mem_zalloc(1, sizeof(*f));
    int rc;

    if (f == NULL)
        return no_memory(err);
    whet__arena_init(&f->strings, STRINGS_MAX);
    whet__vec_init(&f->items, sizeof(struct item), WHET_FUNCTION_CASES_MAX);
    whet__vec_init(&f->skipped, sizeof(struct skipped), WHET_FUNCTION_CASES_MAX);
    rc = options_take(f, options, err);
    if (rc == 0)
        rc = program_take(f, program, err);
    if (rc == 0)
        rc = folders_make(f, err);
    if (rc == 0)
        rc = list(f, err);
    if (rc != 0) {
        whet__functions_free(f);
        return rc;
    }
    program_hash(f);
    *out = f;
    return 0;
}

void whet__functions_free(struct whet_functions *f)
{
    if (f == NULL)
        return;
    if (f->folder != NULL)
        (void)!whet__file_remove_tree(f->folder);
    whet__mem_free(f->arms);
    whet__vec_clear(&f->items);
    whet__vec_clear(&f->skipped);
    whet__arena_clear(&f->strings);
    whet__mem_free(f);
}

size_t whet__functions_count(const struct whet_functions *f)
{
    return f->items.len;
}

const char *whet__functions_name(const struct whet_functions *f, size_t index)
{
    return item_at(f, index)->name;
}

const char *whet__functions_group(const struct whet_functions *f, size_t index)
{
    return item_at(f, index)->group;
}

const char *whet__functions_about(const struct whet_functions *f, size_t index)
{
    return item_at(f, index)->about;
}

size_t whet__functions_skipped_count(const struct whet_functions *f)
{
    return f->skipped.len;
}

const char *whet__functions_skipped(const struct whet_functions *f, size_t index,
                                    const char **why)
{
    const struct skipped *s = whet__vec_at(&f->skipped, index);

    *why = s->why;
    return s->name;
}

/* ---- Calibration ---- */

/* The last line of what it said, behind a colon; "" if it said nothing. */
static const char *last_words(struct whet_text *said)
{
    char *line;

    while (said->len > 0 && said->data[said->len - 1] == '\n')
        whet__text_truncate(said, said->len - 1);
    if (said->len == 0)
        return "it said nothing";
    line = strrchr(said->data, '\n');
    return line != NULL ? line + 1 : said->data;
}

static int explain_silence(const struct item *it, const struct whet_spawn_result *run,
                           struct whet_text *said, struct whet_error *err)
{
    if (run->timed_out)
        return whet_error_set(err, -ETIMEDOUT, "benchmark took too long: '%.255s'", it->name);
    if (run->signal != 0)
        return whet_error_set(err, -ECHILD,
                              "benchmark was killed by signal %d: '%.255s': %.150s",
                              run->signal, it->name, last_words(said));
    if (run->exit_code != 0)
        return whet_error_set(err, -ECHILD,
                              "benchmark ended with exit code %d: '%.255s': %.150s",
                              run->exit_code, it->name, last_words(said));
    return whet_error_set(
        err, -ECHILD, "benchmark ended the program before it could answer: '%.255s'", it->name);
}

static int counters_take(struct whet_functions *f, struct item *it,
                         const struct whet_function_answer *a)
{
    it->counter_count = a->counter_count;
    for (size_t i = 0; i < a->counter_count; i++) {
        it->counters[i] = a->counters[i];
        it->counters[i].name = kept(f, a->counters[i].name);
        if (it->counters[i].name == NULL)
            return -ENOMEM;
    }
    return 0;
}

/* 0, or 1 when the benchmark was skipped, or an error. */
static int calibration_take(struct whet_functions *f, struct item *it,
                            const struct whet_function_answer *a, struct whet_error *err)
{
    struct skipped *s;

    if (a->error == NULL && a->verdict == WHET_FUNCTION_SKIPPED) {
        s = whet__vec_push(&f->skipped);
        if (s == NULL)
            return no_memory(err);
        s->name = it->name;
        s->why = kept(f, a->text);
        return s->why != NULL ? 1 : no_memory(err);
    }
    if (a->error != NULL || a->verdict == WHET_FUNCTION_FAILED)
        return whet_error_set(err, -ECHILD, "benchmark '%.255s' failed: %.200s", it->name,
                              a->error != NULL ? a->error : a->text);
    if (a->is_list || strcmp(a->name, it->own_name) != 0 || a->iterations == 0)
        return whet_error_set(err, -EBADMSG, "benchmark did not say its iterations: '%.255s'",
                              it->name);
    it->iterations = a->iterations;
    it->bytes = a->bytes;
    it->items = a->items;
    return counters_take(f, it, a) == 0 ? 0 : no_memory(err);
}

static int calibrate(struct whet_functions *f, struct item *it, struct whet_error *err)
{
    struct whet_function_request q = request_of(f, it, WHET_FUNCTION_CALIBRATE);
    struct whet_function_answer answer;
    struct whet_spawn_result run;
    struct whet_text said;
    int rc;

    whet__text_init(&said, OUTPUT_MAX);
    rc = launch(f, &q, f->o.timeout_ns, &said, &run, err);
    if (rc == 0) {
        rc = whet__function_answer_take(&answer, it->answer, err);
        if (rc == -ENOENT || (rc == 0 && (run.signal != 0 || run.exit_code != 0))) {
            if (rc == 0)
                whet__function_answer_clear(&answer);
            rc = explain_silence(it, &run, &said, err);
        } else if (rc == 0) {
            rc = calibration_take(f, it, &answer, err);
            whet__function_answer_clear(&answer);
        }
    }
    whet__text_clear(&said);
    return rc;
}

/* ---- Arms ---- */

static const char *hash_text(struct whet_functions *f, const struct item *it)
{
    struct whet_hash128 parts[2] = {f->hash, whet__hash128(it->own_name, strlen(it->own_name))};
    struct whet_hash128 both = whet__hash128(parts, sizeof(parts));
    char text[33];

    whet__hash128_format(&both, text);
    return kept(f, text);
}

static int arm_fill(struct whet_functions *f, struct item *it, struct whet_bench_arm *arm,
                    struct whet_error *err)
{
    struct whet_function_request q = request_of(f, it, WHET_FUNCTION_RUN);
    const char *request, *start = joined(f, f->program[0], " ");
    int rc = request_text(f, &q, &request, err);

    if (rc != 0)
        return rc;
    *arm = (struct whet_bench_arm){
        .about = {.name = it->name,
                  .kind = WHET_RESULT_FUNCTION,
                  .command = start != NULL ? joined(f, start, it->own_name) : NULL,
                  .params = it->params,
                  .param_count = it->param_count,
                  .program = f->path,
                  .program_hash = f->hash_known ? hash_text(f, it) : NULL,
                  .bytes = it->bytes,
                  .items = it->items,
                  .iterations = it->iterations,
                  .epochs = f->o.epochs,
                  .threads = it->threads},
        .argv = argv_of(f, request),
        .program = f->path,
        .timeout_ns = f->o.timeout_ns};
    if (arm->argv == NULL || arm->about.command == NULL ||
        (f->hash_known && arm->about.program_hash == NULL))
        return no_memory(err);
    return 0;
}

static int arms_fill(struct whet_functions *f, struct whet_error *err)
{
    whet__mem_free(f->arms);
    f->arms = whet__mem_zalloc(f->items.len + 1, sizeof(*f->arms));
    if (f->arms == NULL)
        return no_memory(err);
    for (size_t i = 0; i < f->items.len; i++) {
        int rc = arm_fill(f, item_at(f, i), &f->arms[i], err);

        if (rc != 0)
            return rc;
    }
    return 0;
}

int whet__functions_calibrate(struct whet_functions *f, struct whet_error *err)
{
    size_t left = 0;

    for (size_t i = 0; i < f->items.len; i++) {
        int rc = calibrate(f, item_at(f, i), err);

        if (rc < 0)
            return rc;
        if (rc == 0)
            *item_at(f, left++) = *item_at(f, i);
    }
    f->items.len = left;
    return arms_fill(f, err);
}

int whet__functions_share_counts(struct whet_functions *f, const struct whet_functions *with,
                                 struct whet_error *err)
{
    for (size_t i = 0; i < f->items.len; i++) {
        for (size_t k = 0; k < with->items.len; k++) {
            if (strcmp(item_at(f, i)->own_name, item_at(with, k)->own_name) == 0)
                item_at(f, i)->iterations = item_at(with, k)->iterations;
        }
    }
    return arms_fill(f, err);
}

const struct whet_bench_arm *whet__functions_arms(const struct whet_functions *f)
{
    return f->arms;
}

/* ---- In a session ---- */

int whet__functions_add_metrics(const struct whet_functions *f, struct whet_result *r)
{
    for (size_t i = 0; i < f->items.len; i++) {
        const struct item *it = item_at(f, i);

        for (size_t k = 0; k < it->counter_count; k++) {
            const struct whet_function_counter *c = &it->counters[k];
            struct whet_metric m = {c->name, c->name, c->unit, c->better};
            size_t index;
            int rc = whet__result_add_metric(r, &m, &index);

            if (rc != 0)
                return rc;
        }
    }
    return 0;
}

static int is_whole(const struct whet_functions *f, const struct item *it,
                    const struct whet_function_answer *a)
{
    return !a->is_list && strcmp(a->name, it->own_name) == 0 && a->epochs.len == f->o.epochs &&
           a->iterations == it->iterations;
}

int whet__functions_measured(struct whet_functions *f, size_t index,
                             const struct whet_bench_sample *sample,
                             const struct whet_bench_output *output,
                             const struct whet_result *r, double *values,
                             struct whet_error *why)
{
    const struct item *it = item_at(f, index);
    struct whet_function_answer answer;
    int rc = whet__function_answer_take(&answer, it->answer, why);

    (void)sample;
    (void)output;
    if (rc == -ENOENT)
        return whet_error_set(why, -EBADMSG,
                              "benchmark ended the program before it could answer: '%.255s'",
                              it->name);
    if (rc != 0)
        return rc;
    if (answer.error != NULL || answer.verdict != WHET_FUNCTION_MEASURED)
        rc =
            whet_error_set(why, -ECHILD, "benchmark '%.255s' %s: %.200s", it->name,
                           answer.verdict == WHET_FUNCTION_SKIPPED ? "cannot be run" : "failed",
                           answer.error != NULL ? answer.error : answer.text);
    else if (!is_whole(f, it, &answer))
        rc = whet_error_set(why, -EBADMSG,
                            "benchmark answered something else than it was asked: '%.255s'",
                            it->name);
    else if (whet__function_sample_values(&answer, f->o.linear, r, values) != 0)
        rc = no_memory(why);
    whet__function_answer_clear(&answer);
    return rc;
}
