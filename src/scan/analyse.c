/* Lines, functions and complexity of a content: most of the time of a scan. */
#include "scan/analyse.h"

#include <errno.h>
#include <string.h>

#include "scan/line_syntax.h"

#define BINARY_LOOK  8000 /* how far git looks for a NUL byte, too */
#define NAMES_MAX    ((size_t)8 << 30)
#define FUNCTION_MAX ((size_t)10 << 20)
#define RECORD_MAX   ((size_t)1 << 30)

void whet__analyst_init(struct whet_analyst *a)
{
    a->syntax = NULL;
    whet__arena_init(&a->names, NAMES_MAX);
    whet__vec_init(&a->functions, sizeof(struct whet_scan_function), FUNCTION_MAX);
}

void whet__analyst_clear(struct whet_analyst *a)
{
    whet__syntax_free(a->syntax);
    whet__arena_clear(&a->names);
    whet__vec_clear(&a->functions);
}

static int syntax_run(struct whet_analyst *a, const struct whet_grammar *grammar,
                      const struct whet_content *c, struct whet_summary_record *s)
{
    const struct whet_scan_function *functions;
    unsigned flags = 0;
    int rc = a->syntax == NULL ? whet__syntax_new(&a->syntax) : 0;

    if (rc == 0)
        rc = whet__syntax_analyse(a->syntax, grammar, c->data, c->len, &a->functions, &a->names,
                                  &flags);
    if (rc != 0)
        return rc;
    functions = a->functions.items;
    s->function_count = (uint32_t)a->functions.len;
    for (uint32_t i = 0; i < s->function_count; i++) {
        s->complexity += functions[i].complexity;
        if (functions[i].complexity > s->complexity_max)
            s->complexity_max = functions[i].complexity;
    }
    if (flags & WHET_SYNTAX_ERRORS)
        s->flags |= WHET_SCAN_FILE_SYNTAX_ERRORS;
    if (flags & WHET_SYNTAX_STOPPED)
        s->flags |= WHET_SCAN_FILE_PARSE_STOPPED;
    return 0;
}

int whet__analyst_run(struct whet_analyst *a, const struct whet_content *c,
                      struct whet_summary_record *s)
{
    struct whet_line_counts lines;

    a->functions.len = 0;
    whet__arena_reset(&a->names);
    memset(s, 0, sizeof(*s));
    if (memchr(c->data, '\0', c->len < BINARY_LOOK ? c->len : BINARY_LOOK) != NULL) {
        s->verdict = WHET_VERDICT_BINARY;
        return 0;
    }
    s->language = whet__language_of_content(c->guess, c->name, c->name_len, c->data, c->len);
    if (s->language == NULL) {
        s->verdict = WHET_VERDICT_NO_LANGUAGE;
        return 0;
    }
    whet__lines_count(s->language->lines, c->data, c->len, &lines);
    s->code = lines.code;
    s->comment = lines.comment;
    s->blank = lines.blank;
    if (c->lines_only || s->language->grammar == NULL)
        return 0;
    return syntax_run(a, s->language->grammar, c, s);
}

void whet__content_pack(const struct whet_content *c, struct whet_text *out)
{
    const char *version = whet_scan_analyser_version();

    whet__pack_string(out, version, strlen(version));
    whet__pack_uint(out, (uint64_t)c->lines_only);
    whet__pack_uint(out, c->guess != NULL ? 1 + whet__language_index(c->guess) : 0);
    whet__pack_string(out, c->name, c->name_len);
    whet__pack_bytes(out, c->data, c->len);
}

static int content_unpack(struct whet_content *c, const void *data, size_t len)
{
    const char *version;
    struct whet_unpack u;
    size_t version_len;
    uint64_t guess;

    whet__unpack_init(&u, data, len);
    version = whet__unpack_string(&u, &version_len);
    if (version == NULL || version_len != strlen(whet_scan_analyser_version()) ||
        memcmp(version, whet_scan_analyser_version(), version_len) != 0)
        return -EPROTO;
    c->lines_only = whet__unpack_uint(&u) != 0;
    guess = whet__unpack_uint(&u);
    c->name = whet__unpack_string(&u, &c->name_len);
    if (u.bad || c->name == NULL || guess > whet__language_count())
        return -EBADMSG;
    c->guess = guess != 0 ? whet__language_at((size_t)guess - 1) : NULL;
    c->len = (size_t)(u.end - u.at);
    c->data = whet__unpack_bytes(&u, c->len);
    return c->data != NULL ? 0 : -EBADMSG;
}

int whet__analyst_work(void *ctx, struct whet_crew_job *job, const void *data, size_t len)
{
    struct whet_analyst *a = ctx;
    struct whet_content c;
    struct whet_summary_record s;
    struct whet_text record;
    int rc = content_unpack(&c, data, len);

    if (rc == 0)
        rc = whet__analyst_run(a, &c, &s);
    if (rc != 0)
        return rc;
    whet__text_init(&record, RECORD_MAX);
    whet__record_pack(&s, a->functions.items, &record);
    rc = whet__text_error(&record);
    if (rc == 0)
        whet_crew_reply(job, whet__text_str(&record), record.len);
    whet__text_clear(&record);
    return rc;
}

int whet_scan_serve(void)
{
    struct whet_analyst a;
    int rc;

    whet__analyst_init(&a);
    rc = whet_crew_serve(whet__analyst_work, &a);
    whet__analyst_clear(&a);
    return rc;
}
