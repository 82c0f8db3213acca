/* What became of a command over time: some ten to some thousand points. */
#include "front/bench_verbs.h"

#include <errno.h>
#include <math.h>
#include <string.h>
#include <time.h>

#include "base/json.h"
#include "check/history.h"
#include "os/term.h"
#include "view/table.h"

#define ANSWER_MAX ((size_t)256 << 20)
#define NAMES_MAX  100000
#define SHOWN      30 /* newest points, without -v */

static const char *day_format(int64_t seconds, char *out, size_t size)
{
    time_t when = (time_t)seconds;
    struct tm utc;

    if (gmtime_r(&when, &utc) == NULL || strftime(out, size, "%Y-%m-%d %H:%M", &utc) == 0)
        out[0] = '\0';
    return out;
}

static void put_point(struct whet_table *t, const struct whet_trend *trend,
                      const struct whet_trend_point *p)
{
    struct whet_text range;
    char day[32];

    whet__text_init(&range, 256);
    whet__number_range(&range, trend->unit, p->low, p->high);
    whet__table_row(t);
    whet__table_cell(t, WHET_ROLE_PLAIN, day_format(p->time, day, sizeof(day)));
    whet__table_printf(t, WHET_ROLE_DIM, "%.10s", p->commit);
    whet__table_value(t, WHET_ROLE_PLAIN, trend->unit, p->median);
    whet__table_cell(t, WHET_ROLE_PLAIN, whet__text_str(&range));
    whet__table_count(t, WHET_ROLE_PLAIN, p->n);
    if (p->changed)
        whet__table_printf(t, WHET_ROLE_WARN, "%+.1f%% from here on", 100 * (p->change - 1));
    whet__text_clear(&range);
}

static void put_text(const struct whet_trend *trend, const struct whet_bench_call *call,
                     struct whet_text *out)
{
    static const struct whet_table_column columns[] = {
        {.heading = "measured (UTC)", .priority = 8},
        {.heading = "commit", .priority = 5},
        {.heading = "median", .align = WHET_ALIGN_RIGHT, .priority = 9},
        {.heading = "interval", .align = WHET_ALIGN_RIGHT, .priority = 6},
        {.heading = "runs", .align = WHET_ALIGN_RIGHT, .priority = 4},
        {.heading = "change", .priority = 9},
    };
    size_t count = trend->points.len, first = 0;
    struct whet_table_style style = {0};
    struct whet_table table;
    struct whet_term term;

    whet__term_read(fileno(call->out), &term);
    style.width = term.tty ? term.columns : 80;
    style.colour = whet__global_color(call->global, fileno(call->out));
    if (call->global->verbose == 0 && count > SHOWN)
        first = count - SHOWN;
    whet__colour_put(out, WHET_ROLE_HEADING, style.colour, trend->name);
    whet__text_printf(out, ": %s, %zu results%s\n\n", trend->metric, count,
                      first > 0 ? ", the newest of which are shown" : "");
    whet__table_init(&table, columns, sizeof(columns) / sizeof(columns[0]));
    for (size_t i = 0; i < count; i++) {
        const struct whet_trend_point *p = whet__vec_at(&trend->points, i);

        if (i >= first || p->changed)
            put_point(&table, trend, p);
    }
    whet__table_put_text(out, &table, &style);
    if (whet__table_error(&table) != 0 && out->error == 0)
        out->error = whet__table_error(&table);
    whet__table_clear(&table);
}

static void put_json(const struct whet_trend *trend, struct whet_text *out)
{
    struct whet_json j;

    whet__json_init(&j, out, 2);
    whet__json_object(&j);
    whet__json_put_string(&j, "whet", "trend/1");
    whet__json_put_string(&j, "name", trend->name);
    whet__json_put_string(&j, "metric", trend->metric);
    whet__json_key(&j, "points");
    whet__json_array(&j);
    for (size_t i = 0; i < trend->points.len; i++) {
        const struct whet_trend_point *p = whet__vec_at(&trend->points, i);

        whet__json_object(&j);
        whet__json_put_int(&j, "time", p->time);
        whet__json_put_string(&j, "commit", p->commit);
        whet__json_put_string(&j, "machine", p->machine);
        whet__json_put_double(&j, "median", p->median);
        whet__json_put_double(&j, "low", p->low);
        whet__json_put_double(&j, "high", p->high);
        whet__json_put_uint(&j, "runs", p->n);
        whet__json_put_bool(&j, "changed", p->changed);
        if (p->changed) {
            whet__json_put_double(&j, "change", p->change);
            whet__json_put_double(&j, "p", p->p);
        }
        whet__json_object_end(&j);
    }
    whet__json_array_end(&j);
    whet__json_object_end(&j);
    whet__text_putc(out, '\n');
}

static int print(struct whet_text *text, const struct whet_bench_call *call,
                 struct whet_error *err)
{
    int rc = whet__text_error(text);

    if (rc == 0)
        fwrite(whet__text_str(text), 1, text->len, call->out);
    else
        whet_error_set(err, rc, "cannot make the answer: 'history': %s", strerror(-rc));
    whet__text_clear(text);
    return rc == 0 ? WHET_BENCH_YES : rc;
}

static void names_put(const struct whet_vec *names, int json, struct whet_text *out)
{
    struct whet_json j;

    if (json) {
        whet__json_init(&j, out, 2);
        whet__json_object(&j);
        whet__json_put_string(&j, "whet", "history/1");
        whet__json_key(&j, "names");
        whet__json_array(&j);
    }
    for (size_t i = 0; i < names->len; i++) {
        const char *name = *(const char **)whet__vec_at(names, i);

        if (json) {
            whet__json_string(&j, name);
            continue;
        }
        whet__colour_put(out, WHET_ROLE_PLAIN, 0, name);
        whet__text_putc(out, '\n');
    }
    if (json) {
        whet__json_array_end(&j);
        whet__json_object_end(&j);
        whet__text_putc(out, '\n');
    }
}

static int answer_names(const struct whet_bench_call *call, struct whet_error *err)
{
    struct whet_arena strings;
    struct whet_vec names;
    struct whet_text text;
    int rc;

    whet__arena_init(&strings, (size_t)64 << 20);
    whet__vec_init(&names, sizeof(const char *), NAMES_MAX);
    whet__text_init(&text, ANSWER_MAX);
    rc = whet__history_names(&names, &strings, ".", NULL, err);
    if (rc == 0) {
        names_put(&names, call->args->json, &text);
        rc = print(&text, call, err);
    }
    whet__text_clear(&text);
    whet__vec_clear(&names);
    whet__arena_clear(&strings);
    return rc;
}

int whet__bench_history(const struct whet_bench_call *call, struct whet_error *err)
{
    const struct whet_bench_args *a = call->args;
    struct whet_trend trend;
    struct whet_text text;
    int rc;

    if (call->operand_count > 2)
        return whet_error_set(err, -EINVAL,
                              "unexpected operand: '%.200s': 'whet bench history NAME'",
                              call->operands[2]);
    if (call->operand_count == 1)
        return answer_names(call, err);
    rc = whet__history_trend(&trend, call->operands[1], ".", a->metric, a->any_machine, NULL,
                             err);
    if (rc != 0)
        return rc;
    whet__text_init(&text, ANSWER_MAX);
    if (a->json)
        put_json(&trend, &text);
    else
        put_text(&trend, call, &text);
    rc = print(&text, call, err);
    whet__trend_clear(&trend);
    return rc;
}
