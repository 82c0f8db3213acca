/* The environment of an arm: ours, with what its entry sets. */
#include "bench/plan_parts.h"

#include <errno.h>
#include <string.h>

#include "os/environ.h"

/* How long the name is, '=' included; 0: there is none. */
static size_t variable_length(const char *variable)
{
    const char *equals = strchr(variable, '=');

    return equals != NULL && equals != variable ? (size_t)(equals - variable) + 1 : 0;
}

/* Puts `variable` in the place of one of its name, or behind the others. */
static int variable_set(struct whet_plan_choice *c, struct whet_vec *env, const char *variable)
{
    const char **items = env->items;
    size_t len = variable_length(variable);

    if (len == 0)
        return whet_error_set(c->err, -EINVAL, "not NAME=VALUE: '--env %.200s'", variable);
    for (size_t i = 0; i < env->len; i++) {
        if (strncmp(items[i], variable, len) == 0) {
            items[i] = variable;
            return 0;
        }
    }
    return whet__plan_word_push(c, env, variable);
}

int whet__plan_environment(struct whet_plan_choice *c, const char *const **out)
{
    const char *const *ours = whet__environ(), *const *given = c->entry->env;
    struct whet_vec env;
    const char *full;
    int rc = 0;

    if (given == NULL || given[0] == NULL)
        return 0;
    whet__vec_init(&env, sizeof(const char *), WHET_SPLIT_WORDS_MAX);
    for (size_t i = 0; rc == 0 && ours[i] != NULL; i++)
        rc = whet__plan_word_push(c, &env, ours[i]);
    for (size_t i = 0; rc == 0 && given[i] != NULL; i++) {
        rc = whet__plan_substitute(c, given[i], &full);
        if (rc == 0)
            rc = variable_set(c, &env, full);
    }
    if (rc == 0)
        rc = whet__plan_words_keep(c, &env, out);
    whet__vec_clear(&env);
    return rc;
}
