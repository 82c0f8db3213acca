/* What arms are called: once for each. */
#include "bench/plan_parts.h"

#include <string.h>

/* The command as a person would type it. */
int whet__plan_command_text(struct whet_plan_choice *c, struct whet_bench_arm *arm)
{
    struct whet_text text;

    whet__text_init(&text, WHET_SPLIT_MAX);
    if (c->entry->argv != NULL) {
        for (size_t i = 0; arm->argv[i] != NULL; i++) {
            if (i > 0)
                whet__text_putc(&text, ' ');
            whet__split_quote(&text, arm->argv[i]);
        }
        memset(c->named, 0, sizeof(c->named));
        for (size_t i = 0; c->entry->argv[i] != NULL; i++) {
            struct whet_text ignored;

            whet__text_init(&ignored, WHET_SPLIT_MAX);
            whet__split_substitute(&ignored, c->entry->argv[i], c->values, c->count, c->named);
            whet__text_clear(&ignored);
        }
    } else {
        whet__split_substitute(&text, c->entry->command, c->values, c->count, c->named);
    }
    arm->about.command = whet__plan_keep(c, &text);
    return arm->about.command != NULL ? 0 : whet__plan_fail_memory(c->err);
}

static int is_taken(const struct whet_plan *p, const char *name)
{
    for (size_t i = 0; i < p->arms.len; i++) {
        const struct whet_bench_arm *arm = whet__vec_at(&p->arms, i);

        if (strcmp(arm->about.name, name) == 0)
            return 1;
    }
    return 0;
}

/* Appends " (jobs=4, size=1)" of the values that the name does not show. */
static void put_values(const struct whet_plan_choice *c, struct whet_text *name)
{
    const char *before = " (";

    for (size_t i = 0; i < c->count; i++) {
        if (c->named[i])
            continue;
        whet__text_printf(name, "%s%s=%s", before, c->values[i].name, c->values[i].value);
        before = ", ";
    }
    if (before[0] == ',')
        whet__text_putc(name, ')');
}

/* A name that no other arm has: as given, else the command; with the values that it does not
 * show; with a number if that is still not enough. */
int whet__plan_name(struct whet_plan_choice *c, struct whet_bench_arm *arm)
{
    struct whet_text name;
    size_t len;

    whet__text_init(&name, WHET_SPLIT_MAX);
    if (c->entry->name != NULL) {
        memset(c->named, 0, sizeof(c->named));
        whet__split_substitute(&name, c->entry->name, c->values, c->count, c->named);
    } else {
        whet__text_puts(&name, arm->about.command);
    }
    put_values(c, &name);
    len = name.len;
    for (unsigned n = 2; is_taken(c->plan, whet__text_str(&name)); n++) {
        whet__text_truncate(&name, len);
        whet__text_printf(&name, " #%u", n);
        if (whet__text_error(&name) != 0)
            break;
    }
    arm->about.name = whet__plan_keep(c, &name);
    return arm->about.name != NULL ? 0 : whet__plan_fail_memory(c->err);
}
