/* Tuning from end to end: <whet/tune.h>. */
#include "tune/session.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "base/mem.h"
#include "os/clock.h"
#include "os/spawn.h"

#define RUNS_MAX   1000
#define ADVICE_MAX 32

static struct whet_tune *tune_new(void)
{
    struct whet_tune *tune = whet__mem_zalloc(1, sizeof(*tune));

    if (tune == NULL)
        return NULL;
    whet__text_init(&tune->path, (size_t)1 << 20);
    whet__text_init(&tune->program, (size_t)1 << 16);
    whet__arena_init(&tune->strings, (size_t)64 << 20);
    whet__vec_init(&tune->advice, sizeof(struct whet_tune_advice), ADVICE_MAX);
    return tune;
}

/* The whet command: said by the caller, else this program if it is one, else in PATH. */
static int program_find(struct whet_tune *tune, struct whet_error *err)
{
    const char *name;
    int rc;

    if (tune->options.program != NULL) {
        whet__text_puts(&tune->program, tune->options.program);
        return whet__text_error(&tune->program);
    }
    rc = whet__spawn_self(&tune->program);
    name = rc == 0 ? strrchr(whet__text_str(&tune->program), '/') : NULL;
    if (name != NULL && strcmp(name, "/whet") == 0)
        return 0;
    whet__text_reset(&tune->program);
    rc = whet__spawn_find("whet", &tune->program);
    if (rc != 0)
        return whet_error_set(err, rc,
                              "no whet command to measure with: 'PATH': install it, or "
                              "say where it is");
    return 0;
}

static int options_take(struct whet_tune *tune, const char *path,
                        const struct whet_tune_options *options, struct whet_error *err)
{
    struct stat st;

    if (options != NULL)
        tune->options = *options;
    if (tune->options.seed == 0)
        tune->options.seed = whet__clock_wall_ns();
    if (tune->options.runs > RUNS_MAX)
        return whet_error_set(err, -EINVAL, "too many runs: '%u': at most %d",
                              tune->options.runs, RUNS_MAX);
    if ((unsigned)tune->options.target > WHET_TUNE_MEMORY)
        return whet_error_set(err, -EINVAL, "unknown target: '%d'", (int)tune->options.target);
    if (tune->options.profile != NULL && whet_tune_profile_find(tune->options.profile) == NULL)
        return whet_error_set(
            err, -EINVAL,
            "unknown profile: '%.64s': choose cpu_constrained, high_performance, "
            "large_project, medium_project, memory_constrained or small_project",
            tune->options.profile);
    if (stat(path, &st) != 0)
        return whet_error_set(err, -errno, "cannot open: '%.300s': %s", path, strerror(errno));
    whet__text_puts(&tune->path, path);
    return whet__text_error(&tune->path);
}

static void profile_take(struct whet_tune *tune)
{
    const struct whet_tune_profile *profile;

    if (tune->options.profile != NULL) {
        profile = whet_tune_profile_find(tune->options.profile);
        memcpy(tune->why, "asked for", sizeof("asked for"));
    } else {
        profile = whet_tune_profile_choose(&tune->machine, &tune->workload, tune->why,
                                           sizeof(tune->why));
    }
    whet_tune_config_build(profile, &tune->machine, &tune->workload, tune->options.target,
                           &tune->config);
}

static int tune_all(struct whet_tune *tune, const char *path,
                    const struct whet_tune_options *options, struct whet_error *err)
{
    int rc = options_take(tune, path, options, err);

    if (rc == 0)
        rc = program_find(tune, err);
    if (rc != 0)
        return rc;
    whet_tune_machine_read(NULL, path, &tune->machine);
    rc = whet__tune_workload_read(tune, err);
    if (rc != 0)
        return rc;
    profile_take(tune);
    rc = whet__tune_measure(tune, err);
    return rc == 0 ? whet__tune_judge(tune) : rc;
}

int whet_tune_run(struct whet_tune **out, const char *path,
                  const struct whet_tune_options *options, struct whet_error *err)
{
    struct whet_tune *tune = tune_new();
    int rc;

    if (tune == NULL)
        return whet_error_set(err, -ENOMEM, "out of memory");
    whet_error_set(err, 0, "%s", "");
    rc = tune_all(tune, path, options, err);
    if (rc != 0) {
        if (err != NULL && err->code == 0)
            whet_error_set(err, rc, "cannot tune: '%.300s': %s", path, strerror(-rc));
        whet_tune_free(tune);
        return rc;
    }
    *out = tune;
    return 0;
}

void whet_tune_free(struct whet_tune *tune)
{
    if (tune == NULL)
        return;
    whet__text_clear(&tune->path);
    whet__text_clear(&tune->program);
    whet__arena_clear(&tune->strings);
    whet__vec_clear(&tune->advice);
    whet__mem_free(tune);
}

const struct whet_tune_machine *whet_tune_machine(const struct whet_tune *tune)
{
    return &tune->machine;
}

const struct whet_tune_workload *whet_tune_workload(const struct whet_tune *tune)
{
    return &tune->workload;
}

const struct whet_tune_config *whet_tune_config(const struct whet_tune *tune)
{
    return &tune->config;
}

const char *whet_tune_profile_reason(const struct whet_tune *tune)
{
    return tune->why;
}

size_t whet_tune_arm_count(const struct whet_tune *tune)
{
    return tune->arm_count;
}

const struct whet_tune_arm *whet_tune_arm(const struct whet_tune *tune, size_t index)
{
    return index < tune->arm_count ? &tune->arms[index] : NULL;
}

const struct whet_tune_arm *whet_tune_chosen_parallel(const struct whet_tune *tune)
{
    return &tune->arms[tune->best_parallel];
}

const struct whet_tune_arm *whet_tune_chosen_warm(const struct whet_tune *tune)
{
    return &tune->arms[tune->best_warm];
}

size_t whet_tune_advice_count(const struct whet_tune *tune)
{
    return tune->advice.len;
}

const struct whet_tune_advice *whet_tune_advice(const struct whet_tune *tune, size_t index)
{
    return index < tune->advice.len ? whet__vec_at(&tune->advice, index) : NULL;
}

uint64_t whet_tune_seed(const struct whet_tune *tune)
{
    return tune->options.seed;
}

int whet_tune_stopped(const struct whet_tune *tune)
{
    return tune->stopped;
}

const char *whet_tune_grade_name(enum whet_tune_grade grade)
{
    static const char *const names[] = {"below minimum", "minimum", "good", "excellent"};

    return (unsigned)grade <= WHET_TUNE_EXCELLENT ? names[grade] : "unknown";
}

const char *whet_tune_target_name(enum whet_tune_target target)
{
    static const char *const names[] = {"throughput", "latency", "memory"};

    return (unsigned)target <= WHET_TUNE_MEMORY ? names[target] : "unknown";
}
