/* Every command, in byte order of names. */
#include "cli/command.h"

#include <errno.h>
#include <string.h>

#include "base/nearest.h"

extern const struct whet_command whet__cmd_bench;
extern const struct whet_command whet__cmd_cache;
extern const struct whet_command whet__cmd_check;
extern const struct whet_command whet__cmd_completion;
extern const struct whet_command whet__cmd_help;
extern const struct whet_command whet__cmd_run;
extern const struct whet_command whet__cmd_scan;
extern const struct whet_command whet__cmd_tune;

/* Keep sorted: found by bisection. One on each line: tests/gate/listed.sh looks for them. */
/* clang-format off */
static const struct whet_command *const commands[] = {
    &whet__cmd_bench,
    &whet__cmd_cache,
    &whet__cmd_check,
    &whet__cmd_completion,
    &whet__cmd_help,
    &whet__cmd_run,
    &whet__cmd_scan,
    &whet__cmd_tune,
};
/* clang-format on */

#define COMMAND_COUNT (sizeof(commands) / sizeof(commands[0]))

size_t whet__command_count(void)
{
    return COMMAND_COUNT;
}

const struct whet_command *whet__command_at(size_t index)
{
    return commands[index];
}

static const struct whet_command *find_command(const char *name)
{
    size_t low = 0;
    size_t high = COMMAND_COUNT;

    while (low < high) {
        size_t mid = low + (high - low) / 2;
        int order = strcmp(name, commands[mid]->name);

        if (order == 0)
            return commands[mid];
        if (order < 0)
            high = mid;
        else
            low = mid + 1;
    }
    return NULL;
}

const struct whet_command *whet__command_need(const char *name, struct whet_error *err)
{
    const struct whet_command *found = find_command(name);
    const char *names[COMMAND_COUNT];
    const char *nearest;

    if (found != NULL)
        return found;
    for (size_t i = 0; i < COMMAND_COUNT; i++)
        names[i] = commands[i]->name;
    nearest = whet__nearest(name, names, COMMAND_COUNT);
    if (nearest != NULL)
        whet_error_set(err, -EINVAL, "unknown command: '%.64s': did you mean '%s'?", name,
                       nearest);
    else
        whet_error_set(err, -EINVAL, "unknown command: '%.64s': 'whet --help' lists them",
                       name);
    return NULL;
}

const char *whet__command_group_name(enum whet_command_group group)
{
    static const char *const names[WHET_GROUPS] = {"measure", "find", "fix", "keep", "about"};

    return names[group];
}
