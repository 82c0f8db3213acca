/* Asking the history. Expected load: one course of some hundred points, by a person. */
#include "check/history.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/nearest.h"
#include "bench/words.h"
#include "check/history_file.h"
#include "stat/change_points.h"

#define POINTS_MAX   100000
#define NAMES_MAX    100000
#define STRINGS_MAX  ((size_t)64 << 20)
#define FOLDER_BYTES ((size_t)8192)

/* A question under way. */
struct asking {
    struct whet_history_file file;
    struct whet_text folder;
    struct whet_error *err;
};

/* An arm that a name may mean. */
struct match {
    const char *suite, *arm, *full;
};

static int asking_begin(struct asking *a, const char *dir,
                        const struct whet_history_options *options, struct whet_error *err)
{
    int rc;

    memset(a, 0, sizeof(*a));
    a->err = err;
    whet__text_init(&a->folder, FOLDER_BYTES);
    rc = whet__history_folder(dir, &a->folder);
    if (rc == 0)
        rc = whet__history_open(&a->file, options, 0, err);
    else
        whet_error_set(err, rc, "no such folder: '%.300s'", dir);
    if (rc != 0)
        whet__text_clear(&a->folder);
    return rc;
}

/* Says why, unless that was done. */
static int asking_end(struct asking *a, int rc, int told)
{
    if (rc < 0 && !told)
        whet__history_failed(&a->file, rc, a->err);
    whet__history_close(&a->file);
    whet__text_clear(&a->folder);
    return rc;
}

static const char *keep(struct whet_arena *strings, const char *text)
{
    text = text != NULL ? text : "";
    return whet__arena_strndup(strings, text, strlen(text));
}

/* "suite/arm", or the arm's name alone. */
static const char *full_name(struct whet_arena *strings, const char *suite, const char *arm)
{
    return suite[0] == '\0' ? keep(strings, arm) : whet__arena_join(strings, suite, arm);
}

static int match_push(struct whet_vec *out, struct whet_arena *strings, const char *suite,
                      const char *arm)
{
    struct match *m = whet__vec_push(out);

    if (m == NULL)
        return -ENOMEM;
    m->suite = keep(strings, suite);
    m->arm = keep(strings, arm);
    m->full = m->suite != NULL && m->arm != NULL ? full_name(strings, m->suite, m->arm) : NULL;
    return m->full != NULL ? 0 : -ENOMEM;
}

static int by_full_name(const void *a, const void *b)
{
    const struct match *x = a, *y = b;

    return strcmp(x->full, y->full);
}

/* All arms of the folder, in order of their names. */
static int matches_read(struct asking *a, struct whet_vec *out, struct whet_arena *strings)
{
    struct whet_store_stmt st = {0};
    int rc = whet__store_prepare(a->file.disk.store,
                                 "SELECT DISTINCT s.suite, a.name FROM session s"
                                 " JOIN arm a ON a.session = s.id WHERE s.folder = ?1",
                                 &st);

    if (rc == 0)
        whet__store_bind_text(&st, 1, whet__text_str(&a->folder));
    while (rc == 0 && (rc = whet__store_step(&st)) == 1)
        rc = match_push(out, strings, whet__store_text(&st, 0), whet__store_text(&st, 1));
    whet__store_stmt_clear(&st);
    if (rc == 0 && out->len > 1)
        qsort(out->items, out->len, out->item_size, by_full_name);
    return rc;
}

static int not_found(struct asking *a, const struct whet_vec *all, const char *name)
{
    const char **names = whet__mem_zalloc(all->len + 1, sizeof(*names));
    const char *nearest;

    for (size_t i = 0; i < all->len && names != NULL; i++)
        names[i] = ((const struct match *)whet__vec_at(all, i))->full;
    nearest = names != NULL ? whet__nearest(name, names, all->len) : NULL;
    if (nearest == NULL && all->len > 0)
        nearest = ((const struct match *)whet__vec_at(all, 0))->full;
    if (nearest != NULL)
        whet_error_set(a->err, -ENOENT, "never measured here: '%.120s': there is '%.120s'%s",
                       name, nearest, all->len > 1 ? " and others" : "");
    else
        whet_error_set(a->err, -ENOENT,
                       "never measured here: '%.120s': nothing was, in '%.200s'", name,
                       whet__text_str(&a->folder));
    whet__mem_free(names);
    return -ENOENT;
}

static int too_many(struct asking *a, const struct whet_vec *all, const char *name)
{
    struct whet_text list;

    whet__text_init(&list, 300);
    for (size_t i = 0; i < all->len; i++) {
        const struct match *m = whet__vec_at(all, i);

        if (strcmp(m->suite, name) == 0 || strcmp(m->arm, name) == 0)
            whet__text_printf(&list, "%s'%s'", list.len > 0 ? ", " : "", m->full);
    }
    whet_error_set(a->err, -EINVAL, "means more than one: '%.120s': name one of %.300s", name,
                   whet__text_str(&list));
    whet__text_clear(&list);
    return -EINVAL;
}

/* The arm that `name` means: by its full name, or as the only one of that suite or name. */
static int match_find(struct asking *a, const struct whet_vec *all, const char *name,
                      const struct match **out)
{
    const struct match *found = NULL;
    size_t count = 0;

    for (size_t i = 0; i < all->len; i++) {
        const struct match *m = whet__vec_at(all, i);

        if (strcmp(m->full, name) == 0) {
            *out = m;
            return 0;
        }
        if (strcmp(m->suite, name) == 0 || strcmp(m->arm, name) == 0) {
            found = m;
            count++;
        }
    }
    if (count == 0)
        return not_found(a, all, name);
    if (count > 1)
        return too_many(a, all, name);
    *out = found;
    return 0;
}

/* The metric of the newest result. */
static int metric_find(struct asking *a, const struct match *m, struct whet_trend *t)
{
    struct whet_store_stmt st = {0};
    int rc = whet__store_prepare(a->file.disk.store,
                                 "SELECT a.metric FROM session s JOIN arm a ON a.session = s.id"
                                 " WHERE s.folder = ?1 AND s.suite = ?2 AND a.name = ?3"
                                 " ORDER BY s.time DESC, s.id DESC LIMIT 1",
                                 &st);

    if (rc == 0) {
        whet__store_bind_text(&st, 1, whet__text_str(&a->folder));
        whet__store_bind_text(&st, 2, m->suite);
        whet__store_bind_text(&st, 3, m->arm);
        rc = whet__store_step(&st);
    }
    if (rc == 1) {
        t->metric = keep(&t->strings, whet__store_text(&st, 0));
        rc = t->metric != NULL ? 0 : -ENOMEM;
    }
    whet__store_stmt_clear(&st);
    return rc;
}

static enum whet_unit unit_of(const char *word)
{
    for (int i = 0; i < WHET_UNIT_WORDS && word != NULL; i++) {
        if (strcmp(whet__unit_words[i], word) == 0)
            return (enum whet_unit)i;
    }
    return WHET_UNIT_COUNT;
}

/* "Some CPU, host". */
static const char *machine_name(struct whet_arena *strings, struct whet_store_stmt *st)
{
    struct whet_text text;
    const char *name;

    whet__text_init(&text, 1024);
    whet__text_printf(&text, "%s, %s", whet__store_text(st, 2), whet__store_text(st, 3));
    name = keep(strings, whet__text_str(&text));
    whet__text_clear(&text);
    return name;
}

static int point_push(struct whet_trend *t, struct whet_store_stmt *st)
{
    struct whet_trend_point *p = whet__vec_push(&t->points);

    if (p == NULL)
        return t->points.len < t->points.max ? -ENOMEM : -E2BIG;
    p->time = whet__store_int(st, 0);
    p->commit = keep(&t->strings, whet__store_text(st, 1));
    p->machine = machine_name(&t->strings, st);
    p->median = whet__store_double(st, 4);
    p->low = whet__store_double(st, 5);
    p->high = whet__store_double(st, 6);
    p->n = (size_t)whet__store_int(st, 7);
    t->unit = unit_of(whet__store_text(st, 8));
    return p->commit != NULL && p->machine != NULL ? 0 : -ENOMEM;
}

static void points_bind(struct whet_store_stmt *st, const struct asking *a,
                        const struct match *m, const char *metric, int any_machine,
                        const struct whet_result_machine *here)
{
    whet__store_bind_text(st, 1, whet__text_str(&a->folder));
    whet__store_bind_text(st, 2, m->suite);
    whet__store_bind_text(st, 3, m->arm);
    whet__store_bind_text(st, 4, metric);
    whet__store_bind_int(st, 5, any_machine);
    whet__store_bind_text(st, 6, here->cpu_model);
    whet__store_bind_text(st, 7, here->architecture);
    whet__store_bind_int(st, 8, here->cores);
}

static int points_read(struct asking *a, const struct match *m, int any_machine,
                       const struct whet_result_machine *here, struct whet_trend *t)
{
    struct whet_store_stmt st = {0};
    int rc = whet__store_prepare(
        a->file.disk.store,
        "SELECT s.time, s.revision, s.cpu_model, s.hostname, v.median, v.low, v.high, v.n,"
        " v.unit FROM session s JOIN arm a ON a.session = s.id JOIN value v ON v.arm = a.id"
        " WHERE s.folder = ?1 AND s.suite = ?2 AND a.name = ?3 AND v.metric = ?4"
        " AND (?5 OR (s.cpu_model = ?6 AND s.architecture = ?7 AND s.cores = ?8))"
        " ORDER BY s.time, s.id",
        &st);

    if (rc == 0)
        points_bind(&st, a, m, t->metric, any_machine, here);
    while (rc == 0 && (rc = whet__store_step(&st)) == 1)
        rc = point_push(t, &st);
    whet__store_stmt_clear(&st);
    return rc;
}

/* Marks where the level changed. Series that ratios cannot be taken of have no marks. */
static int changes_mark(struct whet_trend *t)
{
    size_t n = t->points.len, room = n / 3 + 1, count = 0;
    size_t scratch = whet__change_points_scratch(NULL);
    struct whet_change_point *found = whet__mem_zalloc(room, sizeof(*found));
    double *values = whet__mem_zalloc(n + scratch + 1, sizeof(*values));
    int rc = found != NULL && values != NULL ? 0 : -ENOMEM;

    for (size_t i = 0; i < n && rc == 0; i++)
        values[i] = ((const struct whet_trend_point *)whet__vec_at(&t->points, i))->median;
    if (rc == 0 && whet__change_points_find(found, &count, values, n, NULL, values + n) != 0)
        count = 0;
    for (size_t i = 0; i < count; i++) {
        struct whet_trend_point *p = whet__vec_at(&t->points, found[i].at);

        p->changed = 1;
        p->change = found[i].after / found[i].before;
        p->p = found[i].p;
    }
    whet__mem_free(found);
    whet__mem_free(values);
    return rc;
}

/* Everything of the trend but its marks. *told: the message is in *err already. */
static int trend_fill(struct asking *a, struct whet_trend *t, const char *name,
                      const char *metric, int any_machine,
                      const struct whet_result_machine *here, int *told)
{
    const struct match *m = NULL;
    struct whet_vec all;
    int rc;

    whet__vec_init(&all, sizeof(struct match), NAMES_MAX);
    rc = matches_read(a, &all, &t->strings);
    if (rc == 0) {
        rc = match_find(a, &all, name, &m);
        *told = rc != 0;
    }
    if (rc == 0) {
        t->name = m->full;
        t->metric = metric != NULL ? keep(&t->strings, metric) : NULL;
        rc = metric != NULL ? (t->metric != NULL ? 0 : -ENOMEM) : metric_find(a, m, t);
    }
    if (rc == 0)
        rc = points_read(a, m, any_machine, here, t);
    whet__vec_clear(&all);
    if (rc == 0 && t->points.len == 0) {
        *told = 1;
        rc = whet_error_set(
            a->err, -ENOENT, "no such result: '%.120s': '%.60s' was not measured%s", t->name,
            t->metric,
            any_machine ? "" : " on a machine like this one: give --any-machine to see all");
    }
    return rc;
}

int whet__history_trend(struct whet_trend *out, const char *name, const char *dir,
                        const char *metric, int any_machine,
                        const struct whet_history_options *options, struct whet_error *err)
{
    struct whet_result *here = NULL;
    struct whet_trend t = {0};
    struct asking a;
    int told = 0, rc = asking_begin(&a, dir, options, err);

    if (rc != 0)
        return rc;
    whet__vec_init(&t.points, sizeof(struct whet_trend_point), POINTS_MAX);
    whet__arena_init(&t.strings, STRINGS_MAX);
    rc = whet__result_new(&here, "");
    if (rc == 0)
        rc = trend_fill(&a, &t, name, metric, any_machine, &here->machine, &told);
    if (rc == 0)
        rc = changes_mark(&t);
    whet__result_free(here);
    rc = asking_end(&a, rc, told);
    if (rc == 0)
        *out = t;
    else
        whet__trend_clear(&t);
    return rc;
}

void whet__trend_clear(struct whet_trend *t)
{
    whet__vec_clear(&t->points);
    whet__arena_clear(&t->strings);
    memset(t, 0, sizeof(*t));
}

int whet__history_names(struct whet_vec *out, struct whet_arena *strings, const char *dir,
                        const struct whet_history_options *options, struct whet_error *err)
{
    struct whet_vec all;
    struct asking a;
    int rc = asking_begin(&a, dir, options, err);

    if (rc != 0)
        return rc;
    whet__vec_init(&all, sizeof(struct match), NAMES_MAX);
    rc = matches_read(&a, &all, strings);
    if (rc == 0)
        rc = whet__vec_reserve(out, out->len + all.len);
    for (size_t i = 0; i < all.len && rc == 0; i++) {
        const char **slot = whet__vec_push(out);

        if (slot == NULL)
            rc = -ENOMEM;
        else
            *slot = ((const struct match *)whet__vec_at(&all, i))->full;
    }
    whet__vec_clear(&all);
    return asking_end(&a, rc, 0);
}
