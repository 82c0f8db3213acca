/* Rules for make, as compilers write them. Expected load: some hundred names for each compiled
 * file, once after each run of the compiler. */
#include "result/depfile.h"

#include <errno.h>
#include <string.h>

struct reader {
    const char *at;
    const char *end;
    int names;   /* behind the colon of a rule */
    int targets; /* before it, and there was one */
};

static int is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

/* How many bytes a line's end behind a backslash takes with it; 0: there is none. */
static size_t joined(const struct reader *r, const char *at)
{
    if (at[0] != '\\' || r->end - at < 2)
        return 0;
    if (at[1] == '\n')
        return 2;
    return r->end - at > 2 && at[1] == '\r' && at[2] == '\n' ? 3 : 0;
}

/* Up to the next word. 1: there is one; 0: the text has ended; -EINVAL: a line without a rule.
 */
static int skip(struct reader *r)
{
    while (r->at < r->end) {
        size_t join = joined(r, r->at);

        if (join == 0 && !is_blank(*r->at) && *r->at != '\n')
            return 1;
        if (join == 0 && *r->at == '\n') {
            if (r->targets && !r->names)
                return -EINVAL;
            r->names = r->targets = 0;
        }
        r->at += join != 0 ? join : 1;
    }
    return r->targets && !r->names ? -EINVAL : 0;
}

/* A colon ends the targets where a blank, a line's end or nothing follows. */
static int is_colon(const struct reader *r, const char *at)
{
    const char *next = at + 1;

    return !r->names && *at == ':' &&
           (next == r->end || is_blank(*next) || *next == '\n' || joined(r, next) != 0);
}

/* One byte of a word, without what protects it; how many bytes it took. */
static size_t unescape(const struct reader *r, char *out)
{
    const char *at = r->at;

    *out = *at;
    if (r->end - at < 2)
        return 1;
    if ((at[0] == '\\' && (is_blank(at[1]) || at[1] == '#')) ||
        (at[0] == '$' && at[1] == '$')) {
        *out = at[1];
        return 2;
    }
    return 1;
}

/* The word at r->at, into `out`, which has room for all that is left. */
static size_t word(struct reader *r, char *out)
{
    size_t len = 0;

    while (r->at < r->end && !is_blank(*r->at) && *r->at != '\n' && joined(r, r->at) == 0 &&
           !is_colon(r, r->at))
        r->at += unescape(r, &out[len++]);
    return len;
}

static int keep(struct whet_arena *arena, struct whet_vec *out, const char *name, size_t len)
{
    const char *copy = whet__arena_strndup(arena, name, len);
    const char **slot = copy != NULL ? whet__vec_push(out) : NULL;

    if (slot == NULL)
        return copy != NULL && out->len == out->max ? -EFBIG : -ENOMEM;
    *slot = copy;
    return 0;
}

int whet__depfile_read(const char *text, size_t len, struct whet_arena *arena,
                       struct whet_vec *out)
{
    struct reader r = {.at = text, .end = text + len};
    char *room = whet__arena_alloc(arena, len + 1);
    int rc = room != NULL ? 1 : -ENOMEM;

    if (rc == 1 && memchr(text, '\0', len) != NULL)
        rc = -EINVAL;
    while (rc == 1 && (rc = skip(&r)) == 1) {
        size_t got = word(&r, room);

        if (got > 0 && r.names && (rc = keep(arena, out, room, got)) != 0)
            return rc;
        rc = 1;
        r.targets |= got > 0;
        if (r.at < r.end && is_colon(&r, r.at)) {
            r.at++;
            r.names = r.targets;
            rc = r.targets ? rc : -EINVAL;
        }
    }
    return rc;
}
