/* Options that every command has, and what they mean for colour and progress. */
#include "option/global.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "option/option.h"

static const struct whet_option_choice color_choices[] = {
    {"auto", WHET_COLOR_AUTO}, {"always", WHET_COLOR_ALWAYS}, {"never", WHET_COLOR_NEVER}, {0}};

static const struct whet_option rows[] = {
    {.section = "Everywhere",
     .name = "color",
     .argument = "WHEN",
     WHET_INTO_CHOICE(whet_global, color),
     .choices = color_choices,
     .fallback = "auto",
     .help = "colour the answer"},
    {.name = "quiet",
     .letter = 'q',
     WHET_INTO_FLAG(whet_global, quiet),
     .help = "show no progress and no notes, only errors"},
    {.name = "verbose",
     .letter = 'v',
     WHET_INTO_COUNT(whet_global, verbose),
     .help = "say what is done; twice, say everything"},
    {.letter = 'h',
     WHET_INTO_FLAG(whet_global, help),
     .value = WHET_HELP_SHORT,
     .help = "list the options"},
    {.name = "help",
     WHET_INTO_FLAG(whet_global, help),
     .value = WHET_HELP_FULL,
     .help = "the same, with a description and examples"},
};

const struct whet_option *whet__global_options(size_t *count)
{
    *count = sizeof(rows) / sizeof(rows[0]);
    return rows;
}

static int is_set(const char *variable)
{
    const char *value = getenv(variable);

    return value != NULL && value[0] != '\0';
}

int whet__global_color(const struct whet_global *global, int fd)
{
    const char *term = getenv("TERM");

    if (global->color != WHET_COLOR_AUTO)
        return global->color == WHET_COLOR_ALWAYS;
    return !is_set("NO_COLOR") && isatty(fd) && term != NULL && strcmp(term, "dumb") != 0;
}

int whet__global_progress(const struct whet_global *global)
{
    return !global->quiet && isatty(STDERR_FILENO);
}
