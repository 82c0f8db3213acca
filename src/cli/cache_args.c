/* Which options of 'whet cache' go with which verb: one that would be left out of account is
 * said to be one, as 'gc --prefix' would drop more than was meant. Once per process. */
#include "cli/cache_args.h"

#include <errno.h>
#include <string.h>

#include "base/text.h"

enum verb_bit {
    SIMULATE = 1 << 0,
    CURVE = 1 << 1,
    TUNE = 1 << 2,
    STATS = 1 << 3,
    LIST = 1 << 4,
    EXPLAIN = 1 << 5,
    VERIFY = 1 << 6,
    GC = 1 << 7,
    CLEAR = 1 << 8,
    WARM = 1 << 9,
    STUDIES = SIMULATE | CURVE | TUNE,
    FILES = STATS | LIST | EXPLAIN | VERIFY | GC | CLEAR | WARM
};

struct given {
    const char *option;
    int given;
    unsigned verbs; /* that take it */
};

static unsigned bit_of(const char *verb)
{
    unsigned bit = 1;

    for (size_t i = 0; whet__cache_verbs[i] != NULL; i++, bit <<= 1) {
        if (strcmp(verb, whet__cache_verbs[i]) == 0)
            return bit;
    }
    return 0;
}

static int refuse(const struct given *g, const char *verb, struct whet_error *err)
{
    struct whet_text list;
    unsigned left = g->verbs;

    whet__text_init(&list, 200);
    for (size_t i = 0; left != 0; i++) {
        unsigned bit = 1u << i;

        if (!(left & bit))
            continue;
        left &= ~bit;
        whet__text_printf(&list, "%s%s",
                          list.len == 0 ? ""
                          : left != 0   ? ", "
                                        : " and ",
                          whet__cache_verbs[i]);
    }
    whet_error_set(err, -EINVAL, "no use to '%s': '--%s': it is an option of %s", verb,
                   g->option, whet__text_str(&list));
    whet__text_clear(&list);
    return -EINVAL;
}

int whet__cache_args_check(const struct whet_cache_args *a, const char *verb,
                           struct whet_error *err)
{
    const struct given all[] = {
        {"file", a->files.len != 0, FILES},
        {"client", a->client != NULL, FILES & ~VERIFY},
        {"prefix", a->prefix != NULL, LIST | CLEAR},
        {"tag", a->tag != NULL, CLEAR},
        {"remote", a->remote != NULL, EXPLAIN | CLEAR | WARM},
        {"limit", a->limit != 0, LIST | WARM},
        {"wide", a->wide, LIST},
        {"max-age", a->max_age != NULL, GC},
        {"max-size", a->max_bytes != 0, GC},
        {"dry-run", a->dry_run, GC | CLEAR},
        {"repair", a->repair, VERIFY},
        {"policies", a->policies != NULL, STUDIES},
        {"sizes", a->sizes != NULL, SIMULATE | CURVE},
        {"steps", a->steps != 0, SIMULATE | CURVE},
        {"bytes", a->in_bytes, STUDIES},
        {"target", a->target > 0, TUNE},
        {"budget", a->budget != NULL, TUNE},
        {"costs", a->costs != NULL, TUNE},
        {"density", a->density != NULL, TUNE},
        {"sampled", a->sampled, STUDIES},
        {"format", a->format != NULL, STUDIES},
        {"jobs", a->jobs != 0, STUDIES},
    };
    unsigned bit = bit_of(verb);

    for (size_t i = 0; bit != 0 && i < sizeof(all) / sizeof(all[0]); i++) {
        if (all[i].given && !(all[i].verbs & bit))
            return refuse(&all[i], verb, err);
    }
    return 0;
}
