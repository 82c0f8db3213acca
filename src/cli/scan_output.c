/* How the answer of 'whet scan' goes out: to stdout, or whole to a file; and what people are
 * told beside it. Expected load: once per process, up to a million files. */
#include "cli/scan_output.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "cli/scan_args.h"
#include "os/file.h"
#include "os/term.h"
#include "scan/merge_stream.h"

/* A file that could not be read is missing from every sum: the first one is named. */
static void errors_tell(const struct whet_scan *scan)
{
    uint64_t count = whet_scan_totals(scan)->skipped[WHET_SCAN_SKIP_ERROR];

    for (size_t i = 0; count != 0 && i < whet_scan_skip_count(scan); i++) {
        const struct whet_scan_skip *skip = whet_scan_skip(scan, i);

        if (skip->reason != WHET_SCAN_SKIP_ERROR)
            continue;
        whet__log(WHET_LOG_WARNING, "%llu not read, first: '%.200s': %s: --skipped lists them",
                  (unsigned long long)count, skip->path, strerror(-skip->error));
        return;
    }
}

/* So is one that a worker could not analyse. */
static void failures_tell(const struct whet_scan *scan)
{
    const struct whet_scan_totals *t = whet_scan_totals(scan);
    uint64_t count = 0;

    for (int i = WHET_SCAN_SKIP_CRASHED; i < WHET_SCAN_SKIP_REASONS; i++)
        count += t->skipped[i];
    for (size_t i = 0; count != 0 && i < whet_scan_skip_count(scan); i++) {
        const struct whet_scan_skip *skip = whet_scan_skip(scan, i);

        if (skip->reason < WHET_SCAN_SKIP_CRASHED)
            continue;
        whet__log(WHET_LOG_WARNING,
                  "%llu not analysed, first: '%.200s': %s: --skipped lists them",
                  (unsigned long long)count, skip->path, whet_scan_reason_name(skip->reason));
        return;
    }
}

/* The lines for people, on stderr: what it took, what was left out. */
static void tell(const struct whet_call *call, const struct whet_scan *scan)
{
    struct whet_text line;

    for (size_t i = 0; i < whet_scan_note_count(scan); i++)
        whet__log(WHET_LOG_WARNING, "%s", whet_scan_note(scan, i));
    errors_tell(scan);
    failures_tell(scan);
    if (call->global->quiet)
        return;
    whet__text_init(&line, 1 << 16);
    whet__scan_summary_line(&line, scan);
    fprintf(stderr, "%s\n", whet__text_str(&line));
    whet__text_reset(&line);
    whet__scan_skipped_line(&line, scan);
    if (line.len != 0)
        fprintf(stderr, "%s\n", whet__text_str(&line));
    whet__text_clear(&line);
}

static int write_failed(const char *file, int rc, struct whet_error *err)
{
    return whet_error_set(err, rc, "cannot write: '%.200s': %s", file, strerror(-rc));
}

/* What is written to a file, or to stdout. */
struct writer {
    int (*write)(void *ctx, FILE *out);
    void *ctx;
};

static int stream_fill(void *ctx, int fd)
{
    const struct writer *w = ctx;
    int copy = fcntl(fd, F_DUPFD_CLOEXEC, 0);
    FILE *out = copy >= 0 ? fdopen(copy, "w") : NULL;
    int rc;

    if (out == NULL) {
        rc = -errno;
        if (copy >= 0)
            close(copy);
        return rc;
    }
    rc = w->write(w->ctx, out);
    if (fclose(out) != 0 && rc == 0)
        rc = -errno;
    return rc;
}

struct formatted {
    const struct whet_scan *scan;
    const struct whet_scan_format *format;
    const struct whet_scan_format_options *how;
};

static int formatted_write(void *ctx, FILE *out)
{
    const struct formatted *f = ctx;

    return f->format->put(out, f->scan, f->how);
}

/* Writes to a temporary name beside FILE and renames: a reader never sees half. */
static int answer_file(const struct whet_call *call, const struct whet_scan *scan,
                       const struct whet_scan_format *format,
                       const struct whet_scan_format_options *how, struct whet_error *err)
{
    const struct whet_scan_args *args = call->args;
    struct formatted f = {scan, format, how};
    int rc =
        whet__file_fill(args->output, stream_fill, &(struct writer){formatted_write, &f}, 0);

    return rc != 0 ? write_failed(args->output, rc, err) : 0;
}

static int answer(const struct whet_call *call, const struct whet_scan *scan,
                  const struct whet_scan_format *format, struct whet_error *err)
{
    const struct whet_scan_args *args = call->args;
    struct whet_scan_format_options how = {
        .path = whet_scan_path(scan),
        .by_file = args->by_file,
        .list = (args->flags & WHET_SCAN_LIST_ONLY) != 0,
        .skipped = args->skipped,
        .top = args->top,
        .summary = args->summary,
    };
    struct whet_term term;
    int rc;

    if (args->output != NULL && whet_scan_totals(scan)->stopped &&
        access(args->output, F_OK) == 0)
        return 0; /* a part does not replace what may be a whole answer */
    if (args->output != NULL)
        return answer_file(call, scan, format, &how, err);
    whet__term_read(fileno(call->out), &term);
    how.style.width = term.tty ? term.columns : 0;
    how.style.colour = whet__global_color(call->global, fileno(call->out));
    rc = format->put(call->out, scan, &how);
    if (rc == -ENOMEM)
        return whet_error_set(err, rc, "out of memory");
    /* Before the lines for people on stderr. A failed write is the driver's to tell. */
    fflush(call->out);
    return 0;
}

int whet__scan_output(const struct whet_call *call, const struct whet_scan *scan,
                      const struct whet_scan_format *format, struct whet_error *err)
{
    int rc = answer(call, scan, format, err);

    if (rc == 0)
        tell(call, scan);
    return rc;
}

/* A merge whose answer goes out while the shards come in. */
struct going {
    const struct whet_call *call;
    struct whet_scan *scan;
    struct whet_scan_lines lines;
    struct whet_error *err;
    int told; /* *err says what went wrong */
};

static int going_begin(void *ctx, const struct whet_scan *scan)
{
    struct going *g = ctx;

    return whet__scan_lines_begin(&g->lines, scan, whet_scan_path(scan));
}

static int going_file(void *ctx, const struct whet_scan_file *file)
{
    return whet__scan_lines_file(&((struct going *)ctx)->lines, file);
}

static int going_skip(void *ctx, const struct whet_scan_skip *skip)
{
    return whet__scan_lines_skip(&((struct going *)ctx)->lines, skip);
}

static int going_write(void *ctx, FILE *out)
{
    struct going *g = ctx;
    const struct whet_scan_each each = {going_begin, going_file, going_skip, g};
    int rc;

    whet__scan_lines_init(&g->lines, out);
    rc = whet__scan_merge_stream(&g->scan, g->call->operands, g->call->operand_count, &each,
                                 g->err);
    g->told = rc != 0 && !ferror(out);
    if (rc == 0)
        rc = whet__scan_lines_end(&g->lines, g->scan);
    whet__scan_lines_clear(&g->lines);
    return rc;
}

static int merge_lines(const struct whet_call *call, struct whet_scan **scan,
                       struct whet_error *err)
{
    const struct whet_scan_args *args = call->args;
    struct going g = {.call = call, .err = err};
    int rc;

    if (args->output != NULL)
        rc = whet__file_fill(args->output, stream_fill, &(struct writer){going_write, &g}, 0);
    else
        rc = going_write(&g, call->out);
    *scan = g.scan;
    if (rc == 0 || g.told)
        return rc;
    if (args->output != NULL)
        return write_failed(args->output, rc, err);
    return 0; /* a failed write to stdout is the driver's to tell */
}

/* Whether what is asked for needs all files at hand. */
static int needs_lists(const struct whet_scan_args *args, const struct whet_scan_format *format)
{
    return format != &whet__scan_format_table || args->by_file || args->skipped ||
           args->top != 0 || (args->flags & WHET_SCAN_LIST_ONLY) != 0;
}

int whet__scan_output_merge(const struct whet_call *call, const struct whet_scan_format *format,
                            struct whet_error *err)
{
    const struct whet_scan_args *args = call->args;
    struct whet_scan *scan = NULL;
    int rc;

    if (format == &whet__scan_format_json && !args->summary) {
        rc = merge_lines(call, &scan, err);
    } else {
        rc =
            !needs_lists(args, format)
                ? whet__scan_merge_stream(&scan, call->operands, call->operand_count, NULL, err)
                : whet_scan_merge(&scan, call->operands, call->operand_count, err);
        if (rc == 0)
            rc = answer(call, scan, format, err);
    }
    fflush(call->out);
    if (rc == 0 && scan != NULL)
        tell(call, scan);
    whet_scan_free(scan);
    return rc;
}
