/* Counts code, comment and blank lines in one pass, without a parse. Expected load:
 * every file of a scan, 6 KB on average. Plain code is skipped by a table of 256
 * classes; only bytes that may open something are looked at twice. */
#include "scan/line_rules.h"

#include <string.h>

/* Classes: 0 is plain, 1..WHET_LINE_RULES_MAX names the first rule to try. */
#define CLASS_OPEN    252
#define CLASS_CLOSE   253
#define CLASS_NEWLINE 254

static void classes_fill(unsigned char classes[256], const struct whet_line_syntax *syntax,
                         char newline)
{
    memset(classes, 0, 256);
    for (unsigned i = WHET_LINE_RULES_MAX; i-- > 0;) {
        if (syntax->rules[i].open != NULL)
            classes[(unsigned char)syntax->rules[i].open[0]] = (unsigned char)(i + 1);
    }
    classes[(unsigned char)newline] = CLASS_NEWLINE;
}

static int word_here(const struct whet_line_scan *s, const char *word)
{
    const char *p = s->p;

    while (*word != '\0' && p < s->end && *p == *word) {
        p++;
        word++;
    }
    return *word == '\0';
}

/* What the line that ends here last said in code: a docstring asks for it. */
static void last_note(struct whet_line_scan *s)
{
    const char *p = s->p;

    while (p > s->line && whet__line_is_blank(p[-1]))
        p--;
    if (p > s->line)
        s->last = p[-1];
}

static void line_close(struct whet_line_scan *s)
{
    if (s->code)
        s->counts.code++;
    else if (s->comment)
        s->counts.comment++;
    else
        s->counts.blank++;
    if (s->p < s->end)
        s->p++;
    s->line = s->p;
    s->first = NULL;
    s->code = 0;
    s->comment = 0;
}

/* Whether the line at p ends the body. */
static int body_ends(const struct whet_line_scan *s, const struct whet_line_body *body)
{
    const char *p = s->p;

    while (p < s->end && (*p == ' ' || *p == '\t'))
        p++;
    if (body->word == NULL)
        return p < s->end && *p != s->newline && *p != '\r' &&
               (size_t)(p - s->p) < body->indent;
    if (p != s->p && !body->loose && body->indent == 0)
        return 0;
    if ((size_t)(s->end - p) < body->word_len || memcmp(p, body->word, body->word_len) != 0)
        return 0;
    p += body->word_len;
    if (body->loose)
        return p == s->end || !whet__line_is_word(*p);
    return p == s->end || *p == s->newline || *p == '\r';
}

/* From p to the end of the line: code, unless all of it is blank. */
static void rest_of_line(struct whet_line_scan *s)
{
    const char *newline = memchr(s->p, s->newline, (size_t)(s->end - s->p));
    const char *stop = newline != NULL ? newline : s->end;

    while (s->p < stop && whet__line_is_blank(*s->p))
        s->p++;
    if (s->p < stop)
        s->code = 1;
    s->p = stop;
}

static void bodies_read(struct whet_line_scan *s)
{
    unsigned count = s->body_count;

    s->body_count = 0;
    for (unsigned i = 0; i < count; i++) {
        while (s->p < s->end && !body_ends(s, &s->bodies[i])) {
            rest_of_line(s);
            if (s->p < s->end)
                line_close(s);
        }
        if (s->bodies[i].word == NULL || s->p == s->end)
            continue;
        s->code = 1;
        while (whet__line_is_blank(*s->p))
            s->p++;
        s->p += s->bodies[i].word_len;
        if (i + 1 < count) {
            rest_of_line(s);
            if (s->p < s->end)
                line_close(s);
        }
    }
}

void whet__line_end(struct whet_line_scan *s)
{
    if (s->code && !s->comment)
        last_note(s);
    line_close(s);
    if (s->body_count != 0)
        bodies_read(s);
}

void whet__line_comment(struct whet_line_scan *s)
{
    const char *newline;

    if (s->code && !s->comment)
        last_note(s);
    s->comment = 1;
    newline = memchr(s->p, s->newline, (size_t)(s->end - s->p));
    s->p = newline != NULL ? newline : s->end;
}

/* A comment that goes on behind a backslash at the end of its line. */
static void comment_continued(struct whet_line_scan *s)
{
    for (;;) {
        const char *p;

        whet__line_comment(s);
        p = s->p;
        if (p > s->line && p[-1] == '\r')
            p--;
        if (p == s->line || p[-1] != '\\' || s->p == s->end)
            return;
        whet__line_end(s);
        while (s->p < s->end && *s->p != s->newline && whet__line_is_blank(*s->p))
            s->p++;
        if (s->p == s->end || *s->p == s->newline)
            return;
    }
}

static int here(const struct whet_line_scan *s, const char *word, size_t len)
{
    return (size_t)(s->end - s->p) >= len && memcmp(s->p, word, len) == 0;
}

static void block(struct whet_line_scan *s, const char *open, const char *close,
                  size_t close_len)
{
    size_t open_len = open != NULL ? strlen(open) : 0;
    size_t depth = 1;

    while (s->p < s->end) {
        char c = *s->p;

        if (c == close[0] && here(s, close, close_len)) {
            s->comment = 1;
            s->p += close_len;
            if (--depth == 0)
                return;
        } else if (c == s->newline) {
            whet__line_end(s);
        } else if (open != NULL && c == open[0] && here(s, open, open_len)) {
            s->comment = 1;
            s->p += open_len;
            depth++;
        } else {
            if (!whet__line_is_blank(c))
                s->comment = 1;
            s->p++;
        }
    }
}

void whet__line_block(struct whet_line_scan *s, size_t skip, const char *close,
                      size_t close_len)
{
    if (s->code && !s->comment)
        last_note(s);
    s->comment = 1;
    s->p += skip;
    block(s, NULL, close, close_len);
}

void whet__line_text(struct whet_line_scan *s, size_t skip, const char *close, size_t close_len,
                     char escape)
{
    s->code = 1;
    s->p += skip;
    while (s->p < s->end) {
        char c = *s->p;

        if (c == s->newline) {
            whet__line_end(s);
            continue;
        }
        if (c == close[0] && here(s, close, close_len)) {
            s->code = 1;
            s->p += close_len;
            return;
        }
        if (!whet__line_is_blank(c))
            s->code = 1;
        s->p++;
        if (c == escape && escape != 0 && s->p < s->end && *s->p != s->newline)
            s->p++;
    }
}

/* A string that ends with its line at the latest, unless a backslash hides the end. */
static void string(struct whet_line_scan *s, const struct whet_line_rule *rule)
{
    size_t close_len = strlen(rule->close);

    s->code = 1;
    s->p += strlen(rule->open);
    while (s->p < s->end && *s->p != s->newline) {
        if (*s->p == rule->close[0] && here(s, rule->close, close_len)) {
            s->p += close_len;
            return;
        }
        if (!whet__line_is_blank(*s->p))
            s->code = 1;
        if (*s->p++ != rule->escape || rule->escape == 0)
            continue;
        if (s->end - s->p > 1 && s->p[0] == '\r' && s->p[1] == '\n' && s->newline == '\n')
            s->p++;
        if (s->p == s->end)
            return;
        if (*s->p == s->newline)
            whet__line_end(s);
        else
            s->p++;
    }
}

static void section(struct whet_line_scan *s, const char *close)
{
    while (s->p < s->end) {
        int last = close != NULL && word_here(s, close);
        const char *newline = memchr(s->p, s->newline, (size_t)(s->end - s->p));
        const char *stop = newline != NULL ? newline : s->end;

        while (s->p < stop && whet__line_is_blank(*s->p))
            s->p++;
        s->comment = s->p < stop;
        s->p = stop;
        if (last)
            return;
        if (stop < s->end)
            whet__line_end(s);
    }
}

static int stands(const struct whet_line_scan *s, const struct whet_line_rule *rule)
{
    const char *after;

    switch ((enum whet_line_where)rule->where) {
    case WHET_LINE_ANYWHERE:
        return 1;
    case WHET_LINE_SPACED:
        return s->p == s->line || whet__line_is_blank(s->p[-1]) ||
               whet__line_one_of(";&|()", s->p[-1]);
    case WHET_LINE_FIRST:
        return !s->code;
    case WHET_LINE_COLUMN:
        return s->p == s->line;
    case WHET_LINE_WORD:
        after = s->p + strlen(rule->open);
        return !s->code && (after == s->end || !whet__line_is_word(*after));
    }
    return 0;
}

/* Applies the rule if it matches at p. */
static int apply(struct whet_line_scan *s, const struct whet_line_rule *rule)
{
    if (!word_here(s, rule->open) || !stands(s, rule))
        return 0;
    switch ((enum whet_line_kind)rule->kind) {
    case WHET_LINE_COMMENT:
        whet__line_comment(s);
        return 1;
    case WHET_LINE_CONTINUED:
        comment_continued(s);
        return 1;
    case WHET_LINE_BLOCK:
        whet__line_block(s, strlen(rule->open), rule->close, strlen(rule->close));
        return 1;
    case WHET_LINE_NESTED:
        s->comment = 1;
        s->p += strlen(rule->open);
        block(s, rule->open, rule->close, strlen(rule->close));
        return 1;
    case WHET_LINE_STRING:
        string(s, rule);
        return 1;
    case WHET_LINE_TEXT:
        whet__line_text(s, strlen(rule->open), rule->close, strlen(rule->close), rule->escape);
        return 1;
    case WHET_LINE_ESCAPE:
        s->code = 1;
        s->p += s->p + 1 < s->end && s->p[1] != s->newline ? 2 : 1;
        return 1;
    case WHET_LINE_SECTION:
        section(s, rule->close);
        return 1;
    case WHET_LINE_HOOK:
        return rule->hook(s);
    }
    return 0;
}

/* p stands on a byte of that class. */
static void special(struct whet_line_scan *s, unsigned char class)
{
    const struct whet_line_rule *rule = &s->syntax->rules[class - 1];
    const struct whet_line_rule *stop = s->syntax->rules + WHET_LINE_RULES_MAX;
    char first = *s->p;

    for (; rule < stop && rule->open != NULL && rule->open[0] == first; rule++) {
        if (apply(s, rule))
            return;
    }
    if (!whet__line_is_blank(first))
        s->code = 1;
    s->p++;
}

/* Code from p on; to the end of the file, or behind the bracket that closes it when
 * the classes name one. */
static void code(struct whet_line_scan *s)
{
    unsigned depth = 1;

    while (s->p < s->end) {
        const char *p = s->p;
        unsigned char class = 0;

        if (!s->code) {
            while (p < s->end && whet__line_is_blank(*p) && *p != s->newline)
                p++;
            s->p = p;
            s->first = p;
            if (p == s->end)
                return;
            class = s->classes[(unsigned char)*p];
            s->code = class == 0;
        }
        while (p < s->end && (class = s->classes[(unsigned char)*p]) == 0)
            p++;
        s->p = p;
        if (p == s->end)
            return;
        if (class == CLASS_NEWLINE) {
            whet__line_end(s);
        } else if (class < CLASS_OPEN) {
            special(s, class);
        } else {
            s->code = 1;
            s->p++;
            depth += class == CLASS_OPEN ? 1U : -1U;
            if (depth == 0)
                return;
        }
    }
}

void whet__line_code(struct whet_line_scan *s, char open, char close)
{
    const unsigned char *outer = s->classes;
    unsigned char classes[256];

    memcpy(classes, outer, sizeof(classes));
    classes[(unsigned char)open] = CLASS_OPEN;
    classes[(unsigned char)close] = CLASS_CLOSE;
    s->classes = classes;
    s->depth++;
    code(s);
    s->depth--;
    s->classes = outer;
}

void whet__line_switch(struct whet_line_scan *s)
{
    const struct whet_line_syntax *syntax = s->syntax;
    const unsigned char *classes = s->classes;

    s->syntax = s->other_syntax;
    s->classes = s->other_classes;
    s->other_syntax = syntax;
    s->other_classes = classes;
}

static void bom_skip(struct whet_line_scan *s)
{
    if (here(s, "\xEF\xBB\xBF", 3))
        s->p += 3;
    s->line = s->p;
}

/* Files of the old Macintosh end their lines in CR alone. */
static char newline_of(const char *data, size_t len)
{
    if (memchr(data, '\n', len) == NULL && memchr(data, '\r', len) != NULL)
        return '\r';
    return '\n';
}

void whet__lines_count(const struct whet_line_syntax *syntax, const char *data, size_t len,
                       struct whet_line_counts *out)
{
    unsigned char classes[2][256];
    struct whet_line_scan s = {
        .p = data,
        .begin = data,
        .end = data + len,
        .newline = newline_of(data, len),
        .syntax = syntax,
        .classes = classes[0],
        .other_syntax = syntax->other,
        .other_classes = classes[1],
    };

    classes_fill(classes[0], syntax, s.newline);
    if (syntax->other != NULL)
        classes_fill(classes[1], syntax->other, s.newline);
    bom_skip(&s);
    if (here(&s, "#!", 2))
        rest_of_line(&s);
    code(&s);
    if (s.line < s.end || (len > 0 && s.counts.code + s.counts.comment + s.counts.blank == 0))
        line_close(&s); /* it has no newline; or it is a byte order mark alone */
    *out = s.counts;
}
