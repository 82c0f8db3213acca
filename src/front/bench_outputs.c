/* Reports to files. A few per command line. */
#include "front/bench_outputs.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "front/terminal.h"

#define OUTPUTS_MAX 64
#define ANSWER_MAX  ((size_t)1 << 30)
#define FILE_WIDTH  100 /* columns of text in a file */

struct whet_output {
    const struct whet_export *form;
    const char *file;
};

void whet__outputs_init(struct whet_outputs *o)
{
    whet__vec_init(&o->files, sizeof(struct whet_output), OUTPUTS_MAX);
}

void whet__outputs_clear(struct whet_outputs *o)
{
    whet__vec_clear(&o->files);
}

int whet__outputs_check(const char *file, struct whet_error *err)
{
    const char *slash = strrchr(file, '/');
    struct whet_text folder;
    int rc = 0;

    whet__text_init(&folder, (size_t)1 << 16);
    if (slash == NULL)
        whet__text_puts(&folder, ".");
    else
        whet__text_append(&folder, file, (size_t)(slash - file) + 1);
    if (access(whet__text_str(&folder), W_OK) != 0)
        rc = whet_error_set(err, -errno, "cannot write: '%.200s': %s", file, strerror(errno));
    whet__text_clear(&folder);
    return rc;
}

static int add(struct whet_outputs *o, const struct whet_export *form, const char *file,
               struct whet_error *err)
{
    struct whet_output *output;
    int rc;

    if (strcmp(file, "-") == 0)
        return whet_error_set(err, -EINVAL,
                              "not a file: '-': standard output is for the answer: --json "
                              "prints it as JSON, other forms need a name");
    rc = whet__outputs_check(file, err);

    if (rc != 0)
        return rc;
    output = whet__vec_push(&o->files);
    if (output == NULL)
        return whet_error_set(err, -ENOMEM, "out of memory: '%.200s': too many files", file);
    output->form = form;
    output->file = file;
    return 0;
}

static int add_file(struct whet_outputs *o, const char *file, struct whet_error *err)
{
    const struct whet_export *form = whet__export_of_file(file, err);

    return form != NULL ? add(o, form, file, err) : -EINVAL;
}

static int add_form(struct whet_outputs *o, const char *form_and_file, struct whet_error *err)
{
    const char *equals = strchr(form_and_file, '=');
    const struct whet_export *form;
    char name[64];

    if (equals == NULL || equals[1] == '\0' || (size_t)(equals - form_and_file) >= sizeof(name))
        return whet_error_set(err, -EINVAL,
                              "not FORM=FILE: '--export %.200s': write it as junit=bench.xml",
                              form_and_file);
    memcpy(name, form_and_file, (size_t)(equals - form_and_file));
    name[equals - form_and_file] = '\0';
    form = whet__export_find(name, err);
    return form != NULL ? add(o, form, equals + 1, err) : -EINVAL;
}

int whet__outputs_add(struct whet_outputs *o, const struct whet_vec *files,
                      const struct whet_vec *forms, struct whet_error *err)
{
    int rc = 0;

    for (size_t i = 0; rc == 0 && i < files->len; i++)
        rc = add_file(o, *(const char **)whet__vec_at(files, i), err);
    for (size_t i = 0; rc == 0 && i < forms->len; i++)
        rc = add_form(o, *(const char **)whet__vec_at(forms, i), err);
    return rc;
}

int whet__outputs_write(const struct whet_outputs *o, const struct whet_report *report,
                        int verbose, struct whet_error *err)
{
    struct whet_export_options options = {.style = {.width = FILE_WIDTH}, .verbose = verbose};

    for (size_t i = 0; i < o->files.len; i++) {
        const struct whet_output *output = whet__vec_at(&o->files, i);
        int rc = whet__export_write(output->form, output->file, report, &options, err);

        if (rc != 0)
            return rc;
    }
    return 0;
}

int whet__outputs_answer(FILE *out, const struct whet_report *report,
                         const struct whet_global *global, int json, struct whet_error *err)
{
    const struct whet_export *form = whet__export_find(json ? "json" : "text", err);
    struct whet_export_options options = {.verbose = global->verbose};
    struct whet_text text;
    int rc;

    if (form == NULL)
        return -EINVAL;
    whet__terminal_style(out, global, &options.style);
    whet__text_init(&text, ANSWER_MAX);
    rc = form->put(&text, report, &options);
    if (rc == 0)
        fwrite(whet__text_str(&text), 1, text.len, out);
    else
        whet_error_set(err, rc, "cannot make the answer: '%s': %s", form->name, strerror(-rc));
    whet__text_clear(&text);
    return rc;
}
