/* Patterns with wildcards. Expected load: of the rules in real ignore files a tenth
 * has wildcards that are not answered by a look-up (see scan/ignore.c); those are
 * matched against a name or a path of some 30 bytes.
 *
 * A failed match falls back to the last '*', which may swallow one byte more, or,
 * when that would have to swallow a '/', to the last "**", which swallows one folder
 * more. Earlier ones need no second chance: what stands between two of them was
 * matched at its first place, which leaves the most text for the rest. */
#include "scan/glob.h"

#include <errno.h>
#include <string.h>

#include "scan/glob_set.h"

#define STEP(kind, argument) ((uint32_t)(kind) << 24 | (uint32_t)(argument))
#define NOWHERE              SIZE_MAX
#define PATTERN_MAX          ((size_t)1 << 24) /* arguments have 24 bits */

struct glob_compiler {
    const char *pattern;
    size_t len;
    size_t at;
    uint32_t *steps; /* NULL: only count */
    struct whet_glob_set *sets;
    uint32_t step_count;
    uint32_t set_count;
};

struct glob_matcher {
    const struct whet_glob *glob;
    const char *text;
    size_t len;
    size_t at;
    size_t step;
    size_t star_step; /* where to go on after the last '*'; NOWHERE: there is none */
    size_t star_at;   /* up to where it has swallowed */
    size_t deep_step; /* the same for "**" */
    size_t deep_at;
};

static void compile_step(struct glob_compiler *c, enum whet_glob_kind kind, uint32_t argument)
{
    if (c->steps != NULL)
        c->steps[c->step_count] = STEP(kind, argument);
    c->step_count++;
}

static int compile_set(struct glob_compiler *c)
{
    struct whet_glob_set set;
    size_t taken = whet__glob_set_read(&set, c->pattern + c->at, c->len - c->at);

    if (taken == 0)
        return 0;
    if (c->steps != NULL)
        c->sets[c->set_count] = set;
    compile_step(c, WHET_GLOB_SET, c->set_count++);
    c->at += taken;
    return 1;
}

/* Stars from `at`, where the first was; two or more that fill the room between
 * slashes reach over folders. */
static void compile_stars(struct glob_compiler *c)
{
    size_t first = c->at;
    int deep;

    while (c->at < c->len && c->pattern[c->at] == '*')
        c->at++;
    deep = c->at - first > 1 && (first == 0 || c->pattern[first - 1] == '/');
    if (deep && c->at == c->len) {
        compile_step(c, WHET_GLOB_DEEP, 0);
    } else if (deep && c->pattern[c->at] == '/') {
        compile_step(c, WHET_GLOB_DEEP_DIR, 0);
        c->at++;
    } else if (deep && c->at + 1 < c->len && memcmp(c->pattern + c->at, "\\/", 2) == 0) {
        compile_step(c, WHET_GLOB_DEEP_SLASH, 0);
        c->at += 2;
    } else {
        compile_step(c, WHET_GLOB_STAR, 0);
    }
}

static int compile_next(struct glob_compiler *c)
{
    unsigned char byte = (unsigned char)c->pattern[c->at];

    switch (byte) {
    case '*':
        compile_stars(c);
        return 1;
    case '?':
        c->at++;
        compile_step(c, WHET_GLOB_ANY, 0);
        return 1;
    case '[':
        c->at++;
        return compile_set(c);
    case '\\':
        if (++c->at == c->len)
            return 0;
        byte = (unsigned char)c->pattern[c->at];
        break;
    default:
        break;
    }
    c->at++;
    compile_step(c, WHET_GLOB_BYTE, byte);
    return 1;
}

static int compile_all(struct glob_compiler *c)
{
    c->at = 0;
    c->step_count = 0;
    c->set_count = 0;
    while (c->at < c->len) {
        if (!compile_next(c))
            return 0;
    }
    return 1;
}

int whet__glob_compile(struct whet_glob *out, const char *pattern, size_t len,
                       struct whet_arena *arena)
{
    struct glob_compiler c = {.pattern = pattern, .len = len};
    uint32_t *steps;

    if (len >= PATTERN_MAX || !compile_all(&c))
        return -EINVAL;
    steps = whet__arena_alloc(arena, c.step_count * sizeof(*steps));
    if (c.set_count > 0)
        c.sets = whet__arena_alloc(arena, c.set_count * sizeof(*c.sets));
    if (steps == NULL || (c.set_count > 0 && c.sets == NULL))
        return -ENOMEM;
    c.steps = steps;
    (void)compile_all(&c);
    *out = (struct whet_glob){steps, c.sets, c.step_count, c.set_count};
    return 0;
}

enum whet_glob_kind whet__glob_kind(const struct whet_glob *g, size_t step)
{
    return (enum whet_glob_kind)(g->steps[step] >> 24);
}

char whet__glob_byte(const struct whet_glob *g, size_t step)
{
    return (char)(g->steps[step] & 0xff);
}

/* Whether one step that stands for one byte agrees with the next byte. */
static bool match_byte(const struct glob_matcher *m, uint32_t step)
{
    unsigned char byte;
    const struct whet_glob_set *set;

    if (m->at == m->len)
        return false;
    byte = (unsigned char)m->text[m->at];
    switch (step >> 24) {
    case WHET_GLOB_BYTE:
        return byte == (step & 0xff);
    case WHET_GLOB_ANY:
        return byte != '/';
    default:
        set = &m->glob->sets[step & 0xffffff];
        return (set->bits[byte >> 5] >> (byte & 31) & 1) != 0;
    }
}

/* Takes one step; false when the text does not agree. */
static bool match_step(struct glob_matcher *m)
{
    uint32_t step = m->glob->steps[m->step];

    switch (step >> 24) {
    case WHET_GLOB_STAR:
        m->star_step = ++m->step;
        m->star_at = m->at;
        return true;
    case WHET_GLOB_DEEP:
        m->at = m->len;
        m->step++;
        return true;
    case WHET_GLOB_DEEP_DIR:
    case WHET_GLOB_DEEP_SLASH:
        m->deep_step = ++m->step;
        m->deep_at = m->at;
        m->star_step = NOWHERE;
        return step >> 24 == WHET_GLOB_DEEP_DIR;
    default:
        if (!match_byte(m, step))
            return false;
        if (m->text[m->at] == '/')
            m->star_step = NOWHERE; /* no '*' reaches over it */
        m->at++;
        m->step++;
        return true;
    }
}

static bool match_again(struct glob_matcher *m)
{
    const char *slash;

    if (m->star_step != NOWHERE && m->star_at < m->len && m->text[m->star_at] != '/') {
        m->at = ++m->star_at;
        m->step = m->star_step;
        return true;
    }
    if (m->deep_step == NOWHERE || m->deep_at == m->len)
        return false;
    slash = memchr(m->text + m->deep_at, '/', m->len - m->deep_at);
    if (slash == NULL)
        return false;
    m->deep_at = (size_t)(slash - m->text) + 1;
    m->at = m->deep_at;
    m->step = m->deep_step;
    m->star_step = NOWHERE;
    return true;
}

bool whet__glob_match(const struct whet_glob *g, const char *text, size_t len)
{
    struct glob_matcher m = {
        .glob = g, .text = text, .len = len, .star_step = NOWHERE, .deep_step = NOWHERE};

    for (;;) {
        if (m.step < g->step_count) {
            if (match_step(&m))
                continue;
        } else if (m.at == len) {
            return true;
        }
        if (!match_again(&m))
            return false;
    }
}
