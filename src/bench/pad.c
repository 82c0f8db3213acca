/* One draw per run, outside of what is measured. */
#include "bench/pad.h"

#include <errno.h>
#include <string.h>

#include "base/mem.h"
#include "os/environ.h"

#define NAME "WHET_PAD="

int whet__pad_init(struct whet_pad *pad, const char *const *env)
{
    const char *const *from = env != NULL ? env : whet__environ();
    size_t count = 0, kept = 0;

    memset(pad, 0, sizeof(*pad));
    while (from[count] != NULL)
        count++;
    pad->env = whet__mem_zalloc(count + 2, sizeof(*pad->env));
    pad->value = whet__mem_zalloc(sizeof(NAME) + WHET_PAD_MAX, 1);
    if (pad->env == NULL || pad->value == NULL) {
        whet__pad_clear(pad);
        return -ENOMEM;
    }
    pad->env[kept++] = pad->value;
    for (size_t i = 0; i < count; i++) {
        if (strncmp(from[i], NAME, sizeof(NAME) - 1) != 0)
            pad->env[kept++] = from[i];
    }
    return 0;
}

void whet__pad_clear(struct whet_pad *pad)
{
    whet__mem_free(pad->env);
    whet__mem_free(pad->value);
    memset(pad, 0, sizeof(*pad));
}

const char *const *whet__pad_draw(struct whet_pad *pad, struct whet_random *random)
{
    size_t len = (size_t)whet__random_below(random, WHET_PAD_MAX);

    memcpy(pad->value, NAME, sizeof(NAME) - 1);
    memset(pad->value + sizeof(NAME) - 1, 'x', len);
    pad->value[sizeof(NAME) - 1 + len] = '\0';
    return pad->env;
}
