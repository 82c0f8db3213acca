/* Keeping results. Expected load: once per session, some ten arms of some ten metrics, beside
 * others that do the same; the file grows to some hundred MiB in years. Samples are not kept:
 * whoever wants them again keeps a baseline. */
#include "check/history.h"

#include <errno.h>
#include <string.h>

#include "base/mem.h"
#include "bench/words.h"
#include "check/git_commit.h"
#include "check/history_file.h"
#include "os/clock.h"
#include "stat/interval.h"
#include "stat/quantile.h"

#define LEVEL         0.99
#define SECOND_NS     UINT64_C(1000000000)
#define DEFAULT_AGE   (400 * 86400 * SECOND_NS)
#define DEFAULT_BYTES ((uint64_t)256 << 20)
#define SHRINK_TRIES  8 /* each drops a quarter of what is left */
#define FOLDER_BYTES  ((size_t)8192)

/* One report on its way in. */
struct adding {
    struct whet_history_file file;
    struct whet_store_stmt session, arm, value;
    const char *folder, *revision, *command;
};

static int prepare(struct adding *a)
{
    struct whet_store *s = a->file.disk.store;
    int rc = whet__store_prepare(
        s,
        "INSERT INTO session(time, folder, revision, suite, verdict, command, version,"
        " hostname, cpu_model, architecture, kernel, cores)"
        " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
        &a->session);

    if (rc == 0)
        rc = whet__store_prepare(
            s,
            "INSERT INTO arm(session, name, command, program_hash, metric, samples, failed)"
            " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            &a->arm);
    if (rc == 0)
        rc = whet__store_prepare(
            s,
            "INSERT INTO value(arm, metric, unit, n, median, low, high, level, min, max)"
            " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
            &a->value);
    return rc;
}

static void bind_text(struct whet_store_stmt *st, int at, const char *text)
{
    if (text == NULL)
        whet__store_bind_null(st, at);
    else
        whet__store_bind_text(st, at, text);
}

/* `values` are `n`, in any order. */
static int value_add(struct adding *a, int64_t arm, const struct whet_metric *m, double *values,
                     size_t n)
{
    struct whet_store_stmt *st = &a->value;
    struct whet_interval median;

    if (n == 0 || whet__doubles_sort(values, n) != 0 ||
        whet__interval_median(&median, values, n, LEVEL) != 0)
        return 0;
    whet__store_bind_int(st, 1, arm);
    whet__store_bind_text(st, 2, m->name);
    whet__store_bind_text(st, 3, whet__unit_words[m->unit]);
    whet__store_bind_int(st, 4, (int64_t)n);
    whet__store_bind_double(st, 5, median.estimate);
    whet__store_bind_double(st, 6, median.low);
    whet__store_bind_double(st, 7, median.high);
    whet__store_bind_double(st, 8, median.level);
    whet__store_bind_double(st, 9, values[0]);
    whet__store_bind_double(st, 10, values[n - 1]);
    return whet__store_step(st);
}

static int arm_add(struct adding *a, int64_t session, const struct whet_outcome *o,
                   size_t index)
{
    const struct whet_result *r = o->result;
    const struct whet_result_arm *arm = whet__result_arm(r, index);
    struct whet_store_stmt *st = &a->arm;
    double *values;
    size_t metric;
    int64_t id;
    int rc;

    if (o->metric == NULL || whet__result_find_metric(r, o->metric, &metric) != 0)
        metric = whet__judge_metric(r, index, index, NULL);
    whet__store_bind_int(st, 1, session);
    whet__store_bind_text(st, 2, arm->name);
    bind_text(st, 3, arm->command);
    bind_text(st, 4, arm->program_hash);
    whet__store_bind_text(st, 5, r->metrics[metric].name);
    whet__store_bind_int(st, 6, (int64_t)whet__arm_count(arm));
    whet__store_bind_int(st, 7, (int64_t)whet__arm_failed(arm));
    rc = whet__store_step(st);
    if (rc != 0)
        return rc;
    id = whet__store_last_id(a->file.disk.store);
    values = whet__mem_zalloc(whet__arm_count(arm) + 1, sizeof(*values));
    if (values == NULL)
        return -ENOMEM;
    for (size_t m = 0; m < r->metric_count && rc == 0; m++)
        rc = value_add(a, id, &r->metrics[m], values, whet__arm_collect(r, arm, m, values));
    whet__mem_free(values);
    return rc;
}

static int outcome_add(struct adding *a, const struct whet_outcome *o)
{
    const struct whet_result *r = o->result;
    struct whet_store_stmt *st = &a->session;
    int64_t id;
    int rc;

    whet__store_bind_int(st, 1, r->time);
    whet__store_bind_text(st, 2, a->folder);
    whet__store_bind_text(st, 3, a->revision);
    whet__store_bind_text(st, 4, r->name);
    whet__store_bind_text(st, 5, whet__verdict_name(o->verdict));
    whet__store_bind_text(st, 6, a->command != NULL ? a->command : "");
    whet__store_bind_text(st, 7, r->version);
    whet__store_bind_text(st, 8, r->machine.hostname);
    whet__store_bind_text(st, 9, r->machine.cpu_model);
    whet__store_bind_text(st, 10, r->machine.architecture);
    whet__store_bind_text(st, 11, r->machine.kernel);
    whet__store_bind_int(st, 12, r->machine.cores);
    rc = whet__store_step(st);
    id = whet__store_last_id(a->file.disk.store);
    for (size_t i = 0; i < whet__result_count(r) && rc == 0; i++)
        rc = arm_add(a, id, o, i);
    return rc;
}

/* Drops the sessions that `which` picks, with all below them. `number` is its ?1. */
static int drop(struct whet_store *s, const char *which, int64_t number)
{
    static const char *const tables[] = {
        "DELETE FROM value WHERE arm IN (SELECT id FROM arm WHERE session IN (%s))",
        "DELETE FROM arm WHERE session IN (%s)", "DELETE FROM session WHERE id IN (%s)"};
    int rc = 0;

    for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]) && rc == 0; i++) {
        const char *gap = strstr(tables[i], "%s");
        struct whet_store_stmt st = {0};
        struct whet_text sql;

        whet__text_init(&sql, 1024);
        whet__text_append(&sql, tables[i], (size_t)(gap - tables[i]));
        whet__text_puts(&sql, which);
        whet__text_puts(&sql, gap + 2);
        rc = whet__text_error(&sql);
        if (rc == 0)
            rc = whet__store_prepare(s, whet__text_str(&sql), &st);
        if (rc == 0) {
            whet__store_bind_int(&st, 1, number);
            rc = whet__store_step(&st);
        }
        whet__store_stmt_clear(&st);
        whet__text_clear(&sql);
    }
    return rc;
}

static int drop_old(struct whet_store *s, uint64_t age_ns)
{
    uint64_t now = whet__clock_wall_ns();

    return drop(s, "SELECT id FROM session WHERE time < ?1",
                now > age_ns ? (int64_t)((now - age_ns) / SECOND_NS) : 0);
}

static int used_bytes(struct whet_store *s, uint64_t *out)
{
    struct whet_store_size size;
    int rc = whet__store_measure(s, &size);

    if (rc == 0)
        *out = size.file_bytes - size.free_bytes + size.log_bytes;
    return rc;
}

/* The oldest go first; the newest always stays. */
static int drop_large(struct whet_store *s, uint64_t max_bytes)
{
    uint64_t used = 0;
    int rc;

    (void)!whet__store_checkpoint(s); /* or the log would count; others may be reading */
    rc = used_bytes(s, &used);
    if (rc != 0 || used <= max_bytes)
        return rc;
    for (int i = 0; i < SHRINK_TRIES && rc == 0 && used > max_bytes; i++) {
        rc = whet__store_begin(s, 1);
        if (rc == 0)
            rc = drop(s,
                      "SELECT id FROM session ORDER BY time, id"
                      " LIMIT (SELECT count(*) * ?1 / 4 FROM session)",
                      1);
        if (rc == 0)
            rc = whet__store_commit(s);
        whet__store_rollback(s);
        (void)!whet__store_checkpoint(s);
        if (rc == 0)
            rc = used_bytes(s, &used);
    }
    return rc == 0 ? whet__store_shrink(s, max_bytes) : rc;
}

static int add(struct adding *a, const struct whet_report *report, uint64_t age_ns)
{
    struct whet_store *s = a->file.disk.store;
    int rc = prepare(a);

    if (rc == 0)
        rc = whet__store_begin(s, 1);
    for (size_t i = 0; i < report->outcomes.len && rc == 0; i++) {
        const struct whet_outcome *o = whet__report_at(report, i);

        if (o->result != NULL)
            rc = outcome_add(a, o);
    }
    if (rc == 0)
        rc = drop_old(s, age_ns);
    if (rc == 0)
        rc = whet__store_commit(s);
    if (rc != 0)
        whet__store_rollback(s);
    return rc;
}

static int add_to_file(struct adding *a, const struct whet_report *report,
                       const struct whet_history_options *options, struct whet_error *err)
{
    uint64_t age = options != NULL && options->age_ns != 0 ? options->age_ns : DEFAULT_AGE;
    uint64_t max =
        options != NULL && options->max_bytes != 0 ? options->max_bytes : DEFAULT_BYTES;
    int rc = whet__history_open(&a->file, options, 1, err);

    if (rc != 0)
        return rc;
    rc = add(a, report, age);
    if (rc == 0)
        rc = drop_large(a->file.disk.store, max);
    if (rc != 0)
        whet__history_failed(&a->file, rc, err);
    whet__store_stmt_clear(&a->session);
    whet__store_stmt_clear(&a->arm);
    whet__store_stmt_clear(&a->value);
    if (rc == -EBADMSG) /* the next one starts anew */
        whet__store_file_replace(&a->file.disk);
    whet__history_close(&a->file);
    return rc;
}

int whet__history_add(const struct whet_report *report, const char *dir,
                      const struct whet_history_options *options, struct whet_error *err)
{
    struct whet_text folder, revision;
    struct adding a = {.command = report->command};
    int rc;

    whet__text_init(&folder, FOLDER_BYTES);
    whet__text_init(&revision, 128);
    rc = whet__history_folder(dir, &folder);
    if (rc == 0 && whet__git_commit(dir, &revision) == -ENOMEM)
        rc = -ENOMEM;
    a.folder = whet__text_str(&folder);
    a.revision = whet__text_str(&revision);
    rc = rc == 0 ? add_to_file(&a, report, options, err)
                 : whet_error_set(err, rc, "the history cannot be used: %s", strerror(-rc));
    whet__text_clear(&folder);
    whet__text_clear(&revision);
    return rc;
}
