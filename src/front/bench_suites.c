/* A handful of suites in one process, one after the other: two sessions at once would measure
 * each other. */
#include "front/bench_suites.h"

#include <errno.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "check/suite.h"
#include "data/project.h"

#define PATH_LENGTH ((size_t)1 << 16)

struct whet_bench_suites {
    struct whet_project project;
    int loaded;
    struct whet_text dir;
    struct whet_suite_run **runs;
    size_t count;
};

/* whet.yaml of this folder or the nearest above. */
static int project_open(struct whet_bench_suites *s, struct whet_error *err)
{
    struct whet_text file;
    const char *slash;
    int rc;

    whet__text_init(&file, PATH_LENGTH);
    rc = whet__suite_project(&s->project, &file, err);
    if (rc == 0) {
        s->loaded = 1;
        slash = strrchr(whet__text_str(&file), '/');
        if (slash == NULL)
            whet__text_puts(&s->dir, ".");
        else
            whet__text_append(&s->dir, whet__text_str(&file),
                              (size_t)(slash - whet__text_str(&file)) + (slash == file.data));
        rc = whet__text_error(&s->dir);
    }
    whet__text_clear(&file);
    return rc;
}

/* Only what was asked for goes before what the suite says; what neither says is chosen. */
static struct whet_session_options only_given(const struct whet_bench_args *a,
                                              const struct whet_session_options *all)
{
    struct whet_session_options o = *all;

    o.rounds.rounds = a->runs;
    o.rounds.min_rounds = a->runs;
    o.rounds.budget_ns = a->budget_ns;
    o.rounds.width = 0;
    o.rounds.width_rounds = 0;
    return o;
}

static int run_one(struct whet_bench_suites *s, const char *name,
                   const struct whet_suite_options *options, struct whet_report *report,
                   struct whet_error *err)
{
    const struct whet_suite *suite;
    int rc = whet__suite_find(&suite, &s->project, name, err);

    if (rc == 0)
        rc = whet__suite_run(&s->runs[s->count], &s->project, suite, options, err);
    if (rc != 0)
        return rc;
    rc = whet__suite_report(s->runs[s->count++], report);
    return rc == 0 ? 0 : whet_error_set(err, rc, "out of memory: '%.200s'", name);
}

static int check_options(const struct whet_bench_call *call, struct whet_error *err)
{
    const struct whet_bench_args *a = call->args;
    const struct {
        const char *name;
        int given;
    } commands_only[] = {
        {"name", a->names.len > 0},
        {"parameter", a->parameters.len > 0},
        {"setup", a->setup.len > 0},
        {"prepare", a->prepare.len > 0},
        {"conclude", a->conclude.len > 0},
        {"cleanup", a->cleanup.len > 0},
        {"shell", a->shell != NULL},
        {"input", a->input != NULL},
        {"cwd", a->cwd != NULL},
        {"env", a->env.len > 0},
        {"ignore-failure", a->ignore_failure != NULL},
        {"timeout", a->timeout_ns != 0},
        {"equal-argv", a->equal_argv0},
        {"filter", a->filter != NULL},
        {"list", a->list},
    };

    if (call->operand_count > 0 || a->programs.len > 0)
        return whet_error_set(
            err, -EINVAL,
            "a suite says itself what it runs: '%.200s': leave out one of the "
            "two",
            call->operand_count > 0 ? call->operands[0] : "--program");
    for (size_t i = 0; i < sizeof(commands_only) / sizeof(commands_only[0]); i++) {
        if (commands_only[i].given)
            return whet_error_set(err, -EINVAL,
                                  "a suite says itself how it is run: '--%s': write it "
                                  "into whet.yaml",
                                  commands_only[i].name);
    }
    if (a->baseline != NULL)
        return whet_error_set(err, -EINVAL,
                              "'--baseline' of suites is the business of 'whet check'");
    return 0;
}

int whet__bench_suites_run(struct whet_bench_suites **out, const struct whet_bench_call *call,
                           const struct whet_session_options *session,
                           struct whet_report *report, struct whet_error *err)
{
    const struct whet_vec *names = &call->args->suites;
    struct whet_suite_options options = {.session = only_given(call->args, session),
                                         .compare_arms = 1};
    struct whet_bench_suites *s;
    int rc = check_options(call, err);

    if (rc != 0)
        return rc;
    s = whet__mem_zalloc(1, sizeof(*s));
    if (s == NULL)
        return whet_error_set(err, -ENOMEM, "out of memory");
    *out = s; /* the report borrows from what there is, whatever happens */
    whet__text_init(&s->dir, PATH_LENGTH);
    s->runs = whet__mem_zalloc(names->len, sizeof(struct whet_suite_run *));
    if (s->runs == NULL)
        return whet_error_set(err, -ENOMEM, "out of memory");
    rc = project_open(s, err);
    options.dir = whet__text_str(&s->dir);
    for (size_t i = 0; rc == 0 && i < names->len; i++) {
        rc = run_one(s, *(const char **)whet__vec_at(names, i), &options, report, err);
        if (rc == 0 && whet__suite_stopped(s->runs[i]))
            break;
    }
    whet__report_conclude(report);
    return rc;
}

void whet__bench_suites_free(struct whet_bench_suites *s)
{
    if (s == NULL)
        return;
    for (size_t i = 0; i < s->count; i++)
        whet__suite_free(s->runs[i]);
    whet__mem_free(s->runs);
    if (s->loaded)
        whet__project_clear(&s->project);
    whet__text_clear(&s->dir);
    whet__mem_free(s);
}
