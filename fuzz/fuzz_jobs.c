/* Any lines as jobs in JSON: jobs come out or they are refused; those that came are a graph
 * or are refused, and every one of a graph is given out once, after what it needs. And any text
 * as a template: it is filled, or refused. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "run/needs.h"
#include "run/template.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void run_all(const struct whet_jobs *jobs)
{
    const struct whet_job_result ok = {.end = WHET_JOB_OK};
    struct whet_job_source source;
    struct whet_run_job job;
    struct whet_needs needs;
    struct whet_arena arena;
    size_t count = 0;

    if (whet__needs_init(&needs, jobs, NULL) != 0)
        return;
    whet__arena_init(&arena, (size_t)1 << 20);
    source = whet__needs_source(&needs);
    while (source.next(source.ctx, 1, &arena, &job, NULL) == 1) {
        if (job.argv == NULL || job.argv[0] == NULL || job.skip != NULL)
            abort();
        source.ended(source.ctx, &job, &ok);
        count++;
    }
    if (count != jobs->items.len)
        abort();
    whet__arena_clear(&arena);
    whet__needs_clear(&needs);
}

static void fill_template(const char *line, int shell)
{
    static const char *const row[] = {"a b/c.d", "'"};
    const char *const *argv;
    struct whet_template t;
    struct whet_arena arena;
    struct whet_error err;

    if (whet__template_line(&t, line, shell, 2, &err) != 0)
        return;
    whet__arena_init(&arena, (size_t)64 << 20);
    if (whet__template_fill(&t, row, 1, 1, &arena, &argv, &err) == 0 && argv[0] == NULL)
        abort();
    if (!shell && whet__template_split(&t, &err) == 0 &&
        whet__template_fill_all(&t, (const char *const *const[]){row, row}, 2, 1, 1, &arena,
                                &argv, &err) == 0 &&
        argv[0] == NULL)
        abort();
    whet__arena_clear(&arena);
    whet__template_clear(&t);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct whet_run_job like = {0};
    char *text = whet__mem_strndup((const char *)data, size);
    struct whet_error err;
    struct whet_jobs jobs;
    unsigned line = 0;

    if (text == NULL)
        return 0;
    whet__jobs_init(&jobs, "jobs");
    for (char *at = text, *end; at != NULL; at = end) {
        end = strchr(at, '\n');
        if (end != NULL)
            *end++ = '\0';
        (void)!whet__jobs_add_json(&jobs, at, strlen(at), ++line, (int)(size & 1), &like, &err);
        fill_template(at, (int)(size & 1));
    }
    run_all(&jobs);
    whet__jobs_clear(&jobs);
    whet__mem_free(text);
    return 0;
}
