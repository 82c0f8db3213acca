/* data/yaml_table.h: every type, and a message with a place for every mistake. */
#include "../harness.h"

#include <errno.h>
#include <string.h>

#include "data/yaml_table.h"

struct inner {
    uint64_t depth;
};

struct settings {
    const char *name;
    int on;
    uint64_t jobs, size, time;
    double ratio, number;
    const struct whet_yaml_node *any;
    int mode;
    const struct whet_yaml_node *list;
    const struct whet_yaml_node *map;
    struct inner inner;
};

static const char *const modes[] = {"fast", "slow", NULL};

static const struct whet_yaml_row inner_rows[] = {
    {.key = "depth",
     .type = WHET_YAML_UINT,
     .offset = offsetof(struct inner, depth),
     .required = 1,
     .min = 2},
    {.key = NULL},
};

static const struct whet_yaml_row rows[] = {
    {.key = "name",
     .type = WHET_YAML_STRING,
     .offset = offsetof(struct settings, name),
     .required = 1,
     .max = 8},
    {.key = "on", .type = WHET_YAML_BOOL, .offset = offsetof(struct settings, on)},
    {.key = "jobs",
     .type = WHET_YAML_UINT,
     .offset = offsetof(struct settings, jobs),
     .min = 1,
     .max = 64},
    {.key = "size", .type = WHET_YAML_SIZE, .offset = offsetof(struct settings, size)},
    {.key = "time", .type = WHET_YAML_DURATION, .offset = offsetof(struct settings, time)},
    {.key = "ratio", .type = WHET_YAML_PERCENT, .offset = offsetof(struct settings, ratio)},
    {.key = "number", .type = WHET_YAML_NUMBER, .offset = offsetof(struct settings, number)},
    {.key = "any", .type = WHET_YAML_NODE, .offset = offsetof(struct settings, any)},
    {.key = "mode",
     .type = WHET_YAML_ENUM,
     .offset = offsetof(struct settings, mode),
     .names = modes},
    {.key = "list", .type = WHET_YAML_LIST, .offset = offsetof(struct settings, list)},
    {.key = "map", .type = WHET_YAML_MAP, .offset = offsetof(struct settings, map)},
    {.key = "inner",
     .type = WHET_YAML_TABLE,
     .offset = offsetof(struct settings, inner),
     .rows = inner_rows},
    {.key = NULL},
};

static int read_settings(const char *text, struct settings *out, struct whet_yaml **y,
                         struct whet_error *err)
{
    memset(out, 0, sizeof(*out));
    memset(err, 0, sizeof(*err));
    assert_int_equal(whet__yaml_parse(y, text, strlen(text), "f.yaml", NULL, err), 0);
    return whet__yaml_table_read(*y, whet__yaml_root(*y), rows, out, err);
}

static void reads_every_type(void **state)
{
    struct whet_yaml *y;
    struct whet_error err;
    struct settings s;

    (void)state;
    assert_int_equal(read_settings("name: ann\non: true\njobs: 64\nsize: 2MiB\ntime: 250ms\n"
                                   "ratio: 5%\nmode: slow\nlist: [a, b]\nmap: {k: v}\n"
                                   "number: 12.5\nany: [{a: b}]\n"
                                   "inner:\n  depth: 9\n",
                                   &s, &y, &err),
                     0);
    assert_string_equal(s.name, "ann");
    assert_int_equal(s.on, 1);
    assert_int_equal(s.jobs, 64);
    assert_int_equal(s.size, 2 << 20);
    assert_int_equal(s.time, 250000000);
    assert_true(s.ratio > 0.0499 && s.ratio < 0.0501);
    assert_true(s.number == 12.5);
    assert_int_equal(s.any->count, 1);
    assert_int_equal(s.mode, 1);
    assert_int_equal(s.list->count, 2);
    assert_string_equal(whet__yaml_get(s.map, "k")->text, "v");
    assert_int_equal(s.inner.depth, 9);
    whet__yaml_free(y);
}

static void leaves_what_is_not_given(void **state)
{
    struct whet_yaml *y;
    struct whet_error err;
    struct settings s;

    (void)state;
    assert_int_equal(read_settings("name: x\non: false\n", &s, &y, &err), 0);
    assert_int_equal(s.jobs, 0);
    assert_null(s.list);
    whet__yaml_free(y);
}

static void explains_every_mistake(void **state)
{
    static const struct {
        const char *text;
        int code;
        unsigned line, column;
        const char *says;
    } mistakes[] = {
        {"name: x\nnumber: -1\n", -EINVAL, 2, 9, "wrong value for 'number': '-1': a number"},
        {"name: x\nnumber: 1.\n", -EINVAL, 2, 9, "a number is expected"},
        {"name: x\nnumber: .5\n", -EINVAL, 2, 9, "a number is expected"},
        {"name: x\nnumber: inf\n", -EINVAL, 2, 9, "a number is expected"},
        {"name: x\njob: 1\n", -EINVAL, 2, 1, "unknown key: 'job': did you mean 'jobs'?"},
        {"name: x\nzzzzz: 1\n", -EINVAL, 2, 1,
         "unknown key: 'zzzzz': it may be one of: name, on"},
        {"name: x\nmode: fats\n", -EINVAL, 2, 7, "unknown mode: 'fats': did you mean 'fast'?"},
        {"name: x\nmode: 99\n", -EINVAL, 2, 7, "one of: fast, slow"},
        {"jobs: 1\n", -EINVAL, 1, 1, "missing key: 'name'"},
        {"name: x\ninner: {}\n", -EINVAL, 2, 8, "missing key: 'depth'"},
        {"name: x\ninner:\n  depht: 3\n", -EINVAL, 3, 3, "did you mean 'depth'?"},
        {"name: x\ninner:\n  depth: 1\n", -ERANGE, 3, 10, "the least is 2"},
        {"name: x\njobs: 65\n", -ERANGE, 2, 7, "'jobs': '65': it must be in 1..64"},
        {"name: x\njobs: 0\n", -ERANGE, 2, 7, "1..64"},
        {"name: x\njobs: many\n", -EINVAL, 2, 7, "'jobs': 'many': a number is expected"},
        {"name: x\njobs:\n", -EINVAL, 2, 1, "a number is expected"},
        {"name: x\njobs: 99999999999999999999\n", -EINVAL, 2, 7, "a number is expected"},
        {"name: x\njobs: [1]\n", -EINVAL, 2, 7, "'jobs': a single value is expected"},
        {"name: x\non: \"true\"\n", -EINVAL, 2, 5, "true or false is expected"},
        {"name: x\non: yes\n", -EINVAL, 2, 5, "true or false is expected"},
        {"name: x\nsize: big\n", -EINVAL, 2, 7, "a size such as"},
        {"name: x\ntime: soon\n", -EINVAL, 2, 7, "a duration such as"},
        {"name: x\nratio: 101%\n", -EINVAL, 2, 8, "a percentage such as"},
        {"name: x\nlist: a\n", -EINVAL, 2, 7, "a list is expected"},
        {"name: x\nlist: [[a]]\n", -EINVAL, 2, 8, "no lists or mappings"},
        {"name: x\nmap: [a]\n", -EINVAL, 2, 6, "keys and values below it"},
        {"name: x\nmap: {a: {b: c}}\n", -EINVAL, 2, 0, "no lists or mappings"},
        {"name: x\ninner: 3\n", -EINVAL, 2, 8, "keys and values below it"},
        {"name: ninechars\n", -ERANGE, 1, 7, "at most 8 bytes"},
        {"- name\n", -EINVAL, 1, 1, "keys and values are expected"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(mistakes) / sizeof(mistakes[0]); i++) {
        struct whet_yaml *y;
        struct whet_error err;
        struct settings s;

        assert_int_equal(read_settings(mistakes[i].text, &s, &y, &err), mistakes[i].code);
        if (err.line != mistakes[i].line || strstr(err.text, mistakes[i].says) == NULL ||
            (mistakes[i].column != 0 && err.column != mistakes[i].column))
            fail_msg("%s: %u:%u: %s", mistakes[i].text, err.line, err.column, err.text);
        assert_string_equal(err.file, "f.yaml");
        assert_int_equal(whet__yaml_table_read(y, whet__yaml_root(y), rows, &s, NULL),
                         mistakes[i].code);
        whet__yaml_free(y);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_every_type),
        cmocka_unit_test(leaves_what_is_not_given),
        cmocka_unit_test(explains_every_mistake),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
