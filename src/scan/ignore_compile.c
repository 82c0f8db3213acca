/* From the text of an ignore file to rules that can be asked fast. Expected load: a
 * few dozen files of a few dozen lines per tree; a generated one may have 100,000. */
#include "scan/ignore.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/hash.h"

struct ignore_compiler {
    struct whet_ignore *set;
    struct whet_arena *arena;
    const char *source;
    uint32_t line;
};

/* Spaces at the end do not count, but "\ " does; a backslash at the very end stops git
 * from trimming. */
static size_t trim_spaces(const char *text, size_t len)
{
    size_t end = 0;

    for (size_t i = 0; i < len; i++) {
        if (text[i] == ' ')
            continue;
        if (text[i] == '\\' && ++i == len)
            return len;
        end = i + 1;
    }
    return end;
}

/* How much of a pattern has no special meaning. */
static size_t plain_length(const char *text, size_t len)
{
    size_t i = 0;

    while (i < len && text[i] != '*' && text[i] != '?' && text[i] != '[' && text[i] != '\\')
        i++;
    return i;
}

static int copy_text(struct ignore_compiler *c, struct whet_ignore_rule *rule, const char *text,
                     size_t len)
{
    rule->text = whet__arena_strndup(c->arena, text, len);
    rule->text_len = (uint32_t)len;
    return rule->text == NULL ? -ENOMEM : 0;
}

/* The bytes of `count` steps, without the backslashes of the pattern. */
static int copy_bytes(struct ignore_compiler *c, struct whet_ignore_rule *rule, size_t first,
                      size_t count)
{
    char *text = whet__arena_alloc(c->arena, count);

    if (text == NULL)
        return -ENOMEM;
    for (size_t i = 0; i < count; i++)
        text[i] = whet__glob_byte(&rule->glob, first + i);
    rule->text = text;
    rule->text_len = (uint32_t)count;
    return 0;
}

/* A pattern without '/': most need no wildcard matching. */
static int compile_name(struct ignore_compiler *c, struct whet_ignore_rule *rule,
                        const char *text, size_t len)
{
    const struct whet_glob *g = &rule->glob;
    size_t plain = 0, wild = 0, first = 0;
    int rc = whet__glob_compile(&rule->glob, text, len, c->arena);

    if (rc != 0)
        return rc;
    for (size_t i = 0; i < g->step_count; i++) {
        enum whet_glob_kind kind = whet__glob_kind(g, i);

        if (kind == WHET_GLOB_BYTE)
            plain++;
        else if (kind == WHET_GLOB_STAR || kind == WHET_GLOB_DEEP)
            wild++, first = i;
    }
    if (plain == g->step_count)
        rule->kind = WHET_IGNORE_LITERAL;
    else if (plain + 1 == g->step_count && wild == 1 && first == 0)
        rule->kind = WHET_IGNORE_SUFFIX;
    else if (plain + 1 == g->step_count && wild == 1 && first == plain)
        rule->kind = WHET_IGNORE_PREFIX;
    else
        rule->kind = WHET_IGNORE_GLOB;
    return copy_bytes(c, rule, rule->kind == WHET_IGNORE_SUFFIX ? 1 : 0,
                      rule->kind == WHET_IGNORE_GLOB ? 0 : plain);
}

/* A pattern with '/'. What stands before the first wildcard is compared as it is; the
 * rest is a pattern of its own, so that "a/b**" reaches over folders as in git. */
static int compile_path(struct ignore_compiler *c, struct whet_ignore_rule *rule,
                        const char *text, size_t len)
{
    size_t plain;
    int rc;

    if (text[0] == '/') {
        text++;
        len--;
    }
    if (len == 0)
        return -EINVAL;
    plain = plain_length(text, len);
    rc = whet__glob_compile(&rule->glob, text + plain, len - plain, c->arena);
    if (rc != 0)
        return rc;
    rule->kind = WHET_IGNORE_PATH;
    for (size_t i = 0; i < plain; i++)
        rule->slashes += text[i] == '/';
    for (size_t i = 0; i < rule->glob.step_count; i++) {
        enum whet_glob_kind kind = whet__glob_kind(&rule->glob, i);

        rule->slashes += kind == WHET_GLOB_DEEP_SLASH ||
                         (kind == WHET_GLOB_BYTE && whet__glob_byte(&rule->glob, i) == '/');
        rule->deep |= kind == WHET_GLOB_DEEP || kind == WHET_GLOB_DEEP_DIR ||
                      kind == WHET_GLOB_DEEP_SLASH;
    }
    return copy_text(c, rule, text, plain);
}

static int compile_where(struct ignore_compiler *c, struct whet_ignore_rule *rule)
{
    size_t size;
    char *where;

    if (c->source == NULL)
        return 0;
    size = strlen(c->source) + sizeof(":4294967295");
    where = whet__arena_alloc(c->arena, size);
    if (where == NULL)
        return -ENOMEM;
    (void)snprintf(where, size, "%s:%u", c->source, (unsigned)c->line);
    rule->where = where;
    return 0;
}

/* A line without its end. A pattern that cannot match anything makes no rule. */
static int compile_line(struct ignore_compiler *c, const char *text, size_t len)
{
    struct whet_ignore_rule rule = {.line = c->line};
    const char *nul = memchr(text, '\0', len);
    int rc;

    if (len > 0 && text[0] == '#')
        return 0;
    len = trim_spaces(text, nul == NULL ? len : (size_t)(nul - text));
    if (len > 0 && text[0] == '!') {
        rule.negated = true;
        text++;
        len--;
    }
    if (len > 0 && text[len - 1] == '/') {
        rule.dir_only = true;
        len--;
    }
    if (len == 0)
        return 0;
    if (memchr(text, '/', len) == NULL)
        rc = compile_name(c, &rule, text, len);
    else
        rc = compile_path(c, &rule, text, len);
    if (rc == 0)
        rc = compile_where(c, &rule);
    if (rc == 0)
        c->set->rules[c->set->rule_count++] = rule;
    return rc == -EINVAL ? 0 : rc;
}

static int compile_lines(struct ignore_compiler *c, const char *text, size_t len)
{
    const char *end = text + len;
    int rc = 0;

    while (rc == 0 && text < end) {
        const char *newline = memchr(text, '\n', (size_t)(end - text));
        const char *stop = newline == NULL ? end : newline;
        size_t line_len = (size_t)(stop - text);

        c->line++;
        if (line_len > 0 && text[line_len - 1] == '\r')
            line_len--;
        rc = compile_line(c, text, line_len);
        text = newline == NULL ? end : newline + 1;
    }
    return rc;
}

/* How many rules there can be. */
static size_t count_lines(const char *text, size_t len)
{
    size_t count = 0;

    for (size_t i = 0; i < len; i++) {
        int starts = i == 0 || text[i - 1] == '\n';

        count += starts && text[i] != '#' && text[i] != '\n';
    }
    return count;
}

static bool in_endings(const struct whet_ignore_rule *rule)
{
    return rule->kind == WHET_IGNORE_SUFFIX && rule->text_len > 0 && rule->text[0] == '.' &&
           memchr(rule->text + 1, '.', rule->text_len - 1) == NULL;
}

static void table_put(const struct whet_ignore *set, struct whet_ignore_table *table,
                      uint32_t index)
{
    const struct whet_ignore_rule *rule = &set->rules[index];
    uint32_t hash = (uint32_t)whet__hash64(rule->text, rule->text_len);

    for (uint32_t i = hash & table->mask;; i = (i + 1) & table->mask) {
        struct whet_ignore_slot *slot = &table->slots[i];
        uint32_t held = slot->any != 0 ? slot->any : slot->dir;

        if (held != 0) {
            const struct whet_ignore_rule *other = &set->rules[held - 1];

            if (other->text_len != rule->text_len ||
                memcmp(other->text, rule->text, rule->text_len) != 0)
                continue;
        }
        slot->hash = hash;
        *(rule->dir_only ? &slot->dir : &slot->any) = index + 1;
        return;
    }
}

static int table_new(struct whet_ignore_table *table, uint32_t count, struct whet_arena *arena)
{
    uint32_t slots = 4;

    if (count == 0)
        return 0;
    while (slots < count * 2)
        slots *= 2;
    table->slots = whet__arena_zalloc(arena, slots, sizeof(*table->slots));
    table->mask = slots - 1;
    return table->slots == NULL ? -ENOMEM : 0;
}

static int index_rules(struct whet_ignore *set, struct whet_arena *arena)
{
    uint32_t names = 0, endings = 0;

    for (uint32_t i = 0; i < set->rule_count; i++) {
        names += set->rules[i].kind == WHET_IGNORE_LITERAL;
        endings += in_endings(&set->rules[i]);
    }
    set->others = whet__arena_alloc(arena, set->rule_count * sizeof(*set->others));
    set->paths = whet__arena_alloc(arena, set->rule_count * sizeof(*set->paths));
    if (set->others == NULL || set->paths == NULL ||
        table_new(&set->names, names, arena) != 0 ||
        table_new(&set->endings, endings, arena) != 0)
        return -ENOMEM;
    for (uint32_t i = 0; i < set->rule_count; i++) {
        if (set->rules[i].kind == WHET_IGNORE_LITERAL)
            table_put(set, &set->names, i);
        else if (in_endings(&set->rules[i]))
            table_put(set, &set->endings, i);
    }
    for (uint32_t i = set->rule_count; i-- > 0;) {
        const struct whet_ignore_rule *rule = &set->rules[i];

        if (rule->kind == WHET_IGNORE_PATH)
            set->paths[set->path_count++] = i;
        else if (rule->kind != WHET_IGNORE_LITERAL && !in_endings(rule))
            set->others[set->other_count++] = i;
    }
    return 0;
}

int whet__ignore_compile(struct whet_ignore *out, const char *text, size_t len,
                         const char *source, struct whet_arena *arena)
{
    struct whet_ignore set = {0};
    struct ignore_compiler c = {.set = &set, .arena = arena, .source = source};
    size_t lines;
    int rc;

    if (len >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0) {
        text += 3;
        len -= 3;
    }
    if (len > WHET_IGNORE_FILE_MAX)
        return -EFBIG;
    lines = count_lines(text, len);
    set.rules = whet__arena_alloc(arena, lines * sizeof(*set.rules));
    if (set.rules == NULL)
        return -ENOMEM;
    rc = compile_lines(&c, text, len);
    if (rc == 0)
        rc = index_rules(&set, arena);
    if (rc == 0)
        *out = set;
    return rc;
}
