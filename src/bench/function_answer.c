/* One document per process: a list of some hundred cases, or some ten epochs. Whoever reads
 * it did not write the program it comes from, so nothing is taken on trust. */
#include "bench/function_answer.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#include "base/json.h"
#include "data/json_in.h"

#define VERSION     1
#define STRINGS_MAX ((size_t)16 << 20)
#define TEXT_MAX    4096 /* of one string */

static const char *const verdict_names[] = {"measured", "skipped", "failed"};
static const char *const unit_names[] = {"count", "duration", "size", "percent", "factor"};
static const char *const better_names[] = {"lower", "higher", "neither"};

#define COUNT(names) (sizeof(names) / sizeof((names)[0]))

void whet__function_answer_init(struct whet_function_answer *a)
{
    memset(a, 0, sizeof(*a));
    a->name = a->text = "";
    whet__vec_init(&a->cases, sizeof(struct whet_function_listed), WHET_FUNCTION_CASES_MAX);
    whet__vec_init(&a->epochs, sizeof(struct whet_function_epoch), WHET_FUNCTION_EPOCHS_MAX);
    whet__arena_init(&a->strings, STRINGS_MAX);
}

void whet__function_answer_clear(struct whet_function_answer *a)
{
    whet__vec_clear(&a->cases);
    whet__vec_clear(&a->epochs);
    whet__arena_clear(&a->strings);
}

/* ---- Writing ---- */

static void listed_write(struct whet_json *j, const struct whet_function_listed *l)
{
    whet__json_object(j);
    whet__json_put_string(j, "name", l->name);
    whet__json_put_string(j, "group", l->group);
    whet__json_put_string(j, "about", l->about);
    whet__json_put_uint(j, "threads", l->threads);
    whet__json_key(j, "params");
    whet__json_array(j);
    for (size_t i = 0; i < l->param_count; i++) {
        whet__json_object(j);
        whet__json_put_string(j, "name", l->params[i].name);
        whet__json_put_string(j, "value", l->params[i].value);
        whet__json_object_end(j);
    }
    whet__json_array_end(j);
    whet__json_object_end(j);
}

static void epoch_write(struct whet_json *j, const struct whet_function_epoch *e)
{
    whet__json_object(j);
    whet__json_put_uint(j, "iterations", e->iterations);
    whet__json_put_double(j, "wall", e->wall_ns);
    whet__json_put_double(j, "active", e->active_ns);
    whet__json_put_double(j, "delay", e->delay_ns);
    whet__json_put_double(j, "cpu", e->cpu_ns);
    whet__json_put_double(j, "allocations", e->allocations);
    whet__json_put_double(j, "allocated", e->allocated_bytes);
    whet__json_object_end(j);
}

static void counter_write(struct whet_json *j, const struct whet_function_counter *c)
{
    whet__json_object(j);
    whet__json_put_string(j, "name", c->name);
    whet__json_put_string(j, "unit", unit_names[c->unit]);
    whet__json_put_string(j, "better", better_names[c->better]);
    whet__json_put_double(j, "value", c->value);
    whet__json_object_end(j);
}

static void figures_write(struct whet_json *j, const struct whet_function_answer *a)
{
    whet__json_put_string(j, "name", a->name);
    whet__json_put_string(j, "verdict", verdict_names[a->verdict]);
    whet__json_put_string(j, "text", a->text);
    whet__json_put_uint(j, "iterations", a->iterations);
    whet__json_put_double(j, "bytes", a->bytes);
    whet__json_put_double(j, "items", a->items);
    whet__json_key(j, "epochs");
    whet__json_array(j);
    for (size_t i = 0; i < a->epochs.len; i++)
        epoch_write(j, whet__vec_at(&a->epochs, i));
    whet__json_array_end(j);
    whet__json_key(j, "counters");
    whet__json_array(j);
    for (size_t i = 0; i < a->counter_count; i++)
        counter_write(j, &a->counters[i]);
    whet__json_array_end(j);
}

void whet__function_answer_write(const struct whet_function_answer *a, struct whet_text *out)
{
    struct whet_json j;

    whet__json_init(&j, out, 0);
    whet__json_object(&j);
    whet__json_put_uint(&j, "whet_bench", VERSION);
    if (a->error != NULL) {
        whet__json_put_string(&j, "error", a->error);
    } else if (a->is_list) {
        whet__json_key(&j, "cases");
        whet__json_array(&j);
        for (size_t i = 0; i < a->cases.len; i++)
            listed_write(&j, whet__vec_at(&a->cases, i));
        whet__json_array_end(&j);
    } else {
        figures_write(&j, a);
    }
    whet__json_object_end(&j);
    whet__text_putc(out, '\n');
}

/* ---- Reading ---- */

/* The first failure of a document: 0, -EBADMSG, -ENOMEM. */
struct reader {
    struct whet_function_answer *a;
    int rc;
};

static void bad(struct reader *r, int rc)
{
    if (r->rc == 0)
        r->rc = rc;
}

static const struct whet_json_node *get(const struct whet_json_node *node, const char *key)
{
    return whet__json_in_get(node, key);
}

/* A copy; "" when it is missing, which only `needed` ones may not be. */
static const char *string_take(struct reader *r, const struct whet_json_node *node, int needed)
{
    const char *text = whet__json_in_string(node, ""), *kept;
    size_t len = strlen(text);

    if ((needed && len == 0) || len > TEXT_MAX)
        bad(r, -EBADMSG);
    kept = whet__arena_strndup(&r->a->strings, text, len <= TEXT_MAX ? len : TEXT_MAX);
    if (kept == NULL)
        bad(r, -ENOMEM);
    return kept != NULL ? kept : "";
}

static unsigned word_take(struct reader *r, const struct whet_json_node *node,
                          const char *const *names, size_t count)
{
    const char *word = whet__json_in_string(node, "");

    for (unsigned i = 0; i < count; i++) {
        if (strcmp(word, names[i]) == 0)
            return i;
    }
    bad(r, -EBADMSG);
    return 0;
}

/* A figure that is known has to be one. */
static double figure_take(struct reader *r, const struct whet_json_node *node, int needed)
{
    double value = whet__json_in_number(node, NAN);

    if ((needed && isnan(value)) || isinf(value) || value < 0)
        bad(r, -EBADMSG);
    return value;
}

static void *pushed(struct reader *r, struct whet_vec *v)
{
    void *item = v->len < v->max ? whet__vec_push(v) : NULL;

    if (item == NULL)
        bad(r, v->len < v->max ? -ENOMEM : -EBADMSG);
    return item;
}

static void listed_take(struct reader *r, const struct whet_json_node *node)
{
    const struct whet_json_node *params = get(node, "params");
    struct whet_function_listed *l = pushed(r, &r->a->cases);
    uint64_t threads = whet__json_in_uint(get(node, "threads"), 0);

    if (l == NULL)
        return;
    l->name = string_take(r, get(node, "name"), 1);
    l->group = string_take(r, get(node, "group"), 0);
    l->about = string_take(r, get(node, "about"), 0);
    l->param_count = whet__json_in_count(params);
    if (threads < 1 || threads > 65536 || l->param_count > WHET_FUNCTION_PARAMS_MAX) {
        bad(r, -EBADMSG);
        return;
    }
    l->threads = (unsigned)threads;
    for (size_t i = 0; i < l->param_count; i++) {
        const struct whet_json_node *param = whet__json_in_at(params, i);

        l->params[i].name = string_take(r, get(param, "name"), 1);
        l->params[i].value = string_take(r, get(param, "value"), 1);
    }
}

static void epoch_take(struct reader *r, const struct whet_json_node *node)
{
    struct whet_function_epoch *e = pushed(r, &r->a->epochs);

    if (e == NULL)
        return;
    e->iterations = whet__json_in_uint(get(node, "iterations"), 0);
    e->wall_ns = figure_take(r, get(node, "wall"), 1);
    e->active_ns = figure_take(r, get(node, "active"), 0);
    e->delay_ns = figure_take(r, get(node, "delay"), 0);
    e->cpu_ns = figure_take(r, get(node, "cpu"), 0);
    e->allocations = figure_take(r, get(node, "allocations"), 0);
    e->allocated_bytes = figure_take(r, get(node, "allocated"), 0);
    if (e->iterations == 0)
        bad(r, -EBADMSG);
}

static void counter_take(struct reader *r, const struct whet_json_node *node)
{
    struct whet_function_counter *c;

    if (r->a->counter_count == WHET_FUNCTION_COUNTERS_MAX) {
        bad(r, -EBADMSG);
        return;
    }
    c = &r->a->counters[r->a->counter_count++];
    c->name = string_take(r, get(node, "name"), 1);
    c->unit = (enum whet_unit)word_take(r, get(node, "unit"), unit_names, COUNT(unit_names));
    c->better = (enum whet_metric_better)word_take(r, get(node, "better"), better_names,
                                                   COUNT(better_names));
    c->value = whet__json_in_number(get(node, "value"), NAN);
}

static void each(struct reader *r, const struct whet_json_node *array,
                 void (*take)(struct reader *, const struct whet_json_node *))
{
    size_t count = whet__json_in_count(array);

    for (size_t i = 0; i < count && r->rc == 0; i++)
        take(r, whet__json_in_at(array, i));
}

static void figures_take(struct reader *r, const struct whet_json_node *root)
{
    struct whet_function_answer *a = r->a;

    a->name = string_take(r, get(root, "name"), 1);
    a->verdict = (enum whet_function_verdict)word_take(r, get(root, "verdict"), verdict_names,
                                                       COUNT(verdict_names));
    a->text = string_take(r, get(root, "text"), a->verdict != WHET_FUNCTION_MEASURED);
    a->iterations = whet__json_in_uint(get(root, "iterations"), 0);
    a->bytes = figure_take(r, get(root, "bytes"), 1);
    a->items = figure_take(r, get(root, "items"), 1);
    each(r, get(root, "epochs"), epoch_take);
    each(r, get(root, "counters"), counter_take);
}

static void document_take(struct reader *r, const struct whet_json_node *root)
{
    const struct whet_json_node *cases = get(root, "cases");

    if (whet__json_in_uint(get(root, "whet_bench"), 0) != VERSION)
        bad(r, -EBADMSG);
    else if (get(root, "error") != NULL)
        r->a->error = string_take(r, get(root, "error"), 1);
    else if (cases != NULL) {
        r->a->is_list = 1;
        each(r, cases, listed_take);
    } else {
        figures_take(r, root);
    }
}

int whet__function_answer_read(struct whet_function_answer *out, const char *text, size_t len,
                               struct whet_error *err)
{
    struct whet_function_answer a;
    struct reader r = {.a = &a};
    struct whet_json_in *in = NULL;
    int rc = whet__json_in_parse(&in, text, len, "answer of a benchmark", err);

    if (rc != 0)
        return rc;
    whet__function_answer_init(&a);
    document_take(&r, whet__json_in_root(in));
    whet__json_in_free(in);
    if (r.rc == 0) {
        *out = a;
        return 0;
    }
    whet__function_answer_clear(&a);
    return whet_error_set(err, r.rc,
                          r.rc == -ENOMEM ? "out of memory"
                                          : "not the answer of a benchmark: is the program "
                                            "built with another version of <whet/bench.h>");
}
