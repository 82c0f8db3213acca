/* Options that every command has, and what they mean for colour and progress. */
#include "option/global.h"

#include <stdlib.h>
#include <unistd.h>

#include "option/option.h"
#include "view/colour.h"

static const struct whet_option_choice color_choices[] = {{"auto", WHET_COLOUR_AUTO},
                                                          {"always", WHET_COLOUR_ALWAYS},
                                                          {"never", WHET_COLOUR_NEVER},
                                                          {0}};

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

int whet__global_color(const struct whet_global *global, int fd)
{
    return whet__colour_wanted((enum whet_colour_when)global->color, getenv("NO_COLOR"),
                               getenv("TERM"), isatty(fd));
}

int whet__global_progress(const struct whet_global *global)
{
    return !global->quiet && isatty(STDERR_FILENO);
}
