/* 'whet cache explain' and 'warm': one key's answer, and caches made ready. */
#include "front/cache_files.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "os/file.h"
#include "view/number.h"

#define WARM_DEFAULT 100000
#define WARM_MEMORY  ((uint64_t)1 << 30)
#define LIST_BYTES   ((size_t)256 << 20)

struct ask {
    const struct whet_files_wishes *w;
    struct whet_text *text;
    struct whet_json json;
    struct whet_text key;
    size_t hits;
    size_t found; /* answers that say more than "nobody has it" */
    size_t files;
};

/* ---- explain ---- */

static const char *verdict_name(enum whet_cache_verdict verdict)
{
    switch (verdict) {
    case WHET_CACHE_IS_HIT:
        return "hit";
    case WHET_CACHE_IS_ABSENT:
        return "absent";
    case WHET_CACHE_IS_EXPIRED:
        return "expired";
    case WHET_CACHE_IS_IDLE:
        return "idle";
    case WHET_CACHE_IS_INVALID:
        return "invalidated";
    case WHET_CACHE_IS_FILE:
        return "file changed";
    case WHET_CACHE_IS_NEED:
        return "need changed";
    case WHET_CACHE_IS_DAMAGED:
        return "damaged";
    }
    return "unknown";
}

static void put_whose(struct ask *a, const char *path, const char *client)
{
    whet__files_put_name(a->text, path);
    whet__text_puts(a->text, ": ");
    whet__files_put_name(a->text, client);
    whet__text_puts(a->text, ": ");
}

static void explain_told(struct ask *a, const char *path, const char *client,
                         const struct whet_cache_why *why)
{
    if (why->verdict == WHET_CACHE_IS_ABSENT)
        return;
    a->found++;
    a->hits += why->verdict == WHET_CACHE_IS_HIT;
    put_whose(a, path, client);
    whet__files_put_name(a->text, why->text); /* which names files and keys */
    whet__text_putc(a->text, '\n');
    whet__json_object(&a->json);
    whet__json_put_string(&a->json, "path", path);
    whet__json_put_string(&a->json, "client", client);
    whet__json_put_string(&a->json, "verdict", verdict_name(why->verdict));
    whet__json_put_string(&a->json, "subject", why->subject);
    whet__json_put_uint(&a->json, "made_ns", why->made_ns);
    whet__json_put_uint(&a->json, "end_ns", why->end_ns);
    whet__json_put_uint(&a->json, "bytes", why->len);
    whet__json_put_uint(&a->json, "cost_ns", why->cost_ns);
    whet__json_put_uint(&a->json, "inputs", why->inputs);
    whet__json_put_string(&a->json, "text", why->text);
    whet__json_object_end(&a->json);
}

static int explain_client(struct ask *a, const char *path, const char *client,
                          struct whet_error *err)
{
    struct whet_cache_why why;
    struct whet_cache *cache;
    int rc = whet__files_cache(path, client, a->w->remote, 0, 1, &cache, err);

    if (rc != 0)
        return rc;
    rc = whet_cache_explain(cache, whet__text_str(&a->key), a->key.len, &why);
    if (rc == 0)
        explain_told(a, path, client, &why);
    else
        whet_error_set(err, rc, "cannot explain: '%.200s': %s", path, strerror(-rc));
    whet__files_tell_remote(a->w, cache);
    whet_cache_free(cache);
    return rc;
}

static int explain_file(void *ctx, struct whet_cache_file *file, struct whet_error *err)
{
    struct whet_disk_client *clients;
    struct ask *a = ctx;
    const char *only = a->w->client;
    int count, rc, found = 0;

    a->files++;
    rc = whet__files_clients(file, &clients, &count, err);
    if (rc != 0)
        return rc;
    for (int i = 0; i < count && rc == 0; i++) {
        if (only != NULL && strcmp(only, clients[i].name) != 0)
            continue;
        found = 1;
        rc = explain_client(a, file->path, clients[i].name, err);
    }
    if (rc == 0 && !found && whet__files_may_be_new(a->w))
        rc = explain_client(a, file->path, only, err);
    whet__files_clients_free(clients);
    return rc;
}

/* One of the two texts is the answer. */
static int ask_all(struct ask *a, const char *verb, const char *list, whet_each_file each,
                   struct whet_text *out, struct whet_error *err)
{
    struct whet_text json, text;
    int rc;

    whet__text_init(&json, out->max);
    whet__text_init(&text, out->max);
    a->text = &text;
    whet__files_json_begin(&a->json, &json, verb);
    whet__json_key(&a->json, list);
    whet__json_array(&a->json);
    rc = whet__files_each(a->w, 1, each, a, err);
    whet__json_array_end(&a->json);
    if (rc == 0 && text.len == 0)
        whet__text_puts(&text, a->files == 0 ? "No cache yet.\n" : "No cache has this key.\n");
    if (rc == 0)
        rc = whet__files_json_end(&a->json);
    if (rc == 0)
        rc = whet__text_error(&text);
    if (rc == 0)
        whet__text_append(out, whet__text_str(a->w->json ? &json : &text),
                          a->w->json ? json.len : text.len);
    whet__text_clear(&json);
    whet__text_clear(&text);
    return rc != 0 ? rc : whet__text_error(out);
}

int whet__files_explain(const struct whet_files_wishes *w, struct whet_text *out,
                        const struct whet_table_style *style, struct whet_error *err)
{
    struct ask a = {.w = w};
    int rc;

    (void)style;
    whet__text_init(&a.key, WHET_CACHE_KEY_MAX);
    rc = whet__files_read_key(w->key, &a.key, err);
    if (rc == 0)
        rc = ask_all(&a, "explain", "answers", explain_file, out, err);
    whet__text_clear(&a.key);
    return rc != 0 ? rc : a.hits == 0;
}

/* ---- warm ---- */

struct keys {
    struct whet_text text;  /* of the list */
    struct whet_text bytes; /* of the keys, one behind the other */
    struct whet_vec list;   /* of struct whet_cache_key; data is set once all are read */
};

static void keys_init(struct keys *k)
{
    whet__text_init(&k->text, LIST_BYTES);
    whet__text_init(&k->bytes, LIST_BYTES);
    whet__vec_init(&k->list, sizeof(struct whet_cache_key), 100000000);
}

static void keys_clear(struct keys *k)
{
    whet__text_clear(&k->text);
    whet__text_clear(&k->bytes);
    whet__vec_clear(&k->list);
}

static int key_add(struct keys *k, const char *line, struct whet_text *key,
                   struct whet_error *err)
{
    struct whet_cache_key *item;
    int rc = whet__files_read_key(line, key, err);

    if (rc != 0)
        return rc;
    whet__text_append(&k->bytes, whet__text_str(key), key->len);
    item = whet__vec_push(&k->list);
    if (item == NULL || whet__text_error(&k->bytes) != 0)
        return whet_error_set(err, -EFBIG, "too many keys");
    item->len = key->len;
    return 0;
}

static int list_read(const char *path, struct whet_text *out)
{
    char part[4096];
    size_t len;

    if (strcmp(path, "-") != 0)
        return whet__file_read(AT_FDCWD, path, LIST_BYTES, out);
    while ((len = fread(part, 1, sizeof(part), stdin)) != 0)
        whet__text_append(out, part, len);
    return ferror(stdin) ? -EIO : whet__text_error(out);
}

/* A key per line. */
static int keys_read(struct keys *k, const char *path, struct whet_error *err)
{
    int rc = list_read(path, &k->text);
    struct whet_cache_key *items;
    struct whet_text key;
    unsigned number = 0;
    size_t at = 0;
    char *line;

    if (rc != 0)
        return whet_error_set(err, rc, "cannot read: '%.200s': %s", path, strerror(-rc));
    whet__text_init(&key, WHET_CACHE_KEY_MAX);
    line = k->text.data;
    while (rc == 0 && line != NULL && *line != '\0') {
        char *end = strchr(line, '\n');

        number++;
        if (end != NULL)
            *end = '\0';
        if (*line != '\0')
            rc = key_add(k, line, &key, err);
        if (rc != 0)
            whet_error_at(err, path, number, 1);
        line = end != NULL ? end + 1 : NULL;
    }
    items = k->list.items;
    for (size_t i = 0; i < k->list.len && rc == 0; i++) {
        items[i].data = k->bytes.data + at;
        at += items[i].len;
    }
    whet__text_clear(&key);
    return rc;
}

static int warm_client(struct ask *a, const char *path, const char *client,
                       const struct keys *keys, struct whet_error *err)
{
    struct whet_cache *cache;
    size_t wanted = a->w->limit != 0 ? a->w->limit : WARM_DEFAULT, got;
    size_t listed = a->w->limit != 0 && keys->list.len > wanted ? wanted : keys->list.len;
    /* Without a server nothing is written, and reading ahead is not counted as use. */
    int rc = whet__files_cache(path, client, a->w->remote, WARM_MEMORY, a->w->remote == NULL,
                               &cache, err);

    if (rc != 0)
        return rc;
    if (a->w->list != NULL)
        got = whet_cache_warm(cache, keys->list.items, listed);
    else
        got = whet_cache_warm_hot(cache, wanted);
    whet_cache_sync(cache);
    whet__files_tell_remote(a->w, cache);
    whet_cache_free(cache);
    put_whose(a, path, client);
    whet__number_count(a->text, got);
    if (a->w->list != NULL) {
        whet__text_puts(a->text, " of ");
        whet__number_count(a->text, listed);
        whet__text_puts(a->text, " keys are here now\n");
    } else {
        whet__text_puts(a->text, got == 1 ? " entry read\n" : " entries read\n");
    }
    whet__json_object(&a->json);
    whet__json_put_string(&a->json, "path", path);
    whet__json_put_string(&a->json, "client", client);
    whet__json_put_uint(&a->json, "entries", got);
    whet__json_object_end(&a->json);
    return 0;
}

struct warm {
    struct ask ask; /* first: whet__files_each hands it on */
    struct keys keys;
};

static int warm_file(void *ctx, struct whet_cache_file *file, struct whet_error *err)
{
    struct whet_disk_client *clients;
    struct warm *warm = ctx;
    const char *only = warm->ask.w->client;
    int count, rc, found = 0;

    warm->ask.files++;
    rc = whet__files_clients(file, &clients, &count, err);
    if (rc != 0)
        return rc;
    for (int i = 0; i < count && rc == 0; i++) {
        if (only != NULL && strcmp(only, clients[i].name) != 0)
            continue;
        found = 1;
        rc = warm_client(&warm->ask, file->path, clients[i].name, &warm->keys, err);
    }
    if (rc == 0 && !found && whet__files_may_be_new(warm->ask.w))
        rc = warm_client(&warm->ask, file->path, only, &warm->keys, err);
    whet__files_clients_free(clients);
    return rc;
}

int whet__files_warm(const struct whet_files_wishes *w, struct whet_text *out,
                     const struct whet_table_style *style, struct whet_error *err)
{
    struct warm warm = {.ask = {.w = w}};
    int rc = 0;

    (void)style;
    keys_init(&warm.keys);
    if (w->list != NULL)
        rc = keys_read(&warm.keys, w->list, err);
    if (rc == 0)
        rc = ask_all(&warm.ask, "warm", "caches", warm_file, out, err);
    keys_clear(&warm.keys);
    return rc;
}
