/* os/cpu.h, os/ram.h, os/kernel.h, os/sysfile.h: machines kept as folders, a machine
 * that has nothing to say, and the one this runs on. */
#include "../harness.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "os/cpu.h"
#include "os/kernel.h"
#include "os/ram.h"
#include "os/sysfile.h"

static const char *fixture(const char *name)
{
    static char path[4096];

    snprintf(path, sizeof(path), "%s/sys/%s", getenv("WHET_TEST_DATA"), name);
    return path;
}

static void reads_a_server(void **state)
{
    static const struct whet_cpu_cache caches[] = {
        {1, WHET_CPU_CACHE_DATA, 48 << 10, 64, 2},
        {1, WHET_CPU_CACHE_INSTRUCTION, 32 << 10, 64, 2},
        {2, WHET_CPU_CACHE_UNIFIED, 1280 << 10, 64, 2},
        {3, WHET_CPU_CACHE_UNIFIED, 54 << 20, 64, 4},
    };
    struct whet_kernel kernel;
    struct whet_ram memory;
    struct whet_cpu cpu;

    (void)state;
    whet__cpu_read(fixture("server"), &cpu);
    assert_int_equal(cpu.online, 4);
    assert_int_equal(cpu.usable, 3);
    assert_int_equal(cpu.cores, 2);
    assert_string_equal(cpu.model, "Intel(R) Xeon(R) Platinum 8375C CPU @ 2.90GHz");
    assert_int_equal(cpu.cache_count, 4);
    for (unsigned i = 0; i < 4; i++) {
        assert_int_equal(cpu.caches[i].level, caches[i].level);
        assert_int_equal(cpu.caches[i].kind, caches[i].kind);
        assert_int_equal(cpu.caches[i].size_bytes, caches[i].size_bytes);
        assert_int_equal(cpu.caches[i].line_bytes, caches[i].line_bytes);
        assert_int_equal(cpu.caches[i].shared_by, caches[i].shared_by);
    }
    whet__ram_read(fixture("server"), &memory);
    assert_int_equal(memory.total_bytes, UINT64_C(16384000) * 1024);
    assert_int_equal(memory.available_bytes, UINT64_C(8192000) * 1024);
    assert_int_equal(memory.swap_total_bytes, UINT64_C(2048000) * 1024);
    assert_int_equal(memory.swap_free_bytes, UINT64_C(1024000) * 1024);
    whet__kernel_read(fixture("server"), &kernel);
    assert_string_equal(kernel.distribution, "Example \"Linux\" 7");
}

static void reads_a_board(void **state)
{
    struct whet_kernel kernel;
    struct whet_ram memory;
    struct whet_cpu cpu;

    (void)state;
    whet__cpu_read(fixture("board"), &cpu);
    assert_int_equal(cpu.online, 2);
    assert_int_equal(cpu.cores, 0);
    assert_string_equal(cpu.model, "ARM implementer 0x41 part 0xd0c");
    whet__ram_read(fixture("board"), &memory);
    assert_int_equal(memory.total_bytes, 1024000);
    assert_int_equal(memory.available_bytes, 0);
    whet__kernel_read(fixture("board"), &kernel);
    assert_string_equal(kernel.distribution, "Board Linux");
}

static void unknown_is_an_answer(void **state)
{
    struct whet_kernel kernel;
    struct whet_ram memory;
    struct whet_cpu cpu;

    (void)state;
    whet__cpu_read(fixture("none"), &cpu);
    assert_int_equal(cpu.online, 0);
    assert_int_equal(cpu.usable, 0);
    assert_int_equal(cpu.cache_count, 0);
    assert_string_equal(cpu.model, "");
    whet__ram_read(fixture("none"), &memory);
    assert_int_equal(memory.total_bytes, 0);
    whet__kernel_read(fixture("none"), &kernel);
    assert_string_equal(kernel.distribution, "");
    assert_true(kernel.release[0] != '\0' && kernel.machine[0] != '\0');
}

static void reads_this_machine(void **state)
{
    struct whet_ram memory;
    struct whet_cpu cpu;

    (void)state;
    whet__cpu_read("", &cpu);
    assert_int_equal(cpu.usable, whet__cpu_usable());
    assert_true(whet__cpu_usable() >= 1);
    if (cpu.online != 0)
        assert_int_equal(cpu.online, sysconf(_SC_NPROCESSORS_ONLN));
    whet__ram_read("", &memory);
    assert_true(memory.total_bytes >= memory.available_bytes);
    assert_true(whet__ram_own_peak_bytes() > 100000);
}

static void takes_files_apart(void **state)
{
    static const char text[] = "a:\t 1 \nab 2\nb\n c: 3\nd : 4";
    const char *list = "0-3,8 ,10-9,4";
    unsigned first, last;
    uint64_t number = 7;
    char value[8];

    (void)state;
    assert_int_equal(whet__sysfile_field(text, "a", value, sizeof(value)), 0);
    assert_string_equal(value, "1");
    assert_int_equal(whet__sysfile_field(text, "ab", value, sizeof(value)), 0);
    assert_string_equal(value, "2");
    assert_int_equal(whet__sysfile_field(text, "d", value, sizeof(value)), 0);
    assert_string_equal(value, "4");
    assert_int_equal(whet__sysfile_field(text, "b", value, sizeof(value)), -ENOENT);
    assert_int_equal(whet__sysfile_field(text, "c", value, sizeof(value)), -ENOENT);
    assert_int_equal(whet__sysfile_field("", "c", value, sizeof(value)), -ENOENT);
    assert_true(whet__sysfile_range(&list, &first, &last));
    assert_true(first == 0 && last == 3);
    assert_true(whet__sysfile_range(&list, &first, &last));
    assert_true(first == 8 && last == 8);
    assert_false(whet__sysfile_range(&list, &first, &last));
    assert_int_equal(whet__sysfile_list_count("0-3,8"), 5);
    assert_int_equal(whet__sysfile_list_count(""), 0);
    assert_int_equal(whet__sysfile_number(fixture("server"), &number, "/proc/%s", "cpuinfo"),
                     -EINVAL);
    assert_int_equal(whet__sysfile_number(fixture("server"), &number, "/none"), -ENOENT);
    assert_int_equal(number, 7);
    assert_int_equal(whet__sysfile_line("", value, sizeof(value), "/%05000d", 1),
                     -ENAMETOOLONG);
}

static void survives_failed_allocations(void **state)
{
    (void)state;
    EACH_ALLOCATION_FAILS
    {
        struct whet_kernel kernel;
        struct whet_ram memory;
        struct whet_cpu cpu;

        whet__cpu_read(fixture("server"), &cpu);
        whet__ram_read(fixture("server"), &memory);
        whet__kernel_read(fixture("server"), &kernel);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_a_server),       cmocka_unit_test(reads_a_board),
        cmocka_unit_test(unknown_is_an_answer), cmocka_unit_test(reads_this_machine),
        cmocka_unit_test(takes_files_apart),    cmocka_unit_test(survives_failed_allocations),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
