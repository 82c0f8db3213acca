/* whet cache: what is in caches on disk, and what a recorded sequence of requests says of
 * caches: simulations, curves, and the size for a target. */
#include "cli/cache_args.h"

#include <errno.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/nearest.h"
#include "front/cache_study.h"
#include "front/terminal.h"
#include "os/clock.h"
#include "os/file.h"
#include "view/progress.h"

#define REPORT_MAX ((size_t)64 << 20)

static const struct whet_option options[] = {
    {.section = "Caches on disk (stats, list, explain, verify, gc, clear, warm)",
     .name = "file",
     .argument = "FILE",
     WHET_INTO_LIST(whet_cache_args, files),
     .fallback = "those in $XDG_CACHE_HOME/whet",
     .help = "the cache in FILE"},
    {.name = "client",
     .argument = "NAME",
     WHET_INTO_STRING(whet_cache_args, client),
     .fallback = "all",
     .help = "what this client keeps: scan, run, or a program's own name (not verify)"},
    {.name = "prefix",
     .argument = "TEXT",
     WHET_INTO_STRING(whet_cache_args, prefix),
     .help = "keys that begin so (list, clear)"},
    {.name = "tag",
     .argument = "TAG",
     WHET_INTO_STRING(whet_cache_args, tag),
     .help = "what was put with this tag (clear)"},
    {.name = "remote",
     .argument = "URL",
     WHET_INTO_STRING(whet_cache_args, remote),
     .help = "the server that they share, too (explain, clear KEY, warm): "
             "redis://HOST[:PORT][/DB] or unix:PATH"},
    {.name = "limit",
     .argument = "N",
     WHET_INTO_UINT(whet_cache_args, limit),
     .min = 1,
     .fallback = "50; of warm: 100000",
     .help = "at most N entries (list, warm)"},
    {.name = "wide",
     WHET_INTO_FLAG(whet_cache_args, wide),
     .help = "whole keys and all columns, as is shown where no terminal is (list)"},
    {.name = "max-age",
     .argument = "TIME",
     WHET_INTO_STRING(whet_cache_args, max_age),
     .fallback = "7d",
     .help = "drop what was not used for TIME: 12h, 3d (gc)"},
    {.name = "max-size",
     .argument = "SIZE",
     WHET_INTO_SIZE(whet_cache_args, max_bytes),
     .min = 1,
     .fallback = "each cache's own bound",
     .help = "drop the least recently used until SIZE is left on disk (gc)"},
    {.name = "dry-run",
     WHET_INTO_FLAG(whet_cache_args, dry_run),
     .help = "change nothing, say what would go (gc, clear)"},
    {.name = "repair",
     WHET_INTO_FLAG(whet_cache_args, repair),
     .help = "remove what is damaged (verify)"},
    {.section = "Recorded requests (simulate, curve, tune)",
     .name = "policies",
     .letter = 'p',
     .argument = "LIST",
     WHET_INTO_STRING(whet_cache_args, policies),
     .fallback = "all; of curve: LRU, exactly",
     .help = "these eviction policies, parted by commas, or all"},
    {.name = "sizes",
     .argument = "LIST",
     WHET_INTO_STRING(whet_cache_args, sizes),
     .help = "these sizes: entries (5000), shares of all keys (10%), or, with --bytes, bytes "
             "(64MiB)"},
    {.name = "steps",
     .argument = "N",
     WHET_INTO_UINT(whet_cache_args, steps),
     .min = 1,
     .max = WHET_STUDY_STEPS_MAX,
     .fallback = "6; of curve: 12",
     .help = "N sizes from 1% to 80% of all keys"},
    {.name = "bytes",
     WHET_INTO_FLAG(whet_cache_args, in_bytes),
     .help = "count the sizes of entries, not entries"},
    {.name = "target",
     .argument = "PERCENT",
     WHET_INTO_PERCENT(whet_cache_args, target),
     .help = "the share of requests that has to hit (tune)"},
    {.name = "budget",
     .argument = "SIZE",
     WHET_INTO_STRING(whet_cache_args, budget),
     .fallback = "what one level needs for the target",
     .help = "divide SIZE between three levels (tune)"},
    {.name = "costs",
     .argument = "L1,L2,L3,MISS",
     WHET_INTO_STRING(whet_cache_args, costs),
     .fallback = "100ns,2us,6us,1ms",
     .help = "what a hit in each level and a miss cost (tune)"},
    {.name = "density",
     .argument = "L2,L3",
     WHET_INTO_STRING(whet_cache_args, density),
     .fallback = "2.5,10",
     .help =
         "how much more a byte of L2 (compressed) and L3 (disk) holds for its price (tune)"},
    {.name = "sampled",
     WHET_INTO_FLAG(whet_cache_args, sampled),
     .help = "look at some thousand keys only: much faster on long traces, good to a point or "
             "two"},
    {.name = "format",
     .letter = 'f',
     .argument = "FORMAT",
     WHET_INTO_STRING(whet_cache_args, format),
     .fallback = "told from name and content",
     .help = "TRACE is text (a key per line), csv (key,size) or oracle (libCacheSim's "
             "oracleGeneral)"},
    {.name = "jobs",
     .letter = 'j',
     .argument = "N",
     WHET_INTO_UINT(whet_cache_args, jobs),
     .min = 1,
     .max = 1024,
     .fallback = "the cores that affinity and cgroup allow",
     .help = "simulate N caches at once"},
    {.section = "Output",
     .name = "json",
     WHET_INTO_FLAG(whet_cache_args, json),
     .help = "print the answer as JSON"},
    {.name = "output",
     .letter = 'o',
     .argument = "FILE",
     WHET_INTO_STRING(whet_cache_args, output),
     .help = "write a report to FILE, too: .html with curves, .json or .txt"},
};

const char *const whet__cache_verbs[] = {"simulate", "curve",   "tune",   "stats",
                                         "list",     "explain", "verify", "gc",
                                         "clear",    "warm",    NULL};

enum form { FORM_TEXT, FORM_JSON, FORM_HTML };

static const struct {
    const char *ending;
    enum form form;
} endings[] = {{".html", FORM_HTML}, {".json", FORM_JSON}, {".txt", FORM_TEXT}};

static void watch_progress(void *ctx, uint64_t done, uint64_t total)
{
    whet__progress_update(ctx, whet__clock_now_ns(), done, total, NULL);
}

static int read_verb(const char *word, enum whet_study_verb *out, struct whet_error *err)
{
    const char *nearest;

    for (unsigned i = 0; i <= WHET_STUDY_TUNE; i++) {
        if (strcmp(word, whet__cache_verbs[i]) == 0) {
            *out = (enum whet_study_verb)i;
            return 0;
        }
    }
    nearest = whet__nearest(word, whet__cache_verbs,
                            sizeof(whet__cache_verbs) / sizeof(whet__cache_verbs[0]) - 1);
    if (nearest != NULL)
        return whet_error_set(err, -EINVAL, "unknown verb: '%.64s': did you mean '%s'?", word,
                              nearest);
    return whet_error_set(err, -EINVAL,
                          "unknown verb: '%.64s': choose stats, list, explain, verify, gc, "
                          "clear, warm, simulate, curve or tune",
                          word);
}

static int form_of_file(const char *file, enum form *out, struct whet_error *err)
{
    size_t len = strlen(file);

    for (size_t i = 0; i < sizeof(endings) / sizeof(endings[0]); i++) {
        size_t ending = strlen(endings[i].ending);

        if (len > ending && strcmp(file + len - ending, endings[i].ending) == 0) {
            *out = endings[i].form;
            return 0;
        }
    }
    return whet_error_set(
        err, -EINVAL, "no format for this ending: '%.200s': use .html, .json or .txt", file);
}

/* All that can be wrong is said before a long trace is read. */
static int read_wishes(const struct whet_call *call, struct whet_study_wishes *w,
                       struct whet_error *err)
{
    const struct whet_cache_args *args = call->args;
    enum form form;
    int rc = read_verb(call->operands[0], &w->verb, err);

    if (rc == 0 && args->output != NULL)
        rc = form_of_file(args->output, &form, err);
    if (rc != 0)
        return rc;
    if (call->operand_count < 2)
        return whet_error_set(err, -EINVAL, "missing operand: 'TRACE': whet cache %s TRACE",
                              call->operands[0]);
    if (w->verb == WHET_STUDY_TUNE && args->target <= 0)
        return whet_error_set(err, -EINVAL,
                              "missing option: '--target', above 0%%: for example --target "
                              "75%%");
    w->path = call->operands[1];
    w->format = args->format;
    w->policies = args->policies;
    w->sizes = args->sizes;
    w->steps = args->steps != 0 ? args->steps : w->verb == WHET_STUDY_CURVE ? 12 : 6;
    w->jobs = args->jobs;
    w->in_bytes = args->in_bytes;
    w->sampled = args->sampled;
    w->target = args->target;
    w->budget = args->budget;
    w->costs = args->costs;
    w->density = args->density;
    return 0;
}

static int study_with_progress(const struct whet_call *call, struct whet_study_wishes *w,
                               struct whet_study *study, struct whet_error *err)
{
    struct whet_progress line;
    int rc;

    whet__terminal_progress(&line, call->global, "simulating", "requests");
    w->stop = whet__terminal_stop;
    w->progress = watch_progress;
    w->ctx = &line;
    rc = whet__study_run(study, w, err);
    whet__progress_end(&line);
    return rc;
}

static int put(struct whet_text *out, const struct whet_study *study, enum form form,
               const struct whet_table_style *style)
{
    char when[64] = "";
    time_t now = (time_t)(whet__clock_wall_ns() / 1000000000);
    struct tm utc;

    if (form == FORM_JSON)
        whet__study_json(out, study);
    else if (form == FORM_TEXT)
        whet__study_text(out, study, style);
    if (form != FORM_HTML)
        return whet__text_error(out);
    if (gmtime_r(&now, &utc) == NULL || strftime(when, sizeof(when), "%Y-%m-%d", &utc) == 0)
        when[0] = '\0';
    return whet__study_html(out, study, when);
}

/* To stdout, and to a file where one is given. */
static int answer(const struct whet_call *call, const struct whet_study *study,
                  const char *file, struct whet_error *err)
{
    const struct whet_cache_args *args = call->args;
    struct whet_table_style style;
    enum form form = FORM_TEXT;
    struct whet_text text;
    int rc;

    whet__terminal_style(call->out, call->global, &style);
    whet__text_init(&text, REPORT_MAX);
    rc = put(&text, study, args->json ? FORM_JSON : FORM_TEXT, &style);
    if (rc == 0)
        fwrite(whet__text_str(&text), 1, text.len, call->out);
    whet__text_reset(&text);
    if (rc == 0 && file != NULL) {
        style = (struct whet_table_style){.width = 100};
        rc = form_of_file(file, &form, err);
        if (rc == 0)
            rc = put(&text, study, form, &style);
        if (rc == 0)
            rc = whet__file_write(file, whet__text_str(&text), text.len, 0);
        if (rc != 0)
            whet_error_set(err, rc, "cannot write: '%.200s': %s", file, strerror(-rc));
    } else if (rc != 0) {
        whet_error_set(err, rc, "cannot answer: '%.200s': %s", study->wishes->path,
                       strerror(-rc));
    }
    whet__text_clear(&text);
    return rc;
}

/* What was simulated when a signal came; a part does not replace a file. */
static int answer_part(const struct whet_call *call, const struct whet_study *study,
                       struct whet_error *err)
{
    int rc = 0;

    if (study->cells == NULL || study->wishes->verb == WHET_STUDY_TUNE)
        return whet_error_set(err, -EINTR, "interrupted: nothing was found out yet");
    rc = answer(call, study, NULL, err);
    return rc != 0 ? rc : whet_error_set(err, -EINTR, "interrupted: the answer is a part");
}

static int run_cache(const struct whet_call *call, struct whet_error *err)
{
    struct whet_study_wishes wishes = {0};
    struct whet_study study = {0};
    const struct whet_cache_args *args = call->args;
    int rc = whet__cache_args_check(args, call->operands[0], err);

    if (rc == 0 && whet__cache_is_on_disk(call->operands[0]))
        return whet__cache_on_disk(call, err);
    if (rc == 0)
        rc = read_wishes(call, &wishes, err);
    if (rc != 0)
        return rc;
    rc = study_with_progress(call, &wishes, &study, err);
    if (rc == 0)
        rc = answer(call, &study, args->output, err);
    else if (rc == -ECANCELED)
        rc = answer_part(call, &study, err);
    if (rc == 0 && wishes.verb == WHET_STUDY_TUNE && study.target_size == 0)
        rc = WHET_EXIT_NO;
    whet__study_clear(&study);
    return rc;
}

static const struct whet_example examples[] = {
    {"whet cache stats", "what is cached, by whom, and whether it pays"},
    {"whet cache explain --client run KEY",
     "whether KEY would hit, or the first input that differs"},
    {"whet cache gc --max-age 3d --max-size 2GiB", "drop what was not used of late"},
    {"whet cache simulate requests.txt", "every policy at six sizes"},
    {"whet cache simulate -p lru,arc,s3fifo --sizes 1000,5% trace.csv.zst -o r.html",
     "three policies at two sizes, and a page with curves"},
    {"whet cache curve --bytes trace.csv", "how LRU's misses fall with its size in bytes"},
    {"whet cache tune requests.txt --target 75%", "the size at which three of four hit"},
    {NULL, NULL},
};

const struct whet_command whet__cmd_cache = {
    .name = "cache",
    .group = WHET_GROUP_FIX,
    .summary = "inspect, clean, simulate and size caches",
    .operands = "VERB [TRACE|KEY|LIST]",
    .operands_min = 1,
    .operands_max = 2,
    .words = whet__cache_verbs,
    .description =
        "What whet and programs of <whet/cache.h> keep on disk is looked at and tidied:\n\n"
        "stats: what each client of each cache keeps, how often each level had the answer, and "
        "the time that it saved.\n\n"
        "list: entries, the last used first.\n\n"
        "explain: whether KEY (as list shows it) would be answered, and if not, the first "
        "input "
        "that differs.\n\n"
        "verify: reads everything and compares checksums.\n\n"
        "gc: drops what was not used for --max-age, then the least recently used down to "
        "--max-size.\n\n"
        "clear: drops everything, or, with KEY, --prefix or --tag, makes it untrue for all who "
        "use the cache, with all that needs it.\n\n"
        "warm: reads what was used last, so that it is in memory for the next program; with "
        "LIST, a file with a key per line, it fetches these, from --remote too.\n\n"
        "simulate, curve and tune read TRACE, a recording of which keys were asked for (- is "
        "standard input; zstd is "
        "expanded), and answer by VERB.\n\n"
        "simulate: the miss ratio of each policy at each size. Every request goes through "
        "every "
        "cache; nothing is modelled. Regret is how much more a policy misses, on average over "
        "the sizes, than the best one at each.\n\n"
        "curve: the miss ratio of LRU at any size, exactly, from one pass; with --policies, of "
        "those by simulation.\n\n"
        "tune: the smallest cache that reaches --target, for LRU and every other policy, or "
        "that it is unreachable, with the share of first requests, which no cache avoids.",
    .examples = examples,
    WHET_OPTIONS(options),
    .args_size = sizeof(struct whet_cache_args),
    .run = run_cache,
};
