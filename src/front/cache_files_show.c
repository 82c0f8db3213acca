/* 'whet cache stats' and 'list': what is in caches on disk. Nothing is written. */
#include "front/cache_files.h"

#include <errno.h>
#include <math.h>
#include <string.h>
#include <time.h>

#include "os/clock.h"

#define LIST_DEFAULT  50
#define NS_PER_SECOND UINT64_C(1000000000)

static const char *const level_names[WHET_CACHE_LEVELS] = {"memory", "packed", "disk",
                                                           "remote"};

struct show {
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

/* ---- stats ---- */

static const struct whet_table_column stats_columns[] = {
    {.heading = "Cache", .priority = 99, .shrinks = 1, .cut_start = 1, .min_width = 10},
    {.heading = "Client", .priority = 100},
    {.heading = "Entries", .align = WHET_ALIGN_RIGHT, .priority = 80},
    {.heading = "Size", .align = WHET_ALIGN_RIGHT, .priority = 86},
    {.heading = "Level", .priority = 98},
    {.heading = "Hits", .align = WHET_ALIGN_RIGHT, .priority = 85},
    {.heading = "Misses", .align = WHET_ALIGN_RIGHT, .priority = 60},
    {.heading = "Hit rate", .align = WHET_ALIGN_RIGHT, .priority = 88},
    {.heading = "Evicted", .align = WHET_ALIGN_RIGHT, .priority = 40},
    {.heading = "Expired", .align = WHET_ALIGN_RIGHT, .priority = 30},
    {.heading = "Untrue", .align = WHET_ALIGN_RIGHT, .priority = 35},
    {.heading = "Miss cost", .align = WHET_ALIGN_RIGHT, .priority = 45},
    {.heading = "Saved", .align = WHET_ALIGN_RIGHT, .priority = 87},
};

static int level_was_used(const struct whet_disk_client *c, int level)
{
    return c->hits[level] + c->misses[level] + c->evictions[level] + c->expirations[level] +
               c->invalidations[level] !=
           0;
}

static void level_cells(struct whet_table *t, const struct whet_disk_client *c, int level)
{
    uint64_t asked = c->hits[level] + c->misses[level];

    whet__table_cell(t, WHET_ROLE_PLAIN, level_names[level]);
    whet__table_count(t, WHET_ROLE_PLAIN, c->hits[level]);
    whet__table_count(t, WHET_ROLE_PLAIN, c->misses[level]);
    whet__table_value(t, WHET_ROLE_PLAIN, WHET_UNIT_PERCENT,
                      asked != 0 ? (double)c->hits[level] / (double)asked : NAN);
    whet__table_count(t, WHET_ROLE_PLAIN, c->evictions[level]);
    whet__table_count(t, WHET_ROLE_PLAIN, c->expirations[level]);
    whet__table_count(t, WHET_ROLE_PLAIN, c->invalidations[level]);
}

/* A row for each level that was used; what is the client's alone stands in the first. */
static void client_rows(struct show *s, const struct whet_disk_client *c)
{
    struct whet_table *t = &s->table;
    int first = 1;

    for (int level = 0; level < WHET_CACHE_LEVELS; level++) {
        if (!level_was_used(c, level) && level != WHET_CACHE_DISK)
            continue;
        whet__table_row(t);
        whet__table_cell(t, WHET_ROLE_DIM, first ? s->file->path : "");
        whet__table_cell(t, WHET_ROLE_PLAIN, first ? c->name : "");
        if (first) {
            whet__table_count(t, WHET_ROLE_PLAIN, c->entries);
            whet__table_value(t, WHET_ROLE_PLAIN, WHET_UNIT_SIZE, (double)c->bytes);
        } else {
            whet__table_cell(t, WHET_ROLE_PLAIN, "");
            whet__table_cell(t, WHET_ROLE_PLAIN, "");
        }
        level_cells(t, c, level);
        if (first) {
            whet__table_value(t, WHET_ROLE_PLAIN, WHET_UNIT_DURATION,
                              c->loads != 0 ? (double)c->load_ns / (double)c->loads : NAN);
            whet__table_value(t, WHET_ROLE_GOOD, WHET_UNIT_DURATION,
                              c->saved_ns != 0 ? (double)c->saved_ns : NAN);
        }
        first = 0;
    }
}

static void client_json(struct whet_json *j, const struct whet_disk_client *c)
{
    whet__json_object(j);
    whet__json_put_string(j, "client", c->name);
    whet__json_put_uint(j, "entries", c->entries);
    whet__json_put_uint(j, "bytes", c->bytes);
    whet__json_put_uint(j, "puts", c->puts);
    whet__json_put_uint(j, "loads", c->loads);
    whet__json_put_uint(j, "load_ns", c->load_ns);
    whet__json_put_uint(j, "saved_ns", c->saved_ns);
    whet__json_key(j, "levels");
    whet__json_array(j);
    for (int level = 0; level < WHET_CACHE_LEVELS; level++) {
        if (!level_was_used(c, level))
            continue;
        whet__json_object(j);
        whet__json_put_string(j, "level", level_names[level]);
        whet__json_put_uint(j, "hits", c->hits[level]);
        whet__json_put_uint(j, "misses", c->misses[level]);
        whet__json_put_uint(j, "evictions", c->evictions[level]);
        whet__json_put_uint(j, "expirations", c->expirations[level]);
        whet__json_put_uint(j, "invalidations", c->invalidations[level]);
        whet__json_object_end(j);
    }
    whet__json_array_end(j);
    whet__json_object_end(j);
}

static int stats_file(void *ctx, struct whet_cache_file *file, struct whet_error *err)
{
    struct whet_cache_level_stats level = {0};
    struct show *s = ctx;
    struct whet_disk_client *clients;
    int count, rc;

    s->file = file;
    s->files++;
    rc = whet__files_clients(file, &clients, &count, err);
    if (rc != 0)
        return rc;
    whet__disk_stats(file->disk, &level);
    whet__json_object(&s->json);
    whet__json_put_string(&s->json, "path", file->path);
    whet__json_put_uint(&s->json, "bytes", level.bytes);
    whet__json_key(&s->json, "clients");
    whet__json_array(&s->json);
    for (int i = 0; i < count; i++) {
        if (s->w->client != NULL && strcmp(s->w->client, clients[i].name) != 0)
            continue;
        client_rows(s, &clients[i]);
        client_json(&s->json, &clients[i]);
    }
    whet__json_array_end(&s->json);
    whet__json_object_end(&s->json);
    whet__files_clients_free(clients);
    return 0;
}

/* One of two texts is the answer: JSON went to `json_text` as the files were read. */
static int show_answer(struct show *s, struct whet_text *out, struct whet_text *json_text,
                       const struct whet_table_style *style, const char *empty)
{
    int rc = whet__text_error(json_text);

    if (rc == 0 && s->w->json)
        whet__text_append(out, whet__text_str(json_text), json_text->len);
    else if (rc == 0 && s->table.rows.len == 0)
        whet__text_puts(out, empty);
    else if (rc == 0)
        whet__table_put_text(out, &s->table, style);
    return rc != 0 ? rc : whet__text_error(out);
}

int whet__files_stats(const struct whet_files_wishes *w, struct whet_text *out,
                      const struct whet_table_style *style, struct whet_error *err)
{
    struct show s = {.w = w};
    struct whet_text json;
    int rc;

    whet__text_init(&json, out->max);
    whet__table_init(&s.table, stats_columns, sizeof(stats_columns) / sizeof(stats_columns[0]));
    whet__files_json_begin(&s.json, &json, "stats");
    whet__json_key(&s.json, "caches");
    whet__json_array(&s.json);
    rc = whet__files_each(w, 1, stats_file, &s, err);
    whet__json_array_end(&s.json);
    if (rc == 0) {
        (void)!whet__files_json_end(&s.json);
        rc = show_answer(&s, out, &json, style,
                         s.files == 0        ? "No cache yet.\n"
                         : w->client != NULL ? "No client has this name.\n"
                                             : "Nothing was cached yet.\n");
    }
    whet__table_clear(&s.table);
    whet__text_clear(&json);
    return rc;
}

/* ---- list ---- */

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

static int list_row_table(struct show *s, const struct whet_disk_row *row,
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
    put_when(t, s->now_ns, row->used_ns);
    put_when(t, s->now_ns, row->end_ns);
    whet__table_value(t, WHET_ROLE_PLAIN, WHET_UNIT_DURATION,
                      row->cost_ns != 0 ? (double)row->cost_ns : NAN);
    return whet__table_error(t);
}

static int list_row_json(struct show *s, const struct whet_disk_row *row,
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
    whet__json_put_uint(j, "used_ns", row->used_ns);
    whet__json_put_uint(j, "end_ns", row->end_ns);
    whet__json_put_uint(j, "cost_ns", row->cost_ns);
    whet__json_object_end(j);
    whet__text_clear(&key);
    return whet__text_error(j->text);
}

static int list_row(void *ctx, const struct whet_disk_row *row)
{
    struct show *s = ctx;
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
    struct show *s = ctx;
    int rc;

    s->file = file;
    s->files++;
    rc = whet__disk_each(file->disk, s->w->client, list_row, s);
    whet__files_judge_clear(&s->judge);
    return rc != 0 ? whet__files_failed(file, rc, "list", err) : 0;
}

static int list_all(struct show *s, struct whet_text *out, struct whet_text *json,
                    const struct whet_table_style *style, struct whet_error *err)
{
    int rc;

    whet__files_json_begin(&s->json, json, "list");
    whet__json_key(&s->json, "entries");
    whet__json_array(&s->json);
    rc = whet__files_each(s->w, 1, list_file, s, err);
    whet__json_array_end(&s->json);
    whet__json_put_uint(&s->json, "more", s->more);
    if (rc != 0)
        return rc;
    (void)!whet__files_json_end(&s->json);
    rc = show_answer(s, out, json, style,
                     s->files == 0 ? "No cache yet.\n" : "No such entry.\n");
    if (rc == 0 && !s->w->json && s->more != 0)
        whet__text_printf(out, "%llu more: use --limit\n", (unsigned long long)s->more);
    return rc;
}

int whet__files_list(const struct whet_files_wishes *w, struct whet_text *out,
                     const struct whet_table_style *style, struct whet_error *err)
{
    struct show s = {.w = w, .now_ns = whet__clock_wall_ns()};
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
