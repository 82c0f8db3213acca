/* All rules in force in one folder. Expected load: entered once per folder with some
 * five ignore files above it, asked once per entry. Most of their rules with a '/' are
 * about some other folder; those are left out on entering, so that a name is compared
 * with the few that are about this one. */
#include "scan/ignore_folder.h"

#include <errno.h>
#include <string.h>

#define PATH_MAX_BYTES ((size_t)16 << 20)
#define NAME_ROOM      ((size_t)4096) /* no filesystem has longer names */
#define VIEWS_MAX      ((size_t)1 << 16)
#define LIVES_MAX      ((size_t)1 << 28)

struct whet_ignore_view {
    const struct whet_ignore *set;
    size_t base_len;
    size_t live; /* first in `lives` */
    size_t live_count;
    bool by_name; /* it has rules without '/' */
};

void whet__ignore_folder_init(struct whet_ignore_folder *f)
{
    whet__text_init(&f->path, PATH_MAX_BYTES);
    f->path_len = 0;
    whet__vec_init(&f->views, sizeof(struct whet_ignore_view), VIEWS_MAX);
    whet__vec_init(&f->lives, sizeof(uint32_t), LIVES_MAX);
}

void whet__ignore_folder_clear(struct whet_ignore_folder *f)
{
    whet__text_clear(&f->path);
    whet__vec_clear(&f->views);
    whet__vec_clear(&f->lives);
}

static int add_lives(struct whet_ignore_folder *f, const struct whet_ignore_scope *scope,
                     struct whet_ignore_view *view)
{
    const char *folder = whet__text_str(&f->path) + scope->base_len;
    size_t len = f->path_len - scope->base_len;
    uint32_t depth = 0;

    if (scope->set.path_count == 0)
        return 0;
    for (size_t i = 0; i < len; i++)
        depth += folder[i] == '/';
    for (uint32_t i = 0; i < scope->set.path_count; i++) {
        uint32_t index = scope->set.paths[i];
        uint32_t *live;

        if (!whet__ignore_path_lives(&scope->set.rules[index], folder, len, depth))
            continue;
        live = whet__vec_push(&f->lives);
        if (live == NULL)
            return -ENOMEM;
        *live = index;
        view->live_count++;
    }
    return 0;
}

static int add_view(struct whet_ignore_folder *f, const struct whet_ignore_scope *scope)
{
    struct whet_ignore_view view = {
        .set = &scope->set, .base_len = scope->base_len, .live = f->lives.len};
    struct whet_ignore_view *added;
    int rc = add_lives(f, scope, &view);

    if (rc != 0)
        return rc;
    view.by_name = scope->set.path_count < scope->set.rule_count;
    if (!view.by_name && view.live_count == 0)
        return 0;
    added = whet__vec_push(&f->views);
    if (added == NULL)
        return -ENOMEM;
    *added = view;
    return 0;
}

int whet__ignore_folder_enter(struct whet_ignore_folder *f, const char *path, size_t len,
                              const struct whet_ignore_scope *first,
                              const struct whet_ignore_scope *second)
{
    int rc = 0;

    f->views.len = 0;
    f->lives.len = 0;
    whet__text_reset(&f->path);
    whet__text_append(&f->path, path, len);
    if (whet__text_reserve(&f->path, NAME_ROOM) == NULL)
        return whet__text_error(&f->path);
    f->path_len = len;
    for (const struct whet_ignore_scope *s = first; rc == 0 && s != NULL; s = s->up)
        rc = add_view(f, s);
    for (const struct whet_ignore_scope *s = second; rc == 0 && s != NULL; s = s->up)
        rc = add_view(f, s);
    if (rc != 0)
        f->views.len = 0;
    return rc;
}

/* Index + 1 of the last rule of a file that matches; 0: none. `path` ends in the name. */
static uint32_t view_match(const struct whet_ignore_folder *f,
                           const struct whet_ignore_view *view, const char *path,
                           const struct whet_ignore_name *name)
{
    uint32_t best = view->by_name ? whet__ignore_match_name(view->set, name) : 0;
    size_t folder_len = f->path_len - view->base_len;

    for (size_t i = 0; i < view->live_count; i++) {
        uint32_t live = *(const uint32_t *)whet__vec_at(&f->lives, view->live + i);

        if (live < best)
            break;
        if (whet__ignore_path_match(&view->set->rules[live], path + view->base_len, folder_len,
                                    folder_len + name->len, name->is_dir))
            return live + 1;
    }
    return best;
}

const struct whet_ignore_rule *whet__ignore_folder_match(struct whet_ignore_folder *f,
                                                         const char *name, size_t len,
                                                         bool is_dir)
{
    const struct whet_ignore_view *views = f->views.items;
    struct whet_ignore_name n;

    if (f->views.len == 0 || len >= NAME_ROOM)
        return NULL;
    whet__ignore_name_init(&n, name, len, is_dir);
    if (f->lives.len > 0)
        memcpy(f->path.data + f->path_len, name, len);
    for (size_t i = 0; i < f->views.len; i++) {
        uint32_t index = view_match(f, &views[i], f->path.data, &n);

        if (index != 0)
            return &views[i].set->rules[index - 1];
    }
    return NULL;
}
