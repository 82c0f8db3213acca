/* A tuning as text: the table of formats and the sentences they share. */
#include "tune/report.h"

#include <math.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include <whet/units.h>

#include "view/number.h"

static const struct whet_tune_report *const reports[] = {
    &whet__tune_report_html,
    &whet__tune_report_json,
    &whet__tune_report_markdown,
    &whet__tune_report_text,
};

const struct whet_tune_report *whet__tune_report_of_file(const char *file)
{
    size_t len = strlen(file);

    for (size_t i = 0; i < sizeof(reports) / sizeof(reports[0]); i++) {
        size_t n = strlen(reports[i]->ending);

        if (len > n && strcmp(file + len - n, reports[i]->ending) == 0)
            return reports[i];
    }
    return NULL;
}

/* The larger side of an interval as a share of the value, which a reader takes in at a
 * glance; the exact bounds are in the JSON report. */
static double half_width(const struct whet_tune_value *v)
{
    double up = v->high - v->value;
    double down = v->value - v->low;

    return v->value > 0 ? (up > down ? up : down) / v->value : 0;
}

/* "4.39 s ±7%": the larger side of the interval; its bounds are in the plot and in JSON. */
static void value_cell(struct whet_table *t, enum whet_role role, const char *text,
                       const struct whet_tune_value *v)
{
    if (v->level <= 0)
        whet__table_cell(t, role, text);
    else if (half_width(v) > .99)
        whet__table_printf(t, role, "%s ±>99%%", text);
    else
        whet__table_printf(t, role, "%s ±%.0f%%", text, half_width(v) * 100);
}

static void seconds_cell(struct whet_table *t, enum whet_role role,
                         const struct whet_tune_arm *arm)
{
    char text[24];

    whet_duration_format((uint64_t)(arm->seconds.value * 1e9), text, sizeof(text));
    value_cell(t, role, text, &arm->seconds);
}

static void speedup_cell(struct whet_table *t, enum whet_role role,
                         const struct whet_tune_arm *arm, int is_reference)
{
    char text[24];

    if (is_reference) {
        whet__table_cell(t, WHET_ROLE_DIM, "1");
        return;
    }
    snprintf(text, sizeof(text), arm->speedup.value < 10 ? "%.2fx" : "%.0fx",
             arm->speedup.value);
    value_cell(t, role, text, &arm->speedup);
}

/* Two digits are enough at a glance. */
static void memory_cell(struct whet_table *t, enum whet_role role, uint64_t bytes)
{
    double mib = (double)bytes / (1 << 20);

    if (bytes == 0)
        whet__table_cell(t, WHET_ROLE_DIM, "-");
    else
        whet__table_printf(t, role, mib < 10 ? "%.1f MiB" : "%.0f MiB", mib);
}

static void arm_row(struct whet_table *t, const struct whet_tune *tune,
                    const struct whet_tune_arm *arm)
{
    int is_chosen =
        arm == whet_tune_chosen_parallel(tune) || arm == whet_tune_chosen_warm(tune);
    enum whet_role role = is_chosen ? WHET_ROLE_GOOD : WHET_ROLE_PLAIN;

    whet__table_row(t);
    whet__table_printf(t, role, "%s%s", arm->name, is_chosen ? "*" : "");
    if (arm->runs == 0) {
        whet__table_cell(t, WHET_ROLE_BAD, "failed");
        return;
    }
    seconds_cell(t, role, arm);
    speedup_cell(t, role, arm, arm == whet_tune_arm(tune, 0));
    whet__table_count(t, role, (unsigned long long)llround(arm->files_per_second));
    memory_cell(t, role, arm->peak_bytes);
    whet__table_printf(t, role, "%.0f%%", arm->cpu_use * 100);
    if (arm->hit_rate < 0)
        whet__table_cell(t, WHET_ROLE_DIM, "-");
    else
        whet__table_printf(t, role, "%.0f%%", arm->hit_rate * 100);
    whet__table_count(t, arm->errors != 0 ? WHET_ROLE_WARN : WHET_ROLE_DIM, arm->errors);
}

void whet__tune_arms_table(struct whet_table *t, const struct whet_tune *tune)
{
    static const struct whet_table_column columns[] = {
        {"Configuration", WHET_ALIGN_LEFT, 9, 18, 1, 0},
        {"Time", WHET_ALIGN_RIGHT, 9, 0, 0, 0},
        {"Speed-up", WHET_ALIGN_RIGHT, 9, 0, 0, 0},
        {"Files/s", WHET_ALIGN_RIGHT, 6, 0, 0, 0},
        {"Memory", WHET_ALIGN_RIGHT, 7, 0, 0, 0},
        {"CPU", WHET_ALIGN_RIGHT, 5, 0, 0, 0},
        {"Hits", WHET_ALIGN_RIGHT, 8, 0, 0, 0},
        {"Err", WHET_ALIGN_RIGHT, 4, 0, 0, 0}};

    whet__table_init(t, columns, sizeof(columns) / sizeof(columns[0]));
    for (size_t i = 0; i < whet_tune_arm_count(tune); i++)
        arm_row(t, tune, whet_tune_arm(tune, i));
}

void whet__tune_machine_line(struct whet_text *out, const struct whet_tune *tune)
{
    const struct whet_tune_machine *m = whet_tune_machine(tune);
    char total[24], available[24];

    whet__text_printf(out, "%u %s (%u of %u by affinity", m->cores,
                      m->cores == 1 ? "core" : "cores", m->usable, m->online);
    if (m->quota_cores > 0)
        whet__text_printf(out, ", cgroup quota %.2f)", m->quota_cores);
    else
        whet__text_puts(out, ", no cgroup quota)");
    whet__text_printf(out, ", %s of memory (%s available, %s)",
                      whet_size_format(m->memory_bytes, total, sizeof(total)),
                      whet_size_format(m->available_bytes, available, sizeof(available)),
                      m->memory_limit_bytes != 0 ? "cgroup limit" : "no cgroup limit");
    whet__text_printf(out, ", %s storage", m->storage);
    if (m->filesystem[0] != '\0')
        whet__text_printf(out, " (%s)", m->filesystem);
}

void whet__tune_profile_line(struct whet_text *out, const struct whet_tune *tune)
{
    whet__text_printf(out, "%s: %s", whet_tune_config(tune)->profile->name,
                      whet_tune_profile_reason(tune));
}

void whet__tune_workload_line(struct whet_text *out, const struct whet_tune *tune)
{
    const struct whet_tune_workload *w = whet_tune_workload(tune);
    char a[24], b[24], c[24], d[24], e[24];

    whet__number_count(out, w->files);
    whet__text_printf(out, " %s, %s: mean %s, half under %s, 99%% under %s, largest %s",
                      w->files == 1 ? "file" : "files",
                      whet_size_format(w->bytes, a, sizeof(a)),
                      whet_size_format((uint64_t)w->mean_bytes, b, sizeof(b)),
                      whet_size_format(w->p50_bytes, c, sizeof(c)),
                      whet_size_format(w->p99_bytes, d, sizeof(d)),
                      whet_size_format(w->max_bytes, e, sizeof(e)));
}

static const char *cache_words(const struct whet_tune_arm *arm)
{
    if (!arm->warm)
        return "no cache";
    return arm->cache == WHET_SCAN_CACHE_STAT ? "cache trusting stat" : "cache hashing content";
}

void whet__tune_answer_line(struct whet_text *out, const struct whet_tune *tune)
{
    const struct whet_tune_arm *cold = whet_tune_chosen_parallel(tune);
    const struct whet_tune_arm *warm = whet_tune_chosen_warm(tune);

    whet__text_printf(out, "%u %s and %s", cold->jobs, cold->jobs == 1 ? "job" : "jobs",
                      cache_words(warm));
    if (cold->jobs > 1)
        whet__text_printf(out, ": everything anew at %.2fx of the speed of one job",
                          cold->speedup.value);
    else
        whet__text_puts(out, ": everything anew at the speed of one job");
    if (warm->warm)
        whet__text_printf(out, ", unchanged files at %.1fx", warm->speedup.value);
    if (warm->warm && warm->jobs != cold->jobs)
        whet__text_printf(out, " (measured with %u jobs)", warm->jobs);
}

void whet__tune_grade_line(struct whet_text *out, const struct whet_tune *tune)
{
    struct whet_tune_grades g = whet_tune_grades(tune);

    whet__text_printf(out, "%s: speed-up of unchanged files %s, hit rate %s, memory %s",
                      whet_tune_grade_name(g.whole), whet_tune_grade_name(g.speedup),
                      whet_tune_grade_name(g.hit_rate), whet_tune_grade_name(g.memory));
    if (whet_tune_arm(tune, 0)->seconds.level < WHET_TUNE_PROVEN)
        whet__text_puts(out, "; of too few rounds to be proven");
}

void whet__tune_estimate_line(struct whet_text *out, const struct whet_tune *tune)
{
    const struct whet_tune_config *c = whet_tune_config(tune);
    const struct whet_tune_arm *warm = whet_tune_chosen_warm(tune);
    const char *before = "";
    char estimated[24], found[24];

    for (size_t i = 0; i < whet_tune_arm_count(tune); i++) {
        const struct whet_tune_arm *arm = whet_tune_arm(tune, i);

        if (arm->estimate <= 0 || arm->runs == 0)
            continue;
        whet__text_printf(out, "%s%u jobs %.2fx by Amdahl's law, %.2fx measured", before,
                          arm->jobs, arm->estimate, arm->speedup.value);
        before = "; ";
    }
    whet__text_printf(out, "%sthe profile promises %.0fx to %.0fx", before,
                      c->profile->speedup_low, c->profile->speedup_high);
    if (warm->hit_rate >= 0)
        whet__text_printf(out, "; hit rate %s by the cache's size, %s measured",
                          whet_percent_format(whet_tune_estimate_hit_rate(
                                                  c->l3_bytes, whet_tune_workload(tune)->bytes),
                                              estimated, sizeof(estimated)),
                          whet_percent_format(warm->hit_rate, found, sizeof(found)));
}

void whet__tune_method_line(struct whet_text *out, const struct whet_tune *tune)
{
    const struct whet_tune_arm *first = whet_tune_arm(tune, 0);

    whet__text_printf(
        out,
        "%zu %s of every configuration in random order (seed %llu), each run a "
        "process of its own; page cache warm; a cold cache is an empty one of whet's "
        "own; ",
        first->runs, first->runs == 1 ? "round" : "rounds",
        (unsigned long long)whet_tune_seed(tune));
    if (first->seconds.level > 0)
        whet__text_printf(out, "medians with %.0f%% intervals", first->seconds.level * 100);
    else
        whet__text_puts(out, "too few rounds for any interval");
    if (whet_tune_stopped(tune))
        whet__text_puts(out, "; ended early");
}
