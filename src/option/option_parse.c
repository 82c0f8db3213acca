/* argv to values, by the option table. Expected load: one command line, once. */
#include "option/option.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/nearest.h"

#define WHET_OPTION_NAMES_MAX 128

struct parse {
    const struct whet_option_set *sets;
    size_t set_count;
    int argc;
    char *const *argv;
    int next; /* the argument to read next */
    struct whet_error *err;
};

/* A row and where its set's values go. */
struct match {
    const struct whet_option *row;
    void *target;
    int negated;
};

int whet__option_takes_value(const struct whet_option *row)
{
    return row->type >= WHET_OPTION_UINT && row->implied == NULL;
}

static int matches_long(const struct whet_option *row, const char *name, size_t len,
                        int *negated)
{
    *negated = 0;
    if (row->name == NULL)
        return 0;
    if (strlen(row->name) == len && memcmp(row->name, name, len) == 0)
        return 1;
    *negated = 1;
    return row->type == WHET_OPTION_SWITCH && len > 3 && memcmp(name, "no-", 3) == 0 &&
           strlen(row->name) == len - 3 && memcmp(row->name, name + 3, len - 3) == 0;
}

static int find_long(const struct parse *p, const char *name, size_t len, struct match *out)
{
    for (size_t s = 0; s < p->set_count; s++) {
        for (size_t i = 0; i < p->sets[s].count; i++) {
            out->row = &p->sets[s].rows[i];
            out->target = p->sets[s].target;
            if (matches_long(out->row, name, len, &out->negated))
                return 1;
        }
    }
    return 0;
}

static int find_letter(const struct parse *p, char letter, struct match *out)
{
    for (size_t s = 0; s < p->set_count; s++) {
        for (size_t i = 0; i < p->sets[s].count; i++) {
            if (p->sets[s].rows[i].letter != letter)
                continue;
            out->row = &p->sets[s].rows[i];
            out->target = p->sets[s].target;
            out->negated = 0;
            return 1;
        }
    }
    return 0;
}

/* Names of the rows that help shows, for suggestions. */
static const char *nearest_name(const struct parse *p, const char *name)
{
    const char *names[WHET_OPTION_NAMES_MAX];
    size_t count = 0;

    for (size_t s = 0; s < p->set_count; s++) {
        for (size_t i = 0; i < p->sets[s].count; i++) {
            const struct whet_option *row = &p->sets[s].rows[i];

            if (row->name != NULL && row->help != NULL && count < WHET_OPTION_NAMES_MAX)
                names[count++] = row->name;
        }
    }
    return whet__nearest(name, names, count);
}

static int fail_unknown(const struct parse *p, const char *name, size_t len)
{
    char word[64];
    const char *nearest;

    snprintf(word, sizeof(word), "%.*s", (int)(len < sizeof(word) ? len : sizeof(word)), name);
    nearest = nearest_name(p, word);
    if (nearest != NULL)
        return whet_error_set(p->err, -EINVAL, "unknown option: '--%s': did you mean '--%s'?",
                              word, nearest);
    return whet_error_set(p->err, -EINVAL, "unknown option: '--%s': --help lists them", word);
}

/* Stores the value of an option that needs one: what follows '=' or the letter, or the
 * next argument. */
static int read_value(struct parse *p, const struct match *m, const char *given,
                      const char *attached)
{
    if (attached == NULL) {
        if (p->next == p->argc)
            return whet_error_set(p->err, -EINVAL, "missing value: '%s': it takes %s", given,
                                  m->row->argument);
        attached = p->argv[p->next++];
    }
    return whet__option_store(m->row, m->target, given, attached, p->err);
}

static int read_long(struct parse *p, const char *arg)
{
    const char *name = arg + 2;
    const char *equals = strchr(name, '=');
    size_t len = equals != NULL ? (size_t)(equals - name) : strlen(name);
    char given[64];
    struct match m;

    if (!find_long(p, name, len, &m))
        return fail_unknown(p, name, len);
    snprintf(given, sizeof(given), "%.*s", (int)len + 2, arg);
    if (whet__option_takes_value(m.row))
        return read_value(p, &m, given, equals != NULL ? equals + 1 : NULL);
    if (m.row->implied != NULL)
        return whet__option_store(m.row, m.target, given,
                                  equals != NULL ? equals + 1 : m.row->implied, p->err);
    if (equals != NULL)
        return whet_error_set(p->err, -EINVAL, "unexpected value: '%s': '%s' takes none", arg,
                              given);
    return whet__option_store(m.row, m.target, given, m.negated ? "no" : "yes", p->err);
}

/* "-vj4": flags one after the other; a letter that takes a value takes the rest. */
static int read_letters(struct parse *p, const char *arg)
{
    for (const char *at = arg + 1; *at != '\0'; at++) {
        const char given[] = {'-', *at, '\0'};
        struct match m;
        int rc;

        if (!find_letter(p, *at, &m))
            return whet_error_set(p->err, -EINVAL, "unknown option: '%s': --help lists them",
                                  at == arg + 1 ? arg : given);
        if (whet__option_takes_value(m.row))
            return read_value(p, &m, given, at[1] != '\0' ? at + 1 : NULL);
        if (m.row->implied != NULL && at[1] != '\0')
            return whet__option_store(m.row, m.target, given, at[1] == '=' ? at + 2 : at + 1,
                                      p->err);
        rc = whet__option_store(m.row, m.target, given,
                                m.row->implied != NULL ? m.row->implied : "yes", p->err);
        if (rc != 0)
            return rc;
    }
    return 0;
}

static int push_operand(struct whet_vec *operands, const char *operand, struct whet_error *err)
{
    const char **item = whet__vec_push(operands);

    if (item == NULL)
        return whet_error_set(err, -ENOMEM, "out of memory: '%s': too many operands", operand);
    *item = operand;
    return 0;
}

static int is_operand(const char *arg)
{
    return arg[0] != '-' || arg[1] == '\0';
}

static int read_option(struct parse *p, const char *arg)
{
    return arg[1] == '-' ? read_long(p, arg) : read_letters(p, arg);
}

int whet__options_parse(const struct whet_option_set *sets, size_t set_count, unsigned flags,
                        int argc, char *const *argv, struct whet_vec *operands, size_t *dashes,
                        struct whet_error *err)
{
    struct parse p = {sets, set_count, argc, argv, 0, err};
    int options = 1;
    int rc = 0;

    *dashes = SIZE_MAX;
    while (rc == 0 && p.next < argc) {
        const char *arg = argv[p.next++];

        if (!options || is_operand(arg)) {
            rc = push_operand(operands, arg, err);
            options = options && !(flags & WHET_OPTIONS_STOP);
        } else if (strcmp(arg, "--") == 0) {
            options = 0;
            *dashes = operands->len;
        } else {
            rc = read_option(&p, arg);
        }
    }
    return rc;
}

int whet__options_parse_head(const struct whet_option_set *sets, size_t set_count, int argc,
                             char *const *argv, int *at, struct whet_error *err)
{
    struct parse p = {sets, set_count, argc, argv, 0, err};
    int rc = 0;

    while (rc == 0 && p.next < argc && !is_operand(argv[p.next]))
        rc = read_option(&p, argv[p.next++]);
    if (rc == 0)
        *at = p.next;
    return rc;
}
