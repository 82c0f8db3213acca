/* What became of a command over time: some ten to some thousand points. */
#include "front/bench_verbs.h"

#include <errno.h>
#include <string.h>

#include "base/json.h"
#include "check/history.h"
#include "check/trend_view.h"
#include "front/terminal.h"
#include "os/file.h"

#define ANSWER_MAX ((size_t)256 << 20)
#define NAMES_MAX  100000

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

static int put_text(struct whet_text *out, const struct whet_trend *trend,
                    const struct whet_bench_call *call)
{
    struct whet_table_style style = {0};

    whet__terminal_style(call->out, call->global, &style);
    return whet__trend_put_text(out, trend, &style);
}

static int ends_with(const char *file, const char *ending)
{
    size_t len = strlen(file), n = strlen(ending);

    return len > n && strcmp(file + len - n, ending) == 0;
}

/* A page or the numbers, by the file's ending. */
static int write_file(const struct whet_trend *trend, const char *file, struct whet_error *err)
{
    struct whet_text text;
    int rc;

    whet__text_init(&text, ANSWER_MAX);
    if (ends_with(file, ".html"))
        rc = whet__trend_put_html(&text, trend);
    else if (ends_with(file, ".json"))
        rc = whet__trend_put_json(&text, trend);
    else
        rc = whet__trend_put_text(&text, trend, &(struct whet_table_style){.width = 100});
    if (rc == 0)
        rc = whet__file_write(file, whet__text_str(&text), text.len, 0);
    if (rc != 0)
        whet_error_set(err, rc, "cannot write: '%.300s': %s", file, strerror(-rc));
    whet__text_clear(&text);
    return rc;
}

static int answer_trend(const struct whet_bench_call *call, const struct whet_trend *trend,
                        struct whet_error *err)
{
    const struct whet_bench_args *a = call->args;
    struct whet_text text;
    int rc;

    whet__text_init(&text, ANSWER_MAX);
    rc = a->json ? whet__trend_put_json(&text, trend) : put_text(&text, trend, call);
    if (rc == 0)
        rc = print(&text, call, err);
    whet__text_clear(&text);
    for (size_t i = 0; rc == 0 && i < a->outputs.len; i++)
        rc = write_file(trend, *(const char **)whet__vec_at(&a->outputs, i), err);
    return rc;
}

int whet__bench_history(const struct whet_bench_call *call, struct whet_error *err)
{
    const struct whet_bench_args *a = call->args;
    struct whet_trend trend;
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
    rc = answer_trend(call, &trend, err);
    whet__trend_clear(&trend);
    return rc;
}
