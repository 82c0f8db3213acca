/* The arms of a result out of JSON: what they are, and the columns of their samples. Nearly
 * all of a text is numbers in these. */
#include "bench/result_json_read.h"

#include <errno.h>
#include <limits.h>
#include <math.h>
#include <string.h>

#include "base/mem.h"
#include "bench/words.h"

#define CELLS_MAX ((size_t)32 << 20) /* values of one text: a short line can ask for many */

/* What reading of an arm's columns needs. A column that is left out has no node. */
struct columns {
    struct whet_json_place round, position, outcome, exit_code, at;
    struct whet_json_place values, metric[WHET_RESULT_METRICS_MAX];
    size_t count;
};

static struct whet_json_place column_find(struct whet_reading *in,
                                          const struct whet_json_place *object,
                                          const char *name, size_t count)
{
    struct whet_json_place at = whet__json_field(&in->f, object, name, WHET_JSON_ARRAY);

    if (at.node != NULL && whet__json_in_count(at.node) != count)
        whet__json_refuse(&in->f, &at, -EBADMSG, "must be as long as 'round'");
    return at;
}

/* The columns refer to `samples` and to themselves. */
static void columns_find(struct whet_reading *in, const struct whet_json_place *samples,
                         struct columns *c)
{
    size_t n;

    c->round = whet__json_field(&in->f, samples, "round", WHET_JSON_ARRAY);
    whet__json_require(&in->f, &c->round);
    c->count = n = whet__json_in_count(c->round.node);
    c->position = column_find(in, samples, "position", n);
    c->outcome = column_find(in, samples, "outcome", n);
    c->exit_code = column_find(in, samples, "exit_code", n);
    c->at = column_find(in, samples, "at", n);
    c->values = whet__json_field(&in->f, samples, "values", WHET_JSON_OBJECT);
    for (size_t m = 0; m < in->metric_count; m++)
        c->metric[m] = column_find(in, &c->values, in->metric_name[m], n);
    in->cells += n * in->r->metric_count;
    if (n > WHET_RESULT_SAMPLES_MAX || in->cells > CELLS_MAX)
        whet__reading_fail(in, &c->round, -EFBIG);
}

static enum whet_bench_outcome outcome_at(struct whet_reading *in, const struct columns *c,
                                          size_t i)
{
    struct whet_json_place at;
    const char *word;

    if (c->outcome.node == NULL)
        return WHET_BENCH_OK;
    at = whet__json_item(&in->f, &c->outcome, i, WHET_JSON_STRING);
    word = whet__json_in_string(at.node, "");
    for (int o = 0; o < WHET_OUTCOME_WORDS; o++) {
        if (strcmp(whet__outcome_words[o], word) == 0)
            return (enum whet_bench_outcome)o;
    }
    whet__json_refuse(&in->f, &at, -EBADMSG, "is no word that is known here");
    return WHET_BENCH_OK;
}

static int64_t whole_at(struct whet_reading *in, const struct whet_json_place *column, size_t i,
                        int64_t min, int64_t max)
{
    return column->node != NULL ? whet__json_item_int(&in->f, column, i, min, max) : 0;
}

static void sample_take(struct whet_reading *in, struct whet_result_arm *arm,
                        const struct columns *c, size_t i)
{
    struct whet_result_sample s = {0};

    s.round = (unsigned)whole_at(in, &c->round, i, 0, UINT_MAX);
    s.position = (unsigned)whole_at(in, &c->position, i, 0, UINT_MAX);
    s.exit_code = (int)whole_at(in, &c->exit_code, i, INT_MIN, INT_MAX);
    s.outcome = outcome_at(in, c, i);
    s.at_seconds = c->at.node != NULL ? whet__json_item_double(&in->f, &c->at, i, NAN) : 0;
    for (size_t m = 0; m < in->r->metric_count; m++)
        in->row[m] = NAN;
    for (size_t m = 0; m < in->metric_count; m++) {
        if (c->metric[m].node != NULL)
            in->row[in->metric_of[m]] = whet__json_item_double(&in->f, &c->metric[m], i, NAN);
    }
    if (i > 0 && whet__arm_sample(arm, i - 1)->round >= s.round)
        whet__json_refuse(&in->f, &c->round, -EBADMSG, "must ascend");
    if (in->f.error == 0 && whet__result_add_sample(in->r, arm, &s, in->row) != 0)
        whet__reading_fail(in, &c->round, -ENOMEM);
}

/* Fills arm->params; the strings are the text's. */
static struct whet_result_param *params_take(struct whet_reading *in,
                                             const struct whet_json_place *arm_at,
                                             struct whet_result_arm *arm)
{
    struct whet_json_place at = whet__json_field(&in->f, arm_at, "params", WHET_JSON_OBJECT);
    struct whet_result_param *params = NULL;
    const struct whet_json_node *value;
    const char *key;
    size_t count = 0;

    for (key = NULL; (key = whet__json_in_next(at.node, key, &value)) != NULL;)
        count++;
    if (count == 0)
        return NULL;
    params = whet__mem_zalloc(count, sizeof(*params));
    if (params == NULL) {
        whet__reading_fail(in, &at, -ENOMEM);
        return NULL;
    }
    for (key = NULL; (key = whet__json_in_next(at.node, key, &value)) != NULL;) {
        params[arm->param_count].name = key;
        params[arm->param_count++].value = whet__json_take_string(&in->f, &at, key, "");
    }
    arm->params = params;
    return params;
}

/* All of it but its samples; the strings are the text's. */
static void arm_describe(struct whet_reading *in, const struct whet_json_place *at,
                         struct whet_result_arm *arm)
{
    struct whet_json_fields *f = &in->f;

    arm->name = whet__json_take_string(f, at, "name", "");
    arm->kind = (enum whet_result_kind)whet__json_take_word(
        f, at, "kind", whet__kind_words, WHET_KIND_WORDS, WHET_RESULT_COMMAND);
    arm->command = whet__json_take_string(f, at, "command", NULL);
    arm->program = whet__json_take_string(f, at, "program", NULL);
    arm->program_hash = whet__json_take_string(f, at, "program_hash", NULL);
    arm->bytes = whet__json_take_double(f, at, "bytes", 0);
    arm->items = whet__json_take_double(f, at, "items", 0);
    arm->iterations = whet__json_take_uint(f, at, "iterations", INT64_MAX, 0);
    arm->epochs = (unsigned)whet__json_take_uint(f, at, "epochs", UINT_MAX, 0);
    arm->threads = (unsigned)whet__json_take_uint(f, at, "threads", UINT_MAX, 0);
    arm->failure = whet__json_take_string(f, at, "failure", NULL);
    arm->left_out = whet__json_take_bool(f, at, "left_out", 0);
}

static void arm_take(struct whet_reading *in, const struct whet_json_place *at)
{
    struct whet_json_place samples = whet__json_field(&in->f, at, "samples", WHET_JSON_OBJECT);
    struct whet_result_arm like = {0}, *arm = NULL;
    struct whet_result_param *params;
    struct columns c;

    whet__json_require(&in->f, &samples);
    arm_describe(in, at, &like);
    params = params_take(in, at, &like);
    columns_find(in, &samples, &c);
    if (in->f.error == 0) {
        int rc = whet__result_add_arm(in->r, &like, &arm);

        if (rc != 0)
            whet__reading_fail(in, at, rc);
    }
    for (size_t i = 0; i < c.count && in->f.error == 0; i++)
        sample_take(in, arm, &c, i);
    whet__mem_free(params);
}

void whet__reading_arms(struct whet_reading *in, const struct whet_json_place *result)
{
    struct whet_json_place list = whet__json_field(&in->f, result, "arms", WHET_JSON_ARRAY);
    struct whet_json_place at = whet__json_field(&in->f, result, "reference", WHET_JSON_STRING);

    whet__json_require(&in->f, &list);
    for (size_t i = 0; i < whet__json_in_count(list.node) && in->f.error == 0; i++) {
        struct whet_json_place arm = whet__json_item(&in->f, &list, i, WHET_JSON_OBJECT);

        arm_take(in, &arm);
    }
    if (at.node != NULL && in->f.error == 0 &&
        whet__result_find_arm(in->r, whet__json_in_string(at.node, ""), &in->r->reference) != 0)
        whet__json_refuse(&in->f, &at, -EBADMSG, "is the name of no arm");
}
