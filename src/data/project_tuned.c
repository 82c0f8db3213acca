/* Exchanging the `tuned:` block of whet.yaml. A YAML library that writes would lose the
 * user's comments, blanks and quotes; so the block is cut out by lines, and what comes
 * out is parsed again and compared, before anybody writes it to a file. */
#include "data/project.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/hash.h"
#include "data/project_names.h"

#define CHECKSUM_KEY "  checksum: "
#define TEXT_MAX     ((size_t)4 << 20)

/* Where the block is in the text: from `start` to `end`, whole lines. */
struct span {
    size_t start;
    size_t end;
};

static size_t line_end(const char *text, size_t len, size_t at)
{
    const char *newline = memchr(text + at, '\n', len - at);

    return newline != NULL ? (size_t)(newline - text) + 1 : len;
}

static size_t line_start(const char *text, size_t len, unsigned line)
{
    size_t at = 0;

    for (unsigned i = 1; i < line && at < len; i++)
        at = line_end(text, len, at);
    return at;
}

static int is_blank(const char *text, size_t at, size_t end)
{
    for (; at < end; at++) {
        if (strchr(" \t\r\n", text[at]) == NULL)
            return 0;
    }
    return 1;
}

/* The block ends behind its last indented line: blank lines and comments at the margin
 * that follow are of the next key. */
static struct span find_span(const char *text, size_t len, unsigned line)
{
    struct span s;
    size_t at, next;

    s.start = line_start(text, len, line);
    s.end = at = line_end(text, len, s.start);
    for (; at < len; at = next) {
        next = line_end(text, len, at);
        if (is_blank(text, at, next) || text[at] == '#')
            continue;
        if (text[at] != ' ')
            break;
        s.end = next;
    }
    return s;
}

/* Over the lines without their ends, so that a checkout with other line ends is not an
 * edit; and without the line of the sum. */
static void checksum(const char *text, size_t len, char out[17])
{
    struct whet_hash128 sum = {{0}};
    size_t at = 0;

    while (at < len) {
        size_t next = line_end(text, len, at), end = next;
        struct whet_hash128 pair[2] = {sum};

        while (end > at && (text[end - 1] == '\n' || text[end - 1] == '\r'))
            end--;
        if (end - at < strlen(CHECKSUM_KEY) ||
            memcmp(text + at, CHECKSUM_KEY, strlen(CHECKSUM_KEY)) != 0) {
            pair[1] = whet__hash128(text + at, end - at);
            sum = whet__hash128(pair, sizeof(pair));
        }
        at = next;
    }
    for (int i = 0; i < 8; i++)
        snprintf(out + i * 2, 3, "%02x", sum.bytes[i]);
}

/* The largest unit that says it exactly. */
static void put_size(struct whet_text *out, const char *key, uint64_t bytes)
{
    static const char *const units[] = {"", "KiB", "MiB", "GiB"};
    unsigned unit = 0;

    if (bytes == 0)
        return;
    while (unit < 3 && bytes % 1024 == 0) {
        bytes /= 1024;
        unit++;
    }
    whet__text_printf(out, "  %s: %llu%s\n", key, (unsigned long long)bytes, units[unit]);
}

static void put_pair(struct whet_text *out, const char *indent, const char *key,
                     const char *value)
{
    whet__text_puts(out, indent);
    whet__yaml_put_string(out, key);
    whet__text_puts(out, ": ");
    whet__yaml_put_string(out, value);
    whet__text_putc(out, '\n');
}

static void put_block(struct whet_text *out, const struct whet_project_tuned *t,
                      const struct whet_project_fact *facts, size_t fact_count)
{
    size_t start = out->len;
    char sum[17];

    whet__text_puts(out, "tuned:  # by whet tune; your own settings go under 'scan:'\n");
    if (t->profile != NULL)
        put_pair(out, "  ", "profile", t->profile);
    if (t->target >= 0)
        put_pair(out, "  ", "target", whet__project_targets[t->target]);
    if (t->scan.jobs != 0)
        whet__text_printf(out, "  jobs: %llu\n", (unsigned long long)t->scan.jobs);
    if (t->scan.cache >= 0) /* quoted where YAML 1.1 would read a bool: off */
        put_pair(out, "  ", "cache", whet__project_caches[t->scan.cache]);
    put_size(out, "cache_size", t->scan.cache_bytes);
    put_size(out, "max_file_size", t->scan.max_file_bytes);
    if (fact_count > 0)
        whet__text_puts(out, "  measured:\n");
    for (size_t i = 0; i < fact_count; i++)
        put_pair(out, "    ", facts[i].key, facts[i].value);
    if (whet__text_error(out) != 0)
        return;
    checksum(whet__text_str(out) + start, out->len - start, sum);
    whet__text_printf(out, CHECKSUM_KEY "\"%s\"\n", sum);
}

/* Everything but `tuned` is as before, in the same order. */
static int only_tuned_differs(const struct whet_yaml_node *a, const struct whet_yaml_node *b)
{
    a = a->first;
    b = b->first;
    for (;;) {
        while (a != NULL && strcmp(a->key->text, "tuned") == 0)
            a = a->next;
        while (b != NULL && strcmp(b->key->text, "tuned") == 0)
            b = b->next;
        if (a == NULL || b == NULL)
            return a == b;
        if (strcmp(a->key->text, b->key->text) != 0 || !whet__yaml_equal(a, b))
            return 0;
        a = a->next;
        b = b->next;
    }
}

static int same_text(const char *a, const char *b)
{
    return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

static int same_tuned(const struct whet_project_tuned *a, const struct whet_project_tuned *b)
{
    return same_text(a->profile, b->profile) && a->target == b->target &&
           a->scan.jobs == b->scan.jobs && a->scan.cache == b->scan.cache &&
           a->scan.cache_bytes == b->scan.cache_bytes &&
           a->scan.max_file_bytes == b->scan.max_file_bytes;
}

static int refuse_shape(const char *file, const struct whet_yaml_node *at,
                        struct whet_error *err)
{
    whet_error_set(err, -EINVAL,
                   "the block cannot be replaced: 'tuned': write it as indented lines, or "
                   "remove it");
    whet_error_at(err, file, at != NULL ? at->line : 0, at != NULL ? at->column : 0);
    return -EINVAL;
}

/* Reads back what was made, as any reader would. */
static int verify(const struct whet_project *before, const struct whet_text *made,
                  const char *file, const struct whet_project_tuned *tuned,
                  const struct whet_yaml_node *key, struct whet_error *err)
{
    struct whet_project after;
    int rc = whet__text_error(made);

    if (rc != 0)
        return whet_error_set(err, rc, "no room for the new text: '%s'", file);
    rc = whet__project_parse(&after, whet__text_str(made), made->len, file, NULL);
    if (rc == -ENOMEM)
        return whet_error_set(err, rc, "out of memory");
    if (rc != 0)
        return refuse_shape(file, key, err);
    if (!same_tuned(&after.tuned, tuned) ||
        (whet__yaml_root(before->yaml)->count != 0 &&
         !only_tuned_differs(whet__yaml_root(before->yaml), whet__yaml_root(after.yaml))))
        rc = refuse_shape(file, key, err);
    whet__project_clear(&after);
    return rc;
}

static enum whet_project_block judge(const struct whet_project *p, const char *block,
                                     size_t len)
{
    char sum[17];

    checksum(block, len, sum);
    return same_text(p->tuned.checksum, sum) ? WHET_PROJECT_BLOCK_OURS
                                             : WHET_PROJECT_BLOCK_EDITED;
}

/* Between the text so far and a first block: an ended line, the version that an empty
 * file lacks, a blank line. */
static void put_gap(struct whet_text *out, int is_empty)
{
    if (out->len > 0 && out->data[out->len - 1] != '\n')
        whet__text_putc(out, '\n');
    if (is_empty)
        whet__text_puts(out, "version: 1\n");
    whet__text_putc(out, '\n');
}

int whet__project_tune_text(const char *text, size_t len, const char *file,
                            const struct whet_project_tuned *tuned,
                            const struct whet_project_fact *facts, size_t fact_count,
                            struct whet_text *out, enum whet_project_block *block,
                            struct whet_error *err)
{
    enum whet_project_block found = WHET_PROJECT_BLOCK_NONE;
    const struct whet_yaml_node *node, *key = NULL;
    struct whet_project before;
    struct whet_text made;
    struct span s = {len, len};
    int rc;

    file = file != NULL ? file : "";
    rc = whet__project_parse(&before, text, len, file, err);
    if (rc != 0)
        return rc;
    whet__text_init(&made, TEXT_MAX);
    node = whet__yaml_get(whet__yaml_root(before.yaml), "tuned");
    if (node != NULL) {
        key = node->key;
        s = find_span(text, len, key->line);
        found = judge(&before, text + s.start, s.end - s.start);
    }
    whet__text_append(&made, text, s.start);
    if (node == NULL)
        put_gap(&made, whet__yaml_root(before.yaml)->count == 0);
    put_block(&made, tuned, facts, fact_count);
    whet__text_append(&made, text + s.end, len - s.end);
    rc = verify(&before, &made, file, tuned, key, err);
    if (rc == 0) {
        whet__text_append(out, whet__text_str(&made), made.len);
        rc = whet__text_error(out);
    }
    if (rc == 0)
        *block = found;
    whet__text_clear(&made);
    whet__project_clear(&before);
    return rc;
}
