/* option/option.h - the option table: one row per option, and all that follows from it.
 *
 * Shape    a const array of rows per command; parsing, -h, the man page's OPTIONS and
 *          shell completion are read from it, so they cannot disagree.
 * Units    as whet/units.h: bytes, nanoseconds, ratios.
 * Memory   values of type string point into argv; a list's vector belongs to the target
 *          and is cleared with whet__options_clear.
 * Errors   -EINVAL with a text for the user, -ENOMEM.
 * Threads  one at a time.
 *
 * A row reads:
 *     {.name = "jobs", .letter = 'j', .argument = "N", WHET_INTO_UINT(scan_args, jobs),
 *      .max = 1024, .fallback = "one per core", .help = "use N threads"},
 */
#ifndef WHET_OPTION_OPTION_H
#define WHET_OPTION_OPTION_H

#include <stddef.h>
#include <stdint.h>

#include <whet/api.h>
#include <whet/error.h>

#include "base/text.h"
#include "base/vec.h"

enum whet_option_type {
    WHET_OPTION_FLAG,     /* int: set to .value, or to 1 when that is 0 */
    WHET_OPTION_BIT,      /* unsigned: .value is or-ed into it */
    WHET_OPTION_SWITCH,   /* int: --x sets 1, --no-x sets 0 */
    WHET_OPTION_COUNT,    /* int: one more each time */
    WHET_OPTION_UINT,     /* unsigned or uint64_t */
    WHET_OPTION_SIZE,     /* uint64_t, bytes */
    WHET_OPTION_DURATION, /* uint64_t, nanoseconds */
    WHET_OPTION_PERCENT,  /* double, a ratio */
    WHET_OPTION_STRING,   /* const char * */
    WHET_OPTION_CHOICE,   /* int or an enum: the .value of the choice */
    WHET_OPTION_LIST      /* struct whet_vec of const char *: may be given again */
};

struct whet_option_choice {
    const char *name; /* NULL ends the array */
    int value;
};

struct whet_option {
    const char *name; /* long name without dashes, NULL: only the letter */
    char letter;      /* short name, 0: only the long one */
    enum whet_option_type type;
    const char *argument; /* "N", "FILE"; NULL for types that take none */
    size_t offset;        /* where the value goes in the target; see WHET_INTO_... */
    size_t size;
    int value;         /* of FLAG and BIT */
    uint64_t min, max; /* of UINT, SIZE, DURATION; max 0: as much as fits */
    double max_ratio;  /* of PERCENT; 0: 1.0 */
    const struct whet_option_choice *choices;
    const char *implied;  /* the value when none is attached (--shell, not --shell=bash); then
                             the next argument never is one; NULL: a value is needed */
    const char *fallback; /* what holds without it, in words; NULL: nothing worth saying */
    const char *help;     /* lower case, no full stop; NULL hides the row */
    const char *section;  /* heading in the help; NULL: that of the row before it */
};

/* Type, place and size of the target in one word; a field of another C type does
 * not compile. */
#define WHET_INTO_(kind, record, field, checked)                                               \
    .type = (kind), .offset = offsetof(struct record, field),                                  \
    .size = (size_t)(checked) * sizeof(((struct record *)0)->field)
#define WHET_FIELD_(record, field) (((struct record *)0)->field)

#define WHET_INTO_FLAG(r, f)                                                                   \
    WHET_INTO_(WHET_OPTION_FLAG, r, f, _Generic(WHET_FIELD_(r, f), int : 1, unsigned : 1))
#define WHET_INTO_BIT(r, f)                                                                    \
    WHET_INTO_(WHET_OPTION_BIT, r, f, _Generic(WHET_FIELD_(r, f), unsigned : 1))
#define WHET_INTO_SWITCH(r, f)                                                                 \
    WHET_INTO_(WHET_OPTION_SWITCH, r, f, _Generic(WHET_FIELD_(r, f), int : 1))
#define WHET_INTO_COUNT(r, f)                                                                  \
    WHET_INTO_(WHET_OPTION_COUNT, r, f, _Generic(WHET_FIELD_(r, f), int : 1))
#define WHET_INTO_UINT(r, f)                                                                   \
    WHET_INTO_(WHET_OPTION_UINT, r, f, _Generic(WHET_FIELD_(r, f), unsigned : 1, uint64_t : 1))
#define WHET_INTO_SIZE(r, f)                                                                   \
    WHET_INTO_(WHET_OPTION_SIZE, r, f, _Generic(WHET_FIELD_(r, f), uint64_t : 1))
#define WHET_INTO_DURATION(r, f)                                                               \
    WHET_INTO_(WHET_OPTION_DURATION, r, f, _Generic(WHET_FIELD_(r, f), uint64_t : 1))
#define WHET_INTO_PERCENT(r, f)                                                                \
    WHET_INTO_(WHET_OPTION_PERCENT, r, f, _Generic(WHET_FIELD_(r, f), double : 1))
#define WHET_INTO_STRING(r, f)                                                                 \
    WHET_INTO_(WHET_OPTION_STRING, r, f, _Generic(WHET_FIELD_(r, f), const char * : 1))
#define WHET_INTO_CHOICE(r, f)                                                                 \
    WHET_INTO_(WHET_OPTION_CHOICE, r, f, _Generic(WHET_FIELD_(r, f), int : 1, unsigned : 1))
#define WHET_INTO_LIST(r, f)                                                                   \
    WHET_INTO_(WHET_OPTION_LIST, r, f, _Generic(WHET_FIELD_(r, f), struct whet_vec : 1))

/* Rows and the record that their offsets are into. A command is parsed with two:
 * its own and the global one. */
struct whet_option_set {
    const struct whet_option *rows;
    size_t count;
    void *target;
};

enum whet_option_flags {
    WHET_OPTIONS_STOP = 1 << 0 /* the first operand ends the options: a command line follows */
};

/* How many operands and list items a command line may have. */
#define WHET_OPTION_ITEMS_MAX 1000000

/* Reads argv[0..argc) (without the command's name): options in any order with operands,
 * `--` ends them, a lone `-` is an operand. Operands are pushed to *operands (of const
 * char *); *dashes is the number of operands that came before `--`, or SIZE_MAX
 * without one. A later option wins over an earlier one. */
WHET_MUST_USE int whet__options_parse(const struct whet_option_set *sets, size_t set_count,
                                      unsigned flags, int argc, char *const *argv,
                                      struct whet_vec *operands, size_t *dashes,
                                      struct whet_error *err);

/* Reads only the options before the first operand; *at is the operand's index in argv, or
 * argc. */
WHET_MUST_USE int whet__options_parse_head(const struct whet_option_set *sets, size_t set_count,
                                           int argc, char *const *argv, int *at,
                                           struct whet_error *err);

/* Stores what `text` says in the row's target. `given` is how the user wrote the
 * option ("--jobs", "-j"), for messages. */
WHET_MUST_USE int whet__option_store(const struct whet_option *row, void *target,
                                     const char *given, const char *text,
                                     struct whet_error *err);

/* Frees the lists of a set's target. */
void whet__options_clear(const struct whet_option_set *set);

/* 1: the next argument is its value, unless one is attached. */
int whet__option_takes_value(const struct whet_option *row);

/* Appends the table as -h shows it: headings, two columns, at most `width` wide. */
void whet__options_help(const struct whet_option *rows, size_t count, unsigned width,
                        struct whet_text *out);

/* Appends what help and man page say of a row: help, choices, fallback, bounds. */
void whet__option_describe(const struct whet_option *row, struct whet_text *out);

#endif
