/* What is below PATH: how many files, how large. A child process lists it: the peak
 * memory of a child counts what its parent had at the start, so this process had better
 * stay small while it measures others. */
#include "tune/session.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "os/spawn.h"

#define ANSWER_MAX ((size_t)4 << 20)

/* The last line of what the child said on stderr, without "whet: ". */
static const char *complaint(struct whet_text *text)
{
    char *line;

    while (text->len != 0 && text->data[text->len - 1] == '\n')
        whet__text_truncate(text, text->len - 1);
    if (text->len == 0)
        return "it said nothing";
    line = strrchr(text->data, '\n');
    line = line != NULL ? line + 1 : text->data;
    return strncmp(line, "whet: ", 6) == 0 ? line + 6 : line;
}

static int child_list(struct whet_tune *tune, struct whet_text *out, struct whet_error *err)
{
    const char *argv[12] = {whet__text_str(&tune->program),
                            "scan",
                            "--list",
                            "--json",
                            "--summary",
                            "-q",
                            "--no-config"};
    size_t argc = 7;
    char max_file[32];
    struct whet_spawn_result result;
    struct whet_spawn_options options = {
        .argv = argv,
        .out = WHET_SPAWN_CAPTURE,
        .err = WHET_SPAWN_CAPTURE,
        .out_text = out,
        .stop = tune->options.stop,
        .ctx = tune->options.ctx,
    };
    struct whet_text said;
    int rc;

    if (tune->options.max_file_bytes != 0) {
        snprintf(max_file, sizeof(max_file), "%llu",
                 (unsigned long long)tune->options.max_file_bytes);
        argv[argc++] = "--max-file-size";
        argv[argc++] = max_file;
    }
    argv[argc++] = "--";
    argv[argc] = whet__text_str(&tune->path);
    whet__text_init(&said, (size_t)1 << 16);
    options.err_text = &said;
    rc = whet__spawn_run(&options, &result, err);
    if (rc == 0 && result.stopped)
        rc = whet_error_set(err, -ECANCELED, "interrupted: nothing was measured");
    else if (rc == 0 && result.exit_code != 0)
        rc = whet_error_set(err, -EIO, "%s", complaint(&said));
    whet__text_clear(&said);
    return rc;
}

int whet__tune_workload_read(struct whet_tune *tune, struct whet_error *err)
{
    struct whet_tune_workload *w = &tune->workload;
    struct whet_tune_answer answer = {0};
    struct whet_text out;
    int rc;

    whet__text_init(&out, ANSWER_MAX);
    rc = child_list(tune, &out, err);
    if (rc == 0)
        rc = whet__tune_answer_read(whet__text_str(&out), out.len, &answer, err);
    whet__text_clear(&out);
    if (rc != 0)
        return rc;
    if (answer.files == 0)
        return whet_error_set(err, -ENODATA, "no file to scan below: '%.300s'",
                              whet__text_str(&tune->path));
    w->files = answer.files;
    w->bytes = answer.bytes;
    w->mean_bytes = answer.mean_bytes;
    w->p50_bytes = answer.p50_bytes;
    w->p90_bytes = answer.p90_bytes;
    w->p99_bytes = answer.p99_bytes;
    w->max_bytes = answer.max_bytes;
    memcpy(w->classes, answer.classes, sizeof(w->classes));
    /* Parsing is nine tenths and more of a scan's work, whatever the files. */
    w->flags = WHET_TUNE_CPU_INTENSIVE;
    return 0;
}
