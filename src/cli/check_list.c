/* The suites of a project, as `whet check --list` shows them. */
#include "cli/check_list.h"

#include <string.h>

#include "os/term.h"
#include "view/table.h"

static const struct whet_table_column columns[] = {
    {.heading = "Suite", .priority = 3},
    {.heading = "What", .priority = 2, .shrinks = 1},
    {.heading = "Tags", .priority = 1},
};

static const char *what_of(const struct whet_suite *s)
{
    if (s->about != NULL)
        return s->about;
    if (s->command_count > 0)
        return s->commands[0].line != NULL ? s->commands[0].line : s->commands[0].argv[0];
    return s->program != NULL ? s->program : s->functions;
}

static void put_row(struct whet_table *t, const struct whet_suite *s)
{
    struct whet_text tags;

    whet__text_init(&tags, 65536);
    for (size_t i = 0; s->tags != NULL && s->tags[i] != NULL; i++)
        whet__text_printf(&tags, "%s%s", i > 0 ? ", " : "", s->tags[i]);
    whet__table_row(t);
    whet__table_cell(t, WHET_ROLE_PLAIN, s->name);
    whet__table_cell(t, WHET_ROLE_PLAIN, what_of(s));
    whet__table_cell(t, WHET_ROLE_PLAIN, whet__text_str(&tags));
    whet__text_clear(&tags);
}

int whet__check_list(const struct whet_call *call, const struct whet_project *project,
                     const struct whet_check_options *options, struct whet_error *err)
{
    struct whet_table_style style = {0};
    struct whet_table table;
    struct whet_vec suites;
    struct whet_text text;
    struct whet_term term;
    int rc;

    whet__vec_init(&suites, sizeof(const struct whet_suite *), WHET_PROJECT_SUITES_MAX);
    rc = whet__check_select(&suites, project, options, err);
    if (rc != 0) {
        whet__vec_clear(&suites);
        return rc;
    }
    whet__term_read(fileno(call->out), &term);
    style.width = term.tty ? term.columns : 0;
    style.colour = whet__global_color(call->global, fileno(call->out));
    whet__table_init(&table, columns, sizeof(columns) / sizeof(columns[0]));
    whet__text_init(&text, WHET_TABLE_MAX_BYTES);
    for (size_t i = 0; i < suites.len; i++)
        put_row(&table, *(const struct whet_suite *const *)whet__vec_at(&suites, i));
    whet__table_put_text(&text, &table, &style);
    rc = whet__text_error(&text);
    if (rc == 0)
        fwrite(whet__text_str(&text), 1, text.len, call->out);
    else
        whet_error_set(err, rc, "cannot list the suites: %s", strerror(-rc));
    whet__text_clear(&text);
    whet__table_clear(&table);
    whet__vec_clear(&suites);
    return rc;
}
