/* Which suites of a project are to be run. */
#include "check/check.h"

#include <errno.h>
#include <string.h>

#include "check/suite.h"

static int is_tagged(const struct whet_suite *s, const struct whet_check_options *o)
{
    for (size_t i = 0; i < o->tag_count; i++) {
        for (const char *const *tag = s->tags; tag != NULL && *tag != NULL; tag++) {
            if (strcmp(*tag, o->tags[i]) == 0)
                return 1;
        }
    }
    return 0;
}

static int is_named(const struct whet_suite *s, const struct whet_check_options *o)
{
    if (o->name_count == 0 && o->tag_count == 0)
        return 1;
    for (size_t i = 0; i < o->name_count; i++) {
        if (strcmp(s->name, o->names[i]) == 0)
            return 1;
    }
    return is_tagged(s, o);
}

int whet__check_select(struct whet_vec *out, const struct whet_project *project,
                       const struct whet_check_options *options, struct whet_error *err)
{
    const struct whet_suite *found;

    if (project->suites.len == 0)
        return whet__suite_none(1, err);
    for (size_t i = 0; i < options->name_count; i++) {
        int rc = whet__suite_find(&found, project, options->names[i], err);

        if (rc != 0)
            return rc;
    }
    for (size_t i = 0; i < project->suites.len; i++) {
        const struct whet_suite *s = whet__vec_at(&project->suites, i), **slot;

        if (!is_named(s, options))
            continue;
        slot = whet__vec_push(out);
        if (slot == NULL)
            return whet_error_set(err, -ENOMEM, "out of memory: 'check'");
        *slot = s;
    }
    if (out->len > 0)
        return 0;
    return whet_error_set(err, -ENOENT, "no suite has this tag: '%.64s'", options->tags[0]);
}
