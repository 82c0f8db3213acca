/* Which language a file is in, when its name leaves it open: #! lines, and extensions
 * that several languages share. Expected load: .h files, of which a C project has as
 * many as sources; a look at their first 32 KiB, line by line. */
#include "scan/language.h"

#include <string.h>

#include "scan/language_table.h"

#define LOOK_MAX ((size_t)32 << 10)

struct text {
    const char *p;
    const char *end;
};

static struct text line_take(struct text *rest)
{
    const char *newline = memchr(rest->p, '\n', (size_t)(rest->end - rest->p));
    struct text line = {rest->p, newline != NULL ? newline : rest->end};

    rest->p = newline != NULL ? newline + 1 : rest->end;
    while (line.p < line.end && (*line.p == ' ' || *line.p == '\t'))
        line.p++;
    while (line.end > line.p &&
           (line.end[-1] == ' ' || line.end[-1] == '\t' || line.end[-1] == '\r'))
        line.end--;
    return line;
}

static int is_word(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           c == '_';
}

/* Takes the word off the front, and the blanks behind it. */
static int word_take(struct text *line, const char *word)
{
    size_t len = strlen(word);

    if ((size_t)(line->end - line->p) < len || memcmp(line->p, word, len) != 0)
        return 0;
    if (is_word(word[len - 1]) && line->p + len < line->end && is_word(line->p[len]))
        return 0;
    line->p += len;
    while (line->p < line->end && (*line->p == ' ' || *line->p == '\t'))
        line->p++;
    return 1;
}

static size_t names_take(struct text *line)
{
    size_t count = 0;

    while (line->p < line->end && (is_word(*line->p) || *line->p == ':')) {
        if (*line->p == ':' && (line->p + 1 == line->end || line->p[1] != ':'))
            break;
        while (line->p < line->end &&
               (is_word(*line->p) ||
                (*line->p == ':' && line->p + 1 < line->end && line->p[1] == ':')))
            line->p += *line->p == ':' ? 2 : 1;
        while (line->p < line->end && (*line->p == ' ' || *line->p == '\t'))
            line->p++;
        count++;
    }
    return count;
}

/* "class Name {", "class EXPORT Name : public Other", "class Name;", "namespace x {";
 * a sentence of a comment that begins with "class" goes on in other words. */
static int declares(struct text line)
{
    size_t names = names_take(&line);

    if (line.p == line.end)
        return names > 0 && names <= 2;
    return names <= 2 && (*line.p == '{' || *line.p == ';' || *line.p == ':' || *line.p == '<');
}

/* <vector>: a standard header without ".h". */
static int includes_cpp(struct text line)
{
    if (!word_take(&line, "#include") || line.p == line.end || *line.p++ != '<')
        return 0;
    while (line.p < line.end && is_word(*line.p))
        line.p++;
    return line.p < line.end && *line.p == '>';
}

static int line_is_cpp(struct text line)
{
    static const char *const sure[] = {
        "public:",         "private:", "protected:", "template<",   "template <",
        "using namespace", "virtual ", "explicit ",  "friend class"};

    for (size_t i = 0; i < sizeof(sure) / sizeof(sure[0]); i++) {
        size_t len = strlen(sure[i]);

        if ((size_t)(line.end - line.p) >= len && memcmp(line.p, sure[i], len) == 0)
            return 1;
    }
    if (includes_cpp(line))
        return 1;
    return (word_take(&line, "class") || word_take(&line, "namespace")) && declares(line);
}

static int line_is_objective_c(struct text line)
{
    return word_take(&line, "@interface") || word_take(&line, "@protocol") ||
           word_take(&line, "@implementation") || word_take(&line, "@class") ||
           word_take(&line, "#import") || word_take(&line, "@import");
}

static int contains(struct text line, const char *word)
{
    size_t len = strlen(word);

    for (; (size_t)(line.end - line.p) >= len; line.p++) {
        if (memcmp(line.p, word, len) == 0)
            return 1;
    }
    return 0;
}

/* Follows #if ... __cplusplus to its #endif: what stands there is for C++ readers of
 * a C header. Returns 1 while inside. */
static int skips_conditional(struct text line, unsigned *depth)
{
    if (line.p == line.end || *line.p != '#')
        return *depth > 0;
    line.p++;
    while (line.p < line.end && (*line.p == ' ' || *line.p == '\t'))
        line.p++;
    if (line.end - line.p >= 2 && memcmp(line.p, "if", 2) == 0) {
        if (*depth > 0 || contains(line, "__cplusplus"))
            ++*depth;
    } else if (*depth > 0 && word_take(&line, "endif")) {
        --*depth;
    } else if (*depth == 1 && (word_take(&line, "else") || word_take(&line, "elif"))) {
        *depth = 0;
    }
    return *depth > 0;
}

/* Whether the line is in, or opens, a block comment. */
static int skips_comment(struct text line, int *inside)
{
    int was = *inside;

    for (; line.p + 1 < line.end; line.p++) {
        if (!*inside && line.p[0] == '/' && line.p[1] == '*')
            *inside = 1;
        else if (*inside && line.p[0] == '*' && line.p[1] == '/')
            *inside = 0;
    }
    return was;
}

static const struct whet_language *header_of(const struct whet_language *guess,
                                             struct text rest)
{
    unsigned conditional = 0;
    int comment = 0;

    while (rest.p < rest.end) {
        struct text line = line_take(&rest);

        if (skips_comment(line, &comment) || skips_conditional(line, &conditional))
            continue;
        if (line_is_cpp(line))
            return whet__language_named("C++");
        if (line_is_objective_c(line))
            return whet__language_named("Objective-C");
    }
    return guess;
}

/* .m is MATLAB when a line is a comment or a function of it. */
static const struct whet_language *m_of(const struct whet_language *guess, struct text rest)
{
    while (rest.p < rest.end) {
        struct text line = line_take(&rest);

        if (line.p == line.end)
            continue;
        if (*line.p == '%' || word_take(&line, "function"))
            return whet__language_named("MATLAB");
        if (*line.p == '#' || *line.p == '@' || *line.p == '/')
            return guess;
    }
    return guess;
}

/* The last part of the path, without a version: /usr/bin/python3.11 is python. */
static const struct whet_language *interpreter_find(struct text word)
{
    for (const char *p = word.p; p < word.end; p++) {
        if (*p == '/')
            word.p = p + 1;
    }
    while (word.end > word.p &&
           ((word.end[-1] >= '0' && word.end[-1] <= '9') || word.end[-1] == '.'))
        word.end--;
    for (size_t i = 0; i < whet__languages_len; i++) {
        const char *const *names = whet__languages[i].interpreters;

        for (; names != NULL && *names != NULL; names++) {
            if (strlen(*names) == (size_t)(word.end - word.p) &&
                memcmp(*names, word.p, strlen(*names)) == 0)
                return &whet__languages[i];
        }
    }
    return NULL;
}

static struct text word_next(struct text *line)
{
    struct text word;

    while (line->p < line->end && (*line->p == ' ' || *line->p == '\t'))
        line->p++;
    word.p = line->p;
    while (line->p < line->end && *line->p != ' ' && *line->p != '\t')
        line->p++;
    word.end = line->p;
    return word;
}

/* "#!/usr/bin/env -S NAME=value python3 -u" and its simpler forms. */
static const struct whet_language *interpreter_of(struct text rest)
{
    struct text line = line_take(&rest);
    struct text word;

    line.p += 2;
    word = word_next(&line);
    if (word.end - word.p >= 3 && memcmp(word.end - 3, "env", 3) == 0) {
        do
            word = word_next(&line);
        while (word.p < word.end &&
               (*word.p == '-' || memchr(word.p, '=', (size_t)(word.end - word.p)) != NULL));
    }
    return interpreter_find(word);
}

static int ends_with(const char *name, size_t name_len, const char *ending)
{
    size_t len = strlen(ending);

    return name_len > len && memcmp(name + name_len - len, ending, len) == 0;
}

const struct whet_language *whet__language_of_content(const struct whet_language *guess,
                                                      const char *name, size_t name_len,
                                                      const char *data, size_t len)
{
    struct text text = {data, data + (len < LOOK_MAX ? len : LOOK_MAX)};

    if (guess == NULL)
        return len > 2 && memcmp(data, "#!", 2) == 0 ? interpreter_of(text) : NULL;
    if (ends_with(name, name_len, ".h") || ends_with(name, name_len, ".h.in"))
        return header_of(guess, text);
    if (ends_with(name, name_len, ".m"))
        return m_of(guess, text);
    if (ends_with(name, name_len, ".ts") && len > 5 && memcmp(data, "<?xml", 5) == 0)
        return whet__language_named("XML"); /* translations of Qt */
    return guess;
}
