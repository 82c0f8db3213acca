/* scan/line_rules.h - the inside of scan/line_syntax.h: how a syntax is written down.
 *
 * Shape    a syntax is a list of rules; a rule says which bytes open something that is
 *          not plain code, and how it ends. Rules with the same first byte stand
 *          together, longer ones first; the first that matches wins.
 * Units    bytes.
 * Memory   none is allocated; the state of a count lives on its stack.
 * Errors   none.
 * Threads  safe from any.
 */
#ifndef WHET_SCAN_LINE_RULES_H
#define WHET_SCAN_LINE_RULES_H

#include <string.h>

#include "scan/line_syntax.h"

#define WHET_LINE_RULES_MAX   16
#define WHET_LINE_BODIES_MAX  4  /* here-documents that begin on one line */
#define WHET_LINE_DEPTH_MAX   16 /* code in strings in code; deeper is text */
#define WHET_LINE_SEARCH_MAX  64 /* looks ahead in vain per file, each may read it all */
#define WHET_LINE_DELIMIT_MAX 64 /* bytes of a here-document's word */

enum whet_line_kind {
    WHET_LINE_COMMENT = 1, /* to the end of the line */
    WHET_LINE_CONTINUED,   /* the same, and on behind a backslash */
    WHET_LINE_BLOCK,       /* a comment up to `close` */
    WHET_LINE_NESTED,      /* the same, and it nests */
    WHET_LINE_STRING,      /* up to `close`, or to the end of the line */
    WHET_LINE_TEXT,        /* a string of many lines */
    WHET_LINE_ESCAPE,      /* the next byte is plain */
    WHET_LINE_SECTION,     /* a comment up to the end of a line that begins with `close`,
                              or of the file without one */
    WHET_LINE_HOOK         /* asks `hook` */
};

enum whet_line_where {
    WHET_LINE_ANYWHERE,
    WHET_LINE_SPACED, /* first on its line, or behind a blank or one of ;&|() */
    WHET_LINE_FIRST,  /* no code stands before it on its line */
    WHET_LINE_COLUMN, /* at the first byte of its line */
    WHET_LINE_WORD    /* as FIRST, and no letter or digit follows */
};

struct whet_line_scan;

struct whet_line_rule {
    const char *open;
    unsigned char kind;  /* enum whet_line_kind */
    unsigned char where; /* enum whet_line_where */
    char escape;         /* in strings: it hides the byte behind it; 0 is none */
    const char *close;
    int (*hook)(struct whet_line_scan *s); /* 1: it moved s->p; 0: it does not match */
};

struct whet_line_syntax {
    struct whet_line_rule rules[WHET_LINE_RULES_MAX]; /* up to the first without `open` */
    const struct whet_line_syntax *other;             /* of languages inside another (PHP) */
};

/* A body that begins on the next line. */
struct whet_line_body {
    const char *word; /* the line that ends it; NULL: less indentation than `indent` does */
    size_t word_len;
    size_t indent;
    int loose; /* blanks may stand before the word, and other bytes behind it */
};

struct whet_line_scan {
    const char *p;
    const char *begin;
    const char *end;
    const char *line;  /* where the current line begins */
    const char *first; /* its first byte that is not blank, once it is known */
    char newline;
    char last;   /* the last byte of code of the lines before, 0 at first */
    int code;    /* the current line has code, */
    int comment; /* has a comment */
    unsigned depth;
    unsigned vain_searches;
    unsigned body_count;
    struct whet_line_body bodies[WHET_LINE_BODIES_MAX];
    const struct whet_line_syntax *syntax;
    const unsigned char *classes; /* of `syntax` */
    const struct whet_line_syntax *other_syntax;
    const unsigned char *other_classes;
    struct whet_line_counts counts;
};

/* For hooks: p stands on the opening bytes, and they move it behind what they match. */

/* Behind `skip` opening bytes, up to and with `close`: a string of many lines. */
void whet__line_text(struct whet_line_scan *s, size_t skip, const char *close, size_t close_len,
                     char escape);
/* The same as a comment. */
void whet__line_block(struct whet_line_scan *s, size_t skip, const char *close,
                      size_t close_len);
/* To the end of the line: a comment. */
void whet__line_comment(struct whet_line_scan *s);
/* p stands on a newline: counts its line, then reads the bodies that were announced. */
void whet__line_end(struct whet_line_scan *s);
/* Code up to and with the `close` that has no `open`. */
void whet__line_code(struct whet_line_scan *s, char open, char close);
/* From here on by the other syntax. */
void whet__line_switch(struct whet_line_scan *s);

static inline int whet__line_is_blank(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}
static inline int whet__line_is_word(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           c == '_';
}
static inline int whet__line_one_of(const char *set, char c)
{
    return c != '\0' && strchr(set, c) != NULL;
}

/* What no list of rules can say; line_hooks.c. */
int whet__line_hook_char(struct whet_line_scan *s);      /* ' in C and C++ */
int whet__line_hook_cpp_raw(struct whet_line_scan *s);   /* R"x(...)x" */
int whet__line_hook_cs(struct whet_line_scan *s);        /* @"..." and """...""" */
int whet__line_hook_directive(struct whet_line_scan *s); /* # in assembly */
int whet__line_hook_docstring(struct whet_line_scan *s); /* Python's three quotes */
int whet__line_hook_here_php(struct whet_line_scan *s);  /* <<<WORD */
int whet__line_hook_heredoc(struct whet_line_scan *s);   /* <<WORD in shells, Perl, Ruby */
int whet__line_hook_lua(struct whet_line_scan *s);       /* [==[ and --[==[ */
int whet__line_hook_php_comment(struct whet_line_scan *s);
int whet__line_hook_php_switch(struct whet_line_scan *s);   /* <?php and ?> */
int whet__line_hook_regex(struct whet_line_scan *s);        /* / in JavaScript */
int whet__line_hook_rust(struct whet_line_scan *s);         /* 'a' and 'lifetime */
int whet__line_hook_rust_raw(struct whet_line_scan *s);     /* r#"..."# */
int whet__line_hook_scalar(struct whet_line_scan *s);       /* | and > in YAML */
int whet__line_hook_shell_quote(struct whet_line_scan *s);  /* '...' and $'...' */
int whet__line_hook_shell_string(struct whet_line_scan *s); /* "... $(...) ..." */
int whet__line_hook_template(struct whet_line_scan *s);     /* `... ${...} ...` */
int whet__line_hook_url(struct whet_line_scan *s);          /* // behind : */
int whet__line_hook_yaml_string(struct whet_line_scan *s);  /* quotes in words */

#endif
