/* A suite by its name. */
#include "check/suite.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/nearest.h"

static int fail_find(const struct whet_project *project, const char *name,
                     struct whet_error *err)
{
    const char *names[WHET_PROJECT_SUITES_MAX], *near;
    char all[256] = "";
    size_t len = 0;

    if (project->suites.len == 0)
        return whet__suite_none(1, err);
    for (size_t i = 0; i < project->suites.len; i++) {
        names[i] = ((const struct whet_suite *)whet__vec_at(&project->suites, i))->name;
        if (len < sizeof(all))
            len += (size_t)snprintf(all + len, sizeof(all) - len, "%s%s", i > 0 ? ", " : "",
                                    names[i]);
    }
    near = whet__nearest(name, names, project->suites.len);
    if (near != NULL)
        return whet_error_set(err, -ENOENT, "no such suite: '%.64s': did you mean '%s'?", name,
                              near);
    return whet_error_set(err, -ENOENT, "no such suite: '%.64s': suites: %s", name, all);
}

int whet__suite_none(int is_project, struct whet_error *err)
{
    return whet_error_set(err, -ENOENT,
                          "no %s: say what to measure, for instance\n"
                          "  version: 1\n"
                          "  suites:\n"
                          "    start:\n"
                          "      command: ./build/program --version\n"
                          "      targets: {time: 50ms, memory: 64MB}",
                          is_project ? "suite in whet.yaml" : "whet.yaml here or above");
}

int whet__suite_project(struct whet_project *out, struct whet_text *file,
                        struct whet_error *err)
{
    int rc = whet__project_find(".", file);

    if (rc == -ENOENT)
        return whet__suite_none(0, err);
    if (rc != 0)
        return whet_error_set(err, rc, "cannot look for whet.yaml: %s", strerror(-rc));
    return whet__project_load(out, whet__text_str(file), err);
}

int whet__suite_find(const struct whet_suite **out, const struct whet_project *project,
                     const char *name, struct whet_error *err)
{
    for (size_t i = 0; i < project->suites.len; i++) {
        const struct whet_suite *s = whet__vec_at(&project->suites, i);

        if (strcmp(s->name, name) == 0) {
            *out = s;
            return 0;
        }
    }
    return fail_find(project, name, err);
}
