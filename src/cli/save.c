/* Puts what whet tune chose into whet.yaml. Only its own block is replaced; one that was
 * edited by hand since is replaced only when the user says so. */
#include "cli/save.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "base/text.h"
#include "data/project.h"
#include "os/file.h"

#define FILE_MAX_BYTES ((size_t)16 << 20)
#define FACTS          6

struct facts {
    struct whet_project_fact list[FACTS];
    char first[32], unchanged[32], rate[32], rounds[32], cores[32];
};

static void facts_fill(struct facts *f, const struct whet_tune *tune, const char *when)
{
    const struct whet_tune_arm *cold = whet_tune_chosen_parallel(tune);
    const struct whet_tune_arm *warm = whet_tune_chosen_warm(tune);

    snprintf(f->first, sizeof(f->first), "%.2f", cold->speedup.value);
    snprintf(f->unchanged, sizeof(f->unchanged), "%.2f", warm->speedup.value);
    snprintf(f->rate, sizeof(f->rate), "%.0f", cold->files_per_second);
    snprintf(f->rounds, sizeof(f->rounds), "%zu", cold->runs);
    snprintf(f->cores, sizeof(f->cores), "%u", whet_tune_machine(tune)->cores);
    f->list[0] = (struct whet_project_fact){"date", when};
    f->list[1] = (struct whet_project_fact){"cores", f->cores};
    f->list[2] = (struct whet_project_fact){"rounds", f->rounds};
    f->list[3] = (struct whet_project_fact){"speedup_first_scan", f->first};
    f->list[4] = (struct whet_project_fact){"speedup_unchanged", f->unchanged};
    f->list[5] = (struct whet_project_fact){"files_per_second", f->rate};
}

static void tuned_fill(struct whet_project_tuned *tuned, const struct whet_tune *tune,
                       const struct whet_save_options *options)
{
    const struct whet_tune_config *config = whet_tune_config(tune);

    memset(tuned, 0, sizeof(*tuned));
    tuned->profile = config->profile->name;
    tuned->target = (int)config->target;
    tuned->scan.jobs = whet_tune_chosen_parallel(tune)->jobs;
    tuned->scan.cache = (int)whet_tune_chosen_warm(tune)->cache;
    tuned->scan.cache_bytes = config->l3_bytes;
    tuned->scan.max_file_bytes = options->max_file_bytes;
}

/* A question on the terminal; anything but a yes is a no. */
static int ask(const char *file, const char *why)
{
    char answer[16];

    if (!isatty(STDIN_FILENO) || !isatty(STDERR_FILENO)) {
        fprintf(stderr, "%s: not written: give --yes%s\n", file,
                why[0] != '\0' ? " --force" : "");
        return 0;
    }
    fprintf(stderr, "%s%swrite %s? [y/N] ", why, why[0] != '\0' ? ": " : "", file);
    return fgets(answer, sizeof(answer), stdin) != NULL &&
           (answer[0] == 'y' || answer[0] == 'Y');
}

/* 1: yes. 0: no, which was said. -EEXIST: --yes was given but is not enough. */
static int may_write(const char *file, enum whet_project_block block,
                     const struct whet_save_options *options, struct whet_error *err)
{
    if (block != WHET_PROJECT_BLOCK_EDITED)
        return options->yes || ask(file, "");
    if (!options->yes)
        return ask(file, "its tuned block was edited by hand");
    if (options->force)
        return 1;
    return whet_error_set(err, -EEXIST,
                          "not written: '%.300s': its tuned block was edited by hand: give "
                          "--force to replace it",
                          file);
}

/* The user's own settings go before what was tuned: then better said than wondered at. */
static void overrides_tell(const char *file, const struct whet_text *text)
{
    struct whet_project project;

    if (whet__project_parse(&project, whet__text_str(text), text->len, file, NULL) != 0)
        return;
    if (project.user.jobs != 0 || project.user.cache >= 0 || project.user.cache_bytes != 0)
        fprintf(stderr, "%s: its 'scan' block goes before what was tuned\n", file);
    whet__project_clear(&project);
}

static int text_offer(const char *file, const struct whet_text *text,
                      enum whet_project_block block, const struct whet_save_options *options,
                      struct whet_error *err)
{
    int rc;

    if (options->dry_run) {
        fprintf(stderr, "%s would be:\n%s", file, whet__text_str(text));
        return 0;
    }
    rc = may_write(file, block, options, err);
    if (rc <= 0)
        return rc;
    rc = whet__file_write(file, whet__text_str(text), text->len, 1);
    if (rc != 0)
        return whet_error_set(err, rc, "cannot write: '%.300s': %s", file, strerror(-rc));
    if (!options->quiet) {
        fprintf(stderr, "wrote %s\n", file);
        overrides_tell(file, text);
    }
    return 0;
}

static int file_update(const char *file, const struct whet_tune *tune,
                       const struct whet_save_options *options, struct whet_error *err)
{
    struct whet_project_tuned tuned;
    enum whet_project_block block;
    struct whet_text before, after;
    struct facts facts;
    int rc;

    whet__text_init(&before, FILE_MAX_BYTES);
    whet__text_init(&after, 2 * FILE_MAX_BYTES);
    tuned_fill(&tuned, tune, options);
    facts_fill(&facts, tune, options->when);
    rc = whet__file_read(AT_FDCWD, file, FILE_MAX_BYTES, &before);
    if (rc == -ENOENT)
        rc = 0;
    if (rc != 0)
        whet_error_set(err, rc, "cannot read: '%.300s': %s", file, strerror(-rc));
    else
        rc = whet__project_tune_text(whet__text_str(&before), before.len, file, &tuned,
                                     facts.list, FACTS, &after, &block, err);
    if (rc == 0)
        rc = text_offer(file, &after, block, options, err);
    whet__text_clear(&before);
    whet__text_clear(&after);
    return rc;
}

int whet__tune_save(const char *path, const struct whet_tune *tune,
                    const struct whet_save_options *options, struct whet_error *err)
{
    struct whet_text file;
    struct stat st;
    int rc;

    if (stat(path, &st) != 0 || !S_ISDIR(st.st_mode)) {
        if (!options->quiet)
            fprintf(stderr, "%s is no folder: no " WHET_PROJECT_FILE " was written\n", path);
        return 0;
    }
    whet__text_init(&file, (size_t)1 << 16);
    if (strcmp(path, ".") != 0)
        whet__text_printf(&file, "%s%s", path, path[strlen(path) - 1] == '/' ? "" : "/");
    whet__text_puts(&file, WHET_PROJECT_FILE);
    rc = whet__text_error(&file);
    if (rc == 0)
        rc = file_update(whet__text_str(&file), tune, options, err);
    whet__text_clear(&file);
    return rc;
}
