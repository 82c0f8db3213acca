/* The table of a session. Some tens of arms, up to 100,000 rows each. */
#include "bench/result.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#include <whet/version.h>

#include "base/mem.h"
#include "bench/machine.h"
#include "os/clock.h"

#define STRINGS_MAX ((size_t)64 << 20)
#define SECOND_NS   1000000000

const char *whet__result_string(struct whet_result *r, const char *text)
{
    return whet__arena_strndup(&r->strings, text, strlen(text));
}

static int metrics_init(struct whet_result *r)
{
    struct whet_metric *own =
        whet__arena_zalloc(&r->strings, WHET_RESULT_METRICS_MAX, sizeof(*own));

    if (own == NULL)
        return -ENOMEM;
    memcpy(own, whet__metrics, sizeof(whet__metrics));
    r->metrics = own;
    r->metric_count = WHET_METRIC_IDS;
    return 0;
}

int whet__result_blank(struct whet_result **out)
{
    struct whet_result *r = whet__mem_zalloc(1, sizeof(*r));
    int rc;

    if (r == NULL)
        return -ENOMEM;
    whet__arena_init(&r->strings, STRINGS_MAX);
    whet__vec_init(&r->arms, sizeof(struct whet_result_arm), WHET_RESULT_ARMS_MAX);
    r->name = r->version = r->memory_source = r->counters = "";
    r->machine = (struct whet_result_machine){.hostname = "",
                                              .cpu_model = "",
                                              .architecture = "",
                                              .kernel = "",
                                              .distribution = "",
                                              .governor = ""};
    rc = metrics_init(r);
    if (rc == 0)
        *out = r;
    else
        whet__result_free(r);
    return rc;
}

int whet__result_new(struct whet_result **out, const char *name)
{
    struct whet_result *r = NULL;
    int rc = whet__result_blank(&r);

    if (rc != 0)
        return rc;
    r->time = (int64_t)(whet__clock_wall_ns() / SECOND_NS);
    r->name = whet__result_string(r, name != NULL ? name : "");
    r->version = whet__result_string(r, whet_version());
    rc = r->name != NULL && r->version != NULL ? whet__result_machine_read(r) : -ENOMEM;
    if (rc == 0)
        *out = r;
    else
        whet__result_free(r);
    return rc;
}

void whet__result_free(struct whet_result *r)
{
    if (r == NULL)
        return;
    for (size_t i = 0; i < r->arms.len; i++) {
        struct whet_result_arm *arm = whet__result_arm(r, i);

        whet__vec_clear(&arm->samples);
        whet__vec_clear(&arm->values);
    }
    whet__vec_clear(&r->arms);
    whet__arena_clear(&r->strings);
    whet__mem_free(r);
}

int whet__result_add_metric(struct whet_result *r, const struct whet_metric *m, size_t *index)
{
    struct whet_metric *own = (struct whet_metric *)r->metrics; /* ours, see metrics_init */
    struct whet_metric copy = *m;

    if (whet__result_find_metric(r, m->name, index) == 0)
        return 0;
    if (m->name[0] == '\0')
        return -EINVAL;
    for (size_t i = 0; i < r->arms.len; i++) {
        if (whet__arm_count(whet__result_arm(r, i)) > 0)
            return -EINVAL;
    }
    if (r->metric_count == WHET_RESULT_METRICS_MAX)
        return -E2BIG;
    copy.name = whet__result_string(r, m->name);
    copy.title = whet__result_string(r, m->title != NULL ? m->title : m->name);
    if (copy.name == NULL || copy.title == NULL)
        return -ENOMEM;
    *index = r->metric_count;
    own[r->metric_count++] = copy;
    return 0;
}

int whet__result_find_metric(const struct whet_result *r, const char *name, size_t *index)
{
    for (size_t i = 0; i < r->metric_count; i++) {
        if (strcmp(r->metrics[i].name, name) == 0) {
            *index = i;
            return 0;
        }
    }
    return -ENOENT;
}

/* Copies a string that may be NULL; 0 when there is no memory. */
static int own_string(struct whet_result *r, const char **text)
{
    if (*text == NULL)
        return 1;
    *text = whet__result_string(r, *text);
    return *text != NULL;
}

static int own_params(struct whet_result *r, struct whet_result_arm *arm)
{
    struct whet_result_param *own;

    if (arm->param_count == 0)
        return 1;
    own = whet__arena_zalloc(&r->strings, arm->param_count, sizeof(*own));
    if (own == NULL)
        return 0;
    for (size_t i = 0; i < arm->param_count; i++) {
        own[i] = arm->params[i];
        if (!own_string(r, &own[i].name) || !own_string(r, &own[i].value))
            return 0;
    }
    arm->params = own;
    return 1;
}

int whet__result_add_arm(struct whet_result *r, const struct whet_result_arm *like,
                         struct whet_result_arm **out)
{
    struct whet_result_arm copy = *like, *arm;
    size_t at;

    if (like->name == NULL || like->name[0] == '\0')
        return -EINVAL;
    if (whet__result_find_arm(r, like->name, &at) == 0)
        return -EEXIST;
    if (r->arms.len == WHET_RESULT_ARMS_MAX)
        return -E2BIG;
    if (!own_string(r, &copy.name) || !own_string(r, &copy.command) ||
        !own_string(r, &copy.program) || !own_string(r, &copy.program_hash) ||
        !own_string(r, &copy.code_hash) || !own_string(r, &copy.failure) ||
        !own_params(r, &copy))
        return -ENOMEM;
    whet__vec_init(&copy.samples, sizeof(struct whet_result_sample), WHET_RESULT_SAMPLES_MAX);
    whet__vec_init(&copy.values, sizeof(double), WHET_RESULT_SAMPLES_MAX * r->metric_count);
    arm = whet__vec_push(&r->arms);
    if (arm == NULL)
        return -ENOMEM;
    *arm = copy;
    *out = arm;
    return 0;
}

size_t whet__result_count(const struct whet_result *r)
{
    return r->arms.len;
}

struct whet_result_arm *whet__result_arm(const struct whet_result *r, size_t index)
{
    return whet__vec_at(&r->arms, index);
}

int whet__result_find_arm(const struct whet_result *r, const char *name, size_t *index)
{
    for (size_t i = 0; i < r->arms.len; i++) {
        if (strcmp(whet__result_arm(r, i)->name, name) == 0) {
            *index = i;
            return 0;
        }
    }
    return -ENOENT;
}

int whet__result_add_sample(struct whet_result *r, struct whet_result_arm *arm,
                            const struct whet_result_sample *sample, const double *values)
{
    struct whet_result_sample *kept;

    /* A metric may have been added since the arm was. */
    arm->values.max = WHET_RESULT_SAMPLES_MAX * r->metric_count;
    if (whet__vec_reserve(&arm->values, arm->values.len + r->metric_count) != 0)
        return -ENOMEM;
    kept = whet__vec_push(&arm->samples);
    if (kept == NULL)
        return -ENOMEM;
    *kept = *sample;
    for (size_t i = 0; i < r->metric_count; i++)
        *(double *)whet__vec_push(&arm->values) = values[i];
    return 0;
}

size_t whet__arm_count(const struct whet_result_arm *arm)
{
    return arm->samples.len;
}

const struct whet_result_sample *whet__arm_sample(const struct whet_result_arm *arm, size_t i)
{
    return whet__vec_at(&arm->samples, i);
}

double whet__arm_value(const struct whet_result *r, const struct whet_result_arm *arm, size_t i,
                       size_t metric)
{
    return ((const double *)arm->values.items)[i * r->metric_count + metric];
}

size_t whet__arm_failed(const struct whet_result_arm *arm)
{
    size_t failed = 0;

    for (size_t i = 0; i < arm->samples.len; i++)
        failed += whet__arm_sample(arm, i)->outcome != WHET_BENCH_OK;
    return failed;
}

/* Whether the i-th run ended well and its value is known, which *value is then. */
static int known(const struct whet_result *r, const struct whet_result_arm *arm, size_t i,
                 size_t metric, double *value)
{
    *value = whet__arm_value(r, arm, i, metric);
    return whet__arm_sample(arm, i)->outcome == WHET_BENCH_OK && !isnan(*value);
}

size_t whet__arm_collect(const struct whet_result *r, const struct whet_result_arm *arm,
                         size_t metric, double *out)
{
    size_t n = 0;

    for (size_t i = 0; i < arm->samples.len; i++) {
        double value;

        if (known(r, arm, i, metric, &value))
            out[n++] = value;
    }
    return n;
}

size_t whet__arm_collect_pairs(const struct whet_result *a, const struct whet_result_arm *arm,
                               const struct whet_result *b, const struct whet_result_arm *with,
                               size_t metric, double *of_arm, double *of_with)
{
    size_t n = 0, j = 0;

    for (size_t i = 0; i < arm->samples.len; i++) {
        unsigned round = whet__arm_sample(arm, i)->round;
        double mine, theirs;

        while (j < with->samples.len && whet__arm_sample(with, j)->round < round)
            j++;
        if (j == with->samples.len)
            break;
        if (whet__arm_sample(with, j)->round != round || !known(a, arm, i, metric, &mine) ||
            !known(b, with, j, metric, &theirs))
            continue;
        of_arm[n] = mine;
        of_with[n++] = theirs;
    }
    return n;
}
