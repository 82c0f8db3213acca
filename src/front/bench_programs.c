/* Programs built with <whet/bench.h>: this one, those of --program, and the suites that whet
 * has built in. */
#include "front/bench_programs.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>

#include "base/log.h"
#include "front/bench_watch.h"
#include "front/terminal.h"
#include "os/spawn.h"

#define NONE ((size_t)-1)
#define KEPT "baseline: "

int whet__programs_is_suite(const struct whet_bench_call *call, size_t operand)
{
    return !call->own_functions && operand < call->dashes && call->operands[operand][0] == '@';
}

/* An operand of a program's own main is a filter, too. */
static const char *filter_of(const struct whet_bench_call *call)
{
    if (call->own_functions && call->operand_count == 1)
        return call->operands[0];
    return call->args->filter;
}

/* What runs while a program is asked and calibrated can be stopped, too. */
static int open_one(struct whet_programs *p, const char *const *argv, const char *suite,
                    const char *filter, const char *prefix, const struct whet_bench_call *call,
                    struct whet_error *err)
{
    struct whet_functions_options o = {.filter = filter,
                                       .suite = suite,
                                       .prefix = prefix,
                                       .timeout_ns = call->args->timeout_ns,
                                       .stop = whet__terminal_stop};
    int rc;

    if (p->count == WHET_PROGRAMS_MAX)
        return whet_error_set(err, -E2BIG, "too many programs: '%.200s': at most %d", argv[0],
                              WHET_PROGRAMS_MAX);
    rc = whet__functions_open(&p->open[p->count], argv, &o, err);
    if (rc != 0)
        return rc;
    p->prefix[p->count++] = prefix != NULL ? strlen(prefix) : 0;
    return 0;
}

/* "--program FILE": names get "FILE: " in front when there are several. */
static int open_file(struct whet_programs *p, const char *file,
                     const struct whet_bench_call *call, struct whet_error *err)
{
    const char *argv[] = {file, NULL};
    struct whet_text prefix;
    int rc;

    whet__text_init(&prefix, 65536);
    whet__text_printf(&prefix, "%s: ", file);
    rc = whet__text_error(&prefix);
    if (rc == 0)
        rc = open_one(p, argv, NULL, call->args->filter,
                      call->args->programs.len > 1 ? whet__text_str(&prefix) : NULL, call, err);
    whet__text_clear(&prefix);
    return rc;
}

static int open_own(struct whet_programs *p, const struct whet_bench_call *call,
                    struct whet_error *err)
{
    const char *argv[] = {whet__text_str(&p->self), NULL};

    if (call->operand_count > 1 || (call->operand_count == 1 && call->args->filter != NULL))
        return whet_error_set(err, -EINVAL,
                              "unexpected operand: '%.200s': one filter says what to run",
                              call->operands[call->operand_count - 1]);
    return open_one(p, argv, NULL, filter_of(call), NULL, call, err);
}

int whet__programs_open_kept(struct whet_programs *p, const struct whet_functions *like,
                             const char *path, const struct whet_bench_call *call,
                             struct whet_error *err)
{
    const char *argv[] = {path, NULL};
    int rc = open_one(p, argv, NULL, filter_of(call), KEPT, call, err);

    if (rc == 0)
        rc = whet__functions_calibrate(p->open[p->count - 1], err);
    if (rc == 0)
        rc = whet__functions_share_counts(p->open[p->count - 1], like, err);
    return rc;
}

static int open_all(struct whet_programs *p, const struct whet_bench_call *call,
                    struct whet_error *err)
{
    const char *argv[] = {whet__text_str(&p->self), "bench", NULL};
    int rc = 0;

    if (call->own_functions)
        rc = open_own(p, call, err);
    for (size_t i = 0; rc == 0 && i < call->args->programs.len; i++)
        rc = open_file(p, *(const char **)whet__vec_at(&call->args->programs, i), call, err);
    for (size_t i = 0; rc == 0 && i < call->operand_count; i++) {
        if (whet__programs_is_suite(call, i))
            rc = open_one(p, argv, call->operands[i] + 1, call->args->filter, NULL, call, err);
        if (rc == -ESRCH && whet__programs_is_suite(call, i) && call->args->filter == NULL)
            whet_error_set(err, rc,
                           "no such group of functions: '%.100s': whet has @cache, @io, "
                           "@memory, @parallel and @scan",
                           call->operands[i]);
    }
    return rc;
}

int whet__programs_open(struct whet_programs *p, const struct whet_bench_call *call,
                        struct whet_error *err)
{
    int rc;

    memset(p, 0, sizeof(*p));
    whet__text_init(&p->self, 65536);
    rc = whet__spawn_self(&p->self);
    if (rc != 0)
        return whet_error_set(err, rc, "cannot find this program: '/proc/self/exe': %s",
                              strerror(-rc));
    return open_all(p, call, err);
}

void whet__programs_close(struct whet_programs *p)
{
    for (size_t i = 0; i < p->count; i++)
        whet__functions_free(p->open[i]);
    whet__text_clear(&p->self);
    p->count = 0;
}

size_t whet__programs_functions(const struct whet_programs *p)
{
    size_t functions = 0;

    for (size_t i = 0; i < p->count; i++)
        functions += whet__functions_count(p->open[i]);
    return functions;
}

void whet__programs_list(const struct whet_programs *p, FILE *out)
{
    for (size_t i = 0; i < p->count; i++) {
        for (size_t k = 0; k < whet__functions_count(p->open[i]); k++) {
            const char *about = whet__functions_about(p->open[i], k);

            fprintf(out, "%s%s%s\n", whet__functions_name(p->open[i], k),
                    about[0] != '\0' ? "\t" : "", about);
        }
    }
}

static void tell_skipped(const struct whet_functions *f)
{
    for (size_t i = 0; i < whet__functions_skipped_count(f); i++) {
        const char *why, *name = whet__functions_skipped(f, i, &why);

        whet__log(WHET_LOG_WARNING, "left out: '%s': %s", name, why);
    }
}

int whet__programs_calibrate(struct whet_programs *p, struct whet_error *err)
{
    for (size_t i = 0; i < p->count; i++) {
        int rc = whet__functions_calibrate(p->open[i], err);

        if (rc == 0 && i > 0)
            rc = whet__functions_share_counts(p->open[i], p->open[0], err);
        if (rc != 0)
            return rc;
        tell_skipped(p->open[i]);
    }
    return 0;
}

size_t whet__programs_like(const struct whet_programs *p, size_t program, size_t function)
{
    const char *name = whet__functions_name(p->open[program], function) + p->prefix[program];

    for (size_t k = 0; program > 0 && k < whet__functions_count(p->open[0]); k++) {
        if (strcmp(whet__functions_name(p->open[0], k) + p->prefix[0], name) == 0)
            return k;
    }
    return NONE;
}
