/* Shards as people and job arrays name them. */
#include "cluster/shard.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* A number without sign or blanks before it; 0: none. */
static unsigned long number_read(const char *text, const char **end)
{
    char *stop = NULL;
    unsigned long n = 0;

    *end = text;
    if (text[0] >= '0' && text[0] <= '9') {
        n = strtoul(text, &stop, 10);
        *end = stop;
    }
    return n;
}

static int array_read(struct whet_shard *out, struct whet_error *err)
{
    const char *id = getenv("SLURM_ARRAY_TASK_ID"), *max = getenv("SLURM_ARRAY_TASK_MAX");
    const char *end;
    unsigned long k = id != NULL ? number_read(id, &end) : 0;
    unsigned long n = max != NULL ? number_read(max, &end) : 0;

    if (k < 1 || n < k || n > WHET_SHARDS_MAX)
        return whet_error_set(err, -EINVAL,
                              "not in a job array with tasks from 1 on: '--shard array': "
                              "SLURM_ARRAY_TASK_ID is %s, SLURM_ARRAY_TASK_MAX %s",
                              id != NULL ? id : "not set", max != NULL ? max : "not set");
    *out = (struct whet_shard){(unsigned)k, (unsigned)n};
    return 0;
}

int whet__shard_read(const char *text, struct whet_shard *out, struct whet_error *err)
{
    const char *end = text;
    unsigned long k, n = 0;

    if (text == NULL) {
        *out = (struct whet_shard){0, 0};
        return 0;
    }
    if (strcmp(text, "array") == 0)
        return array_read(out, err);
    k = number_read(text, &end);
    if (*end == '/')
        n = number_read(end + 1, &end);
    if (*end != '\0' || k < 1 || n < k || n > WHET_SHARDS_MAX)
        return whet_error_set(
            err, -EINVAL, "not a shard: '--shard %.64s': K/N with K from 1 to N, N up to %d",
            text, WHET_SHARDS_MAX);
    *out = (struct whet_shard){(unsigned)k, (unsigned)n};
    return 0;
}
