/* Outputs that a kept result does not have. Expected load: none where nothing has changed or
 * outputs are plain names; else one read of the cache, or one listing of what is declared. */
#include "result/surplus.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "result/files.h"
#include "result/inside.h"
#include "result/outputs.h"

#define LABEL "unfinished"

/* A look-up that has found a result. */
struct beside {
    struct whet_results *r;
    const struct whet_run_job *job;
    struct whet_results_job *j;
    struct whet_vec kept;  /* of const char *: what the result has, sorted */
    struct whet_vec found; /* and what there may be besides */
};

static int push(struct whet_vec *names, const char *name)
{
    const char **slot = whet__vec_push(names);

    if (slot == NULL)
        return -ENOMEM;
    *slot = name;
    return 0;
}

static int push_outputs(struct whet_vec *names, const struct whet_record_result *result)
{
    int rc = 0;

    for (size_t i = 0; rc == 0 && i < result->outputs.len; i++) {
        const struct whet_record_output *o = whet__vec_at(&result->outputs, i);

        rc = push(names, o->name);
    }
    return rc;
}

/* 1: the result has it; a folder by what is below it, too. */
static int is_kept(const struct beside *b, const char *name)
{
    const char *const *names = b->kept.items;
    size_t low = 0, high = b->kept.len, len = strlen(name);

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (strcmp(names[middle], name) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low < b->kept.len &&
           strncmp(names[low], name, whet__files_is_folder(name) ? len : len + 1) == 0;
}

static int is_there(const struct beside *b, const char *name)
{
    struct whet_recipe *recipe = &b->j->recipe;
    const char *path = whet__files_path(&recipe->arena, recipe->folder, name);
    struct stat st;

    return path == NULL || lstat(path, &st) == 0;
}

/* A variant of a command that has no name is another command: its files are not known. */
static int is_known(const struct beside *b)
{
    return b->job->name != NULL && !b->j->unfinished && b->j->earlier.fields.len > 0;
}

/* 1: more than one name can come of it; a folder is seen by its result. */
static int is_wide(const struct beside *b, const char *pattern)
{
    return whet__files_is_pattern(pattern) || whet__files_is_folder(pattern) ||
           !is_kept(b, pattern);
}

static int has_wide(const struct beside *b)
{
    const char *const *pattern = b->job->outputs;

    while (pattern != NULL && *pattern != NULL && !is_wide(b, *pattern))
        pattern++;
    return pattern != NULL && *pattern != NULL;
}

/* What its last run that was kept, or given back, has left. 1: found; 0: nobody knows. */
static int find_last(struct beside *b)
{
    struct whet_sha256 key = whet__recipe_key(&b->j->earlier);
    struct whet_record_result last = {0};
    struct whet_cache_value value;
    int rc;

    if (!is_known(b) || whet__results_get(b->r, WHET_RESULTS_RESULT, &key, &value) != 1)
        return 0;
    whet__vec_init(&last.outputs, sizeof(struct whet_record_output), WHET_FILES_MAX);
    rc = whet__record_get_result(value.data, value.len, &b->j->recipe.arena, &last);
    if (rc == 0)
        rc = push_outputs(&b->found, &last);
    whet__vec_clear(&last.outputs);
    whet_cache_value_clear(&value);
    return rc == 0 ? 1 : rc;
}

/* All that is there. */
static int find_all(struct beside *b)
{
    struct whet_recipe *recipe = &b->j->recipe;
    const char *const *pattern = b->job->outputs;
    int rc = 0;

    for (; rc == 0 && pattern != NULL && *pattern != NULL; pattern++)
        if (is_wide(b, *pattern))
            rc = whet__files_find_made(recipe->folder, *pattern, &recipe->arena, &b->found);
    return rc;
}

static int choose(struct beside *b, const char **name)
{
    const char *const *found = b->found.items;
    struct whet_outputs declared;
    int rc = whet__outputs_compile(&declared, b->job, &b->j->recipe.arena);

    for (size_t i = 0; rc == 0 && *name == NULL && i < b->found.len; i++)
        if (!is_kept(b, found[i]) && whet__outputs_have(&declared, found[i]) &&
            is_there(b, found[i]))
            *name = found[i];
    return rc;
}

static int look(struct beside *b, const struct whet_record_result *result, const char **name)
{
    int rc = push_outputs(&b->kept, result);

    whet__files_sort(&b->kept);
    if (rc != 0 || !has_wide(b))
        return rc;
    rc = find_last(b);
    if (rc == 0)
        rc = find_all(b);
    whet__files_sort(&b->found);
    return rc >= 0 ? choose(b, name) : rc;
}

int whet__surplus_find(struct whet_results *r, const struct whet_run_job *job,
                       struct whet_results_job *j, const struct whet_record_result *result,
                       const char **name)
{
    struct beside b = {.r = r, .job = job, .j = j};
    const char *first = NULL;
    int rc = 0;

    whet__vec_init(&b.kept, sizeof(const char *), WHET_FILES_MAX);
    whet__vec_init(&b.found, sizeof(const char *), WHET_FILES_MAX);
    /* What it left the last time is what it is to leave now. */
    if (!is_known(&b) || !whet__recipe_same(&j->recipe, &j->earlier))
        rc = look(&b, result, &first);
    whet__vec_clear(&b.kept);
    whet__vec_clear(&b.found);
    if (rc == 0)
        *name = first;
    return rc;
}

/* 1: a run of it may leave files that are not declared by name. */
static int is_open(const struct whet_run_job *job, struct whet_results_job *j)
{
    const char *const *pattern = job->outputs;

    for (; pattern != NULL && *pattern != NULL; pattern++) {
        const char *path = whet__files_path(&j->recipe.arena, j->recipe.folder, *pattern);
        struct stat st;

        if (path == NULL || whet__files_is_pattern(*pattern) ||
            whet__files_is_folder(*pattern) || lstat(path, &st) != 0 || !S_ISREG(st.st_mode))
            return 1;
    }
    return 0;
}

void whet__surplus_begin(struct whet_results *r, const struct whet_run_job *job,
                         struct whet_results_job *j)
{
    struct whet_recipe_field *mark;

    if (!r->o.write || j->unfinished || j->earlier.fields.len == 0 || !is_open(job, j))
        return;
    mark = whet__vec_push(&j->earlier.fields);
    if (mark == NULL)
        return;
    *mark = (struct whet_recipe_field){.label = LABEL};
    whet__results_put_recipe(r, &j->identity, &j->earlier);
    j->earlier.fields.len--;
}

void whet__surplus_recall(struct whet_results_job *j)
{
    struct whet_vec *fields = &j->earlier.fields;
    const struct whet_recipe_field *last;

    if (fields->len == 0)
        return;
    last = whet__vec_at(fields, fields->len - 1);
    j->unfinished = strcmp(last->label, LABEL) == 0;
    fields->len -= (size_t)j->unfinished;
}
