/* Opens a program: one launch lists what it has. Some hundred benchmarks. */
#include "bench/functions.h"

#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <math.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "bench/function_sample.h"
#include "bench/function_set.h"
#include "os/file.h"

#define EPOCHS_DEFAULT  5
#define LIST_TIMEOUT_NS UINT64_C(30000000000) /* of a program that may not know us at all */
#define STRINGS_MAX     ((size_t)64 << 20)
#define PROGRAM_MAX     ((size_t)1 << 30) /* bytes, to be hashed */
#define ARGV_MAX        1024
#define PATH_MAX_BYTES  8192
#define OUTPUT_MAX      4096

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

static int params_take(struct whet_functions *f, struct whet_function_item *it,
                       const struct whet_function_listed *l)
{
    it->param_count = l->param_count;
    for (size_t i = 0; i < l->param_count; i++) {
        it->params[i].name = whet__function_kept(f, l->params[i].name);
        it->params[i].value = whet__function_kept(f, l->params[i].value);
        if (it->params[i].name == NULL || it->params[i].value == NULL)
            return -ENOMEM;
    }
    return 0;
}

static int item_add(struct whet_functions *f, const struct whet_function_listed *l)
{
    struct whet_function_item *it = whet__vec_push(&f->items);
    char file[32];

    if (it == NULL)
        return -ENOMEM;
    (void)snprintf(file, sizeof(file), "/answer-%zu", f->items.len);
    it->own_name = whet__function_kept(f, l->name);
    it->name = whet__function_joined(f, f->o.prefix != NULL ? f->o.prefix : "", l->name);
    it->about = whet__function_kept(f, l->about);
    it->answer = whet__function_joined(f, f->folder, file);
    it->threads = l->threads;
    if (it->own_name == NULL || it->name == NULL || it->about == NULL || it->answer == NULL)
        return -ENOMEM;
    return params_take(f, it, l);
}

static int items_take(struct whet_functions *f, const struct whet_function_answer *a,
                      struct whet_error *err)
{
    for (size_t i = 0; i < a->cases.len; i++) {
        const struct whet_function_listed *l = whet__vec_at(&a->cases, i);

        if (is_wanted(f, l) && item_add(f, l) != 0)
            return whet__function_no_memory(err);
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
    struct whet_function_item asked = {.answer = whet__function_joined(f, f->folder, "/list")};
    struct whet_function_request q = whet__function_request_of(f, &asked, WHET_FUNCTION_LIST);
    struct whet_spawn_result run;
    struct whet_text said;
    int rc;

    if (asked.answer == NULL)
        return whet__function_no_memory(err);
    whet__text_init(&said, OUTPUT_MAX);
    rc = whet__function_launch(f, &q, LIST_TIMEOUT_NS, &said, &run, err);
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
        return whet__function_no_memory(err);
    for (size_t i = 0; i < f->program_len; i++) {
        f->program[i] = whet__function_kept(f, program[i]);
        if (f->program[i] == NULL)
            return whet__function_no_memory(err);
    }
    whet__text_init(&path, PATH_MAX_BYTES);
    rc = whet__spawn_find(program[0], &path);
    if (rc == 0)
        f->path = whet__function_kept(f, whet__text_str(&path));
    whet__text_clear(&path);
    if (rc != 0)
        return whet_error_set(err, rc, "%s: '%.300s'",
                              rc == -EACCES ? "cannot be run" : "no such program", program[0]);
    return f->path != NULL ? 0 : whet__function_no_memory(err);
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
        f->folder = whet__function_kept(f, whet__text_str(&folder));
        if (f->folder == NULL) {
            (void)!whet__file_remove_tree(whet__text_str(&folder));
            rc = -ENOMEM;
        }
    }
    whet__text_clear(&folder);
    if (rc == 0) {
        f->scratch = f->o.scratch != NULL ? whet__function_kept(f, f->o.scratch)
                                          : whet__function_joined(f, f->folder, "/scratch");
        rc = f->scratch == NULL ? -ENOMEM : whet__file_make_dirs(f->scratch, 0700);
    }
    if (rc == -ENOMEM)
        return whet__function_no_memory(err);
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
        if (*texts[i] != NULL && (*texts[i] = whet__function_kept(f, *texts[i])) == NULL)
            return whet__function_no_memory(err);
    }
    return 0;
}

int whet__functions_open(struct whet_functions **out, const char *const *program,
                         const struct whet_functions_options *options, struct whet_error *err)
{
    struct whet_functions *f = whet__mem_zalloc(1, sizeof(*f));
    int rc;

    if (f == NULL)
        return whet__function_no_memory(err);
    whet__arena_init(&f->strings, STRINGS_MAX);
    whet__vec_init(&f->items, sizeof(struct whet_function_item), WHET_FUNCTION_CASES_MAX);
    whet__vec_init(&f->skipped, sizeof(struct whet_function_skipped), WHET_FUNCTION_CASES_MAX);
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
    return whet__function_item(f, index)->name;
}

const char *whet__functions_about(const struct whet_functions *f, size_t index)
{
    return whet__function_item(f, index)->about;
}

size_t whet__functions_skipped_count(const struct whet_functions *f)
{
    return f->skipped.len;
}

const char *whet__functions_skipped(const struct whet_functions *f, size_t index,
                                    const char **why)
{
    const struct whet_function_skipped *s = whet__vec_at(&f->skipped, index);

    *why = s->why;
    return s->name;
}
