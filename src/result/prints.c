/* What is in files. Expected load: one stat for each file that a cached command reads, some
 * hundred for each compiled file, most of them the same ones; reading only what has changed. */
#include "result/prints.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "os/clock.h"
#include "os/content.h"

#define ARENA_MAX ((size_t)1 << 30)
#define FILES_MAX ((size_t)4000000)
#define PIECE     ((size_t)64 * 1024)

struct known_print {
    struct whet_print print;
    uint64_t turn; /* in which it was looked at last; 0: in none */
};

int whet__prints_init(struct whet_prints *p)
{
    memset(p, 0, sizeof(*p));
    whet__map_init(&p->known, FILES_MAX);
    whet__arena_init(&p->arena, ARENA_MAX);
    p->buffer = whet__mem_alloc(PIECE);
    return p->buffer != NULL ? 0 : -ENOMEM;
}

void whet__prints_clear(struct whet_prints *p)
{
    whet__map_clear(&p->known);
    whet__arena_clear(&p->arena);
    whet__mem_free(p->buffer);
    memset(p, 0, sizeof(*p));
}

/* One that is new is in no turn. A print that finds no room is found out anew the next time. */
static struct known_print *keep(struct whet_prints *p, const char *path,
                                const struct whet_print *print)
{
    struct known_print *known = whet__map_get_str(&p->known, path);
    char *key;

    if (known == NULL) {
        known = whet__arena_zalloc(&p->arena, 1, sizeof(*known));
        key = known != NULL ? whet__arena_strndup(&p->arena, path, strlen(path)) : NULL;
        if (key == NULL || whet__map_put_str(&p->known, key, known) != 0)
            return NULL;
    }
    known->print = *print;
    return known;
}

void whet__prints_seed(struct whet_prints *p, const char *path, const struct whet_print *print)
{
    if (whet__map_get_str(&p->known, path) == NULL)
        (void)keep(p, path, print);
}

void whet__prints_turn(struct whet_prints *p)
{
    p->turn++;
    p->turns = 1;
}

void whet__prints_end_turns(struct whet_prints *p)
{
    p->turns = 0;
}

static int hash_open(struct whet_prints *p, int fd, struct whet_sha256 *out)
{
    struct whet_sha256_sum sum;
    ssize_t got;

    whet__sha256_begin(&sum);
    while ((got = read(fd, p->buffer, PIECE)) != 0) {
        if (got < 0 && errno != EINTR)
            return -errno;
        if (got > 0)
            whet__sha256_add(&sum, p->buffer, (size_t)got);
    }
    *out = whet__sha256_end(&sum);
    return 0;
}

static int look_open(int fd, struct whet_file_stat *out)
{
    struct stat st;

    if (fstat(fd, &st) != 0)
        return -errno;
    if (!S_ISREG(st.st_mode))
        return S_ISDIR(st.st_mode) ? -EISDIR : -EINVAL;
    whet__file_stat_fill(&st, out);
    return 0;
}

/* -ESTALE: it changed as it was read. */
static int read_file(struct whet_prints *p, const char *path, struct whet_print *out)
{
    struct whet_file_stat after;
    /* Without O_NONBLOCK the open of a FIFO waits for a writer that never comes. */
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    int rc;

    if (fd < 0)
        return -errno;
    rc = look_open(fd, &out->look);
    if (rc == 0)
        rc = hash_open(p, fd, &out->hash);
    if (rc == 0)
        rc = look_open(fd, &after);
    close(fd);
    if (rc == 0 && !whet__content_same_look(&out->look, &after))
        rc = -ESTALE;
    p->read++;
    return rc;
}

/* One that has changed so lately that it could change again unseen is in no turn, either. */
static int look(struct whet_prints *p, const char *path, struct known_print *known,
                struct whet_print *out)
{
    uint64_t clock = whet__clock_wall_ns();
    struct whet_print now = {0};
    int rc = whet__content_look(path, &now.look);

    if (known != NULL)
        known->turn = 0;
    if (rc != 0)
        return rc;
    if (now.look.kind == WHET_FILE_GONE) {
        *out = now;
        return 0;
    }
    if (known == NULL || !known->print.settled ||
        !whet__content_same_look(&known->print.look, &now.look)) {
        rc = read_file(p, path, &now);
        if (rc != 0)
            return rc;
        now.settled = whet__content_settled(&now.look, clock);
        known = keep(p, path, &now);
    }
    if (known != NULL) {
        known->print.look.mode = now.look.mode;
        known->turn = known->print.settled ? p->turn : 0;
    }
    *out = known != NULL ? known->print : now;
    return 0;
}

int whet__prints_get(struct whet_prints *p, const char *path, struct whet_print *out)
{
    return look(p, path, whet__map_get_str(&p->known, path), out);
}

int whet__prints_recent(struct whet_prints *p, const char *path, struct whet_print *out)
{
    struct known_print *known = whet__map_get_str(&p->known, path);

    if (known == NULL || !p->turns || known->turn != p->turn)
        return look(p, path, known, out);
    *out = known->print;
    return 0;
}

unsigned whet__print_run_bits(const struct whet_print *print)
{
    unsigned mode = print->look.kind == WHET_FILE_REGULAR ? print->look.mode : 0;

    return (mode & 0100) >> 4 | (mode & 0010) >> 2 | (mode & 0001);
}

int whet__print_unmoved(const struct whet_print *before, const struct whet_print *after)
{
    return before->look.kind == after->look.kind &&
           whet__content_same_look(&before->look, &after->look) &&
           whet__sha256_equal(&before->hash, &after->hash);
}
