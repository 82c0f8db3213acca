/* The folder that criterion.rs leaves in target/criterion, for what reads it (critcmp,
 * cargo-criterion): SUITE/ARM/new/ with benchmark, estimates, sample and tukey.json, and
 * change/estimates.json where the arm was judged. Nanoseconds. A few files per arm; each is
 * whole or not there. The form is criterion's own affair and may change with it. */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "export/forms.h"
#include "export/row.h"
#include "os/file.h"
#include "stat/bootstrap.h"
#include "stat/quantile.h"
#include "stat/special.h"

#define FILE_MAX_BYTES ((size_t)64 << 20)
#define NAME_MAX_BYTES 64 /* as criterion cuts them */
#define TITLE_MAX      100
#define LEVEL          0.95
#define MAD_TO_SD      1.482602218505602
#define MILD           1.5 /* Tukey's fences, in quartile ranges */
#define SEVERE         3.0

struct folder {
    const char *path;
    struct whet_rows rows;
    struct whet_row *row;
    struct whet_row_metric wall;
    struct whet_text file;   /* path of the file at hand */
    struct whet_text text;   /* its content */
    struct whet_json json;   /* into it */
    double *scratch;         /* of the bootstrap */
    struct whet_vec taken;   /* of char *: folders of rows, so that no two share one */
    struct whet_arena names; /* of those */
};

/* A part of a path: criterion's rules, and no control characters, "" or dots only. */
static void part_put(struct whet_text *out, const char *name)
{
    size_t n = 0;

    if (name[0] == '\0' || strspn(name, ".") == strlen(name)) {
        whet__text_putc(out, '_');
        return;
    }
    for (; name[n] != '\0' && n < NAME_MAX_BYTES; n++) {
        unsigned char c = (unsigned char)name[n];

        whet__text_putc(
            out, c < 0x20 || c == 0x7F || strchr("?\"/\\*<>:|^", c) != NULL ? '_' : (char)c);
    }
    /* Not through the middle of a character. */
    while (((unsigned char)name[n] & 0xC0) == 0x80) {
        whet__text_truncate(out, out->len - 1);
        n--;
    }
}

static const char *group_of(const struct whet_row *row)
{
    return row->suite[0] != '\0' ? row->suite : "whet";
}

/* The row's name behind its suite, as UTF-8. */
static const char *function_of(const struct whet_row *row)
{
    return row->suite[0] != '\0' && strlen(row->label) > strlen(row->suite)
               ? row->label + strlen(row->suite) + 1
               : row->label;
}

static int is_taken(const struct folder *f, const char *name)
{
    for (size_t i = 0; i < f->taken.len; i++) {
        if (strcmp(*(char **)whet__vec_at(&f->taken, i), name) == 0)
            return 1;
    }
    return 0;
}

/* "group/function", unique with "_2" and so on behind it; NULL: no memory. */
static const char *directory_make(struct folder *f)
{
    char **kept;
    size_t len;

    whet__text_reset(&f->file);
    part_put(&f->file, group_of(f->row));
    whet__text_putc(&f->file, '/');
    part_put(&f->file, function_of(f->row));
    len = f->file.len;
    for (size_t n = 2; is_taken(f, whet__text_str(&f->file)) && f->file.error == 0; n++) {
        whet__text_truncate(&f->file, len);
        whet__text_printf(&f->file, "_%zu", n);
    }
    if (whet__text_error(&f->file) != 0)
        return NULL;
    kept = whet__vec_push(&f->taken);
    if (kept == NULL)
        return NULL;
    *kept = whet__arena_strndup(&f->names, whet__text_str(&f->file), f->file.len);
    if (*kept == NULL)
        f->taken.len--;
    return f->taken.len > 0 && is_taken(f, whet__text_str(&f->file)) ? *kept : NULL;
}

static void estimate_put(struct folder *f, const char *key, const struct whet_interval *e)
{
    double level = e->level > 0 && e->level < 1 ? e->level : 0;
    double z = level > 0 ? whet__normal_quantile((1 + level) / 2) : 0;

    whet__json_key(&f->json, key);
    whet__json_object(&f->json);
    whet__json_key(&f->json, "confidence_interval");
    whet__json_object(&f->json);
    whet__json_put_double(&f->json, "confidence_level", level);
    whet__json_put_double(&f->json, "lower_bound", e->low);
    whet__json_put_double(&f->json, "upper_bound", e->high);
    whet__json_object_end(&f->json);
    whet__json_put_double(&f->json, "point_estimate", e->estimate);
    whet__json_put_double(&f->json, "standard_error", z > 0 ? (e->high - e->low) / (2 * z) : 0);
    whet__json_object_end(&f->json);
}

static double statistic_sd(double *values, size_t n, void *ctx)
{
    double mean = whet__statistic_mean(values, n, NULL), sum = 0;

    (void)ctx;
    for (size_t i = 0; i < n; i++)
        sum += (values[i] - mean) * (values[i] - mean);
    return n > 1 ? sqrt(sum / (double)(n - 1)) : 0;
}

static double statistic_mad(double *values, size_t n, void *ctx)
{
    double median = whet__statistic_median(values, n, NULL);

    (void)ctx;
    for (size_t i = 0; i < n; i++)
        values[i] = fabs(values[i] - median);
    return MAD_TO_SD * whet__statistic_median(values, n, NULL);
}

/* What one value, or values too large for it, leave without an interval has level 0. */
static void statistic_put(struct folder *f, const char *key, whet_statistic statistic,
                          double value)
{
    struct whet_interval e = {value, value, value, 0};

    if (whet__bootstrap_interval(&e, f->rows.values, f->wall.summary.n, statistic, NULL, NULL,
                                 f->scratch) != 0)
        e = (struct whet_interval){value, value, value, 0};
    estimate_put(f, key, &e);
}

static void estimates_make(struct folder *f)
{
    const struct whet_summary *s = &f->wall.summary;

    whet__json_object(&f->json);
    statistic_put(f, "mean", whet__statistic_mean, s->mean);
    estimate_put(f, "median", &f->wall.median);
    statistic_put(f, "median_abs_dev", statistic_mad, s->mad);
    whet__json_key(&f->json, "slope");
    whet__json_null(&f->json); /* every sample is of the same number of iterations */
    statistic_put(f, "std_dev", statistic_sd, s->n > 1 ? s->sd : 0);
    whet__json_object_end(&f->json);
}

static void sample_make(struct folder *f)
{
    double iterations = f->row->arm->iterations > 0 ? (double)f->row->arm->iterations : 1;

    whet__json_object(&f->json);
    whet__json_put_string(&f->json, "sampling_mode", "Flat");
    whet__json_key(&f->json, "iters");
    whet__json_array(&f->json);
    for (size_t i = 0; i < f->wall.summary.n; i++)
        whet__json_double(&f->json, iterations);
    whet__json_array_end(&f->json);
    whet__json_key(&f->json, "times");
    whet__json_array(&f->json);
    for (size_t i = 0; i < f->wall.summary.n; i++)
        whet__json_double(&f->json, f->rows.values[i] * iterations);
    whet__json_array_end(&f->json);
    whet__json_object_end(&f->json);
}

static void tukey_make(struct folder *f)
{
    const struct whet_summary *s = &f->wall.summary;
    double range = s->q3 - s->q1;

    whet__json_array(&f->json);
    whet__json_double(&f->json, s->q1 - SEVERE * range);
    whet__json_double(&f->json, s->q1 - MILD * range);
    whet__json_double(&f->json, s->q3 + MILD * range);
    whet__json_double(&f->json, s->q3 + SEVERE * range);
    whet__json_array_end(&f->json);
}

/* Whole numbers: what is less than one byte or item for each iteration is no throughput. */
static void throughput_put(struct folder *f)
{
    const struct whet_result_arm *arm = f->row->arm;
    double done = arm->bytes >= 1 ? arm->bytes : arm->items;

    whet__json_key(&f->json, "throughput");
    if (!(done >= 1 && done < 0x1p63)) {
        whet__json_null(&f->json);
        return;
    }
    whet__json_object(&f->json);
    whet__json_put_uint(&f->json, arm->bytes >= 1 ? "Bytes" : "Elements", (uint64_t)done);
    whet__json_object_end(&f->json);
}

static void benchmark_make(struct folder *f, const char *directory)
{
    struct whet_text id;
    size_t cut;

    whet__text_init(&id, FILE_MAX_BYTES);
    whet__text_printf(&id, "%s/%s", group_of(f->row), function_of(f->row));
    whet__json_object(&f->json);
    whet__json_put_string(&f->json, "group_id", group_of(f->row));
    whet__json_put_string(&f->json, "function_id", function_of(f->row));
    whet__json_key(&f->json, "value_str");
    whet__json_null(&f->json);
    throughput_put(f);
    whet__json_put_string(&f->json, "full_id", whet__text_str(&id));
    whet__json_put_string(&f->json, "directory_name", directory);
    cut = id.len < TITLE_MAX ? id.len : TITLE_MAX;
    while (cut > 0 && cut < id.len && ((unsigned char)id.data[cut] & 0xC0) == 0x80)
        cut--;
    if (cut < id.len) {
        whet__text_truncate(&id, cut);
        whet__text_puts(&id, "...");
    }
    whet__json_put_string(&f->json, "title", whet__text_str(&id));
    whet__json_object_end(&f->json);
    if (f->text.error == 0)
        f->text.error = whet__text_error(&id);
    whet__text_clear(&id);
}

/* Fractions: 0.1 is 10 % more. There is one estimate, of the medians; it stands for both. */
static void change_make(struct folder *f)
{
    struct whet_interval change = f->row->judgement->change.ratio;

    change.estimate -= 1;
    change.low -= 1;
    change.high -= 1;
    whet__json_object(&f->json);
    estimate_put(f, "mean", &change);
    estimate_put(f, "median", &change);
    whet__json_object_end(&f->json);
}

static void file_begin(struct folder *f)
{
    whet__text_reset(&f->text);
    whet__json_init(&f->json, &f->text, 0);
}

/* Writes the text to path/directory/folder/name. */
static int file_end(struct folder *f, const char *directory, const char *folder,
                    const char *name, struct whet_error *err)
{
    int rc = whet__text_error(&f->text);

    whet__text_reset(&f->file);
    whet__text_printf(&f->file, "%s/%s/%s", f->path, directory, folder);
    if (rc == 0)
        rc = whet__text_error(&f->file);
    if (rc == 0)
        rc = whet__file_make_dirs(whet__text_str(&f->file), 0777);
    whet__text_printf(&f->file, "/%s", name);
    if (rc == 0)
        rc = whet__text_error(&f->file);
    if (rc == 0)
        rc = whet__file_write(whet__text_str(&f->file), whet__text_str(&f->text), f->text.len,
                              0);
    if (rc != 0)
        whet_error_set(err, rc, "cannot write: '%.300s': %s", whet__text_str(&f->file),
                       strerror(-rc));
    return rc;
}

static int row_write(struct folder *f, const char *directory, struct whet_error *err)
{
    int rc;

    file_begin(f);
    benchmark_make(f, directory);
    rc = file_end(f, directory, "new", "benchmark.json", err);
    file_begin(f);
    sample_make(f);
    if (rc == 0)
        rc = file_end(f, directory, "new", "sample.json", err);
    file_begin(f);
    tukey_make(f);
    if (rc == 0)
        rc = file_end(f, directory, "new", "tukey.json", err);
    file_begin(f);
    estimates_make(f);
    if (rc == 0)
        rc = file_end(f, directory, "new", "estimates.json", err);
    if (rc != 0 || f->row->judgement == NULL || f->row->judgement->pairs == 0)
        return rc;
    file_begin(f);
    change_make(f);
    return file_end(f, directory, "change", "estimates.json", err);
}

static int rows_write(struct folder *f, struct whet_error *err)
{
    int rc = 0;

    for (size_t i = 0; rc == 0 && i < f->rows.count; i++) {
        const char *directory;

        f->row = &f->rows.rows[i];
        if (!whet__row_metric(&f->wall, &f->rows, f->row, WHET_METRIC_WALL))
            continue;
        directory = directory_make(f);
        whet__mem_free(f->scratch);
        f->scratch = whet__mem_zalloc(whet__bootstrap_scratch(f->wall.summary.n, NULL),
                                      sizeof(*f->scratch));
        if (directory == NULL || f->scratch == NULL)
            return whet_error_set(err, -ENOMEM, "cannot write: '%.300s': %s", f->path,
                                  strerror(ENOMEM));
        rc = row_write(f, directory, err);
    }
    return rc;
}

static int criterion_write(const char *path, const struct whet_report *report,
                           const struct whet_export_options *options, struct whet_error *err)
{
    struct folder f = {.path = path};
    int rc = whet__rows_init(&f.rows, report);

    (void)options;
    if (rc != 0)
        return whet_error_set(err, rc, "cannot write: '%.300s': %s", path, strerror(-rc));
    whet__text_init(&f.file, FILE_MAX_BYTES);
    whet__text_init(&f.text, FILE_MAX_BYTES);
    whet__vec_init(&f.taken, sizeof(char *), f.rows.count + 1);
    whet__arena_init(&f.names, FILE_MAX_BYTES);
    rc = rows_write(&f, err);
    whet__text_clear(&f.file);
    whet__text_clear(&f.text);
    whet__vec_clear(&f.taken);
    whet__arena_clear(&f.names);
    whet__mem_free(f.scratch);
    whet__rows_clear(&f.rows);
    return rc;
}

const struct whet_export whet__export_criterion = {
    .name = "criterion",
    .summary = "a folder of estimates as criterion.rs keeps them",
    .write = criterion_write,
};
