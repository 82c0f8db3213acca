/* `whet bench project DIR [FILES]`: a code base to measure on, the same everywhere. */
#include "front/bench_verbs.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <whet/units.h>

#include "suites/made_project.h"

#define FILES_DEFAULT 1000

static int files_parse(const char *text, size_t *out, struct whet_error *err)
{
    if (text[0] == '\0' || strlen(text) > 9 || text[strspn(text, "0123456789")] != '\0')
        return whet_error_set(err, -EINVAL,
                              "not a number of files: '%.64s': 1 to %d are possible", text,
                              WHET_MADE_PROJECT_FILES_MAX);
    *out = (size_t)strtoul(text, NULL, 10);
    return 0;
}

int whet__bench_project(const struct whet_bench_call *call, struct whet_error *err)
{
    struct whet_made_project made;
    size_t files = FILES_DEFAULT;
    char bytes[24];
    int rc = 0;

    if (call->operand_count < 2 || call->operand_count > 3)
        return whet_error_set(err, -EINVAL,
                              "project needs a folder, and may have a number of files: "
                              "whet bench project DIR 1000");
    if (call->operand_count == 3)
        rc = files_parse(call->operands[2], &files, err);
    if (rc == 0)
        rc = whet__made_project_write(call->operands[1], files,
                                      call->args->seed != 0 ? call->args->seed : 1, &made, err);
    if (rc != 0)
        return rc;
    if (!call->global->quiet)
        fprintf(call->out, "%zu files, %s\n", made.files,
                whet_size_format(made.bytes, bytes, sizeof(bytes)));
    return 0;
}
