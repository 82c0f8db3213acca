/* 'whet cache stats': what caches on disk hold, and whether they pay. Nothing is written. */
#include "front/cache_files.h"

#include <math.h>
#include <string.h>

static const char *const level_names[WHET_CACHE_LEVELS] = {"memory", "packed", "disk",
                                                           "remote"};

struct stats {
    const struct whet_files_wishes *w;
    struct whet_table table;
    struct whet_json json;
    struct whet_text notes; /* lines behind the table */
    struct whet_cache_file *file;
    size_t files;
};

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

static uint64_t wasted(const struct whet_disk_client *c)
{
    return c->predicted > c->predicted_hits ? c->predicted - c->predicted_hits : 0;
}

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

/* What was fetched ahead, as a level of its own: in vain is a miss. */
static void ahead_cells(struct whet_table *t, const struct whet_disk_client *c)
{
    whet__table_cell(t, WHET_ROLE_PLAIN, "ahead");
    whet__table_count(t, WHET_ROLE_PLAIN, c->predicted_hits);
    whet__table_count(t, WHET_ROLE_PLAIN, wasted(c));
    whet__table_value(t, WHET_ROLE_PLAIN, WHET_UNIT_PERCENT,
                      (double)c->predicted_hits / (double)(c->predicted_hits + wasted(c)));
}

/* What is the client's alone stands in its first row. */
static void row_begin(struct stats *s, const struct whet_disk_client *c, int first)
{
    struct whet_table *t = &s->table;

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
}

/* A row for each level that was used. */
static void level_rows(struct stats *s, const struct whet_disk_client *c)
{
    struct whet_table *t = &s->table;
    int first = 1;

    for (int level = 0; level < WHET_CACHE_LEVELS; level++) {
        if (!level_was_used(c, level) && level != WHET_CACHE_DISK)
            continue;
        row_begin(s, c, first);
        level_cells(t, c, level);
        if (first) {
            whet__table_value(t, WHET_ROLE_PLAIN, WHET_UNIT_DURATION,
                              c->loads != 0 ? (double)c->load_ns / (double)c->loads : NAN);
            whet__table_value(t, WHET_ROLE_GOOD, WHET_UNIT_DURATION,
                              c->saved_ns != 0 ? (double)c->saved_ns : NAN);
        }
        first = 0;
    }
    if (c->predicted_hits + wasted(c) != 0) {
        row_begin(s, c, 0);
        ahead_cells(t, c);
    }
}

static void client_rows(struct stats *s, const struct whet_disk_client *c)
{
    if (c->counts_known) {
        level_rows(s, c);
        return;
    }
    row_begin(s, c, 1);
    for (size_t i = 4; i < sizeof(stats_columns) / sizeof(stats_columns[0]); i++)
        whet__table_cell(&s->table, WHET_ROLE_DIM, "-");
}

static void levels_json(struct whet_json *j, const struct whet_disk_client *c)
{
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
    whet__json_key(j, "ahead");
    whet__json_object(j);
    whet__json_put_uint(j, "fetched", c->predicted_hits + wasted(c));
    whet__json_put_uint(j, "used", c->predicted_hits);
    whet__json_put_uint(j, "wasted", wasted(c));
    whet__json_object_end(j);
}

static void client_json(struct whet_json *j, const struct whet_disk_client *c)
{
    static const char *const unknown[] = {"puts",     "loads",  "load_ns",
                                          "saved_ns", "levels", "ahead"};

    whet__json_object(j);
    whet__json_put_string(j, "client", c->name);
    whet__json_put_uint(j, "entries", c->entries);
    whet__json_put_uint(j, "bytes", c->bytes);
    for (size_t i = 0; !c->counts_known && i < sizeof(unknown) / sizeof(unknown[0]); i++) {
        whet__json_key(j, unknown[i]);
        whet__json_null(j);
    }
    if (c->counts_known) {
        whet__json_put_uint(j, "puts", c->puts);
        whet__json_put_uint(j, "loads", c->loads);
        whet__json_put_uint(j, "load_ns", c->load_ns);
        whet__json_put_uint(j, "saved_ns", c->saved_ns);
        levels_json(j, c);
    }
    whet__json_object_end(j);
}

static void note_unknown(struct stats *s)
{
    whet__files_put_name(&s->notes, s->file->path);
    whet__text_puts(&s->notes, ": hits and misses are not known: ");
    whet__files_put_name(&s->notes, s->file->path);
    whet__text_puts(&s->notes, ".share is missing, or its owner's alone\n");
}

static int stats_file(void *ctx, struct whet_cache_file *file, struct whet_error *err)
{
    struct whet_cache_level_stats level = {0};
    struct stats *s = ctx;
    struct whet_disk_client *clients;
    int count, rc, known = 1;

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
        known = clients[i].counts_known;
    }
    if (!known)
        note_unknown(s);
    whet__json_array_end(&s->json);
    whet__json_object_end(&s->json);
    whet__files_clients_free(clients);
    return 0;
}

int whet__files_stats(const struct whet_files_wishes *w, struct whet_text *out,
                      const struct whet_table_style *style, struct whet_error *err)
{
    struct stats s = {.w = w};
    struct whet_text json;
    int rc;

    whet__text_init(&json, out->max);
    whet__text_init(&s.notes, out->max);
    whet__table_init(&s.table, stats_columns, sizeof(stats_columns) / sizeof(stats_columns[0]));
    whet__files_json_begin(&s.json, &json, "stats");
    whet__json_key(&s.json, "caches");
    whet__json_array(&s.json);
    rc = whet__files_each(w, 1, stats_file, &s, err);
    whet__json_array_end(&s.json);
    if (rc == 0) {
        (void)!whet__files_json_end(&s.json);
        rc = whet__files_answer(out, w->json ? &json : NULL, &s.table, style,
                                s.files == 0 ? "No cache yet.\n" : "Nothing was cached yet.\n");
    }
    if (rc == 0 && !w->json)
        whet__text_append(out, whet__text_str(&s.notes), s.notes.len);
    whet__table_clear(&s.table);
    whet__text_clear(&s.notes);
    whet__text_clear(&json);
    return rc;
}
