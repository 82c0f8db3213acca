/* os/affinity.h: lists in and out, and that runs go where and how they are told. */
#include "../harness.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "os/affinity.h"
#include "os/spawn.h"

static void check_refusal(const char *list, const char *message)
{
    struct whet_affinity set = {{77}};
    struct whet_error err;

    assert_int_equal(whet__affinity_parse(&set, list, &err), -EINVAL);
    assert_int_equal(whet__affinity_parse(&set, list, NULL), -EINVAL);
    assert_int_equal(set.bits[0], 77);
    if (strstr(err.text, message) == NULL)
        fail_msg("got: %s", err.text);
}

static void refuses_what_is_no_list(void **state)
{
    (void)state;
    check_refusal("", "not a list of processors: ''");
    check_refusal("x", "not a list of processors: 'x': use one like 0,2-3");
    check_refusal("0-", "not a list");
    check_refusal("0-x", "not a list");
    check_refusal("0 1", "not a list");
    check_refusal("-1", "not a list");
    check_refusal("3-1", "not a list");
    check_refusal("0,", "not a list");
    check_refusal("0,,0", "not a list");
    check_refusal("8191", "cannot use processor 8191: this process may run on ");
    check_refusal("0-99999999999", "cannot use processor ");
}

static void reads_what_it_writes(void **state)
{
    struct whet_affinity usable, again, odd = {{0xb0b}};
    char list[4096], narrow[4];

    (void)state;
    assert_string_equal(whet__affinity_format(&odd, list, sizeof(list)), "0-1,3,8-9,11");
    assert_string_equal(whet__affinity_format(&odd, narrow, sizeof(narrow)), "0-1");
    assert_true(whet__affinity_has(&odd, 11));
    assert_false(whet__affinity_has(&odd, 12) || whet__affinity_has(&odd, WHET_AFFINITY_MAX));
    assert_int_equal(whet__affinity_read(&usable), 0);
    whet__affinity_format(&usable, list, sizeof(list));
    assert_int_equal(whet__affinity_parse(&again, list, NULL), 0);
    assert_memory_equal(&usable, &again, sizeof(usable));
}

/* Runs "sh -c script" there and answers what it said. */
static void run_placed(const struct whet_affinity *cpus, unsigned flags, int nice_value,
                       const char *script, struct whet_text *out)
{
    const char *const argv[] = {"sh", "-c", script, NULL};
    struct whet_spawn_options o = {.argv = argv,
                                   .out = WHET_SPAWN_CAPTURE,
                                   .out_text = out,
                                   .cpus = cpus,
                                   .flags = flags,
                                   .nice = nice_value};
    struct whet_spawn_result result;
    struct whet_error err = {0};

    whet__text_reset(out);
    if (whet__spawn_run(&o, &result, &err) != 0)
        fail_msg("%s", err.text);
}

static void runs_where_it_is_told(void **state)
{
    struct whet_affinity before, one = {{0}}, after;
    char list[16], wanted[64];
    struct whet_text out;
    unsigned cpu = 0;

    (void)state;
    whet__text_init(&out, 1000);
    assert_int_equal(whet__affinity_read(&before), 0);
    while (!whet__affinity_has(&before, cpu))
        cpu++;
    snprintf(list, sizeof(list), "%u", cpu);
    assert_int_equal(whet__affinity_parse(&one, list, NULL), 0);
    snprintf(wanted, sizeof(wanted), "Cpus_allowed_list:\t%u\n", cpu);
    run_placed(&one, 0, 0, "grep Cpus_allowed_list /proc/self/status", &out);
    assert_string_equal(whet__text_str(&out), wanted);
    assert_int_equal(whet__affinity_read(&after), 0);
    assert_memory_equal(&before, &after, sizeof(before));
    whet__text_clear(&out);
}

static void runs_as_nicely_as_it_is_told(void **state)
{
    const char *const argv[] = {"true", NULL};
    struct whet_spawn_options o = {.argv = argv, .flags = WHET_SPAWN_NICE, .nice = 20};
    struct whet_spawn_result result;
    struct whet_error err;
    struct whet_text out;

    (void)state;
    whet__text_init(&out, 1000);
    run_placed(NULL, WHET_SPAWN_NICE, 19, "nice", &out);
    assert_string_equal(whet__text_str(&out), "19\n");
    run_placed(NULL, 0, 19, "[ $(nice) != 19 ] && echo ours", &out);
    assert_string_equal(whet__text_str(&out), "ours\n");
    assert_int_equal(whet__spawn_run(&o, &result, &err), -EINVAL);
    assert_string_equal(err.text, "no such priority: 20: from -20 to 19 are possible");
    o.nice = -20;
    if (geteuid() != 0) {
        int rc = whet__spawn_run(&o, &result, &err);

        assert_true(rc == 0 || strstr(err.text, "cannot run with priority -20") != NULL);
    }
    whet__text_clear(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(refuses_what_is_no_list),
        cmocka_unit_test(reads_what_it_writes),
        cmocka_unit_test(runs_where_it_is_told),
        cmocka_unit_test(runs_as_nicely_as_it_is_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
