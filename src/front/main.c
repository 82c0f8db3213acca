/* The main of programs built with <whet/bench.h>: `whet bench` for their own functions, with
 * the same options, answers and exit codes. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <whet/bench.h>

#include "base/log.h"
#include "base/mem.h"
#include "front/bench_options.h"
#include "front/bench_run.h"
#include "option/global.h"
#include "os/signal.h"

#define HELP_WIDTH   80
#define EXIT_FAILED  2
#define OPERANDS_MAX 1000

static int fail(const struct whet_error *err)
{
    char line[1100];

    whet__log(WHET_LOG_ERROR, "%s", whet_error_format(err, line, sizeof(line)));
    return EXIT_FAILED;
}

static int print_help(const char *name)
{
    size_t global_count;
    const struct whet_option *global_rows = whet__global_options(&global_count);
    struct whet_text text;
    int rc;

    whet__text_init(&text, 1 << 20);
    whet__text_printf(&text, "usage: %s [OPTION]... [FILTER]\n\n", name);
    whet__text_puts(&text,
                    "Measures the functions of this program whose names match FILTER.\n");
    whet__options_help(whet__bench_options, WHET_BENCH_OPTION_COUNT, HELP_WIDTH, &text);
    whet__options_help(global_rows, global_count, HELP_WIDTH, &text);
    rc = whet__text_error(&text);
    if (rc == 0)
        fputs(whet__text_str(&text), stdout);
    whet__text_clear(&text);
    return rc == 0 ? 0 : EXIT_FAILED;
}

/* What could not be written is an error, unless the reader has left. */
static int finish(int code)
{
    int failed = ferror(stdout) != 0 || fflush(stdout) != 0;

    if (failed && errno != EPIPE) {
        whet__log(WHET_LOG_ERROR, "cannot write: 'stdout': %s", strerror(errno));
        return EXIT_FAILED;
    }
    return whet__interrupted() != 0 ? 128 + whet__interrupted() : code;
}

static int run(const struct whet_global *global, const struct whet_bench_args *args,
               struct whet_vec *operands, size_t dashes, const char *name)
{
    struct whet_error err = {0};
    struct whet_bench_call call = {
        .global = global,
        .args = args,
        .operand_count = operands->len,
        .dashes = dashes,
        .out = stdout,
        .title = name,
        .own_functions = 1,
    };
    int code;

    if (global->help != WHET_HELP_NONE)
        return print_help(name);
    if (whet__vec_push(operands) == NULL) /* the NULL behind the last */
        return fail((whet_error_set(&err, -ENOMEM, "out of memory: 'operands'"), &err));
    call.operands = operands->items;
    code = whet__bench_run(&call, &err);
    if (code >= 0)
        return code;
    if (err.text[0] == '\0')
        whet_error_set(&err, code, "failed: '%.100s': %s", name, strerror(-code));
    return fail(&err);
}

int whet_bench_main(int argc, char **argv)
{
    size_t global_count, dashes;
    const struct whet_option *global_rows = whet__global_options(&global_count);
    struct whet_bench_args args = whet__bench_defaults;
    struct whet_global global = {0};
    struct whet_option_set sets[] = {{whet__bench_options, WHET_BENCH_OPTION_COUNT, &args},
                                     {global_rows, global_count, &global}};
    const char *slash = argc > 0 ? strrchr(argv[0], '/') : NULL;
    const char *name = slash != NULL ? slash + 1 : argc > 0 ? argv[0] : "benchmark";
    struct whet_error err = {0};
    struct whet_vec operands;
    int code;

    whet__log_level_set(WHET_LOG_WARNING);
    whet__interrupt_install();
    whet__vec_init(&operands, sizeof(const char *), OPERANDS_MAX);
    if (whet__options_parse(sets, 2, 0, argc > 0 ? argc - 1 : 0, argc > 0 ? argv + 1 : argv,
                            &operands, &dashes, &err) != 0)
        code = fail(&err);
    else
        code = run(&global, &args, &operands, dashes, name);
    whet__options_clear(&sets[0]);
    whet__vec_clear(&operands);
    return finish(code);
}
