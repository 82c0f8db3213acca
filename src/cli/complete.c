/* What the completion scripts of all shells share. */
#include "cli/complete.h"

#include <string.h>

enum whet_complete_kind whet__complete_kind(const struct whet_option *row)
{
    if (row->choices != NULL)
        return WHET_COMPLETE_WORDS;
    if (row->argument != NULL && strcmp(row->argument, "FILE") == 0)
        return WHET_COMPLETE_FILE;
    if (row->argument != NULL && strcmp(row->argument, "DIR") == 0)
        return WHET_COMPLETE_DIR;
    return WHET_COMPLETE_NONE;
}

void whet__complete_choices(const struct whet_option *row, struct whet_text *out)
{
    for (const struct whet_option_choice *c = row->choices; c->name != NULL; c++)
        whet__text_printf(out, "%s%s", c == row->choices ? "" : " ", c->name);
}

void whet__complete_commands(struct whet_text *out)
{
    for (size_t i = 0; i < whet__command_count(); i++)
        whet__text_printf(out, "%s%s", i == 0 ? "" : " ", whet__command_at(i)->name);
}

static void visit_rows(const struct whet_option *rows, size_t count, whet_complete_visit visit,
                       void *ctx)
{
    for (size_t i = 0; i < count; i++) {
        if (rows[i].help != NULL)
            visit(&rows[i], ctx);
    }
}

void whet__complete_each(const struct whet_command *command, whet_complete_visit visit,
                         void *ctx)
{
    size_t count;
    const struct whet_option *global = whet__global_options(&count);

    if (command != NULL)
        visit_rows(command->options, command->option_count, visit, ctx);
    visit_rows(global, count, visit, ctx);
}
