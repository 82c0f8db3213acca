/* Jobs and their ends, in words and numbers. */
#include "run/job.h"

#include <string.h>

#include "base/pack.h"
#include "bench/split.h"

#define IDENTITY_VERSION 1
#define TIMEOUT_EXIT     124 /* as timeout(1) */
#define KILLED           128 /* and the number of the signal, as shells say */

const char *const whet__job_type_words[WHET_JOB_TYPE_WORDS] = {
    [WHET_JOB_UNSAID] = "",
    [WHET_JOB_CPU] = "cpu",
    [WHET_JOB_IO] = "io",
    [WHET_JOB_MIXED] = "mixed",
};

const char *const whet__job_end_words[WHET_JOB_END_WORDS] = {
    [WHET_JOB_OK] = "ok",
    [WHET_JOB_EXIT] = "exit",
    [WHET_JOB_SIGNAL] = "signal",
    [WHET_JOB_TIMEOUT] = "timeout",
    [WHET_JOB_MEMORY] = "memory",
    [WHET_JOB_OUTPUT] = "output",
    [WHET_JOB_NO_OUTPUT] = "no_output",
    [WHET_JOB_NOT_STARTED] = "not_started",
    [WHET_JOB_SKIPPED] = "skipped",
    [WHET_JOB_STOPPED] = "stopped",
};

static size_t list_count(const char *const *list)
{
    size_t count = 0;

    while (list != NULL && list[count] != NULL)
        count++;
    return count;
}

static void pack_list(struct whet_text *out, const char *const *list)
{
    size_t count = list_count(list);

    whet__pack_uint(out, count);
    for (size_t i = 0; i < count; i++)
        whet__pack_string(out, list[i], strlen(list[i]));
}

int whet__job_identity(const struct whet_run_job *job, const char *here,
                       struct whet_text *scratch, struct whet_hash128 *out)
{
    const char *cwd = job->cwd != NULL ? job->cwd : "";
    const char *base = cwd[0] == '/' ? "" : here;

    whet__text_reset(scratch);
    whet__pack_uint(scratch, IDENTITY_VERSION);
    pack_list(scratch, job->argv);
    pack_list(scratch, job->env);
    whet__pack_string(scratch, base, strlen(base));
    whet__pack_string(scratch, cwd, strlen(cwd));
    if (whet__text_error(scratch) != 0)
        return whet__text_error(scratch);
    *out = whet__hash128(scratch->data, scratch->len);
    return 0;
}

static int has_variable(const char *const *list, const char *variable)
{
    size_t name = strcspn(variable, "=") + 1;

    for (; list != NULL && *list != NULL; list++)
        if (strncmp(*list, variable, name) == 0)
            return 1;
    return 0;
}

const char *const *whet__job_env(struct whet_arena *arena, const char *const *base,
                                 const char *const *over)
{
    size_t more = list_count(over), at = 0;
    const char **all;

    if (base == NULL || over == NULL)
        return base != NULL ? base : over;
    all = whet__arena_zalloc(arena, list_count(base) + more + 1, sizeof(*all));
    if (all == NULL)
        return NULL;
    for (; *base != NULL; base++)
        if (!has_variable(over, *base))
            all[at++] = *base;
    memcpy(all + at, over, more * sizeof(*all));
    return all;
}

void whet__job_describe(const struct whet_run_job *job, struct whet_text *out)
{
    if (job->name != NULL) {
        whet__text_puts(out, job->name);
        return;
    }
    for (size_t i = 0; job->argv[i] != NULL; i++) {
        if (i > 0)
            whet__text_putc(out, ' ');
        whet__split_quote(out, job->argv[i]);
    }
}

int whet__job_exit(const struct whet_job_result *result)
{
    switch (result->end) {
    case WHET_JOB_OK:
        return 0;
    case WHET_JOB_EXIT:
        return result->exit_code;
    case WHET_JOB_SIGNAL:
        return KILLED + result->signal;
    case WHET_JOB_TIMEOUT:
        return TIMEOUT_EXIT;
    case WHET_JOB_MEMORY:
        return KILLED + 9;
    case WHET_JOB_OUTPUT:
    case WHET_JOB_NO_OUTPUT:
        return 1;
    case WHET_JOB_NOT_STARTED:
    case WHET_JOB_SKIPPED:
    case WHET_JOB_STOPPED:
        break;
    }
    return 2;
}
