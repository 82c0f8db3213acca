/* Results kept. Expected load: once for each job that has run; what it reads is looked at
 * again, and what it made is read once. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "base/map.h"
#include "os/content.h"
#include "os/file.h"
#include "result/depfile.h"
#include "result/files.h"
#include "result/inside.h"
#include "result/link.h"

#define DESCRIBE_MAX ((size_t)4096)
#define DEPFILE_MAX  ((size_t)64 << 20)

/* A job whose result is about to be kept. */
struct keeper {
    struct whet_results *r;
    const struct whet_run_job *job;
    struct whet_results_job *j;
    struct whet_job_result *result;
    struct whet_record_result record;
    struct whet_map known; /* paths of declared files */
};

static int refuse(const struct keeper *k, const char *name, const char *why)
{
    struct whet_text text;

    snprintf(k->result->not_kept, sizeof(k->result->not_kept), "'%.120s': %.100s", name, why);
    whet__text_init(&text, DESCRIBE_MAX);
    whet__job_describe(k->job, &text);
    whet__log(WHET_LOG_INFO, "not kept: '%.200s': '%.300s': %s", whet__text_str(&text), name,
              why);
    whet__text_clear(&text);
    return -EINVAL;
}

/* A folder without files is an output, too. */
static int folder_add(const struct keeper *k, const char *name, struct whet_vec *out)
{
    const char **slot = whet__vec_push(out);
    size_t len = strlen(name);
    char *folder = whet__arena_alloc(&k->j->recipe.arena, len + 2);

    if (slot == NULL || folder == NULL)
        return -ENOMEM;
    snprintf(folder, len + 2, whet__files_is_folder(name) ? "%s" : "%s/", name);
    *slot = folder;
    return 0;
}

static int output_look(const struct keeper *k, const char *name, const char **missing)
{
    struct whet_recipe *recipe = &k->j->recipe;
    const char *path = whet__files_path(&recipe->arena, recipe->folder, name);
    struct whet_file_stat look;

    if (path == NULL)
        return -ENOMEM;
    if (!whet__files_is_folder(name) && !whet__link_is(path) &&
        (whet__content_look(path, &look) != 0 || look.kind == WHET_FILE_GONE))
        *missing = name;
    return 0;
}

/* The files that it was to make, sorted. Those of a pattern are what is there; *missing is
 * what is not. */
static int outputs_find(const struct keeper *k, struct whet_vec *out, const char **missing)
{
    struct whet_recipe *recipe = &k->j->recipe;
    const char *const *pattern = k->job->outputs;
    int rc = 0;

    for (; rc == 0 && pattern != NULL && *pattern != NULL; pattern++) {
        size_t before = out->len;

        rc = whet__files_find_made(recipe->folder, *pattern, &recipe->arena, out);
        if (rc == 0 && out->len == before && !whet__files_is_pattern(*pattern))
            rc = folder_add(k, *pattern, out);
        else if (rc == 0 && out->len == before)
            *missing = *pattern;
    }
    if (rc == 0 && k->job->depfile != NULL) {
        const char **slot = whet__vec_push(out);

        rc = slot != NULL ? 0 : -ENOMEM;
        if (slot != NULL)
            *slot = k->job->depfile;
    }
    whet__files_sort(out);
    for (size_t i = 0; rc == 0 && *missing == NULL && i < out->len; i++)
        rc = output_look(k, ((const char **)out->items)[i], missing);
    return rc;
}

/* Reads it as it stays: what still writes to it, in the background or for another whet that
 * runs the same command, would leave half of it. */
static int output_read(const char *path, struct whet_file_stat *look, struct whet_text *text)
{
    struct whet_file_stat after;
    int rc = whet__content_look(path, look);

    if (rc == 0 && look->kind == WHET_FILE_GONE)
        rc = -ENOENT;
    if (rc == 0 && whet__content_has_writer(path))
        rc = -EBUSY;
    if (rc == 0)
        rc = whet__file_read(AT_FDCWD, path, WHET_RESULTS_FILE - 1, text);
    if (rc == 0)
        rc = whet__content_look(path, &after);
    return rc == 0 && !whet__content_same_look(look, &after) ? -ESTALE : rc;
}

static int link_read(const struct keeper *k, const char *name, const char *path,
                     struct whet_text *text)
{
    int rc = whet__link_read(path, text);

    if (rc == 0 && !whet__link_stays(name, whet__text_str(text)))
        return refuse(k, name, "it is a link that leads out of the folder");
    return rc == 0 ? 0 : refuse(k, name, strerror(-rc));
}

/* Keeps the content of a file that it made by its hash. */
static int output_keep(struct keeper *k, const char *name)
{
    struct whet_recipe *recipe = &k->j->recipe;
    const char *path = whet__files_path(&recipe->arena, recipe->folder, name);
    struct whet_record_output *o = whet__vec_push(&k->record.outputs);
    struct whet_file_stat look = {0};
    struct whet_text text;
    int rc, is_link;

    if (path == NULL || o == NULL)
        return -ENOMEM;
    *o = (struct whet_record_output){.name = name};
    if (whet__files_is_folder(name))
        return 0;
    whet__text_init(&text, WHET_RESULTS_FILE);
    is_link = whet__link_is(path);
    rc = is_link ? link_read(k, name, path, &text) : output_read(path, &look, &text);
    if (rc == 0) {
        o->mode = is_link ? WHET_RECORD_LINK : look.mode & 0777;
        o->size = text.len;
        o->hash = whet__sha256(whet__text_str(&text), text.len);
        rc = whet__results_put(k->r, WHET_RESULTS_BLOB, &o->hash, &text, 0);
    }
    whet__text_clear(&text);
    if (rc == 0 || is_link)
        return rc;
    return refuse(k, name, rc == -EBUSY ? "a process still writes to it" : strerror(-rc));
}

static int found_add(struct keeper *k, const char *name)
{
    struct whet_recipe *recipe = &k->j->recipe;
    const char *path = whet__files_path(&recipe->arena, recipe->folder, name);
    const struct whet_recipe_file *f;
    int rc;

    if (path == NULL)
        return -ENOMEM;
    if (whet__map_get_str(&k->known, path) != NULL)
        return 0;
    rc = whet__recipe_add_file(recipe, WHET_RECORD_FOUND, name, &k->r->prints);
    if (rc != 0)
        return refuse(k, name, strerror(-rc));
    f = whet__vec_at(&recipe->files, recipe->files.len - 1);
    if (f->print.look.kind == WHET_FILE_GONE)
        return refuse(k, name, "it is said to have been read, and is not there");
    /* One that is as new as the command may have been another when that read it. */
    return whet__begun_unchanged(&f->print.look, k->j->begun_ns)
               ? 0
               : refuse(k, name, "it has changed since the command began");
}

/* Of thousands of headers none is looked for among all files. */
static int known_make(struct keeper *k)
{
    const struct whet_recipe_file *files = k->j->recipe.files.items;
    int rc = 0;

    whet__map_init(&k->known, 2 * WHET_FILES_MAX);
    for (size_t i = 0; rc == 0 && i < k->j->recipe.files.len; i++)
        rc = whet__map_put_str(&k->known, files[i].path, (void *)(uintptr_t)files[i].path);
    return rc;
}

/* What the command says that it has read. */
static int found_read(struct keeper *k)
{
    struct whet_recipe *recipe = &k->j->recipe;
    const char *path = whet__files_path(&recipe->arena, recipe->folder, k->job->depfile);
    struct whet_text text;
    struct whet_vec names;
    int rc;

    whet__text_init(&text, DEPFILE_MAX);
    whet__vec_init(&names, sizeof(const char *), WHET_FILES_MAX);
    rc = path != NULL ? whet__file_read(AT_FDCWD, path, DEPFILE_MAX - 1, &text) : -ENOMEM;
    if (rc == 0)
        rc = whet__depfile_read(whet__text_str(&text), text.len, &recipe->arena, &names);
    if (rc != 0)
        (void)refuse(k, k->job->depfile, rc == -EINVAL ? "no rules for make" : strerror(-rc));
    whet__files_sort(&names);
    if (rc == 0)
        rc = known_make(k);
    for (size_t i = 0; rc == 0 && i < names.len; i++)
        rc = found_add(k, ((const char **)names.items)[i]);
    whet__map_clear(&k->known);
    whet__vec_clear(&names);
    whet__text_clear(&text);
    return rc;
}

static int sets_put(struct keeper *k, uint64_t cost_ns)
{
    struct whet_cache_value older = {0};
    struct whet_text text;
    int rc;

    whet__text_init(&text, WHET_RECORD_MAX);
    (void)whet__results_get(k->r, WHET_RESULTS_SETS, &k->j->base, &older);
    whet__record_put_sets(&text, &k->j->recipe, k->j->declared, older.data, older.len);
    rc = whet__results_put(k->r, WHET_RESULTS_SETS, &k->j->base, &text, cost_ns);
    whet_cache_value_clear(&older);
    whet__text_clear(&text);
    return rc;
}

static int result_put(struct keeper *k, uint64_t cost_ns)
{
    struct whet_text text;
    int rc;

    whet__text_init(&text, WHET_RECORD_MAX);
    whet__record_put_result(&text, &k->record);
    k->j->key = whet__recipe_key(&k->j->recipe);
    rc = whet__results_put(k->r, WHET_RESULTS_RESULT, &k->j->key, &text, cost_ns);
    whet__text_clear(&text);
    return rc;
}

static int append(void *ctx, const char *bytes, size_t len)
{
    whet__text_append(ctx, bytes, len);
    return 0;
}

/* The result is what others find last: all that it names is there by then. */
static int store(struct keeper *k, const struct whet_vec *outputs,
                 const struct whet_job_result *result, struct whet_text text[WHET_STREAMS])
{
    int rc = 0;

    k->record.exit_code = result->exit_code;
    k->record.wall_ns = result->wall_ns;
    k->record.cpu_ns = result->user_ns + result->sys_ns;
    for (int i = 0; rc == 0 && i < WHET_STREAMS; i++) {
        rc = whet__text_error(&text[i]);
        k->record.printed[i] = whet__text_str(&text[i]);
        k->record.printed_len[i] = text[i].len;
    }
    if (rc != 0)
        return refuse(k, "stdout, stderr", strerror(-rc));
    for (size_t i = 0; rc == 0 && i < outputs->len; i++)
        rc = output_keep(k, ((const char **)outputs->items)[i]);
    if (rc == 0 && k->job->depfile != NULL)
        rc = sets_put(k, result->wall_ns);
    if (rc == 0)
        rc = result_put(k, result->wall_ns);
    if (rc == 0)
        whet__results_put_recipe(k->r, &k->j->identity, &k->j->recipe);
    return rc;
}

/* Of a file that it made; one that is no longer there is seen later. */
static uint64_t output_size(const struct keeper *k, const char *name)
{
    struct whet_recipe *recipe = &k->j->recipe;
    const char *path = whet__files_path(&recipe->arena, recipe->folder, name);
    struct whet_file_stat look;

    if (path == NULL || whet__files_is_folder(name) || whet__content_look(path, &look) != 0 ||
        look.kind == WHET_FILE_GONE)
        return 0;
    return (uint64_t)look.size;
}

/* The cache is not asked for what it would not take: that would be lost without a word, and
 * the command run again each time. */
static int fits(const struct keeper *k, const struct whet_vec *outputs,
                const struct whet_printed printed[WHET_STREAMS])
{
    struct whet_job_result *r = k->result;
    struct whet_fit_sum sum = {0};

    for (int i = 0; i < WHET_STREAMS; i++) {
        uint64_t bytes = printed[i].cut ? UINT64_MAX : whet__printed_size(&printed[i]);

        whet__fit_add(&sum, i == WHET_STREAM_OUT ? "stdout" : "stderr", bytes,
                      WHET_RESULTS_PRINTED);
    }
    for (size_t i = 0; i < outputs->len; i++) {
        const char *name = ((const char **)outputs->items)[i];

        whet__fit_add(&sum, name, output_size(k, name), WHET_RESULTS_FILE - 1);
    }
    r->not_kept_said = !whet__fit_judge(&k->r->o.fit, &sum, r->not_kept, sizeof(r->not_kept));
    return !r->not_kept_said;
}

static void keep(struct keeper *k, const struct whet_vec *outputs,
                 const struct whet_job_result *result,
                 const struct whet_printed printed[WHET_STREAMS],
                 const struct whet_spool *spool)
{
    const char *moved = whet__recipe_moved(&k->j->recipe, k->job, &k->r->prints);
    struct whet_text text[WHET_STREAMS];
    int rc = 0;

    if (moved != NULL) {
        (void)refuse(k, moved, "it has changed while the command ran");
        return;
    }
    if (!fits(k, outputs, printed) || (k->job->depfile != NULL && found_read(k) != 0))
        return;
    whet__vec_init(&k->record.outputs, sizeof(struct whet_record_output), WHET_FILES_MAX);
    for (int i = 0; i < WHET_STREAMS; i++) {
        whet__text_init(&text[i], WHET_RESULTS_PRINTED);
        if (rc == 0)
            rc = whet__printed_each(&printed[i], spool, append, &text[i]);
    }
    if (rc == 0)
        rc = store(k, outputs, result, text);
    if (rc != 0 && k->result->not_kept[0] == '\0')
        (void)refuse(k, "result", strerror(-rc));
    for (int i = 0; i < WHET_STREAMS; i++)
        whet__text_clear(&text[i]);
    whet__vec_clear(&k->record.outputs);
}

void whet__results_keep(struct whet_results *r, const struct whet_run_job *job,
                        struct whet_job_result *result,
                        const struct whet_printed printed[WHET_STREAMS],
                        const struct whet_spool *spool)
{
    struct keeper k = {.r = r, .job = job, .j = whet__results_job(r, job), .result = result};
    const char *missing = NULL;
    struct whet_vec outputs;
    int rc;

    if (k.j == NULL ||
        (result->end != WHET_JOB_OK && !(r->o.failures && result->end == WHET_JOB_EXIT)))
        return;
    whet__vec_init(&outputs, sizeof(const char *), WHET_FILES_MAX);
    rc = outputs_find(&k, &outputs, &missing);
    if (rc == 0 && missing != NULL && result->end == WHET_JOB_OK) {
        result->end = WHET_JOB_NO_OUTPUT;
        snprintf(result->reason, sizeof(result->reason), "did not make its output '%.150s'",
                 missing);
    } else if (rc == 0 && missing != NULL) {
        (void)refuse(&k, missing, "it was not made");
    } else if (rc == 0) {
        keep(&k, &outputs, result, printed, spool);
    } else if (result->not_kept[0] == '\0') {
        (void)refuse(&k, "result", strerror(-rc));
    }
    whet__vec_clear(&outputs);
}
