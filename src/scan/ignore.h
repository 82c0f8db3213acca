/* scan/ignore.h - the rules of one ignore file.
 *
 * Shape    text in, rules in the order of their lines; the last that matches decides.
 *          For speed the rules are asked folder by folder: which of those with a '/'
 *          can match there at all, then name by name.
 * Units    bytes; lines count from 1.
 * Memory   all in the caller's arena; the text may go away, `source` is copied.
 * Errors   -ENOMEM. A malformed pattern matches nothing, as in git.
 * Threads  compiled rules may be asked by any number.
 *
 * Source   gitignore(5), and the behaviour of git 2.39 where that is silent: a line
 *          starting with '#' or empty is none; a UTF-8 mark at the start of the file, a
 *          CR before the line's end, trailing blanks without a backslash and what
 *          follows a NUL do not count.
 */
#ifndef WHET_SCAN_IGNORE_H
#define WHET_SCAN_IGNORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <whet/api.h>

#include "base/arena.h"
#include "scan/glob.h"

/* Larger ignore files are refused by those who read them. */
#define WHET_IGNORE_FILE_MAX ((size_t)4 << 20)

enum whet_ignore_kind {
    WHET_IGNORE_LITERAL, /* the name is `text` */
    WHET_IGNORE_SUFFIX,  /* the name ends in `text`, which may be "" */
    WHET_IGNORE_PREFIX,  /* the name starts with `text` */
    WHET_IGNORE_GLOB,    /* the name matches `glob` */
    WHET_IGNORE_PATH     /* the path starts with `text` and the rest matches `glob` */
};

struct whet_ignore_rule {
    const char *text;  /* not NUL-terminated */
    const char *where; /* "FILE:LINE", or NULL if no source was given */
    struct whet_glob glob;
    uint32_t text_len;
    uint32_t line;
    uint32_t slashes; /* of WHET_IGNORE_PATH: how many the path has, at least if `deep` */
    uint8_t kind;     /* enum whet_ignore_kind */
    bool negated;     /* "!": takes back what an earlier rule ignores */
    bool dir_only;
    bool deep; /* has a "**" */
};

/* From the text of LITERAL rules, or of SUFFIX rules like "*.o", to the last of them;
 * and to the last of those for folders only. Open addressing, at most half full. */
struct whet_ignore_slot {
    uint32_t hash;
    uint32_t any; /* index + 1; 0: none */
    uint32_t dir;
};

struct whet_ignore_table {
    struct whet_ignore_slot *slots; /* NULL when it is empty */
    uint32_t mask;
};

struct whet_ignore {
    struct whet_ignore_rule *rules;
    uint32_t *others; /* indexes of name rules that are in no table, last first */
    uint32_t *paths;  /* indexes of rules of WHET_IGNORE_PATH, last first */
    uint32_t rule_count;
    uint32_t other_count;
    uint32_t path_count;
    struct whet_ignore_table names;
    struct whet_ignore_table endings;
};

/* A name with what each rule would otherwise compute anew. */
struct whet_ignore_name {
    const char *text;
    size_t len;
    size_t ending_len; /* from its last '.'; 0: there is none */
    uint32_t hash;
    uint32_t ending_hash;
    bool is_dir;
};

/* `source` is the FILE of "FILE:LINE"; NULL: not wanted. */
WHET_MUST_USE int whet__ignore_compile(struct whet_ignore *out, const char *text, size_t len,
                                       const char *source, struct whet_arena *arena);

void whet__ignore_name_init(struct whet_ignore_name *n, const char *text, size_t len,
                            bool is_dir);

/* Index + 1 of the last rule without '/' that matches; 0: none does. */
uint32_t whet__ignore_match_name(const struct whet_ignore *set,
                                 const struct whet_ignore_name *name);

/* Whether a rule of WHET_IGNORE_PATH may match something that lies directly in
 * `folder`: its path from the ignore file, with a '/' at its end unless empty. `depth`
 * is the number of '/'. */
bool whet__ignore_path_lives(const struct whet_ignore_rule *rule, const char *folder,
                             size_t len, uint32_t depth);

/* Whether such a rule matches what stands behind the first `folder_len` bytes of
 * `path`. */
bool whet__ignore_path_match(const struct whet_ignore_rule *rule, const char *path,
                             size_t folder_len, size_t len, bool is_dir);

#endif
