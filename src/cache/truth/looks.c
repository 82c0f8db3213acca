/* How files looked the last time. Expected load: asked for each file of each hit on a value
 * that was made of files. What is remembered makes a touched file cheap again after it was
 * hashed once, and, where files need not be looked at each time, saves the look. A file whose
 * look has told the same as the value itself remembers is not kept: it is as cheap. */
#include "cache/truth/looks.h"

#include <errno.h>
#include <pthread.h>
#include <string.h>

#include "base/arena.h"
#include "base/map.h"
#include "base/mem.h"
#include "os/clock.h"

#define PARTS      16
#define PART_MAX   (WHET_LOOKS_MAX / PARTS)
#define PART_BYTES ((size_t)1 << 20) /* of paths and looks */

struct look {
    struct whet_input_file file;
    uint64_t looked_ns; /* steady clock */
};

struct part {
    pthread_mutex_t lock;
    struct whet_arena arena;
    struct whet_map looks; /* path to struct look */
};

struct whet_looks {
    uint64_t check_ns;
    struct part parts[PARTS];
};

static void part_begin(struct part *p)
{
    whet__arena_init(&p->arena, PART_BYTES);
    whet__map_init(&p->looks, PART_MAX);
}

static void part_end(struct part *p)
{
    whet__map_clear(&p->looks);
    whet__arena_clear(&p->arena);
}

int whet__looks_new(struct whet_looks **out, uint64_t check_ns)
{
    struct whet_looks *l = whet__mem_zalloc(1, sizeof(*l));

    if (l == NULL)
        return -ENOMEM;
    l->check_ns = check_ns;
    for (int i = 0; i < PARTS; i++) {
        pthread_mutex_init(&l->parts[i].lock, NULL);
        part_begin(&l->parts[i]);
    }
    *out = l;
    return 0;
}

void whet__looks_free(struct whet_looks *l)
{
    if (l == NULL)
        return;
    for (int i = 0; i < PARTS; i++) {
        part_end(&l->parts[i]);
        pthread_mutex_destroy(&l->parts[i].lock);
    }
    whet__mem_free(l);
}

static struct part *part_of(struct whet_looks *l, const char *path, size_t len)
{
    return &l->parts[whet__hash64(path, len) >> 60];
}

/* 1 and a copy; its path is borrowed from the table and must not be read. */
static int recall(struct whet_looks *l, const char *path, size_t len, struct look *out)
{
    struct part *p = part_of(l, path, len);
    const struct look *found;

    pthread_mutex_lock(&p->lock);
    found = whet__map_get(&p->looks, path, len);
    if (found != NULL)
        *out = *found;
    pthread_mutex_unlock(&p->lock);
    return found != NULL;
}

static struct look *look_add(struct part *p, const char *path, size_t len)
{
    struct look *look = whet__arena_zalloc(&p->arena, 1, sizeof(*look));
    char *name = look != NULL ? whet__arena_strndup(&p->arena, path, len) : NULL;

    if (name == NULL || whet__map_put(&p->looks, name, len, look) != 0)
        return NULL;
    return look;
}

/* Without memory it is not remembered, which costs time alone. */
static void remember(struct whet_looks *l, const struct whet_input_file *file, uint64_t now_ns)
{
    struct part *p = part_of(l, file->path, file->path_len);
    struct look *look;

    pthread_mutex_lock(&p->lock);
    look = whet__map_get(&p->looks, file->path, file->path_len);
    if (look == NULL)
        look = look_add(p, file->path, file->path_len);
    if (look == NULL) {
        part_end(p);
        part_begin(p);
        look = look_add(p, file->path, file->path_len);
    }
    if (look != NULL) {
        look->file = *file;
        look->looked_ns = now_ns;
    }
    pthread_mutex_unlock(&p->lock);
}

/* Whether the last look, `last` (NULL: there is none), or `file` told what `now` has. */
static int is_news(const struct whet_input_file *now, const struct look *last,
                   const struct whet_input_file *file)
{
    if (last != NULL)
        return !last->file.settled || last->file.stat.kind != now->stat.kind ||
               last->file.stat.mtime_ns != now->stat.mtime_ns ||
               last->file.stat.ctime_ns != now->stat.ctime_ns ||
               memcmp(&last->file.hash, &now->hash, sizeof(now->hash)) != 0;
    return file == NULL || file->settled != now->settled ||
           file->stat.ctime_ns != now->stat.ctime_ns;
}

static int look(struct whet_looks *l, const char *path, size_t len,
                const struct whet_input_file *file, uint64_t now_ns,
                struct whet_input_file *out)
{
    const struct whet_input_file *known[2] = {NULL, file};
    struct look last;
    int found = recall(l, path, len, &last), rc;

    if (found && now_ns != 0 && now_ns - last.looked_ns < l->check_ns) {
        *out = last.file;
        out->path = path;
        return 0;
    }
    known[0] = found ? &last.file : NULL;
    rc = whet__input_look(path, known, 2, out);
    if (rc != 0)
        return rc;
    if (now_ns != 0 || is_news(out, found ? &last : NULL, file))
        remember(l, out, now_ns);
    return 0;
}

int whet__looks_same(struct whet_looks *l, const struct whet_input_file *file)
{
    uint64_t now_ns = l->check_ns != 0 ? whet__clock_now_ns() : 0;
    struct whet_input_file now;
    int rc = look(l, file->path, file->path_len, file, now_ns, &now);

    return rc != 0 ? rc : whet__input_equal(file, &now);
}

int whet__looks_now(struct whet_looks *l, const char *path, struct whet_input_file *out)
{
    return look(l, path, strlen(path), NULL, 0, out);
}

void whet__looks_lock_all(struct whet_looks *l)
{
    for (int i = 0; i < PARTS; i++)
        pthread_mutex_lock(&l->parts[i].lock);
}

void whet__looks_unlock_all(struct whet_looks *l)
{
    for (int i = PARTS - 1; i >= 0; i--)
        pthread_mutex_unlock(&l->parts[i].lock);
}
