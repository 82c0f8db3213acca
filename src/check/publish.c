/* A check's report where CI systems pick it up: a few files, once. */
#include "check/publish.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "check/findings.h"
#include "export/export.h"
#include "os/file.h"

#define TEXT_MAX_ ((size_t)16 << 20)

/* Names in the folder, and the forms that are written there. */
static const struct {
    const char *form;
    const char *file;
} files[] = {
    {"html", "report.html"},
    {"json", "result.json"},
    {"junit", "junit.xml"},
    {"markdown", "summary.md"},
};

static int is_set(const char *variable)
{
    const char *value = getenv(variable);

    return value != NULL && strcmp(value, "true") == 0;
}

enum whet_annotations whet__annotations_choose(enum whet_annotations asked)
{
    if (asked != WHET_ANNOTATIONS_AUTO)
        return asked;
    if (is_set("GITHUB_ACTIONS"))
        return WHET_ANNOTATIONS_GITHUB;
    return is_set("GITLAB_CI") ? WHET_ANNOTATIONS_GITLAB : WHET_ANNOTATIONS_NONE;
}

static int cannot_write(const char *path, int rc, struct whet_error *err)
{
    return whet_error_set(err, rc, "cannot write: '%.300s': %s", path, strerror(-rc));
}

static int path_of(struct whet_text *path, const char *folder, const char *file,
                   struct whet_error *err)
{
    whet__text_init(path, PATH_MAX);
    whet__text_printf(path, "%s/%s", folder, file);
    return whet__text_error(path) != 0 ? cannot_write(file, whet__text_error(path), err) : 0;
}

static int write_form(const char *folder, size_t i, const struct whet_report *report,
                      struct whet_error *err)
{
    const struct whet_export *form = whet__export_find(files[i].form, err);
    struct whet_text path;
    int rc;

    if (form == NULL)
        return -EINVAL;
    rc = path_of(&path, folder, files[i].file, err);
    if (rc == 0)
        rc = whet__export_write(form, whet__text_str(&path), report, NULL, err);
    whet__text_clear(&path);
    return rc;
}

static int write_text(const char *folder, const char *file, const struct whet_text *text,
                      struct whet_error *err)
{
    struct whet_text path;
    int rc = path_of(&path, folder, file, err);

    if (rc == 0) {
        rc = whet__text_error(text);
        if (rc == 0)
            rc = whet__file_write(whet__text_str(&path), whet__text_str(text), text->len, 0);
        if (rc != 0)
            cannot_write(whet__text_str(&path), rc, err);
    }
    whet__text_clear(&path);
    return rc;
}

/* Make and wrappers flatten exit codes: the verdict is in a file, too. */
static int write_verdict(const char *folder, const struct whet_report *report,
                         struct whet_error *err)
{
    struct whet_text text;
    int rc;

    whet__text_init(&text, 64);
    whet__text_printf(&text, "%s\n", whet__verdict_title(report->verdict));
    rc = write_text(folder, "verdict.txt", &text, err);
    whet__text_clear(&text);
    return rc;
}

int whet__publish_prepare(const char *folder, struct whet_error *err)
{
    int rc = whet__file_make_dirs(folder, 0777);

    if (rc != 0)
        whet_error_set(err, rc, "cannot make folder: '%.300s': %s", folder, strerror(-rc));
    return rc;
}

int whet__publish_folder(const char *folder, const struct whet_report *report,
                         struct whet_error *err)
{
    int rc = whet__publish_prepare(folder, err);

    if (rc != 0)
        return rc;
    for (size_t i = 0; i < sizeof(files) / sizeof(files[0]) && rc == 0; i++)
        rc = write_form(folder, i, report, err);
    return rc == 0 ? write_verdict(folder, report, err) : rc;
}

/* Other steps of the job may have written there already. */
static int append_summary(const char *path, const struct whet_report *report,
                          struct whet_error *err)
{
    const struct whet_export *form = whet__export_find("markdown", err);
    const struct whet_export_options options = {.verbose = 0};
    struct whet_text text;
    FILE *file;
    int rc;

    if (form == NULL)
        return -EINVAL;
    whet__text_init(&text, TEXT_MAX_);
    rc = form->put(&text, report, &options);
    if (rc == 0) {
        file = fopen(path, "a");
        if (file == NULL || fwrite(whet__text_str(&text), 1, text.len, file) != text.len)
            rc = errno != 0 ? -errno : -EIO;
        if (file != NULL && fclose(file) != 0 && rc == 0)
            rc = -errno;
    }
    whet__text_clear(&text);
    return rc != 0 ? cannot_write(path, rc, err) : 0;
}

static int to_github(FILE *to, const struct whet_report *report,
                     const struct whet_project *project, const char *file,
                     struct whet_error *err)
{
    const char *summary = getenv("GITHUB_STEP_SUMMARY");
    struct whet_text text;
    int rc;

    whet__text_init(&text, TEXT_MAX_);
    whet__findings_github(&text, report, project, file);
    rc = whet__text_error(&text);
    if (rc == 0) /* a failed write shows when the stream is closed */
        fwrite(whet__text_str(&text), 1, text.len, to);
    else
        whet_error_set(err, rc, "out of memory: 'annotations'");
    whet__text_clear(&text);
    if (rc == 0 && summary != NULL && summary[0] != '\0')
        rc = append_summary(summary, report, err);
    return rc;
}

int whet__publish_annotations(enum whet_annotations where, FILE *to, const char *folder,
                              const struct whet_report *report,
                              const struct whet_project *project, const char *file,
                              struct whet_error *err)
{
    struct whet_text text;
    int rc;

    if (where == WHET_ANNOTATIONS_GITHUB)
        return to_github(to, report, project, file, err);
    if (where != WHET_ANNOTATIONS_GITLAB)
        return 0;
    whet__text_init(&text, TEXT_MAX_);
    whet__findings_gitlab(&text, report, project, file);
    rc = write_text(folder, "gl-code-quality-report.json", &text, err);
    whet__text_clear(&text);
    return rc;
}
