/* Outputs by name. Expected load: a handful of declarations, asked about for each file that a
 * pattern of inputs finds, tens of thousands at worst. */
#include "result/outputs.h"

#include <errno.h>
#include <string.h>

#include "result/files.h"
#include "scan/glob.h"

struct whet_outputs_pattern {
    const char *text; /* without "./" before it */
    size_t len;
    int wild;
    struct whet_glob glob; /* if `wild` */
};

/* "./a" is "a". */
static const char *plain(const char *name)
{
    while (name[0] == '.' && name[1] == '/')
        for (name += 2; *name == '/'; name++)
            continue;
    return name;
}

static int compile_one(struct whet_outputs_pattern *p, const char *text,
                       struct whet_arena *arena)
{
    p->text = plain(text);
    p->len = strlen(p->text);
    p->wild = whet__files_is_pattern(p->text);
    return p->wild ? whet__glob_compile(&p->glob, p->text, p->len, arena) : 0;
}

int whet__outputs_compile(struct whet_outputs *out, const struct whet_run_job *job,
                          struct whet_arena *arena)
{
    size_t count = 0;
    int rc = 0;

    while (job->outputs != NULL && job->outputs[count] != NULL)
        count++;
    *out = (struct whet_outputs){
        .patterns = whet__arena_zalloc(arena, count + 1, sizeof(*out->patterns))};
    if (out->patterns == NULL)
        return -ENOMEM;
    for (size_t i = 0; rc == 0 && i < count; i++)
        rc = compile_one(&out->patterns[out->count++], job->outputs[i], arena);
    if (rc == 0 && job->depfile != NULL) {
        const char *depfile = plain(job->depfile);

        /* A name, whatever is in it. */
        out->patterns[out->count++] =
            (struct whet_outputs_pattern){.text = depfile, .len = strlen(depfile)};
    }
    return rc;
}

/* A name that climbs out of where a pattern looks. */
static int climbs(const char *name)
{
    for (const char *at = name; at != NULL; at = strchr(at, '/')) {
        at += *at == '/';
        if (at[0] == '.' && at[1] == '.' && (at[2] == '/' || at[2] == '\0'))
            return 1;
    }
    return 0;
}

static int names(const struct whet_outputs_pattern *p, const char *name)
{
    int begins = strncmp(p->text, name, p->len) == 0;

    if (begins && name[p->len] == '\0')
        return 1;
    if (climbs(name + (begins ? p->len : 0)))
        return 0;
    if (p->wild)
        return whet__glob_match(&p->glob, name, strlen(name));
    return begins && (name[p->len] == '/' || (p->len > 0 && p->text[p->len - 1] == '/'));
}

int whet__outputs_have(const struct whet_outputs *o, const char *name)
{
    name = plain(name);
    for (size_t i = 0; i < o->count; i++)
        if (names(&o->patterns[i], name))
            return 1;
    return 0;
}

static size_t given(const struct whet_outputs_pattern *p, const char *name)
{
    size_t len = p->wild ? strcspn(p->text, "*?[\\") : p->len;

    if (!p->wild && name[len] == '\0')
        return len;
    while (len > 0 && p->text[len - 1] != '/')
        len--;
    return len;
}

size_t whet__outputs_given(const struct whet_outputs *o, const char *name)
{
    size_t skipped = (size_t)(plain(name) - name), most = 0;

    name = plain(name);
    for (size_t i = 0; i < o->count; i++)
        if (names(&o->patterns[i], name) && given(&o->patterns[i], name) > most)
            most = given(&o->patterns[i], name);
    return skipped + most;
}
