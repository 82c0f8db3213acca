/* The lists and totals that the caller reads: one pass over the tree of folders,
 * depth first, which is the byte order of whole paths. */
#include "scan/state.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

/* Where the pass stands in one folder. */
struct cursor {
    const struct whet_walk_dir *dir;
    size_t next;
    int owned; /* its files are of this shard */
};

static const char *path_keep(struct whet_scan *scan, const struct whet_walk_dir *dir,
                             const char *name, int is_dir)
{
    struct whet_text *path = &scan->workers[0].path;

    whet__text_reset(path);
    whet__walk_path(dir, name, path);
    if (is_dir)
        whet__text_putc(path, '/');
    if (whet__text_error(path) != 0)
        return NULL;
    return whet__arena_strndup(&scan->strings, path->data, path->len);
}

struct whet_scan_skip *whet__scan_add_skip(struct whet_scan *scan, enum whet_scan_reason reason,
                                           const char *path)
{
    struct whet_scan_skip *skip = path != NULL ? whet__vec_push(&scan->skips) : NULL;

    if (skip == NULL)
        return NULL;
    skip->path = path;
    skip->reason = reason;
    scan->totals.skipped[reason]++;
    return skip;
}

static struct whet_scan_language *language_sum(struct whet_scan *scan, const char *name)
{
    struct whet_scan_language *all = scan->languages.items;
    struct whet_scan_language *fresh;

    /* Names are the table's own strings, so the pointer tells; few are in use. */
    for (size_t i = 0; i < scan->languages.len; i++) {
        if (all[i].name == name)
            return &all[i];
    }
    fresh = whet__vec_push(&scan->languages);
    if (fresh != NULL)
        fresh->name = name;
    return fresh;
}

static void sum_add(struct whet_scan_language *sum, const struct whet_scan_file *file)
{
    sum->files++;
    sum->bytes += file->bytes;
    sum->lines += file->lines;
    sum->code += file->code;
    sum->comment += file->comment;
    sum->blank += file->blank;
    sum->functions += file->function_count;
    sum->complexity += file->complexity;
    if (file->complexity_max > sum->complexity_max)
        sum->complexity_max = file->complexity_max;
}

int whet__scan_count_file(struct whet_scan *scan, const struct whet_scan_file *file)
{
    struct whet_scan_totals *t = &scan->totals;
    struct whet_scan_language *sum = NULL;

    if (file->language != NULL)
        sum = language_sum(scan, file->language);
    if (sum == NULL && file->language != NULL)
        return -ENOMEM;
    if (sum != NULL)
        sum_add(sum, file);
    sum_add(&t->sum, file);
    if (file->flags & WHET_SCAN_FILE_CACHED)
        t->cache_hits++;
    else if (!scan->list_only)
        t->cache_misses++;
    t->syntax_errors += (file->flags & WHET_SCAN_FILE_SYNTAX_ERRORS) != 0;
    t->parse_stopped += (file->flags & WHET_SCAN_FILE_PARSE_STOPPED) != 0;
    return 0;
}

int whet__scan_add_file(struct whet_scan *scan, struct whet_scan_file *file)
{
    struct whet_scan_file **slot = whet__vec_push(&scan->files);

    if (slot == NULL)
        return -ENOMEM;
    *slot = file;
    return whet__scan_count_file(scan, file);
}

static int item_add(struct whet_scan *scan, const struct whet_walk_dir *dir,
                    const struct whet_walk_entry *entry)
{
    struct whet_scan_item *item = entry->user;
    struct whet_scan_skip *skip;
    const char *path;

    if (item != NULL && item->state == WHET_ITEM_OPEN)
        return 0;
    /* Stopped before the name was looked at: nothing is known of it. */
    if (item == NULL && atomic_load(&scan->stopped))
        return 0;
    path = path_keep(scan, dir, entry->name, 0);
    if (item != NULL && item->state == WHET_ITEM_DONE) {
        item->file.path = path;
        return path != NULL ? whet__scan_add_file(scan, &item->file) : -ENOMEM;
    }
    skip =
        whet__scan_add_skip(scan, item != NULL ? item->reason : WHET_SCAN_SKIP_LANGUAGE, path);
    if (skip == NULL)
        return -ENOMEM;
    if (item != NULL) {
        skip->bytes = item->file.bytes;
        skip->error = item->error;
    }
    return 0;
}

/* Anything but a file or a folder that was read. */
static int other_add(struct whet_scan *scan, const struct whet_walk_dir *dir,
                     const struct whet_walk_entry *entry)
{
    int is_dir = entry->kind == WHET_WALK_DIR || entry->kind == WHET_WALK_IGNORED_DIR;
    enum whet_scan_reason reason = WHET_SCAN_SKIP_IGNORED;
    struct whet_scan_skip *skip;

    if (entry->kind == WHET_WALK_SYMLINK)
        reason = WHET_SCAN_SKIP_SYMLINK;
    else if (entry->kind == WHET_WALK_SPECIAL)
        reason = WHET_SCAN_SKIP_SPECIAL;
    else if (entry->kind == WHET_WALK_DIR)
        reason = WHET_SCAN_SKIP_ERROR;
    skip = whet__scan_add_skip(scan, reason, path_keep(scan, dir, entry->name, is_dir));
    if (skip == NULL)
        return -ENOMEM;
    skip->rule = entry->rule;
    if (reason == WHET_SCAN_SKIP_ERROR)
        skip->error = entry->dir->error;
    return 0;
}

/* Rules that could not be read leave more in than was meant. */
static void ignore_check(struct whet_scan *scan, const struct whet_walk_dir *dir)
{
    const char *path;

    if (dir->ignore_error == 0)
        return;
    path = dir->parent != NULL ? path_keep(scan, dir->parent, dir->name, 1) : "./";
    whet__scan_note(scan, "an ignore file does not hold: '%.300s': %s",
                    path != NULL ? path : "", strerror(-dir->ignore_error));
}

static int folder_begin(struct whet_scan *scan, struct whet_vec *stack,
                        const struct whet_walk_dir *dir)
{
    struct cursor *c = whet__vec_push(stack);

    if (c == NULL)
        return -ENOMEM;
    c->dir = dir;
    c->owned = whet__scan_owns(scan, dir, &scan->workers[0].path);
    if (c->owned)
        ignore_check(scan, dir);
    if (c->owned && scan->totals.shards != 0)
        scan->totals.directories++;
    return 0;
}

static int entry_add(struct whet_scan *scan, struct whet_vec *stack, const struct cursor *c,
                     const struct whet_walk_entry *entry)
{
    if (entry->kind == WHET_WALK_FILE)
        return c->owned ? item_add(scan, c->dir, entry) : 0;
    if (entry->kind != WHET_WALK_DIR)
        return c->owned ? other_add(scan, c->dir, entry) : 0;
    if (entry->dir->error == -ECANCELED)
        return 0; /* the scan was stopped before it came here */
    if (entry->dir->error != 0 && c->owned) {
        int rc = other_add(scan, c->dir, entry);

        if (rc != 0)
            return rc;
    }
    return folder_begin(scan, stack, entry->dir);
}

static int tree_add(struct whet_scan *scan)
{
    struct whet_vec stack;
    int rc;

    whet__vec_init(&stack, sizeof(struct cursor), SIZE_MAX / sizeof(struct cursor));
    rc = folder_begin(scan, &stack, scan->tree);
    while (stack.len != 0 && rc == 0) {
        struct cursor *c = whet__vec_at(&stack, stack.len - 1);
        struct cursor now = *c;

        if (c->next == c->dir->entry_count) {
            stack.len--;
            continue;
        }
        c->next++; /* before the stack moves */
        rc = entry_add(scan, &stack, &now, &now.dir->entries[now.next]);
    }
    whet__vec_clear(&stack);
    return rc;
}

static int by_code(const void *a, const void *b)
{
    const struct whet_scan_language *x = a;
    const struct whet_scan_language *y = b;

    if (x->code != y->code)
        return x->code > y->code ? -1 : 1;
    return strcmp(x->name, y->name);
}

void whet__scan_end(struct whet_scan *scan)
{
    if (scan->languages.len != 0)
        qsort(scan->languages.items, scan->languages.len, sizeof(struct whet_scan_language),
              by_code);
    scan->totals.stopped = atomic_load(&scan->stopped);
    scan->totals.sum.name = "total";
}

int whet__scan_answer(struct whet_scan *scan)
{
    int rc = tree_add(scan);

    if (rc == 0)
        whet__scan_end(scan);
    return rc;
}

void whet__scan_note(struct whet_scan *scan, const char *format, ...)
{
    char line[1024];
    char **slot;
    va_list args;

    va_start(args, format);
    vsnprintf(line, sizeof(line), format, args);
    va_end(args);
    slot = whet__vec_push(&scan->notes);
    if (slot != NULL)
        *slot = whet__arena_strndup(&scan->strings, line, strlen(line));
    if (slot != NULL && *slot == NULL)
        scan->notes.len--; /* out of memory: the scan itself will say so */
}

size_t whet_scan_file_count(const struct whet_scan *scan)
{
    return scan->files.len;
}

const struct whet_scan_file *whet_scan_file(const struct whet_scan *scan, size_t index)
{
    if (index >= scan->files.len)
        return NULL;
    return *(struct whet_scan_file **)whet__vec_at(&scan->files, index);
}

size_t whet_scan_skip_count(const struct whet_scan *scan)
{
    return scan->skips.len;
}

const struct whet_scan_skip *whet_scan_skip(const struct whet_scan *scan, size_t index)
{
    return index < scan->skips.len ? whet__vec_at(&scan->skips, index) : NULL;
}

size_t whet_scan_language_count(const struct whet_scan *scan)
{
    return scan->languages.len;
}

const struct whet_scan_language *whet_scan_language(const struct whet_scan *scan, size_t index)
{
    return index < scan->languages.len ? whet__vec_at(&scan->languages, index) : NULL;
}

const char *whet_scan_path(const struct whet_scan *scan)
{
    return scan->given;
}

const struct whet_scan_totals *whet_scan_totals(const struct whet_scan *scan)
{
    return &scan->totals;
}

size_t whet_scan_note_count(const struct whet_scan *scan)
{
    return scan->notes.len;
}

const char *whet_scan_note(const struct whet_scan *scan, size_t index)
{
    return index < scan->notes.len ? *(char **)whet__vec_at(&scan->notes, index) : NULL;
}

const char *whet_scan_reason_name(enum whet_scan_reason reason)
{
    static const char *const names[WHET_SCAN_SKIP_REASONS] = {
        [WHET_SCAN_SKIP_IGNORED] = "ignored",    [WHET_SCAN_SKIP_LANGUAGE] = "unknown language",
        [WHET_SCAN_SKIP_SIZE] = "too large",     [WHET_SCAN_SKIP_BINARY] = "binary",
        [WHET_SCAN_SKIP_SPECIAL] = "not a file", [WHET_SCAN_SKIP_SYMLINK] = "symbolic link",
        [WHET_SCAN_SKIP_ERROR] = "error",        [WHET_SCAN_SKIP_CRASHED] = "crashed",
        [WHET_SCAN_SKIP_CPU] = "processor time", [WHET_SCAN_SKIP_MEMORY] = "memory",
    };

    return (unsigned)reason < WHET_SCAN_SKIP_REASONS ? names[reason] : "unknown";
}
