/* Recipes. Expected load: one for each cached job, with tens to hundreds of files; nothing is
 * read but what has changed since it was read last. */
#include "result/recipe.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/little.h"
#include "base/text.h"
#include "os/environ.h"
#include "os/path.h"
#include "os/spawn.h"
#include "result/files.h"
#include "result/outputs.h"

#define RECIPE_VERSION 1
#define RECIPE_BYTES   ((size_t)256 << 20)
#define PATH_BYTES     ((size_t)1 << 16)

void whet__recipe_init(struct whet_recipe *r)
{
    memset(r, 0, sizeof(*r));
    whet__arena_init(&r->arena, RECIPE_BYTES);
    whet__vec_init(&r->fields, sizeof(struct whet_recipe_field), 2 * WHET_FILES_MAX);
    whet__vec_init(&r->files, sizeof(struct whet_recipe_file), 2 * WHET_FILES_MAX);
    whet__vec_init(&r->inputs, sizeof(const char *), WHET_FILES_MAX);
}

void whet__recipe_clear(struct whet_recipe *r)
{
    whet__vec_clear(&r->fields);
    whet__vec_clear(&r->files);
    whet__vec_clear(&r->inputs);
    whet__arena_clear(&r->arena);
}

void whet__recipe_cut(struct whet_recipe *r, size_t fields, size_t files)
{
    r->fields.len = fields;
    r->files.len = files;
}

/* "kind name" in the arena; NULL: no memory. */
static const char *label_make(struct whet_recipe *r, const char *kind, const char *name)
{
    size_t head = strlen(kind), len = strlen(name);
    char *label = whet__arena_alloc(&r->arena, head + len + 2);

    if (label == NULL)
        return NULL;
    memcpy(label, kind, head);
    if (len > 0)
        label[head++] = ' ';
    memcpy(label + head, name, len + 1);
    return label;
}

static int add_hash(struct whet_recipe *r, const char *kind, const char *name,
                    const struct whet_sha256 *hash)
{
    const char *label = label_make(r, kind, name);
    struct whet_recipe_field *field = label != NULL ? whet__vec_push(&r->fields) : NULL;

    if (field == NULL)
        return -ENOMEM;
    field->label = label;
    field->hash = *hash;
    return 0;
}

static int add_text(struct whet_recipe *r, const char *kind, const char *name, const char *text)
{
    struct whet_sha256 hash = whet__sha256(text, strlen(text));

    return add_hash(r, kind, name, &hash);
}

/* Of the content, and of who may run the file, if anybody: a command may. */
static struct whet_sha256 hash_of(const struct whet_print *print)
{
    unsigned char run = (unsigned char)whet__print_run_bits(print);
    struct whet_sha256_sum sum;

    if (run == 0)
        return print->hash;
    whet__sha256_begin(&sum);
    whet__sha256_add(&sum, print->hash.bytes, sizeof(print->hash.bytes));
    whet__sha256_add(&sum, &run, sizeof(run));
    return whet__sha256_end(&sum);
}

int whet__recipe_add_file(struct whet_recipe *r, const char *kind, const char *name,
                          struct whet_prints *prints)
{
    const char *path = whet__files_path(&r->arena, r->folder, name);
    struct whet_recipe_file *file;
    struct whet_print print;
    struct whet_sha256 hash;
    int rc = path != NULL ? whet__prints_recent(prints, path, &print) : -ENOMEM;

    r->subject = name;
    if (rc == 0) {
        hash = hash_of(&print);
        rc = add_hash(r, kind, name, &hash);
    }
    file = rc == 0 ? whet__vec_push(&r->files) : NULL;
    if (file == NULL)
        return rc != 0 ? rc : -ENOMEM;
    file->path = path;
    file->print = print;
    return 0;
}

/* Where the program is, and what is in it: a compiler that was replaced is another one. */
static int add_program(struct whet_recipe *r, const char *name, struct whet_prints *prints)
{
    struct whet_text path;
    const char *copy = name;
    int rc = 0;

    r->subject = name;
    whet__text_init(&path, PATH_BYTES);
    if (strchr(name, '/') == NULL) {
        rc = whet__spawn_find(name, &path);
        copy = rc == 0 ? whet__arena_strndup(&r->arena, whet__text_str(&path), path.len) : NULL;
    }
    whet__text_clear(&path);
    if (copy == NULL)
        return rc != 0 ? rc : -ENOMEM;
    return whet__recipe_add_file(r, "program", copy, prints);
}

static int add_words(struct whet_recipe *r, const char *kind, const char *const *words)
{
    char number[24];
    int rc = 0;

    for (size_t i = 0; rc == 0 && words != NULL && words[i] != NULL; i++) {
        snprintf(number, sizeof(number), "%zu", i);
        rc = add_text(r, kind, number, words[i]);
    }
    return rc;
}

static const char *variable_of(const char *const *list, const char *name)
{
    size_t len = strlen(name);

    for (; list != NULL && *list != NULL; list++)
        if (strncmp(*list, name, len) == 0 && (*list)[len] == '=')
            return *list;
    return NULL;
}

/* Declared ones go before ours; one that is not set is other than one that is empty. */
static int add_variables(struct whet_recipe *r, const struct whet_run_job *job,
                         const struct whet_recipe_setting *setting)
{
    struct whet_vec names;
    const char *const *env = job->env, *const *ours = setting->names;
    int rc = 0;

    whet__vec_init(&names, sizeof(const char *), WHET_FILES_MAX);
    for (; rc == 0 && env != NULL && *env != NULL; env++) {
        const char *name = whet__arena_strndup(&r->arena, *env, strcspn(*env, "="));
        const char **slot = name != NULL ? whet__vec_push(&names) : NULL;

        rc = slot != NULL ? 0 : -ENOMEM;
        if (slot != NULL)
            *slot = name;
    }
    for (; rc == 0 && ours != NULL && *ours != NULL; ours++) {
        const char **slot = whet__vec_push(&names);

        rc = slot != NULL ? 0 : -ENOMEM;
        if (slot != NULL)
            *slot = *ours;
    }
    whet__files_sort(&names);
    for (size_t i = 0; rc == 0 && i < names.len; i++) {
        const char *name = ((const char **)names.items)[i];
        const char *set = variable_of(job->env, name);

        set = set != NULL ? set : variable_of(whet__environ(), name);
        if (set != NULL)
            rc = add_text(r, "variable", name, set + strlen(name));
    }
    whet__vec_clear(&names);
    return rc;
}

/* Of a declared name; what is wrong with it today will be tomorrow. */
static int fault_of(struct whet_recipe *r, const char *pattern, int rc)
{
    r->subject = pattern;
    if (rc == -EINVAL)
        r->fault = "it is no pattern";
    if (rc == -EFBIG)
        r->fault = "it names too many files";
    return rc;
}

/* What its patterns name now, sorted. What a job writes is none of what it reads, though a
 * pattern may match it; what it names itself is. */
static int inputs_find(struct whet_recipe *r, const struct whet_run_job *job,
                       struct whet_vec *names)
{
    const char *const *pattern = job->inputs;
    struct whet_outputs outputs;
    int rc = whet__outputs_compile(&outputs, job, &r->arena);

    if (rc != 0 && outputs.count > 0)
        return fault_of(r, job->outputs[outputs.count - 1], rc);
    for (; rc == 0 && pattern != NULL && *pattern != NULL; pattern++) {
        size_t from = names->len, to = from;
        const char **at;

        rc = whet__files_find(r->folder, *pattern, &r->arena, names);
        if (rc != 0)
            return fault_of(r, *pattern, rc);
        at = names->items;
        for (size_t i = from; i < names->len; i++)
            if (strcmp(at[i], *pattern) == 0 || !whet__outputs_have(&outputs, at[i]))
                at[to++] = at[i];
        names->len = to;
    }
    whet__files_sort(names);
    return rc;
}

static int add_inputs(struct whet_recipe *r, const struct whet_run_job *job,
                      struct whet_prints *prints)
{
    int rc = inputs_find(r, job, &r->inputs);

    for (size_t i = 0; rc == 0 && i < r->inputs.len; i++) {
        const char *name = ((const char **)r->inputs.items)[i];

        rc = whet__files_is_folder(name) ? add_text(r, "input", name, "")
                                         : whet__recipe_add_file(r, "input", name, prints);
    }
    return rc;
}

/* Without "." and ".." and links, where that can be found out. */
static int folder_find(struct whet_recipe *r, const struct whet_run_job *job, const char *here)
{
    struct whet_text real;
    int rc;

    r->folder = job->cwd != NULL ? whet__files_path(&r->arena, here, job->cwd) : here;
    if (r->folder == NULL)
        return -ENOMEM;
    if (job->cwd == NULL) /* so it is already */
        return 0;
    r->subject = r->folder;
    whet__text_init(&real, PATH_BYTES);
    rc = whet__path_real(r->folder, &real);
    if (rc == 0)
        r->folder = whet__arena_strndup(&r->arena, whet__text_str(&real), real.len);
    whet__text_clear(&real);
    return rc != 0 ? rc : r->folder != NULL ? 0 : -ENOMEM;
}

int whet__recipe_make(struct whet_recipe *r, const struct whet_run_job *job,
                      const struct whet_recipe_setting *setting, struct whet_prints *prints)
{
    int rc = folder_find(r, job, setting->here);

    if (rc == 0)
        rc = add_program(r, job->argv[0], prints);
    if (rc == 0)
        rc = add_words(r, "argument", job->argv);
    if (rc == 0 && !setting->anywhere)
        rc = add_text(r, "folder", "", r->folder);
    if (rc == 0)
        rc = add_text(r, "environment", "", setting->strict ? "declared" : "ours");
    if (rc == 0)
        rc = add_variables(r, job, setting);
    if (rc == 0)
        rc = add_words(r, "output", job->outputs);
    if (rc == 0 && job->depfile != NULL)
        rc = add_text(r, "depfile", "", job->depfile);
    return rc == 0 ? add_inputs(r, job, prints) : rc;
}

static void add_sized(struct whet_sha256_sum *sum, const void *bytes, size_t len)
{
    unsigned char size[8];

    whet__little_put(size, len, sizeof(size));
    whet__sha256_add(sum, size, sizeof(size));
    whet__sha256_add(sum, bytes, len);
}

struct whet_sha256 whet__recipe_key(const struct whet_recipe *r)
{
    static const unsigned char version = RECIPE_VERSION;
    struct whet_sha256_sum sum;

    whet__sha256_begin(&sum);
    whet__sha256_add(&sum, &version, sizeof(version));
    for (size_t i = 0; i < r->fields.len; i++) {
        const struct whet_recipe_field *f = whet__vec_at(&r->fields, i);

        add_sized(&sum, f->label, strlen(f->label));
        add_sized(&sum, f->hash.bytes, sizeof(f->hash.bytes));
    }
    return whet__sha256_end(&sum);
}

int whet__recipe_same(const struct whet_recipe *a, const struct whet_recipe *b)
{
    int same = a->fields.len == b->fields.len;

    for (size_t i = 0; same && i < a->fields.len; i++) {
        const struct whet_recipe_field *one = whet__vec_at(&a->fields, i);
        const struct whet_recipe_field *other = whet__vec_at(&b->fields, i);

        same = whet__sha256_equal(&one->hash, &other->hash) &&
               strcmp(one->label, other->label) == 0;
    }
    return same;
}

/* The first name that the one list has and the other has not; NULL: none. */
static const char *other_name(const struct whet_vec *a, const struct whet_vec *b)
{
    const char *const *one = a->items, *const *other = b->items;

    for (size_t i = 0; i < a->len || i < b->len; i++) {
        if (i == a->len)
            return other[i];
        if (i == b->len)
            return one[i];
        if (strcmp(one[i], other[i]) != 0)
            return strcmp(one[i], other[i]) < 0 ? one[i] : other[i];
    }
    return NULL;
}

/* A file that came or went where the job's patterns look. */
static const char *input_moved(struct whet_recipe *r, const struct whet_run_job *job)
{
    struct whet_vec names;
    const char *moved;

    whet__vec_init(&names, sizeof(const char *), WHET_FILES_MAX);
    moved = inputs_find(r, job, &names) == 0 ? other_name(&r->inputs, &names) : r->subject;
    whet__vec_clear(&names);
    return moved;
}

const char *whet__recipe_moved(struct whet_recipe *r, const struct whet_run_job *job,
                               struct whet_prints *prints)
{
    for (size_t i = 0; i < r->files.len; i++) {
        const struct whet_recipe_file *f = whet__vec_at(&r->files, i);
        struct whet_print now;

        if (whet__prints_get(prints, f->path, &now) != 0 ||
            !whet__print_unmoved(&f->print, &now))
            return f->path;
    }
    return input_moved(r, job);
}
