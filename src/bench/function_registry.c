/* Constructors run in no order that can be relied on across files, so nothing is looked at
 * until someone asks for the cases. Some hundred benchmarks, some thousand cases. */
#include "bench/function_registry.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "bench/result.h"

#define NAME_MAX_BYTES 100
#define THREADS_MAX    16 /* different numbers of them */
#define STRINGS_MAX    ((size_t)16 << 20)

struct argument {
    const char *name;
    size_t count;
    int64_t values[WHET_FUNCTION_VALUES_MAX];
};

struct whet_bench_config {
    const char *name; /* of the benchmark */
    struct whet_function_cases *into;
    const char *group, *about;
    size_t arg_count;
    struct argument args[WHET_FUNCTION_ARGS_MAX];
    size_t thread_count;
    unsigned threads[THREADS_MAX];
    int (*wanted)(const int64_t *values);
    void *(*setup)(struct whet_bench_state *state);
    void (*teardown)(void *data);
    struct whet_error err; /* the first thing that was wrong */
};

static struct whet_bench_entry *first, **last = &first;

void whet_bench_register(struct whet_bench_entry *entry)
{
    entry->next = NULL;
    *last = entry;
    last = &entry->next;
}

/* Only the first mistake is told. */
static void refuse(struct whet_bench_config *c, const char *why, const char *subject)
{
    if (c->err.code == 0)
        whet_error_set(&c->err, -EINVAL, "%s: '%.100s' of benchmark '%.100s'", why, subject,
                       c->name);
}

/* Words that become parts of names: one word, and nothing that separates parts. */
static int is_word(const char *text)
{
    size_t len;

    if (text == NULL)
        return 0;
    len = strlen(text);
    for (size_t i = 0; i < len; i++) {
        if (isspace((unsigned char)text[i]) || iscntrl((unsigned char)text[i]))
            return 0;
    }
    return len > 0 && len <= NAME_MAX_BYTES;
}

static const char *copy(struct whet_bench_config *c, const char *text)
{
    const char *kept = whet__arena_strndup(&c->into->strings, text, strlen(text));

    if (kept == NULL && c->err.code == 0)
        whet_error_set(&c->err, -ENOMEM, "out of memory");
    return kept;
}

void whet_bench_about(struct whet_bench_config *config, const char *text)
{
    config->about = copy(config, text);
}

void whet_bench_group(struct whet_bench_config *config, const char *group)
{
    if (is_word(group))
        config->group = copy(config, group);
    else
        refuse(config, "a group has to be one word", group != NULL ? group : "");
}

/* The argument of this name, made if it is new; NULL when it cannot be. */
static struct argument *argument_of(struct whet_bench_config *c, const char *name)
{
    struct argument *a;

    if (!is_word(name)) {
        refuse(c, "an argument's name has to be one word", name != NULL ? name : "");
        return NULL;
    }
    for (size_t i = 0; i < c->arg_count; i++) {
        if (strcmp(c->args[i].name, name) == 0)
            return &c->args[i];
    }
    if (c->arg_count == WHET_FUNCTION_ARGS_MAX) {
        refuse(c, "too many arguments", name);
        return NULL;
    }
    a = &c->args[c->arg_count];
    a->name = copy(c, name);
    if (a->name == NULL)
        return NULL;
    c->arg_count++;
    return a;
}

void whet_bench_arg(struct whet_bench_config *config, const char *name, int64_t value)
{
    struct argument *a = argument_of(config, name);

    if (a == NULL)
        return;
    for (size_t i = 0; i < a->count; i++) {
        if (a->values[i] == value)
            return;
    }
    if (a->count == WHET_FUNCTION_VALUES_MAX)
        refuse(config, "too many values", a->name);
    else
        a->values[a->count++] = value;
}

void whet_bench_range(struct whet_bench_config *config, const char *name, int64_t from,
                      int64_t to, int64_t factor)
{
    if (from < 1 || to < from || factor < 2) {
        refuse(config, "a range needs 1 <= from <= to and a factor of at least 2",
               name != NULL ? name : "");
        return;
    }
    for (int64_t value = from; value < to; value *= factor) {
        whet_bench_arg(config, name, value);
        if (value > to / factor)
            break; /* the next one is beyond `to`, and perhaps beyond int64_t */
    }
    whet_bench_arg(config, name, to);
}

void whet_bench_steps(struct whet_bench_config *config, const char *name, int64_t from,
                      int64_t to, int64_t step)
{
    uint64_t count;

    if (to < from || step < 1) {
        refuse(config, "steps need from <= to and a step of at least 1",
               name != NULL ? name : "");
        return;
    }
    count = ((uint64_t)to - (uint64_t)from) / (uint64_t)step;
    if (count >= WHET_FUNCTION_VALUES_MAX) {
        refuse(config, "too many values", name != NULL ? name : "");
        return;
    }
    /* Without signs: i steps may be more than an int64_t holds, though from + i steps is not.
     */
    for (uint64_t i = 0; i <= count; i++)
        whet_bench_arg(config, name, (int64_t)((uint64_t)from + i * (uint64_t)step));
}

void whet_bench_only(struct whet_bench_config *config, int (*wanted)(const int64_t *values))
{
    config->wanted = wanted;
}

void whet_bench_threads(struct whet_bench_config *config, unsigned count)
{
    if (count < 1 || count > WHET_FUNCTION_THREADS_MAX)
        refuse(config, "threads have to be from 1 to 256", "threads");
    else if (config->thread_count == THREADS_MAX)
        refuse(config, "too many numbers of threads", "threads");
    else
        config->threads[config->thread_count++] = count;
}

void whet_bench_once(struct whet_bench_config *config,
                     void *(*setup)(struct whet_bench_state *state),
                     void (*teardown)(void *data))
{
    config->setup = setup;
    config->teardown = teardown;
}

/* "copy/bytes:64/threads:4". */
static int name_case(struct whet_bench_config *c, struct whet_function_case *out, int threads)
{
    char name[WHET_FUNCTION_NAME_MAX + 1];
    size_t used = (size_t)snprintf(name, sizeof(name), "%s", c->name);

    for (size_t i = 0; i < out->arg_count && used < sizeof(name); i++)
        used += (size_t)snprintf(name + used, sizeof(name) - used, "/%s:%" PRId64,
                                 out->arg_names[i], out->args[i]);
    if (threads && used < sizeof(name))
        used += (size_t)snprintf(name + used, sizeof(name) - used, "/threads:%u", out->threads);
    if (used >= sizeof(name)) {
        refuse(c, "a case's name is longer than 255 bytes", c->name);
        return c->err.code;
    }
    if (whet__function_cases_find(c->into, name) != NULL)
        return whet_error_set(&c->err, -EINVAL, "two benchmarks have the same name: '%s'",
                              name);
    out->name = copy(c, name);
    return c->err.code;
}

static int add_case(struct whet_bench_config *c, const struct whet_function_case *like,
                    unsigned threads)
{
    struct whet_function_case next = *like, *added;
    int rc;

    next.threads = threads != 0 ? threads : 1;
    rc = name_case(c, &next, threads != 0);
    if (rc != 0)
        return rc;
    added = whet__vec_push(&c->into->cases);
    if (added == NULL)
        return whet_error_set(
            &c->err, c->into->cases.len < c->into->cases.max ? -ENOMEM : -E2BIG,
            "more than %zu cases, or out of memory: '%s'", c->into->cases.max, next.name);
    *added = next;
    return 0;
}

/* Every number of threads of one combination of values. */
static int add_threads(struct whet_bench_config *c, const struct whet_function_case *like)
{
    if (c->wanted != NULL && !c->wanted(like->args))
        return 0;
    if (c->thread_count == 0)
        return add_case(c, like, 0);
    for (size_t i = 0; i < c->thread_count; i++) {
        int rc = add_case(c, like, c->threads[i]);

        if (rc != 0)
            return rc;
    }
    return 0;
}

/* Counts through the combinations like an odometer: the last argument turns fastest. */
static int add_combinations(struct whet_bench_config *c, struct whet_function_case *like)
{
    size_t at[WHET_FUNCTION_ARGS_MAX] = {0};

    for (;;) {
        size_t turning = c->arg_count;
        int rc;

        for (size_t i = 0; i < c->arg_count; i++)
            like->args[i] = c->args[i].values[at[i]];
        rc = add_threads(c, like);
        if (rc != 0)
            return rc;
        while (turning > 0 && ++at[turning - 1] == c->args[turning - 1].count)
            at[--turning] = 0;
        if (turning == 0)
            return 0;
    }
}

/* The entry without `run` of the same name, too. */
static void configure(struct whet_bench_config *c, const struct whet_bench_entry *entry)
{
    if (entry->configure != NULL)
        entry->configure(c);
    for (const struct whet_bench_entry *e = first; e != NULL; e = e->next) {
        if (e->run == NULL && e->configure != NULL && strcmp(e->name, entry->name) == 0)
            e->configure(c);
    }
}

static int add_entry(struct whet_function_cases *into, const struct whet_bench_entry *entry,
                     struct whet_error *err)
{
    struct whet_bench_config c = {.name = entry->name, .into = into, .group = "", .about = ""};
    struct whet_function_case like = {.run = entry->run};
    int rc;

    if (!is_word(entry->name))
        return whet_error_set(err, -EINVAL, "a benchmark's name has to be one word: '%.100s'",
                              entry->name != NULL ? entry->name : "");
    configure(&c, entry);
    like.group = c.group;
    like.about = c.about;
    like.setup = c.setup;
    like.teardown = c.teardown;
    like.arg_count = c.arg_count;
    for (size_t i = 0; i < c.arg_count; i++)
        like.arg_names[i] = c.args[i].name;
    rc = c.err.code != 0 ? c.err.code : add_combinations(&c, &like);
    return rc != 0 ? whet_error_set(err, rc, "%s", c.err.text) : 0;
}

/* A configuration that configures nothing is a name mistyped. */
static int check_configuration(const struct whet_bench_entry *entry, struct whet_error *err)
{
    for (const struct whet_bench_entry *e = first; e != NULL; e = e->next) {
        if (e->run != NULL && strcmp(e->name, entry->name) == 0)
            return 0;
    }
    return whet_error_set(err, -EINVAL, "configuration of a benchmark that is not there: '%s'",
                          entry->name);
}

int whet__function_cases_init(struct whet_function_cases *out, struct whet_error *err)
{
    int rc = 0;

    whet__vec_init(&out->cases, sizeof(struct whet_function_case), WHET_RESULT_ARMS_MAX);
    whet__arena_init(&out->strings, STRINGS_MAX);
    for (const struct whet_bench_entry *e = first; e != NULL && rc == 0; e = e->next)
        rc = e->run != NULL ? add_entry(out, e, err) : check_configuration(e, err);
    if (rc != 0)
        whet__function_cases_clear(out);
    return rc;
}

void whet__function_cases_clear(struct whet_function_cases *c)
{
    whet__vec_clear(&c->cases);
    whet__arena_clear(&c->strings);
}

const struct whet_function_case *whet__function_cases_find(const struct whet_function_cases *c,
                                                           const char *name)
{
    for (size_t i = 0; i < c->cases.len; i++) {
        const struct whet_function_case *one = whet__vec_at(&c->cases, i);

        if (strcmp(one->name, name) == 0)
            return one;
    }
    return NULL;
}
