/* From argv to an exit code: finds the command, reads its options, runs it, prints what
 * went wrong, and makes sure that the answer has reached its reader. */
#include "cli/driver.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/mem.h"
#include "cli/command.h"
#include "cli/version.h"
#include "os/signal.h"

/* What stands before the command: `whet --color=never scan`, `whet --version`. */
struct top {
    struct whet_global global;
    int version;
};

static const struct whet_option top_rows[] = {
    {.name = "version", WHET_INTO_FLAG(top, version), .help = "print the version"},
};

/* Why stdout failed some time ago: stdio remembers that it did, not why, and drops what
 * it could not write. One more byte, behind an answer that is cut anyway, meets the same
 * cause. */
static int ask_again(void)
{
    return write(STDOUT_FILENO, "\n", 1) < 0 ? -errno : -EIO;
}

/* 0 when all that was written has arrived, else -errno. */
static int finish_stdout(void)
{
    int rc = 0;

    if (ferror(stdout))
        rc = ask_again();
    else if (fflush(stdout) != 0)
        rc = -errno;
    /* A stdout that was closed from the start is an error only if it was needed. */
    if (fclose(stdout) != 0 && rc == 0 && errno != EBADF)
        rc = -errno;
    return rc;
}

/* The reader has left (`whet ... | head`): end as a process does that knows nothing of
 * it, so that the shell sees the same. */
static int leave_quietly(void)
{
    signal(SIGPIPE, SIG_DFL);
    raise(SIGPIPE);
    return WHET_EXIT_FAILURE;
}

static int finish(int code)
{
    int rc = finish_stdout();

    if (rc == -EPIPE)
        return leave_quietly();
    if (rc != 0) {
        whet__log(WHET_LOG_ERROR, "cannot write: 'stdout': %s", strerror(-rc));
        return WHET_EXIT_FAILURE;
    }
    return whet__interrupted() != 0 ? 128 + whet__interrupted() : code;
}

static int fail(const struct whet_error *err)
{
    char line[1100];

    whet__log(WHET_LOG_ERROR, "%s", whet_error_format(err, line, sizeof(line)));
    return WHET_EXIT_FAILURE;
}

static void set_level(const struct whet_global *global)
{
    enum whet_log_level level = WHET_LOG_WARNING;

    if (global->quiet)
        level = WHET_LOG_ERROR;
    else if (global->verbose > 0)
        level = global->verbose > 1 ? WHET_LOG_DEBUG : WHET_LOG_INFO;
    whet__log_level_set(level);
}

static int print(struct whet_text *text, FILE *to)
{
    int rc = whet__text_error(text);

    if (rc == 0)
        fputs(whet__text_str(text), to);
    else
        whet__log(WHET_LOG_ERROR, "out of memory: 'help': try again");
    whet__text_clear(text);
    return rc == 0 ? WHET_EXIT_YES : WHET_EXIT_FAILURE;
}

static int check_operands(const struct whet_command *command, const struct whet_vec *operands,
                          struct whet_error *err)
{
    const char *const *items = operands->items;

    if (operands->len < command->operands_min)
        return whet_error_set(err, -EINVAL,
                              "missing operand: '%s': 'whet %s -h' shows the usage",
                              command->operands, command->name);
    if (operands->len > command->operands_max)
        return whet_error_set(err, -EINVAL,
                              "unexpected operand: '%.200s': 'whet %s -h' shows the usage",
                              items[command->operands_max], command->name);
    return 0;
}

static int run_command(struct whet_call *call, struct whet_vec *operands)
{
    struct whet_error err = {0};
    int code;

    set_level(call->global);
    if (call->global->help != WHET_HELP_NONE) {
        struct whet_text help;

        whet__text_init(&help, 1 << 20);
        whet__command_help(call->command, call->global->help == WHET_HELP_FULL, &help);
        return print(&help, stdout);
    }
    if (check_operands(call->command, operands, &err) != 0)
        return fail(&err);
    if (whet__vec_push(operands) == NULL) /* the NULL behind the last */
        return fail((whet_error_set(&err, -ENOMEM, "out of memory: 'operands'"), &err));
    call->operands = operands->items;
    call->operand_count = operands->len - 1;
    code = call->command->run(call, &err);
    if (code >= 0)
        return code;
    if (err.text[0] == '\0')
        whet_error_set(&err, code, "failed: '%s': %s", call->command->name, strerror(-code));
    return fail(&err);
}

static int parse_and_run(const struct whet_command *command, struct whet_global *global,
                         int argc, char *const *argv)
{
    size_t global_count;
    const struct whet_option *global_rows = whet__global_options(&global_count);
    void *args = whet__mem_zalloc(1, command->args_size + 1);
    struct whet_option_set sets[] = {{command->options, command->option_count, args},
                                     {global_rows, global_count, global}};
    struct whet_call call = {.command = command, .global = global, .args = args, .out = stdout};
    unsigned flags = command->flags & WHET_COMMAND_STOP ? WHET_OPTIONS_STOP : 0;
    struct whet_error err = {0};
    struct whet_vec operands;
    int code;

    whet__vec_init(&operands, sizeof(const char *), WHET_OPTION_ITEMS_MAX);
    if (args == NULL) {
        whet_error_set(&err, -ENOMEM, "out of memory: '%s'", command->name);
        code = fail(&err);
        goto out;
    }
    if (command->defaults != NULL)
        memcpy(args, command->defaults, command->args_size);
    if (whet__options_parse(sets, 2, flags, argc, argv, &operands, &call.dashes, &err) != 0)
        code = fail(&err);
    else
        code = run_command(&call, &operands);
    whet__options_clear(&sets[0]);
out:
    whet__vec_clear(&operands);
    whet__mem_free(args);
    return code;
}

/* Without a command: --help and --version answer; else the overview says what there is. */
static int run_top(const struct top *top)
{
    struct whet_text text;
    int code;

    whet__text_init(&text, 1 << 20);
    if (top->version) {
        whet__version_report(&text);
        return print(&text, stdout);
    }
    whet__overview(&text);
    if (top->global.help != WHET_HELP_NONE)
        return print(&text, stdout);
    code = print(&text, stderr);
    whet__log(WHET_LOG_ERROR, "missing command: 'whet': name one of the above");
    return code == WHET_EXIT_YES ? WHET_EXIT_FAILURE : code;
}

/* Reads the options before the command; *at becomes the index of the command in argv. */
static int read_top(struct top *top, int argc, char *const *argv, int *at,
                    struct whet_error *err)
{
    size_t global_count;
    const struct whet_option *global_rows = whet__global_options(&global_count);
    struct whet_option_set sets[] = {{top_rows, sizeof(top_rows) / sizeof(top_rows[0]), top},
                                     {global_rows, global_count, &top->global}};

    return whet__options_parse_head(sets, 2, argc, argv, at, err);
}

int whet__driver(int argc, char *const *argv)
{
    const struct whet_command *command;
    struct whet_error err = {0};
    struct top top = {0};
    int at = 0;

    whet__log_level_set(WHET_LOG_WARNING);
    whet__interrupt_install();
    if (read_top(&top, argc, argv, &at, &err) != 0)
        return finish(fail(&err));
    if (top.version || at == argc)
        return finish(run_top(&top));
    command = whet__command_need(argv[at], &err);
    if (command == NULL)
        return finish(fail(&err));
    return finish(parse_and_run(command, &top.global, argc - at - 1, argv + at + 1));
}
