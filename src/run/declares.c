/* Declarations of a template's commands. Expected load: a handful of patterns, filled a hundred
 * thousand times. */
#include "run/declares.h"

#include <errno.h>
#include <string.h>

#include "run/overlap.h"

#define ARENA_MAX ((size_t)16 << 20)

static const char *const options[WHET_DECLARES_KINDS] = {"--input", "--output", "--depfile"};

/* A message of the template's own, behind the option that it is about. */
static int refuse(enum whet_declares_kind kind, const char *pattern, int rc,
                  struct whet_error *err)
{
    struct whet_error why = *err;

    if (rc != -EINVAL)
        return rc;
    return whet_error_set(err, rc, "wrong value for %s: '%.200s': %.250s", options[kind],
                          pattern, why.text);
}

static int compile(struct whet_declares *d, enum whet_declares_kind kind,
                   const char *const *names, size_t lists, struct whet_error *err)
{
    struct whet_template *t = &d->of[kind];
    struct whet_error own = {0}, *why = err != NULL ? err : &own;
    int rc = 0;

    if (names[0] == NULL)
        return 0;
    /* One by one first, so that the message has the one that is wrong. */
    for (size_t i = 0; i == 0 || (rc == 0 && names[i] != NULL); i++) {
        const char *const one[] = {names[i], NULL};

        if (names[i][0] == '\0')
            return whet_error_set(err, -EINVAL, "wrong value for %s: '': a name is expected",
                                  options[kind]);
        rc = whet__template_names(t, one, 0, lists, why);
        if (rc != 0)
            return refuse(kind, names[i], rc, why);
        if (lists == 0 && whet__template_uses_input(t))
            rc = whet_error_set(err, -EINVAL,
                                "wrong value for %s: '%.200s': there are no inputs: give "
                                "::: INPUT...",
                                options[kind], names[i]);
        if (kind != WHET_DECLARES_INPUT && !whet__template_has_place(t) &&
            whet__overlap_name(one) != NULL)
            d->fixed = names[i];
        whet__template_clear(t);
    }
    if (rc == 0)
        rc = whet__template_names(t, names, kind != WHET_DECLARES_DEPFILE, lists, why);
    d->open[kind] = rc == 0;
    return rc;
}

/* The items, ended by NULL. */
static const char *const *list_of(struct whet_declares *d, const struct whet_vec *vec)
{
    size_t count = vec != NULL ? vec->len : 0;
    const char **list = whet__arena_zalloc(&d->arena, count + 1, sizeof(*list));

    if (list != NULL && count > 0)
        memcpy(list, vec->items, count * sizeof(*list));
    return list;
}

int whet__declares_init(struct whet_declares *d, const struct whet_vec *inputs,
                        const struct whet_vec *outputs, const char *depfile, size_t lists,
                        struct whet_error *err)
{
    const char *const *names[WHET_DECLARES_KINDS];
    const char **one;
    int rc = 0;

    memset(d, 0, sizeof(*d));
    whet__arena_init(&d->arena, ARENA_MAX);
    one = whet__arena_zalloc(&d->arena, 2, sizeof(*one));
    names[WHET_DECLARES_INPUT] = list_of(d, inputs);
    names[WHET_DECLARES_OUTPUT] = list_of(d, outputs);
    names[WHET_DECLARES_DEPFILE] = one;
    if (one == NULL || names[WHET_DECLARES_INPUT] == NULL ||
        names[WHET_DECLARES_OUTPUT] == NULL)
        rc = whet_error_set(err, -ENOMEM, "out of memory: '--input'");
    else
        one[0] = depfile;
    for (int k = 0; rc == 0 && k < WHET_DECLARES_KINDS; k++)
        rc = compile(d, (enum whet_declares_kind)k, names[k], lists, err);
    if (rc != 0)
        whet__declares_clear(d);
    return rc;
}

void whet__declares_clear(struct whet_declares *d)
{
    for (int k = 0; k < WHET_DECLARES_KINDS; k++) {
        if (d->open[k])
            whet__template_clear(&d->of[k]);
        d->open[k] = 0;
    }
    whet__arena_clear(&d->arena);
}

int whet__declares_check(const struct whet_declares *d, uint64_t number, struct whet_error *err)
{
    if (d->fixed == NULL || number < 2)
        return 0;
    return whet_error_set(err, -EINVAL,
                          "each command makes one file: '%.200s': give it a place for an "
                          "input: {.}.o",
                          d->fixed);
}

int whet__declares_fill(const struct whet_declares *d, const char *const *const *rows,
                        size_t count, uint64_t number, unsigned slot, struct whet_arena *arena,
                        struct whet_run_job *job, struct whet_error *err)
{
    const char *const *filled[WHET_DECLARES_KINDS] = {NULL};

    for (int k = 0; k < WHET_DECLARES_KINDS; k++) {
        int rc = 0;

        if (d->open[k])
            rc = whet__template_fill_all(&d->of[k], rows, count, number, slot, arena,
                                         &filled[k], err);
        if (rc != 0)
            return rc;
    }
    if (d->open[WHET_DECLARES_INPUT])
        job->inputs = filled[WHET_DECLARES_INPUT];
    if (d->open[WHET_DECLARES_OUTPUT])
        job->outputs = filled[WHET_DECLARES_OUTPUT];
    if (d->open[WHET_DECLARES_DEPFILE])
        job->depfile = filled[WHET_DECLARES_DEPFILE][0];
    return 0;
}
