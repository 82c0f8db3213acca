/* How the program is started, once for the list and once for each benchmark's calibration; in
 * rounds the session starts it. */
#include "bench/function_set.h"

#include <errno.h>
#include <string.h>

#define REQUEST_MAX 32768

struct whet_function_item *whet__function_item(const struct whet_functions *f, size_t index)
{
    return whet__vec_at(&f->items, index);
}

const char *whet__function_kept(struct whet_functions *f, const char *text)
{
    return whet__arena_strndup(&f->strings, text, strlen(text));
}

int whet__function_no_memory(struct whet_error *err)
{
    return whet_error_set(err, -ENOMEM, "out of memory");
}

/* A text of the arena from two; NULL: no memory. */
const char *whet__function_joined(struct whet_functions *f, const char *a, const char *b)
{
    size_t len = strlen(a);
    char *text = whet__arena_zalloc(&f->strings, len + strlen(b) + 1, 1);

    if (text == NULL)
        return NULL;
    memcpy(text, a, len);
    memcpy(text + len, b, strlen(b) + 1);
    return text;
}

/* All of it lives in the arena. */
static int argv_make(struct whet_functions *f, const char *request, const char *const **out)
{
    const char **argv = whet__arena_zalloc(&f->strings, f->program_len + 3, sizeof(*argv));
    const char *kept = whet__function_kept(f, request);

    if (argv == NULL || kept == NULL)
        return -ENOMEM;
    memcpy(argv, f->program, f->program_len * sizeof(*argv));
    argv[f->program_len] = "--worker";
    argv[f->program_len + 1] = kept;
    *out = argv;
    return 0;
}

int whet__function_argv(struct whet_functions *f, const struct whet_function_request *q,
                        const char *const **out, struct whet_error *err)
{
    struct whet_text text;
    int rc;

    whet__text_init(&text, REQUEST_MAX);
    rc = whet__function_request_write(q, &text);
    if (rc == 0)
        rc = argv_make(f, text.data, out);
    whet__text_clear(&text);
    if (rc == -EINVAL)
        return whet_error_set(err, rc, "a line break in the name of a folder: '%.300s'",
                              q->scratch != NULL ? q->scratch : q->file);
    return rc != 0 ? whet__function_no_memory(err) : 0;
}

struct whet_function_request whet__function_request_of(const struct whet_functions *f,
                                                       const struct whet_function_item *it,
                                                       enum whet_function_verb verb)
{
    return (struct whet_function_request){
        .verb = verb,
        .file = it->answer,
        .name = it->own_name,
        .scratch = f->scratch,
        .iterations = it->iterations,
        .epoch_ns = f->o.epoch_ns,
        .seed = it->own_name != NULL ? whet__hash64(it->own_name, strlen(it->own_name)) : 0,
        .epochs = f->o.epochs,
        .linear = f->o.linear,
    };
}

/* Runs the program with a request; what it printed to stderr goes into `said`. */
int whet__function_launch(struct whet_functions *f, const struct whet_function_request *q,
                          uint64_t timeout_ns, struct whet_text *said,
                          struct whet_spawn_result *run, struct whet_error *err)
{
    struct whet_spawn_options o = {.program = f->path,
                                   .out = WHET_SPAWN_NULL,
                                   .err = WHET_SPAWN_CAPTURE,
                                   .err_text = said,
                                   .timeout_ns = timeout_ns,
                                   .stop = f->o.stop,
                                   .ctx = f->o.ctx};
    int rc = whet__function_argv(f, q, &o.argv, err);

    if (rc != 0)
        return rc;
    rc = whet__spawn_run(&o, run, err);
    if (rc == 0 && run->stopped)
        rc = whet_error_set(err, -ECANCELED, "stopped");
    return rc;
}

/* The last line of what it said, behind a colon; "" if it said nothing. */
static const char *last_words(struct whet_text *said)
{
    char *line;

    while (said->len > 0 && said->data[said->len - 1] == '\n')
        whet__text_truncate(said, said->len - 1);
    if (said->len == 0)
        return "it said nothing";
    line = strrchr(said->data, '\n');
    return line != NULL ? line + 1 : said->data;
}

int whet__function_silence(const struct whet_function_item *it,
                           const struct whet_spawn_result *run, struct whet_text *said,
                           struct whet_error *err)
{
    if (run->timed_out)
        return whet_error_set(err, -ETIMEDOUT, "benchmark took too long: '%.255s'", it->name);
    if (run->signal != 0)
        return whet_error_set(err, -ECHILD,
                              "benchmark was killed by signal %d: '%.255s': %.150s",
                              run->signal, it->name, last_words(said));
    if (run->exit_code != 0)
        return whet_error_set(err, -ECHILD,
                              "benchmark ended with exit code %d: '%.255s': %.150s",
                              run->exit_code, it->name, last_words(said));
    return whet_error_set(
        err, -ECHILD, "benchmark ended the program before it could answer: '%.255s'", it->name);
}
