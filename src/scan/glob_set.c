/* The [...] of a pattern. Read once per pattern, so plain rather than fast. Classes
 * are those of the C locale, written out: the user's locale must not change what is
 * ignored. */
#include "scan/glob_set.h"

#include <string.h>

struct set_reader {
    const unsigned char *text;
    size_t len;
    size_t at;
    int previous; /* the byte before, which a '-' may start a range with; 0: none */
    struct whet_glob_set set;
};

static int is_lower(int c)
{
    return c >= 'a' && c <= 'z';
}

static int is_upper(int c)
{
    return c >= 'A' && c <= 'Z';
}

static int is_alpha(int c)
{
    return is_lower(c) || is_upper(c);
}

static int is_digit(int c)
{
    return c >= '0' && c <= '9';
}

static int is_alnum(int c)
{
    return is_alpha(c) || is_digit(c);
}

static int is_blank(int c)
{
    return c == ' ' || c == '\t';
}

static int is_cntrl(int c)
{
    return c < 0x20 || c == 0x7f;
}

/* git counts neither vertical tab nor form feed. */
static int is_space(int c)
{
    return is_blank(c) || c == '\n' || c == '\r';
}

static int is_print(int c)
{
    return c >= 0x20 && c < 0x7f;
}

static int is_graph(int c)
{
    return c > 0x20 && c < 0x7f;
}

static int is_punct(int c)
{
    return is_graph(c) && !is_alnum(c);
}

static int is_xdigit(int c)
{
    return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

static const struct {
    const char *name;
    int (*holds)(int c);
} set_classes[] = {
    {"alnum", is_alnum}, {"alpha", is_alpha}, {"blank", is_blank}, {"cntrl", is_cntrl},
    {"digit", is_digit}, {"graph", is_graph}, {"lower", is_lower}, {"print", is_print},
    {"punct", is_punct}, {"space", is_space}, {"upper", is_upper}, {"xdigit", is_xdigit},
};

static void set_add(struct whet_glob_set *set, int c)
{
    set->bits[c >> 5] |= 1u << (c & 31);
}

static int set_add_class(struct whet_glob_set *set, const unsigned char *name, size_t len)
{
    for (size_t i = 0; i < sizeof(set_classes) / sizeof(set_classes[0]); i++) {
        if (strlen(set_classes[i].name) != len || memcmp(set_classes[i].name, name, len) != 0)
            continue;
        for (int c = 0; c < 128; c++) {
            if (set_classes[i].holds(c))
                set_add(set, c);
        }
        return 1;
    }
    return 0;
}

/* "[:alpha:]", from its second byte. What has no ":]" before the next ']' is an
 * ordinary '[' and whatever follows. */
static int read_class(struct set_reader *r)
{
    const unsigned char *name = r->text + r->at + 1;
    const unsigned char *end = memchr(name, ']', r->len - r->at - 1);

    if (end == NULL)
        return 0;
    if (end == name || end[-1] != ':') {
        set_add(&r->set, '[');
        r->previous = '[';
        return 1;
    }
    r->at = (size_t)(end - r->text) + 1;
    r->previous = 0;
    return set_add_class(&r->set, name, (size_t)(end - name) - 1);
}

/* The next byte, which a backslash may stand before. */
static int read_escaped(struct set_reader *r, int *out)
{
    if (r->at < r->len && r->text[r->at] == '\\')
        r->at++;
    if (r->at == r->len)
        return 0;
    *out = r->text[r->at++];
    return 1;
}

static int read_range(struct set_reader *r)
{
    int last;

    if (!read_escaped(r, &last))
        return 0;
    for (int c = r->previous; c <= last; c++)
        set_add(&r->set, c);
    r->previous = 0;
    return 1;
}

static int read_member(struct set_reader *r)
{
    int c = r->text[r->at];
    int next = r->at + 1 < r->len ? r->text[r->at + 1] : 0;

    if (c == '-' && r->previous != 0 && next != 0 && next != ']') {
        r->at++;
        return read_range(r);
    }
    if (c == '[' && next == ':') {
        r->at++;
        return read_class(r);
    }
    if (!read_escaped(r, &c))
        return 0;
    set_add(&r->set, c);
    r->previous = c;
    return 1;
}

size_t whet__glob_set_read(struct whet_glob_set *out, const char *text, size_t len)
{
    struct set_reader r = {.text = (const unsigned char *)text, .len = len};
    int negated = len > 0 && (text[0] == '!' || text[0] == '^');

    r.at = negated ? 1 : 0;
    do { /* a ']' in the first place is a member */
        if (r.at >= len || !read_member(&r) || r.at >= len)
            return 0;
    } while (text[r.at] != ']');
    for (size_t i = 0; negated && i < 8; i++)
        r.set.bits[i] = ~r.set.bits[i];
    r.set.bits['/' >> 5] &= ~(1u << ('/' & 31));
    r.set.bits[0] &= ~1u;
    *out = r.set;
    return r.at + 1;
}
