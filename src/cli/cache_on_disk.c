/* whet cache stats, list, explain, verify, gc, clear, warm: what is in caches on disk. Once per
 * process. */
#include "cli/cache_args.h"

#include <errno.h>
#include <string.h>

#include <whet/units.h>

#include "front/cache_files.h"
#include "front/terminal.h"
#include "os/term.h"

#define REPORT_MAX ((size_t)64 << 20)

static const struct {
    const char *name;
    whet_files_verb run;
    size_t operands; /* at most */
    int needs_key;
} files_verbs[] = {
    {"clear", whet__files_clear, 1, 0}, {"explain", whet__files_explain, 1, 1},
    {"gc", whet__files_gc, 0, 0},       {"list", whet__files_list, 0, 0},
    {"stats", whet__files_stats, 0, 0}, {"verify", whet__files_verify, 0, 0},
    {"warm", whet__files_warm, 1, 0},
};
enum { VERBS = sizeof(files_verbs) / sizeof(files_verbs[0]) };

static size_t verb_of(const char *name)
{
    size_t at = 0;

    while (at < VERBS && strcmp(name, files_verbs[at].name) != 0)
        at++;
    return at;
}

static int files_check(const struct whet_call *call, size_t verb, struct whet_error *err)
{
    const struct whet_cache_args *args = call->args;
    const char *name = files_verbs[verb].name;
    size_t named = call->operand_count - 1;

    if (named > files_verbs[verb].operands)
        return whet_error_set(err, -EINVAL, "too many operands: '%.200s'",
                              call->operands[files_verbs[verb].operands + 1]);
    if (files_verbs[verb].needs_key && named == 0)
        return whet_error_set(err, -EINVAL, "missing operand: 'KEY': whet cache %s KEY", name);
    if ((args->tag != NULL) + (args->prefix != NULL) + (named != 0) > 1)
        return whet_error_set(err, -EINVAL,
                              "too much: 'cache %s': give one of KEY, --prefix "
                              "and --tag",
                              name);
    if (args->remote != NULL && files_verbs[verb].run == whet__files_clear &&
        args->tag == NULL && args->prefix == NULL && named == 0)
        return whet_error_set(
            err, -EINVAL,
            "too much: '--remote': what a server has is not cleared but by KEY, "
            "--prefix or --tag");
    if (args->dry_run && (args->tag != NULL || args->prefix != NULL || named != 0))
        return whet_error_set(err, -EINVAL,
                              "nothing to try: '--dry-run': an invalidation drops nothing, it "
                              "makes entries untrue: leave it out");
    if (args->output != NULL)
        return whet_error_set(err, -EINVAL, "no report of '%s': '--output': use --json", name);
    return 0;
}

/* "3" may be meant as days, and be taken for seconds, which would drop most of all there is. */
static int read_age(const char *text, uint64_t *out_ns, struct whet_error *err)
{
    int rc;

    if (text[0] != '\0' && text[strspn(text, "0123456789.")] == '\0')
        return whet_error_set(err, -EINVAL,
                              "time without a unit: '--max-age %.64s': write %.20sd or %.20sh",
                              text, text, text);
    rc = whet_duration_parse(text, out_ns, err);
    if (rc != 0)
        return rc;
    return *out_ns != 0
               ? 0
               : whet_error_set(err, -EINVAL,
                                "value too small: '--max-age %.64s': clear drops all", text);
}

int whet__cache_is_on_disk(const char *verb)
{
    return verb_of(verb) < VERBS;
}

int whet__cache_on_disk(const struct whet_call *call, struct whet_error *err)
{
    size_t verb = verb_of(call->operands[0]);
    const struct whet_cache_args *args = call->args;
    const char *operand = call->operand_count > 1 ? call->operands[1] : NULL;
    int warm = files_verbs[verb].run == whet__files_warm;
    struct whet_error partial = {.code = 0};
    struct whet_files_wishes wishes = {
        .paths = &args->files,
        .client = args->client,
        .key = warm ? NULL : operand,
        .list = warm ? operand : NULL,
        .tag = args->tag,
        .prefix = args->prefix,
        .remote = args->remote,
        .max_bytes = args->max_bytes,
        .limit = args->limit,
        .dry_run = args->dry_run,
        .repair = args->repair,
        .json = args->json,
        .stop = whet__terminal_stop,
        .partial = &partial,
    };
    struct whet_table_style style;
    struct whet_text text;
    struct whet_term term;
    int rc = files_check(call, verb, err);

    if (rc == 0 && args->max_age != NULL)
        rc = read_age(args->max_age, &wishes.max_age_ns, err);

    if (rc != 0)
        return rc;
    whet__terminal_style(call->out, call->global, &style);
    whet__term_read(fileno(call->out), &term);
    wishes.wide = args->wide || !term.tty;
    whet__text_init(&text, REPORT_MAX);
    rc = files_verbs[verb].run(&wishes, &text, &style, err);
    if (rc == 0 || rc == WHET_EXIT_NO)
        fwrite(whet__text_str(&text), 1, text.len, call->out);
    else if (err->code == 0)
        whet_error_set(err, rc, "cannot answer: '%s': %s", files_verbs[verb].name,
                       strerror(-rc));
    whet__text_clear(&text);
    if (rc >= 0 && partial.code != 0) { /* the answer is of the others */
        *err = partial;
        rc = partial.code;
    }
    return rc;
}
