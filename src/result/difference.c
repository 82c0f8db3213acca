/* What has changed since a job's last run, in words. Expected load: once for each job that
 * --explain is asked about. */
#include <stdio.h>
#include <string.h>

#include "result/files.h"
#include "result/inside.h"

static const struct whet_recipe_field *field_at(const struct whet_recipe *r, size_t i)
{
    return i < r->fields.len ? whet__vec_at(&r->fields, i) : NULL;
}

static int has_label(const struct whet_recipe *r, const char *label)
{
    for (size_t i = 0; i < r->fields.len; i++)
        if (strcmp(field_at(r, i)->label, label) == 0)
            return 1;
    return 0;
}

static const char *say(struct whet_results_job *j, const char *label, const char *what)
{
    size_t size = strlen(label) + strlen(what) + 2;
    char *text = whet__arena_alloc(&j->recipe.arena, size);

    if (text == NULL)
        return what;
    snprintf(text, size, "%s %s", label, what);
    return text;
}

static const struct whet_print *print_of(const struct whet_recipe *r, const char *path)
{
    for (size_t i = 0; i < r->files.len; i++) {
        const struct whet_recipe_file *f = whet__vec_at(&r->files, i);

        if (strcmp(f->path, path) == 0)
            return &f->print;
    }
    return NULL;
}

/* Of a field that is another: of a file it may be the mode alone. */
static const char *say_changed(struct whet_results_job *j, const char *label)
{
    const char *name = strchr(label, ' '), *path = NULL;
    const struct whet_print *now = NULL, *then = NULL;

    if (name != NULL)
        path = whet__files_path(&j->recipe.arena, j->recipe.folder, name + 1);
    if (path != NULL) {
        now = print_of(&j->recipe, path);
        then = print_of(&j->earlier, path);
    }
    if (now != NULL && then != NULL && whet__sha256_equal(&now->hash, &then->hash) &&
        whet__print_run_bits(now) != whet__print_run_bits(then))
        return say(j, label, "has changed its mode");
    return say(j, label, "has changed");
}

/* Of what it was found to read the last time, how that looks now. */
static const char *found_difference(struct whet_results *r, struct whet_results_job *j)
{
    static const char kind[] = WHET_RECORD_FOUND " ";

    for (size_t i = j->declared; i < j->earlier.fields.len; i++) {
        const struct whet_recipe_field *then = field_at(&j->earlier, i), *now;

        if (strncmp(then->label, kind, strlen(kind)) != 0 ||
            whet__recipe_add_file(&j->recipe, WHET_RECORD_FOUND, then->label + strlen(kind),
                                  &r->prints) != 0)
            return say(j, then->label, "cannot be looked at");
        now = field_at(&j->recipe, j->recipe.fields.len - 1);
        if (!whet__sha256_equal(&then->hash, &now->hash))
            return say_changed(j, then->label);
    }
    return NULL;
}

const char *whet__results_difference(struct whet_results *r, struct whet_results_job *j)
{
    const char *found;

    if (j->earlier.fields.len == 0)
        return "no run of it was kept";
    whet__recipe_cut(&j->recipe, j->declared, j->declared_files);
    for (size_t i = 0; i < j->declared; i++) {
        const struct whet_recipe_field *now = field_at(&j->recipe, i);
        const struct whet_recipe_field *then = field_at(&j->earlier, i);

        if (then == NULL ||
            (strcmp(now->label, then->label) != 0 && !has_label(&j->earlier, now->label)))
            return say(j, now->label, "is new");
        if (strcmp(now->label, then->label) != 0)
            return say(j, then->label, "is gone");
        if (!whet__sha256_equal(&now->hash, &then->hash))
            return say_changed(j, now->label);
    }
    if (j->earlier.fields.len > j->declared &&
        strncmp(field_at(&j->earlier, j->declared)->label, WHET_RECORD_FOUND " ",
                strlen(WHET_RECORD_FOUND " ")) != 0)
        return say(j, field_at(&j->earlier, j->declared)->label, "is gone");
    found = found_difference(r, j);
    return found != NULL ? found : "its result is gone from the cache";
}
