/* What one file's content says, packed for the cache: some 10 bytes for the
 * summary and 20 per function. */
#include "scan/record.h"

#include <errno.h>
#include <string.h>

/* A packed function takes at least this many bytes: a bound for counts that are read. */
#define FUNCTION_BYTES_MIN 4

void whet__summary_pack(const struct whet_summary_record *s, struct whet_text *out)
{
    whet__pack_uint(out, s->verdict);
    if (s->verdict != WHET_VERDICT_ANALYSED)
        return;
    whet__pack_uint(out, whet__language_index(s->language));
    whet__pack_uint(out, s->code);
    whet__pack_uint(out, s->comment);
    whet__pack_uint(out, s->blank);
    whet__pack_uint(out, s->function_count);
    whet__pack_uint(out, s->complexity);
    whet__pack_uint(out, s->complexity_max);
    whet__pack_uint(out, s->flags);
}

int whet__summary_unpack(struct whet_unpack *u, struct whet_summary_record *out)
{
    struct whet_summary_record s = {0};
    uint64_t verdict = whet__unpack_uint(u);
    uint64_t language = 0;

    if (verdict > WHET_VERDICT_BINARY)
        return -EBADMSG;
    s.verdict = (enum whet_verdict)verdict;
    if (s.verdict == WHET_VERDICT_ANALYSED) {
        language = whet__unpack_uint(u);
        if (language >= whet__language_count())
            return -EBADMSG;
        s.language = whet__language_at((size_t)language);
        s.code = whet__unpack_uint32(u);
        s.comment = whet__unpack_uint32(u);
        s.blank = whet__unpack_uint32(u);
        s.function_count = whet__unpack_uint32(u);
        s.complexity = whet__unpack_uint32(u);
        s.complexity_max = whet__unpack_uint32(u);
        s.flags = whet__unpack_uint32(u);
    }
    if (u->bad)
        return -EBADMSG;
    *out = s;
    return 0;
}

void whet__record_pack(const struct whet_summary_record *s,
                       const struct whet_scan_function *functions, struct whet_text *out)
{
    uint32_t line = 0;

    whet__summary_pack(s, out);
    for (uint32_t i = 0; i < s->function_count; i++) {
        const struct whet_scan_function *f = &functions[i];

        whet__pack_uint(out, f->line - line);
        whet__pack_uint(out, f->end_line - f->line);
        whet__pack_uint(out, f->complexity);
        whet__pack_string(out, f->name, strlen(f->name));
        line = f->line;
    }
}

static int functions_unpack(struct whet_unpack *u, uint32_t count,
                            const struct whet_scan_function **out, struct whet_arena *arena)
{
    struct whet_scan_function *functions;
    uint32_t line = 0;

    if (count > (size_t)(u->end - u->at) / FUNCTION_BYTES_MIN)
        return -EBADMSG;
    functions = whet__arena_zalloc(arena, count, sizeof(*functions));
    if (functions == NULL)
        return -ENOMEM;
    for (uint32_t i = 0; i < count; i++) {
        const char *name;
        size_t len;

        line += whet__unpack_uint32(u);
        functions[i].line = line;
        functions[i].end_line = line + whet__unpack_uint32(u);
        functions[i].complexity = whet__unpack_uint32(u);
        name = whet__unpack_string(u, &len);
        if (name == NULL)
            return -EBADMSG;
        functions[i].name = whet__arena_strndup(arena, name, len);
        if (functions[i].name == NULL)
            return -ENOMEM;
    }
    *out = functions;
    return 0;
}

int whet__record_unpack(const void *data, size_t len, struct whet_summary_record *out,
                        const struct whet_scan_function **functions, struct whet_arena *arena)
{
    const struct whet_scan_function *list = NULL;
    struct whet_summary_record s;
    struct whet_unpack u;
    int rc;

    whet__unpack_init(&u, data, len);
    rc = whet__summary_unpack(&u, &s);
    if (rc != 0)
        return rc;
    if (functions != NULL) {
        if (s.function_count != 0)
            rc = functions_unpack(&u, s.function_count, &list, arena);
        if (rc != 0)
            return rc;
        if (!whet__unpack_done(&u))
            return -EBADMSG;
        *functions = list;
    }
    *out = s;
    return 0;
}
