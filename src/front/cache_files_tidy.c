/* 'whet cache verify', 'gc' and 'clear': caches on disk made sound, smaller, empty. Other
 * processes may use them meanwhile. */
#include "front/cache_files.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <whet/units.h>

#include "view/number.h"

#define NS_PER_DAY (UINT64_C(86400) * 1000000000)

struct tidy {
    const struct whet_files_wishes *w;
    struct whet_text *text; /* lines for people */
    struct whet_json json;
    const char *path; /* of the file in hand */
    int bad;
    size_t files;
};

static void put_bytes(struct whet_text *out, uint64_t bytes)
{
    whet__number_value(out, WHET_UNIT_SIZE, (double)bytes);
}

static void put_entries(struct whet_text *out, uint64_t count)
{
    whet__number_count(out, count);
    whet__text_puts(out, count == 1 ? " entry" : " entries");
}

/* A list of files, one object each; the text is what people get. */
static int tidy_all(struct tidy *t, const char *verb, int read_only, whet_each_file each,
                    struct whet_text *out, struct whet_error *err)
{
    struct whet_text json, text;
    int rc;

    whet__text_init(&json, out->max);
    whet__text_init(&text, out->max);
    t->text = &text;
    whet__files_json_begin(&t->json, &json, verb);
    whet__json_key(&t->json, "caches");
    whet__json_array(&t->json);
    rc = whet__files_each(t->w, read_only, each, t, err);
    whet__json_array_end(&t->json);
    if (rc == 0 && t->files == 0)
        whet__text_puts(&text, "No cache yet.\n");
    if (rc == 0)
        rc = whet__files_json_end(&t->json);
    if (rc == 0)
        rc = whet__text_error(&text);
    if (rc == 0)
        whet__text_append(out, whet__text_str(t->w->json ? &json : &text),
                          t->w->json ? json.len : text.len);
    whet__text_clear(&json);
    whet__text_clear(&text);
    return rc != 0 ? rc : whet__text_error(out);
}

/* ---- verify ---- */

static void verify_told(void *ctx, const struct whet_disk_row *row, const char *what)
{
    struct tidy *t = ctx;

    whet__text_printf(t->text, "%s: ", what);
    whet__files_put_key(t->text, row->key, row->key_len);
    whet__text_putc(t->text, '\n');
}

static void verify_text(struct tidy *t, const struct whet_disk_verify *v)
{
    const char *done = t->w->repair ? "removed" : "found";
    struct whet_text *out = t->text;

    whet__files_put_name(out, t->path);
    whet__text_puts(out, ": ");
    if (v->structure_bad) {
        whet__text_puts(out, t->w->repair ? "damaged, moved aside\n" : "damaged\n");
        return;
    }
    put_entries(out, v->entries);
    whet__text_puts(out, ", ");
    put_bytes(out, v->bytes);
    if (v->damaged + v->missing + v->orphans == 0)
        whet__text_puts(out, ": sound\n");
    else
        whet__text_printf(out,
                          ": %llu damaged, %llu without their file, %llu files without an "
                          "entry: %s\n",
                          (unsigned long long)v->damaged, (unsigned long long)v->missing,
                          (unsigned long long)v->orphans, done);
}

static int verify_file(void *ctx, struct whet_cache_file *file, struct whet_error *err)
{
    struct whet_disk_verify v = {0};
    struct tidy *t = ctx;
    int rc;

    t->path = file->path;
    t->files++;
    rc = whet__disk_verify(file->disk, t->w->repair, verify_told, t, &v);
    if (rc != 0)
        return whet__files_failed(file, rc, "verify", err);
    verify_text(t, &v);
    file->excused = v.structure_bad;
    t->bad |= v.structure_bad || v.damaged + v.missing + v.orphans != 0;
    whet__json_object(&t->json);
    whet__json_put_string(&t->json, "path", file->path);
    whet__json_put_uint(&t->json, "entries", v.entries);
    whet__json_put_uint(&t->json, "bytes", v.bytes);
    whet__json_put_uint(&t->json, "damaged", v.damaged);
    whet__json_put_uint(&t->json, "missing", v.missing);
    whet__json_put_uint(&t->json, "orphans", v.orphans);
    whet__json_put_bool(&t->json, "structure_bad", v.structure_bad);
    whet__json_put_bool(&t->json, "repaired", t->w->repair);
    whet__json_object_end(&t->json);
    return 0;
}

int whet__files_verify(const struct whet_files_wishes *w, struct whet_text *out,
                       const struct whet_table_style *style, struct whet_error *err)
{
    struct tidy t = {.w = w};
    int rc = tidy_all(&t, "verify", !w->repair, verify_file, out, err);

    (void)style;
    return rc != 0 ? rc : t.bad;
}

/* ---- gc and clear ---- */

static int gc_file(struct tidy *t, struct whet_cache_file *file, const struct whet_disk_gc *how,
                   struct whet_error *err)
{
    struct whet_disk_gc_result r = {0};
    int rc = whet__disk_gc(file->disk, how, &r);

    t->files++;
    if (rc == -ENOSPC) /* taking rows out is written to the log first */
        return whet_error_set(err, rc,
                              "cannot tidy: '%.200s': %s: make some, or delete it and what "
                              "lies beside it when no process uses it",
                              file->path, strerror(ENOSPC));
    if (rc != 0)
        return whet__files_failed(file, rc, "tidy", err);
    whet__files_put_name(t->text, file->path);
    whet__text_puts(t->text, how->dry_run ? ": would drop " : ": dropped ");
    put_entries(t->text, r.entries);
    whet__text_puts(t->text, ", ");
    put_bytes(t->text, r.bytes);
    if (r.orphans != 0)
        whet__text_printf(t->text, ", %llu files without an entry",
                          (unsigned long long)r.orphans);
    whet__text_puts(t->text, how->dry_run ? "; would leave " : "; left ");
    put_entries(t->text, r.left_entries);
    whet__text_puts(t->text, ", ");
    put_bytes(t->text, r.left_bytes);
    whet__text_putc(t->text, '\n');
    whet__json_object(&t->json);
    whet__json_put_string(&t->json, "path", file->path);
    whet__json_put_bool(&t->json, "dry_run", how->dry_run);
    whet__json_put_uint(&t->json, "entries", r.entries);
    whet__json_put_uint(&t->json, "bytes", r.bytes);
    whet__json_put_uint(&t->json, "orphans", r.orphans);
    whet__json_put_uint(&t->json, "left_entries", r.left_entries);
    whet__json_put_uint(&t->json, "left_bytes", r.left_bytes);
    whet__json_object_end(&t->json);
    return 0;
}

static int gc_by_age(void *ctx, struct whet_cache_file *file, struct whet_error *err)
{
    struct tidy *t = ctx;
    struct whet_disk_gc how = {
        .max_age_ns = t->w->max_age_ns != 0 ? t->w->max_age_ns : 7 * NS_PER_DAY,
        .max_bytes = t->w->max_bytes,
        .client = t->w->client,
        .dry_run = t->w->dry_run,
    };

    return gc_file(t, file, &how, err);
}

int whet__files_gc(const struct whet_files_wishes *w, struct whet_text *out,
                   const struct whet_table_style *style, struct whet_error *err)
{
    struct tidy t = {.w = w};

    (void)style;
    return tidy_all(&t, "gc", w->dry_run, gc_by_age, out, err);
}

static int clear_all(void *ctx, struct whet_cache_file *file, struct whet_error *err)
{
    struct tidy *t = ctx;
    struct whet_disk_gc how = {.all = 1, .client = t->w->client, .dry_run = t->w->dry_run};

    return gc_file(t, file, &how, err);
}

static int clear_named(struct tidy *t, struct whet_cache *cache, const char *client,
                       const struct whet_text *name, struct whet_error *err)
{
    const struct whet_files_wishes *w = t->w;
    char note[512] = "";
    int rc;

    if (w->tag != NULL)
        rc = whet_cache_invalidate_tag(cache, w->tag);
    else if (w->prefix != NULL)
        rc = whet_cache_invalidate_prefix(cache, whet__text_str(name), name->len);
    else
        rc = whet_cache_invalidate(cache, whet__text_str(name), name->len);
    if (rc == -EIO && whet_cache_note(cache, note, sizeof(note)) != NULL)
        return whet_error_set(err, rc, "cannot invalidate: %s", note);
    if (rc != 0)
        return whet_error_set(err, rc, "cannot invalidate: '%.200s': %s", t->path,
                              strerror(-rc));
    whet__files_put_name(t->text, t->path);
    whet__text_puts(t->text, ": ");
    whet__files_put_name(t->text, client);
    whet__text_printf(t->text, ": invalidated %s\n",
                      w->tag != NULL      ? "the tag"
                      : w->prefix != NULL ? "all keys that begin so"
                                          : "the key and what needs it");
    whet__json_object(&t->json);
    whet__json_put_string(&t->json, "path", t->path);
    whet__json_put_string(&t->json, "client", client);
    whet__json_object_end(&t->json);
    return 0;
}

static int clear_client(struct tidy *t, const char *client, const struct whet_text *name,
                        struct whet_error *err)
{
    struct whet_cache *cache;
    int rc = whet__files_cache(t->path, client, t->w->remote, 0, 0, &cache, err);

    if (rc == 0) {
        rc = clear_named(t, cache, client, name, err);
        whet_cache_free(cache);
    }
    return rc;
}

static int clear_part(void *ctx, struct whet_cache_file *file, struct whet_error *err)
{
    struct tidy *t = ctx;
    struct whet_disk_client *clients = NULL;
    const char *only = t->w->client;
    struct whet_text name;
    int count = 0, rc = 0, found = 0;

    t->path = file->path;
    t->files++;
    whet__text_init(&name, WHET_CACHE_KEY_MAX);
    if (t->w->tag == NULL)
        rc = whet__files_read_key(t->w->prefix != NULL ? t->w->prefix : t->w->key, &name, err);
    if (rc == 0)
        rc = whet__files_clients(file, &clients, &count, err);
    for (int i = 0; i < count && rc == 0; i++) {
        if (only != NULL && strcmp(only, clients[i].name) != 0)
            continue;
        found = 1;
        rc = clear_client(t, clients[i].name, &name, err);
    }
    if (rc == 0 && !found && whet__files_may_be_new(t->w))
        rc = clear_client(t, only, &name, err);
    whet__files_clients_free(clients);
    whet__text_clear(&name);
    return rc;
}

int whet__files_clear(const struct whet_files_wishes *w, struct whet_text *out,
                      const struct whet_table_style *style, struct whet_error *err)
{
    struct tidy t = {.w = w};
    size_t len = w->tag != NULL ? strlen(w->tag) : 1;
    int part = w->key != NULL || w->tag != NULL || w->prefix != NULL;

    (void)style;
    if (len < 1 || len > 255)
        return whet_error_set(err, -EINVAL, "not a tag: '%.64s': 1 to 255 bytes", w->tag);
    return tidy_all(&t, "clear", w->dry_run, part ? clear_part : clear_all, out, err);
}
