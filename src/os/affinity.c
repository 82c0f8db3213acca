/* The processors that something may run on: read once from what a person typed. */
#include "os/affinity.h"

#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>

#define WORD_BITS (CHAR_BIT * sizeof(unsigned long))

int whet__affinity_has(const struct whet_affinity *set, unsigned cpu)
{
    return cpu < WHET_AFFINITY_MAX && (set->bits[cpu / WORD_BITS] >> cpu % WORD_BITS & 1) != 0;
}

int whet__affinity_read(struct whet_affinity *out)
{
    struct whet_affinity set = {0};

    /* The kernel's set is an array of words, whatever the C library calls it. */
    if (sched_getaffinity(0, sizeof(set.bits), (cpu_set_t *)(void *)set.bits) != 0)
        return -errno;
    *out = set;
    return 0;
}

int whet__affinity_apply(const struct whet_affinity *set)
{
    return sched_setaffinity(0, sizeof(set->bits),
                             (const cpu_set_t *)(const void *)set->bits) == 0
               ? 0
               : -errno;
}

const char *whet__affinity_format(const struct whet_affinity *set, char *out, size_t size)
{
    size_t len = 0;

    out[0] = '\0';
    for (unsigned cpu = 0; cpu < WHET_AFFINITY_MAX && len < size; cpu++) {
        unsigned last = cpu;
        int more;

        if (!whet__affinity_has(set, cpu))
            continue;
        while (whet__affinity_has(set, last + 1))
            last++;
        more = snprintf(out + len, size - len, last > cpu ? "%s%u-%u" : "%s%u",
                        len > 0 ? "," : "", cpu, last);
        len += more > 0 ? (size_t)more : size;
        cpu = last;
    }
    return out;
}

/* Adds a range. */
static int range_add(struct whet_affinity *set, const struct whet_affinity *usable,
                     unsigned first, unsigned last, struct whet_error *err)
{
    char list[128];

    for (unsigned cpu = first; cpu <= last; cpu++) {
        if (!whet__affinity_has(usable, cpu))
            return whet_error_set(err, -EINVAL,
                                  "cannot use processor %u: this process may run on %s", cpu,
                                  whet__affinity_format(usable, list, sizeof(list)));
        set->bits[cpu / WORD_BITS] |= 1UL << cpu % WORD_BITS;
    }
    return 0;
}

/* Takes a number off the list; one that is too large is WHET_AFFINITY_MAX. */
static int number_take(const char **at, unsigned *out)
{
    const char *digit = *at;
    unsigned number = 0;

    for (; *digit >= '0' && *digit <= '9'; digit++)
        number = number < WHET_AFFINITY_MAX ? number * 10 + (unsigned)(*digit - '0') : number;
    if (digit == *at)
        return -EINVAL;
    *at = digit;
    *out = number < WHET_AFFINITY_MAX ? number : WHET_AFFINITY_MAX;
    return 0;
}

/* Takes "3" or "3-5". */
static int range_take(const char **at, unsigned *first, unsigned *last)
{
    if (number_take(at, first) != 0)
        return -EINVAL;
    *last = *first;
    if (**at != '-')
        return 0;
    (*at)++;
    return number_take(at, last) == 0 && *last >= *first ? 0 : -EINVAL;
}

int whet__affinity_parse(struct whet_affinity *out, const char *list, struct whet_error *err)
{
    struct whet_affinity set = {0}, usable;
    const char *at = list;
    unsigned first, last;
    int rc = whet__affinity_read(&usable);

    if (rc != 0)
        return whet_error_set(err, rc, "cannot read which processors may be used: %s",
                              strerror(-rc));
    for (;;) {
        if (range_take(&at, &first, &last) != 0 || (*at != ',' && *at != '\0'))
            return whet_error_set(
                err, -EINVAL, "not a list of processors: '%.100s': use one like 0,2-3", list);
        rc = range_add(&set, &usable, first, last, err);
        if (rc != 0)
            return rc;
        if (*at++ == '\0')
            break;
    }
    *out = set;
    return 0;
}
