/* 'whet cache list': the entries of caches on disk, the last used first. Nothing is written. */
#include "front/cache_files.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#include "os/clock.h"

#define LIST_DEFAULT  50
#define NS_PER_SECOND UINT64_C(1000000000)

struct list {
    const struct whet_files_wishes *w;
    struct whet_table table;
    struct whet_json json;
    struct whet_cache_file *file;
    struct whet_files_judge judge;
    const void *prefix;
    size_t prefix_len;
    uint64_t now_ns;
    uint64_t limit;
    uint64_t shown;
    uint64_t more; /* entries that were not shown */
    size_t files;
};

static const struct whet_table_column list_columns[] = {
    {.heading = "Key", .priority = 100, .shrinks = 1, .min_width = 16},
    {.heading = "Client", .priority = 60},
    {.heading = "State", .priority = 85},
    {.heading = "Size", .align = WHET_ALIGN_RIGHT, .priority = 90},
    {.heading = "On disk", .align = WHET_ALIGN_RIGHT, .priority = 30},
    {.heading = "Made", .align = WHET_ALIGN_RIGHT, .priority = 80},
    {.heading = "Used", .align = WHET_ALIGN_RIGHT, .priority = 70},
    {.heading = "Ends", .align = WHET_ALIGN_RIGHT, .priority = 50},
    {.heading = "Cost", .align = WHET_ALIGN_RIGHT, .priority = 40},
};

static const char *const state_names[] = {
    [WHET_FILES_TRUE] = "true", [WHET_FILES_UNTRUE] = "untrue", [WHET_FILES_ENDED] = "ended"};

/* "3 h ago", "in 2 min". */
static void put_when(struct whet_table *t, uint64_t now_ns, uint64_t when_ns)
{
    static const struct {
        uint64_t seconds;
        const char *unit;
    } steps[] = {{86400, "d"}, {3600, "h"}, {60, "min"}, {1, "s"}};
    uint64_t away = (when_ns > now_ns ? when_ns - now_ns : now_ns - when_ns) / NS_PER_SECOND;
    size_t i = 0;

    if (when_ns == 0) {
        whet__table_cell(t, WHET_ROLE_DIM, "-");
        return;
    }
    while (i < 3 && away < steps[i].seconds)
        i++;
    whet__table_printf(t, WHET_ROLE_PLAIN, "%s%llu %s%s", when_ns > now_ns ? "in " : "",
                       (unsigned long long)(away / steps[i].seconds), steps[i].unit,
                       when_ns > now_ns ? "" : " ago");
}

/* The use is kept to the hour or the day, and would lie before the making of what is new. */
static uint64_t used_of(const struct whet_disk_row *row)
{
    return row->used_ns != 0 && row->used_ns < row->made_ns ? row->made_ns : row->used_ns;
}

static int list_row_table(struct list *s, const struct whet_disk_row *row,
                          enum whet_files_state state)
{
    struct whet_table *t = &s->table;
    struct whet_text key;

    whet__text_init(&key, 3 * WHET_CACHE_KEY_MAX);
    whet__files_put_key(&key, row->key, row->key_len);
    whet__table_row(t);
    whet__table_cell(t, WHET_ROLE_PLAIN, whet__text_str(&key));
    whet__text_clear(&key);
    whet__table_cell(t, WHET_ROLE_DIM, row->client);
    whet__table_cell(t, state == WHET_FILES_TRUE ? WHET_ROLE_DIM : WHET_ROLE_PLAIN,
                     state_names[state]);
    if (row->flags & WHET_ENTRY_NEGATIVE)
        whet__table_cell(t, WHET_ROLE_DIM, "none");
    else
        whet__table_value(t, WHET_ROLE_PLAIN, WHET_UNIT_SIZE, (double)row->len);
    whet__table_value(t, WHET_ROLE_PLAIN, WHET_UNIT_SIZE, (double)row->disk_bytes);
    put_when(t, s->now_ns, row->made_ns);
    put_when(t, s->now_ns, used_of(row));
    put_when(t, s->now_ns, row->end_ns);
    whet__table_value(t, WHET_ROLE_PLAIN, WHET_UNIT_DURATION,
                      row->cost_ns != 0 ? (double)row->cost_ns : NAN);
    return whet__table_error(t);
}

static int list_row_json(struct list *s, const struct whet_disk_row *row,
                         enum whet_files_state state)
{
    struct whet_json *j = &s->json;
    struct whet_text key;

    whet__text_init(&key, 3 * WHET_CACHE_KEY_MAX);
    whet__files_put_key(&key, row->key, row->key_len);
    whet__json_object(j);
    whet__json_put_string(j, "path", s->file->path);
    whet__json_put_string(j, "client", row->client);
    whet__json_put_string(j, "key", whet__text_str(&key));
    whet__json_put_string(j, "state", state_names[state]);
    whet__json_put_uint(j, "bytes", row->len);
    whet__json_put_uint(j, "disk_bytes", row->disk_bytes);
    whet__json_put_bool(j, "negative", (row->flags & WHET_ENTRY_NEGATIVE) != 0);
    whet__json_put_uint(j, "made_ns", row->made_ns);
    whet__json_put_uint(j, "used_ns", used_of(row));
    whet__json_put_uint(j, "end_ns", row->end_ns);
    whet__json_put_uint(j, "cost_ns", row->cost_ns);
    whet__json_object_end(j);
    whet__text_clear(&key);
    return whet__text_error(j->text);
}

static int list_row(void *ctx, const struct whet_disk_row *row)
{
    struct list *s = ctx;
    enum whet_files_state state;
    int rc;

    if (s->w->stop != NULL && s->w->stop(s->w->ctx))
        return -EINTR;
    if (s->prefix_len != 0 &&
        (row->key_len < s->prefix_len || memcmp(row->key, s->prefix, s->prefix_len) != 0))
        return 0;
    if (s->shown == s->limit) {
        s->more++;
        return 0;
    }
    s->shown++;
    rc = whet__files_judge(&s->judge, s->file, row, s->now_ns, &state);
    if (rc != 0)
        return rc;
    return s->w->json ? list_row_json(s, row, state) : list_row_table(s, row, state);
}

static int list_file(void *ctx, struct whet_cache_file *file, struct whet_error *err)
{
    struct list *s = ctx;
    int rc;

    s->file = file;
    s->files++;
    rc = whet__disk_each(file->disk, s->w->client, list_row, s);
    whet__files_judge_clear(&s->judge);
    return rc != 0 ? whet__files_failed(file, rc, "list", err) : 0;
}

static void put_more(struct whet_text *out, uint64_t more)
{
    whet__number_count(out, more);
    whet__text_puts(out, " more: use --limit\n");
}

static int list_all(struct list *s, struct whet_text *out, struct whet_text *json,
                    const struct whet_table_style *style, struct whet_error *err)
{
    struct whet_table_style wide = *style;
    int rc;

    if (s->w->wide)
        wide.width = 0; /* as wide as the keys are */
    whet__files_json_begin(&s->json, json, "list");
    whet__json_key(&s->json, "entries");
    whet__json_array(&s->json);
    rc = whet__files_each(s->w, 1, list_file, s, err);
    whet__json_array_end(&s->json);
    whet__json_put_uint(&s->json, "more", s->more);
    if (rc != 0)
        return rc;
    (void)!whet__files_json_end(&s->json);
    rc = whet__files_answer(out, s->w->json ? json : NULL, &s->table, &wide,
                            s->files == 0          ? "No cache yet.\n"
                            : s->w->prefix != NULL ? "No key begins so.\n"
                                                   : "Nothing is cached.\n");
    if (rc == 0 && !s->w->json && s->more != 0)
        put_more(out, s->more);
    return rc;
}

int whet__files_list(const struct whet_files_wishes *w, struct whet_text *out,
                     const struct whet_table_style *style, struct whet_error *err)
{
    struct list s = {.w = w, .now_ns = whet__clock_wall_ns()};
    struct whet_text json, prefix;
    int rc = 0;

    s.limit = w->limit != 0 ? w->limit : LIST_DEFAULT;
    whet__text_init(&json, out->max);
    whet__text_init(&prefix, WHET_CACHE_KEY_MAX);
    whet__table_init(&s.table, list_columns, sizeof(list_columns) / sizeof(list_columns[0]));
    if (w->prefix != NULL)
        rc = whet__files_read_key(w->prefix, &prefix, err);
    s.prefix = whet__text_str(&prefix);
    s.prefix_len = prefix.len;
    if (rc == 0)
        rc = list_all(&s, out, &json, style, err);
    whet__table_clear(&s.table);
    whet__text_clear(&prefix);
    whet__text_clear(&json);
    return rc;
}
