/* Which verb it is. */
#include "front/bench_verbs.h"

#include <string.h>

struct verb {
    const char *name;
    int (*run)(const struct whet_bench_call *call, struct whet_error *err);
};

static const struct verb verbs[] = {
    {"compare", whet__bench_compare},
    {"history", whet__bench_history},
    {"project", whet__bench_project},
    {"selftest", whet__bench_selftest},
};

static const struct verb *find(const struct whet_bench_call *call)
{
    if (call->own_functions || call->operand_count == 0 || call->dashes == 0)
        return NULL;
    for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++) {
        if (strcmp(call->operands[0], verbs[i].name) == 0)
            return &verbs[i];
    }
    return NULL;
}

int whet__bench_verb_is(const struct whet_bench_call *call)
{
    return find(call) != NULL;
}

int whet__bench_verb(const struct whet_bench_call *call, struct whet_error *err)
{
    return find(call)->run(call, err);
}
