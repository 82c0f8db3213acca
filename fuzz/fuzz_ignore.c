/* Ignore rules: any text is compiled, and what the indexed rules say about a name is what
 * its lines say one by one, the last one that matches.
 *
 * Input: the path to ask about (a folder if it ends in '/'), a newline, the rules. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "scan/ignore_folder.h"

#define INPUT_MAX ((size_t)4096)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct question {
    const char *path;
    size_t folder_len;
    size_t len;
    bool is_dir;
};

static void check(int holds)
{
    if (!holds)
        abort();
}

/* 0: no rule matches; 1: ignored; 2: kept. */
static int answer(const char *rules, size_t len, const struct question *q)
{
    struct whet_ignore_scope scope = {0};
    struct whet_ignore_folder folder;
    const struct whet_ignore_rule *rule;
    struct whet_arena arena;
    int said;

    whet__arena_init(&arena, (size_t)1 << 26);
    whet__ignore_folder_init(&folder);
    check(whet__ignore_compile(&scope.set, rules, len, "f", &arena) == 0);
    check(whet__ignore_folder_enter(&folder, q->path, q->folder_len, &scope, NULL) == 0);
    rule = whet__ignore_folder_match(&folder, q->path + q->folder_len, q->len - q->folder_len,
                                     q->is_dir);
    said = rule == NULL ? 0 : rule->negated ? 2 : 1;
    whet__ignore_folder_clear(&folder);
    whet__arena_clear(&arena);
    return said;
}

static int answer_by_line(const char *rules, size_t len, const struct question *q)
{
    size_t start = len >= 3 && memcmp(rules, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
    int said = 0;

    while (start < len) {
        const char *newline = memchr(rules + start, '\n', len - start);
        size_t end = newline == NULL ? len : (size_t)(newline - rules) + 1;
        /* A mark at the start of a later line is no mark. */
        int marked = end - start >= 3 && memcmp(rules + start, "\xef\xbb\xbf", 3) == 0;
        int now = marked ? -1 : answer(rules + start, end - start, q);

        if (now < 0)
            return -1;
        said = now != 0 ? now : said;
        start = end;
    }
    return said;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *text = (const char *)data;
    const char *newline = size == 0 ? NULL : memchr(text, '\n', size);
    struct question q = {.path = text};
    size_t rules_len;
    int by_line;

    if (newline == NULL || size > INPUT_MAX)
        return 0;
    q.len = (size_t)(newline - text);
    rules_len = size - q.len - 1;
    if (q.len > 0 && text[q.len - 1] == '/') {
        q.is_dir = true;
        q.len--;
    }
    for (q.folder_len = q.len; q.folder_len > 0 && text[q.folder_len - 1] != '/';)
        q.folder_len--;
    if (q.len == q.folder_len || memchr(text, '\0', q.len) != NULL)
        return 0;
    by_line = answer_by_line(newline + 1, rules_len, &q);
    check(by_line < 0 || answer(newline + 1, rules_len, &q) == by_line);
    return 0;
}
