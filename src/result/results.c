/* Results looked up. Expected load: a few reads of the cache for each job, and one stat for
 * each file that its last run was made of. */
#include "result/results.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "os/clock.h"
#include "result/files.h"
#include "result/inside.h"
#include "result/surplus.h"

#define KEY_SIZE     (1 + WHET_SHA256_SIZE)
#define JOBS_MAX     65536
#define DESCRIBE_MAX ((size_t)4096)
#define TEXT_MAX_    ((size_t)64 << 20)
#define TURN_NS      UINT64_C(1000000000) /* so old a look may be in a run where nothing runs */

static int takes_part(const struct whet_run_job *job)
{
    return (job->inputs != NULL && job->inputs[0] != NULL) ||
           (job->outputs != NULL && job->outputs[0] != NULL) || job->depfile != NULL;
}

int whet__results_open(struct whet_results **out, const struct whet_results_options *options)
{
    struct whet_results *r = whet__mem_zalloc(1, sizeof(*r));

    if (r == NULL)
        return -ENOMEM;
    r->o = *options;
    whet__begun_init(&r->begun);
    whet__vec_init(&r->jobs, sizeof(struct whet_results_job *), JOBS_MAX);
    if (whet__prints_init(&r->prints) != 0) {
        whet__begun_clear(&r->begun);
        whet__mem_free(r);
        return -ENOMEM;
    }
    *out = r;
    return 0;
}

static void job_free(struct whet_results_job *j)
{
    if (j == NULL)
        return;
    whet__recipe_clear(&j->recipe);
    whet__recipe_clear(&j->earlier);
    whet__mem_free(j);
}

void whet__results_close(struct whet_results *r)
{
    if (r == NULL)
        return;
    for (size_t i = 0; i < r->jobs.len; i++)
        job_free(((struct whet_results_job **)r->jobs.items)[i]);
    whet__vec_clear(&r->jobs);
    whet__prints_clear(&r->prints);
    whet__begun_clear(&r->begun);
    whet__mem_free(r);
}

void whet__results_steady(struct whet_results *r)
{
    r->steady = 1;
}

/* Files are looked at anew; in a steady run not before the turn is over. A turn ends by the
 * clock, too: a run may stand still, and somebody write a file meanwhile. */
static void turn_begin(struct whet_results *r)
{
    if (!r->steady)
        return;
    r->turn_ns = whet__clock_now_ns();
    whet__prints_turn(&r->prints);
}

static void turn_check(struct whet_results *r)
{
    if (r->steady && (r->turn_ns == 0 || whet__clock_now_ns() - r->turn_ns > TURN_NS))
        turn_begin(r);
}

/* A command is going to run: from now on files may be others at each look. */
static void turns_end(struct whet_results *r)
{
    r->steady = 0;
    whet__prints_end_turns(&r->prints);
}

static struct whet_results_job **place_of(struct whet_results *r, uint64_t number)
{
    struct whet_results_job **jobs = r->jobs.items;

    for (size_t i = 0; i < r->jobs.len; i++)
        if (number == 0 ? jobs[i] == NULL : jobs[i] != NULL && jobs[i]->number == number)
            return &jobs[i];
    return NULL;
}

struct whet_results_job *whet__results_job(struct whet_results *r,
                                           const struct whet_run_job *job)
{
    struct whet_results_job **place = place_of(r, job->number);

    return place != NULL ? *place : NULL;
}

void whet__results_drop(struct whet_results *r, const struct whet_run_job *job)
{
    struct whet_results_job **place = place_of(r, job->number);

    whet__begun_ended(&r->begun, job->name);
    if (place == NULL)
        return;
    job_free(*place);
    *place = NULL;
}

static struct whet_results_job *job_new(struct whet_results *r, const struct whet_run_job *job)
{
    struct whet_results_job **place = place_of(r, 0);
    struct whet_results_job *j;

    if (place == NULL)
        place = whet__vec_push(&r->jobs);
    j = place != NULL ? whet__mem_zalloc(1, sizeof(*j)) : NULL;
    if (j == NULL)
        return NULL;
    j->number = job->number;
    whet__recipe_init(&j->recipe);
    whet__recipe_init(&j->earlier);
    *place = j;
    return j;
}

static void key_make(unsigned char key[KEY_SIZE], enum whet_results_kind kind,
                     const struct whet_sha256 *hash)
{
    key[0] = (unsigned char)kind;
    memcpy(key + 1, hash->bytes, sizeof(hash->bytes));
}

int whet__results_get(struct whet_results *r, enum whet_results_kind kind,
                      const struct whet_sha256 *hash, struct whet_cache_value *out)
{
    struct whet_cache_value value = {0};
    unsigned char key[KEY_SIZE];
    int whole;

    key_make(key, kind, hash);
    if (whet_cache_get(r->o.cache, key, sizeof(key), &value) != 1)
        return 0;
    if (kind == WHET_RESULTS_BLOB) {
        struct whet_sha256 found = whet__sha256(value.data, value.len);

        whole = whet__sha256_equal(&found, hash);
    } else {
        whole = whet__record_open(value.data, &value.len) == 0;
    }
    if (!whole) {
        whet__log(WHET_LOG_INFO, "cache: a damaged value is passed over");
        whet_cache_value_clear(&value);
        return 0;
    }
    *out = value;
    return 1;
}

int whet__results_put(struct whet_results *r, enum whet_results_kind kind,
                      const struct whet_sha256 *hash, struct whet_text *text, uint64_t cost_ns)
{
    const struct whet_cache_put how = {
        .cost_ns = cost_ns, .flags = kind == WHET_RESULTS_RECIPE ? WHET_CACHE_LOCAL_ONLY : 0};
    unsigned char key[KEY_SIZE];
    int rc;

    if (!r->o.write)
        return 0;
    if (kind != WHET_RESULTS_BLOB)
        whet__record_seal(text);
    rc = whet__text_error(text);
    if (rc == 0 && !whet__fit_takes(&r->o.fit, text->len))
        rc = -EFBIG;
    if (rc != 0)
        return rc;
    key_make(key, kind, hash);
    return whet_cache_put(r->o.cache, key, sizeof(key), whet__text_str(text), text->len, &how);
}

void whet__results_put_recipe(struct whet_results *r, const struct whet_sha256 *identity,
                              const struct whet_recipe *recipe)
{
    struct whet_text text;

    whet__text_init(&text, TEXT_MAX_);
    whet__record_put_recipe(&text, recipe);
    /* Without it files are read again, and --explain knows less. */
    if (whet__results_put(r, WHET_RESULTS_RECIPE, identity, &text, 0) != 0)
        whet__log(WHET_LOG_DEBUG, "cache: what a job read is not kept");
    whet__text_clear(&text);
}

/* Its name and folder; of one without a name its words. */
static struct whet_sha256 identity_of(const struct whet_run_job *job, const char *here)
{
    const char *const *argv = job->argv;
    struct whet_sha256_sum sum;

    whet__sha256_begin(&sum);
    whet__sha256_add(&sum, here, strlen(here) + 1);
    if (job->cwd != NULL)
        whet__sha256_add(&sum, job->cwd, strlen(job->cwd));
    whet__sha256_add(&sum, job->name != NULL ? "\0n" : "\0w", 2);
    if (job->name != NULL)
        whet__sha256_add(&sum, job->name, strlen(job->name));
    for (; job->name == NULL && *argv != NULL; argv++)
        whet__sha256_add(&sum, *argv, strlen(*argv) + 1);
    return whet__sha256_end(&sum);
}

/* What is known of its files from the last time. */
static void recall(struct whet_results *r, struct whet_results_job *j)
{
    struct whet_cache_value value;

    if (whet__results_get(r, WHET_RESULTS_RECIPE, &j->identity, &value) != 1)
        return;
    if (whet__record_get_recipe(value.data, value.len, &j->earlier) != 0)
        whet__recipe_cut(&j->earlier, 0, 0);
    whet__surplus_recall(j);
    whet_cache_value_clear(&value);
    for (size_t i = 0; i < j->earlier.files.len; i++) {
        const struct whet_recipe_file *f = whet__vec_at(&j->earlier.files, i);

        whet__prints_seed(&r->prints, f->path, &f->print);
    }
}

/* 1: the files of this set are as it says; their fields are added. */
static int set_holds(struct whet_results *r, struct whet_results_job *j,
                     struct whet_unpack *set)
{
    size_t files = j->recipe.files.len;
    struct whet_sha256 hash;
    const char *name;
    int rc;

    while ((rc = whet__record_next_name(set, &j->recipe.arena, &name, &hash)) == 1) {
        const struct whet_recipe_field *added;

        if (whet__recipe_add_file(&j->recipe, WHET_RECORD_FOUND, name, &r->prints) != 0)
            break;
        added = whet__vec_at(&j->recipe.fields, j->recipe.fields.len - 1);
        if (!whet__sha256_equal(&added->hash, &hash))
            break;
    }
    if (rc == 0)
        return 1;
    whet__recipe_cut(&j->recipe, j->declared, files);
    return 0;
}

/* With a depfile: which of the sets of files that it was found to read is as it was. */
static int find_set(struct whet_results *r, struct whet_results_job *j)
{
    struct whet_cache_value value;
    struct whet_unpack sets, set;
    int found = 0;

    if (whet__results_get(r, WHET_RESULTS_SETS, &j->base, &value) != 1)
        return 0;
    whet__unpack_init(&sets, value.data, value.len);
    while (!found && whet__record_next_set(&sets, &set) == 1)
        found = set_holds(r, j, &set);
    whet_cache_value_clear(&value);
    return found;
}

static int give(struct whet_printed printed[WHET_STREAMS], struct whet_spool *spool,
                const struct whet_record_result *found)
{
    int rc = 0;

    for (int i = 0; rc == 0 && i < WHET_STREAMS; i++)
        rc = whet__printed_add(&printed[i], spool, found->printed[i], found->printed_len[i]);
    for (int i = 0; rc != 0 && i < WHET_STREAMS; i++)
        whet__printed_reset(&printed[i], spool);
    return rc;
}

static void fill(struct whet_job_result *result, const struct whet_record_result *found)
{
    result->end = found->exit_code == 0 ? WHET_JOB_OK : WHET_JOB_EXIT;
    result->exit_code = found->exit_code;
    result->cached = 1;
    result->saved_ns = found->wall_ns;
    if (found->exit_code != 0)
        snprintf(result->reason, sizeof(result->reason), "exit code %d", found->exit_code);
}

/* 1: with it put back, outputs are what they were when it was kept. */
static int is_all(struct whet_results *r, const struct whet_run_job *job,
                  struct whet_results_job *j, const struct whet_record_result *found)
{
    static const char how[] = "there is more than it made: '%.300s'";
    const char *name = NULL;
    size_t size;
    char *text;

    if (whet__surplus_find(r, job, j, found, &name) != 0) {
        j->why = "its outputs cannot be looked at";
        return 0;
    }
    if (name == NULL)
        return 1;
    size = sizeof(how) + strlen(name);
    text = whet__arena_alloc(&j->recipe.arena, size);
    if (text != NULL)
        snprintf(text, size, how, name);
    j->why = text != NULL ? text : "there is more than it made";
    return 0;
}

/* 1: it is given back as it was. */
static int answer(struct whet_results *r, const struct whet_run_job *job,
                  struct whet_results_job *j, struct whet_job_result *result,
                  struct whet_printed printed[WHET_STREAMS], struct whet_spool *spool,
                  int *changed)
{
    struct whet_record_result found = {0};
    struct whet_cache_value value;
    int hit;

    if (whet__results_get(r, WHET_RESULTS_RESULT, &j->key, &value) != 1) {
        j->why = NULL; /* found out by comparing */
        return 0;
    }
    whet__vec_init(&found.outputs, sizeof(struct whet_record_output), WHET_FILES_MAX);
    hit = whet__record_get_result(value.data, value.len, &j->recipe.arena, &found) == 0;
    if (hit && found.exit_code != 0 && !r->o.failures) {
        j->why = "it failed, and kept failures are not asked for";
        hit = 0;
    }
    if (hit)
        hit = is_all(r, job, j, &found);
    if (hit && !whet__results_restore(r, job, j, &found, changed)) {
        j->why = "a file that it makes is gone from the cache, or cannot be written";
        hit = 0;
    }
    if (*changed)
        turn_begin(r);
    if (hit && printed != NULL && give(printed, spool, &found) != 0)
        hit = 0;
    if (hit)
        fill(result, &found);
    whet__vec_clear(&found.outputs);
    whet_cache_value_clear(&value);
    return hit;
}

static int seek(struct whet_results *r, const struct whet_run_job *job,
                struct whet_results_job *j, struct whet_job_result *result,
                struct whet_printed printed[WHET_STREAMS], struct whet_spool *spool)
{
    uint64_t read = r->prints.read;
    int changed = 0, hit = 0;

    j->declared = j->recipe.fields.len;
    j->declared_files = j->recipe.files.len;
    j->base = whet__recipe_key(&j->recipe);
    if (r->o.force) {
        j->why = "it is asked for";
        return 0;
    }
    if (job->depfile == NULL || find_set(r, j)) {
        j->key = whet__recipe_key(&j->recipe);
        hit = answer(r, job, j, result, printed, spool, &changed);
    }
    if (hit && (changed || read != r->prints.read || j->unfinished ||
                !whet__recipe_same(&j->recipe, &j->earlier)))
        whet__results_put_recipe(r, &j->identity, &j->recipe);
    return hit;
}

static void not_cached(const struct whet_run_job *job, const struct whet_recipe *recipe, int rc,
                       struct whet_job_result *result)
{
    const char *why = recipe->fault != NULL ? recipe->fault : strerror(-rc);
    const char *subject = recipe->subject;
    struct whet_text text;

    snprintf(result->not_kept, sizeof(result->not_kept), "'%.120s': %.100s", subject, why);
    result->not_kept_said = recipe->fault != NULL;
    whet__text_init(&text, DESCRIBE_MAX);
    whet__job_describe(job, &text);
    whet__log(WHET_LOG_INFO, "not cached: '%.200s': '%.200s': %s", whet__text_str(&text),
              subject, why);
    whet__text_clear(&text);
}

static int look_up(struct whet_results *r, const struct whet_run_job *job,
                   struct whet_job_result *result, struct whet_printed printed[WHET_STREAMS],
                   struct whet_spool *spool)
{
    struct whet_results_job *j;
    int rc, hit;

    if (!takes_part(job)) {
        if (r->o.explain != NULL)
            r->o.explain(r->o.ctx, job, 0, "it declares no inputs and no outputs");
        return 0;
    }
    j = job_new(r, job);
    if (j == NULL)
        return -ENOMEM;
    j->identity = identity_of(job, r->o.setting.here);
    recall(r, j);
    rc = whet__recipe_make(&j->recipe, job, &r->o.setting, &r->prints);
    if (rc != 0) {
        not_cached(job, &j->recipe, rc, result);
        if (r->o.explain != NULL)
            r->o.explain(r->o.ctx, job, 0, "what it reads cannot be looked at");
        whet__results_drop(r, job);
        return 0;
    }
    hit = seek(r, job, j, result, printed, spool);
    if (r->o.explain != NULL)
        r->o.explain(r->o.ctx, job, hit,
                     hit              ? "nothing has changed"
                     : j->why != NULL ? j->why
                                      : whet__results_difference(r, j));
    /* What it was found to read is found out anew by its run. */
    whet__recipe_cut(&j->recipe, j->declared, j->declared_files);
    if (!hit)
        whet__surplus_begin(r, job, j);
    if (!hit && job->depfile != NULL && r->o.write)
        j->begun_ns = whet__begun_wait(&r->begun, job->needs);
    if (hit)
        whet__results_drop(r, job);
    return hit;
}

int whet__results_look_up(struct whet_results *r, const struct whet_run_job *job,
                          struct whet_job_result *result,
                          struct whet_printed printed[WHET_STREAMS], struct whet_spool *spool)
{
    int rc;

    turn_check(r);
    rc = look_up(r, job, result, printed, spool);
    if (rc == 0 && r->o.write)
        turns_end(r);
    return rc;
}
