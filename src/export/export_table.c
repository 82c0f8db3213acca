/* The forms, found by name or by a file's ending, and written to files. Asked once or twice in
 * a run of the command. */
#include "export/export.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/nearest.h"
#include "export/forms.h"
#include "os/file.h"

#define FILE_MAX_BYTES ((size_t)1 << 30)

/* In byte order of names. */
static const struct whet_export *const forms[] = {
    &whet__export_bmf,
    &whet__export_criterion,
    &whet__export_csv,
    &whet__export_github_action,
    &whet__export_github_action_bigger,
    &whet__export_google_benchmark,
    &whet__export_html,
    &whet__export_hyperfine,
    &whet__export_json,
    &whet__export_junit,
    &whet__export_markdown,
    &whet__export_text,
};

#define FORM_COUNT (sizeof(forms) / sizeof(forms[0]))

size_t whet__export_count(void)
{
    return FORM_COUNT;
}

const struct whet_export *whet__export_at(size_t index)
{
    return index < FORM_COUNT ? forms[index] : NULL;
}

/* "bmf, criterion, ...", cut where `size` ends. */
static const char *names_list(char *out, size_t size)
{
    size_t len = 0;

    out[0] = '\0';
    for (size_t i = 0; i < FORM_COUNT; i++) {
        size_t need = strlen(forms[i]->name) + (i > 0 ? 2 : 0);

        if (len + need >= size)
            break;
        snprintf(out + len, size - len, "%s%s", i > 0 ? ", " : "", forms[i]->name);
        len += need;
    }
    return out;
}

const struct whet_export *whet__export_find(const char *name, struct whet_error *err)
{
    const char *names[FORM_COUNT], *near;
    char all[300];

    for (size_t i = 0; i < FORM_COUNT; i++) {
        if (strcmp(forms[i]->name, name) == 0)
            return forms[i];
        names[i] = forms[i]->name;
    }
    near = whet__nearest(name, names, FORM_COUNT);
    if (near != NULL)
        whet_error_set(err, -ENOENT, "no such form: '%.100s': did you mean '%s'?", name, near);
    else
        whet_error_set(err, -ENOENT, "no such form: '%.100s': there are %s", name,
                       names_list(all, sizeof(all)));
    return NULL;
}

const struct whet_export *whet__export_of_file(const char *file, struct whet_error *err)
{
    size_t len = strlen(file), longest = 0;
    const struct whet_export *found = NULL;
    char all[300];

    for (size_t i = 0; i < FORM_COUNT; i++) {
        size_t n = forms[i]->ending != NULL ? strlen(forms[i]->ending) : 0;

        /* ".bmf.json" before ".json". */
        if (n > longest && len > n && strcmp(file + len - n, forms[i]->ending) == 0) {
            found = forms[i];
            longest = n;
        }
    }
    if (found == NULL)
        whet_error_set(err, -ENOENT,
                       "no form is meant by this ending: '%.100s': name one of %s", file,
                       names_list(all, sizeof(all)));
    return found;
}

static int text_write(const struct whet_export *form, const char *file,
                      const struct whet_report *report,
                      const struct whet_export_options *options, struct whet_error *err)
{
    struct whet_text text;
    int rc;

    whet__text_init(&text, FILE_MAX_BYTES);
    rc = form->put(&text, report, options);
    if (rc != 0) {
        whet_error_set(err, rc, "cannot make: '%.300s': %s", file, strerror(-rc));
        goto out;
    }
    rc = whet__file_write(file, whet__text_str(&text), text.len, 0);
    if (rc != 0)
        whet_error_set(err, rc, "cannot write: '%.300s': %s", file, strerror(-rc));
out:
    whet__text_clear(&text);
    return rc;
}

int whet__export_write(const struct whet_export *form, const char *file,
                       const struct whet_report *report,
                       const struct whet_export_options *options, struct whet_error *err)
{
    static const struct whet_export_options none;

    if (options == NULL)
        options = &none;
    if (form->write != NULL)
        return form->write(file, report, options, err);
    return text_write(form, file, report, options, err);
}
