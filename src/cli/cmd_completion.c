/* whet completion: scripts that teach a shell the commands and options. */
#include "cli/command.h"

#include <errno.h>
#include <string.h>

#include "cli/complete.h"

#include "base/nearest.h"

struct shell {
    const char *name;
    void (*write)(struct whet_text *out);
};

static const struct shell shells[] = {
    {"bash", whet__complete_bash},
    {"fish", whet__complete_fish},
    {"zsh", whet__complete_zsh},
};
static const char *const shell_names[] = {"bash", "fish", "zsh", NULL};

static const struct shell *find_shell(const char *name, struct whet_error *err)
{
    const size_t count = sizeof(shells) / sizeof(shells[0]);
    const char *nearest;

    for (size_t i = 0; i < count; i++) {
        if (strcmp(shells[i].name, name) == 0)
            return &shells[i];
    }
    nearest = whet__nearest(name, shell_names, count);
    if (nearest != NULL)
        whet_error_set(err, -EINVAL, "unknown shell: '%.64s': did you mean '%s'?", name,
                       nearest);
    else
        whet_error_set(err, -EINVAL, "unknown shell: '%.64s': choose bash, fish or zsh", name);
    return NULL;
}

static int run_completion(const struct whet_call *call, struct whet_error *err)
{
    const struct shell *shell = find_shell(call->operands[0], err);
    struct whet_text script;
    int rc;

    if (shell == NULL)
        return -EINVAL;
    whet__text_init(&script, 1 << 20);
    shell->write(&script);
    rc = whet__text_error(&script);
    if (rc == 0)
        fputs(whet__text_str(&script), call->out);
    whet__text_clear(&script);
    return rc != 0 ? whet_error_set(err, rc, "out of memory: 'completion'") : WHET_EXIT_YES;
}

static const struct whet_example examples[] = {
    {"source <(whet completion bash)", "for this shell"},
    {"whet completion fish > ~/.config/fish/completions/whet.fish", "for every fish to come"},
    {NULL, NULL},
};

const struct whet_command whet__cmd_completion = {
    .name = "completion",
    .group = WHET_GROUP_ABOUT,
    .summary = "print a completion script for bash, fish or zsh",
    .operands = "SHELL",
    .operands_min = 1,
    .operands_max = 1,
    .words = shell_names,
    .description = "Prints a script that teaches SHELL (bash, fish or zsh) the commands and "
                   "options of whet. 'make install' puts the scripts where the shells look for "
                   "them; this command is for whet used in place.",
    .examples = examples,
    .run = run_completion,
};
