/* The lists of 'whet cache': policies by name, sizes by number or share. */
#include "front/cache_study.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include <whet/units.h>

#define WORD_MAX   64
#define SHARE_LOW  0.01 /* of all keys: where sizes by steps begin and end */
#define SHARE_HIGH 0.8

/* The next word of a list; 0 at its end. -EINVAL: empty or too long. */
static int next_word(const char **list, char word[WORD_MAX])
{
    size_t len = strcspn(*list, ",");

    if (len == 0 || len >= WORD_MAX)
        return -EINVAL;
    memcpy(word, *list, len);
    word[len] = '\0';
    *list += len;
    if (**list != ',')
        return 0;
    ++*list;
    return 1;
}

static int list_error(const char *option, const char *list, struct whet_error *err)
{
    return whet_error_set(err, -EINVAL, "not a list: '%s %.200s': words parted by commas",
                          option, list);
}

static int add_policy(struct whet_study *s, const char *name, struct whet_error *err)
{
    const struct whet_policy_ops *policy = whet__policy_need(name, err);

    if (policy == NULL)
        return -EINVAL;
    for (size_t i = 0; i < s->policy_count; i++) {
        if (s->policies[i] == policy)
            return 0;
    }
    if (s->policy_count < WHET_STUDY_POLICIES_MAX)
        s->policies[s->policy_count++] = policy;
    return 0;
}

static int read_policies(struct whet_study *s, const char *list, struct whet_error *err)
{
    const char *at = list;
    char word[WORD_MAX];
    int more = 1;
    int rc = 0;

    if (strcmp(list, "all") == 0) {
        for (size_t i = 0; i < whet__policy_count(); i++)
            s->policies[s->policy_count++] = whet__policy_at(i);
        return 0;
    }
    while (rc == 0 && more) {
        more = next_word(&at, word);
        rc = more < 0 ? list_error("--policies", list, err) : add_policy(s, word, err);
    }
    return rc;
}

static uint64_t whole(const struct whet_study *s)
{
    return s->wishes->in_bytes ? s->trace.footprint_bytes : s->trace.unique;
}

static int size_error(const char *word, struct whet_error *err)
{
    return whet_error_set(err, -EINVAL,
                          "not a size: '%s': give entries (5000), a share of all (10%%), or, "
                          "with --bytes, bytes (64MiB)",
                          word);
}

/* "5000", "10%", "64MiB". */
static int parse_size(const struct whet_study *s, const char *word, uint64_t *out,
                      struct whet_error *err)
{
    size_t len = strlen(word);
    double share = 0;
    uint64_t value = 0;

    if (word[len - 1] == '%') {
        if (whet_percent_parse(word, 1000, &share, NULL) != 0)
            return size_error(word, err);
        value = (uint64_t)((double)whole(s) * share + .5);
        value = value != 0 ? value : 1;
    } else if ((!s->wishes->in_bytes && strspn(word, "0123456789") != len) ||
               whet_size_parse(word, &value, NULL) != 0) {
        return size_error(word, err);
    }
    if (value == 0)
        return size_error(word, err);
    *out = value;
    return 0;
}

static int add_size(struct whet_study *s, uint64_t size)
{
    size_t at = s->size_count;

    while (at > 0 && s->sizes[at - 1] > size)
        at--;
    if (at > 0 && s->sizes[at - 1] == size)
        return 0;
    if (s->size_count == WHET_STUDY_STEPS_MAX)
        return -EINVAL;
    memmove(&s->sizes[at + 1], &s->sizes[at], (s->size_count - at) * sizeof(s->sizes[0]));
    s->sizes[at] = size;
    s->size_count++;
    return 0;
}

static int read_sizes(struct whet_study *s, const char *list, struct whet_error *err)
{
    const char *at = list;
    char word[WORD_MAX];
    int more = 1;
    int rc = 0;

    while (rc == 0 && more) {
        uint64_t size = 0;

        more = next_word(&at, word);
        rc = more < 0 ? list_error("--sizes", list, err) : parse_size(s, word, &size, err);
        if (rc == 0 && add_size(s, size) != 0)
            rc = whet_error_set(err, -EINVAL, "too many sizes: '--sizes': at most %d",
                                WHET_STUDY_STEPS_MAX);
    }
    return rc;
}

/* Two digits that count: 1234 as 1200. */
static uint64_t rounded(double size)
{
    double unit = size >= 100 ? pow(10, floor(log10(size)) - 1) : 1;
    double value = floor(size / unit + .5) * unit;

    return value >= 1 ? (uint64_t)value : 1;
}

/* From 1 to 80 % of all keys, by equal factors. */
static void make_sizes(struct whet_study *s)
{
    unsigned steps = s->wishes->steps;
    double all = (double)whole(s);

    for (unsigned i = 0; i < steps; i++) {
        double share =
            SHARE_LOW * pow(SHARE_HIGH / SHARE_LOW, steps > 1 ? (double)i / (steps - 1) : 1);

        (void)!add_size(s, rounded(all * share)); /* steps are within the maximum */
    }
}

int whet__study_lists(struct whet_study *s, struct whet_error *err)
{
    const struct whet_study_wishes *w = s->wishes;
    const char *policies = w->policies;
    int rc = 0;

    if (policies == NULL && w->verb != WHET_STUDY_CURVE)
        policies = "all";
    if (policies != NULL)
        rc = read_policies(s, policies, err);
    if (rc == 0 && w->sizes != NULL)
        rc = read_sizes(s, w->sizes, err);
    else if (rc == 0)
        make_sizes(s);
    if (rc == 0 && w->budget != NULL)
        rc = parse_size(s, w->budget, &s->budget, err);
    return rc == 0 ? whet__study_costs(s, err) : rc;
}

const char *whet__study_size(const struct whet_study *s, uint64_t size, char *out, size_t room)
{
    struct whet_text text;

    if (s->wishes->in_bytes)
        return whet_size_format(size, out, room);
    whet__text_init(&text, 64);
    whet__number_count(&text, size);
    snprintf(out, room, "%s", whet__text_str(&text));
    whet__text_clear(&text);
    return out;
}
