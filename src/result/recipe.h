/* result/recipe.h - all that the result of a job depends on, and the key that follows from it.
 *
 * Shape    made of a job before it runs; what it was found to read besides is added; a key of
 *          the fields so far may be taken at each step.
 * Units    bytes.
 * Memory   in an arena of its own.
 * Errors   -errno, with what it is about in `subject`: a file that cannot be read, a malformed
 *          pattern; -ENOMEM.
 * Threads  one at a time.
 *
 * A field is a label and a SHA-256: of an argument, of a variable, of a file's content, and of
 * its mode as far as that says who may run it. The key
 * is the SHA-256 of a version byte and of all fields, each with its length before it. Files of
 * a kind are in the order of their names, so that the key is the same wherever the same command
 * reads the same.
 */
#ifndef WHET_RESULT_RECIPE_H
#define WHET_RESULT_RECIPE_H

#include <whet/api.h>

#include "base/arena.h"
#include "base/sha256.h"
#include "base/vec.h"
#include "result/prints.h"
#include "run/job.h"

struct whet_recipe_field {
    const char *label; /* "argument 2", "variable PATH", "input a.c" */
    struct whet_sha256 hash;
};

struct whet_recipe_file {
    const char *path; /* absolute */
    struct whet_print print;
};

struct whet_recipe {
    struct whet_arena arena;
    struct whet_vec fields; /* of struct whet_recipe_field */
    struct whet_vec files;  /* of struct whet_recipe_file */
    struct whet_vec inputs; /* of const char *: names of declared ones, sorted */
    const char *folder;     /* the job's, absolute */
    const char *subject;    /* what an error is about */
    const char *fault;      /* of the subject, that lasts; NULL: the error says it all */
};

/* What all jobs of a run have in common. */
struct whet_recipe_setting {
    const char *here;         /* the folder we are in, without links */
    const char *const *names; /* of variables of ours that results depend on */
    int strict;               /* commands get these and declared ones alone */
    int anywhere;             /* results do not depend on the folder */
};

void whet__recipe_init(struct whet_recipe *r);
void whet__recipe_clear(struct whet_recipe *r);

/* Looks at the program, the job's words, variables and declared inputs. */
WHET_MUST_USE int whet__recipe_make(struct whet_recipe *r, const struct whet_run_job *job,
                                    const struct whet_recipe_setting *setting,
                                    struct whet_prints *prints);

/* Adds one file, named as seen from the job's folder. */
WHET_MUST_USE int whet__recipe_add_file(struct whet_recipe *r, const char *kind,
                                        const char *name, struct whet_prints *prints);

/* Takes fields and files off again, down to these numbers. */
void whet__recipe_cut(struct whet_recipe *r, size_t fields, size_t files);

struct whet_sha256 whet__recipe_key(const struct whet_recipe *r);

/* 1: they have the same fields, and so the same key. */
int whet__recipe_same(const struct whet_recipe *a, const struct whet_recipe *b);

/* The first file that does not look as it did any more, or that came or went where the job's
 * patterns look; NULL: none. */
const char *whet__recipe_moved(struct whet_recipe *r, const struct whet_run_job *job,
                               struct whet_prints *prints);

#endif
