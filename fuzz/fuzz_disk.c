/* A cache's file of any bytes, or a sound one with one row of any bytes and one large value's
 * file of any bytes: what is answered is what was stored, or nothing. */
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cache/disk/disk.h"
#include "cache/disk/schema.h"
#include "data/store.h"
#include "os/file.h"

#define CLIENT "fuzz"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char path[600];

static struct whet_hash128 hash_of(const char *key)
{
    return whet__key_hash(whet__key_seed(CLIENT), key, strlen(key));
}

/* All that is asked for is its own key, or not there. */
static void ask(struct whet_disk *d, const char *key)
{
    struct whet_hash128 hash = hash_of(key);
    struct whet_entry *e;

    if (whet__disk_get(d, &hash, key, strlen(key), &e) == 1) {
        if (e->value_len != strlen(key) || memcmp(whet__entry_value(e), key, e->value_len) != 0)
            abort();
        whet__entry_drop(e);
    }
}

static void put(struct whet_disk *d, const char *key)
{
    struct whet_hash128 hash = hash_of(key);
    struct whet_entry *e;

    if (whet__entry_new(&e, &hash, key, strlen(key), NULL, 0, strlen(key)) != 0)
        return;
    memcpy(whet__entry_value(e), key, strlen(key));
    whet__disk_put(d, e);
    whet__entry_drop(e);
}

static int pass(void *ctx, const struct whet_disk_row *row)
{
    (void)ctx;
    return row->key_len > WHET_CACHE_KEY_MAX;
}

static void use(void)
{
    struct whet_disk_options options = {.path = path, .client = CLIENT, .readers = 1};
    struct whet_disk_verify found;
    struct whet_disk_client clients[2];
    char key[16];

    if (whet__shared_new(&options.shared, NULL, 0) != 0)
        return;
    struct whet_disk *d = NULL;

    if (whet__disk_new(&d, &options) == 0) {
        for (int i = 0; i < 12; i++) {
            snprintf(key, sizeof(key), "key %d", i);
            ask(d, key);
        }
        (void)!whet__disk_each(d, NULL, pass, NULL);
        (void)!whet__disk_clients(d, clients, 2);
        (void)!whet__disk_verify(d, 1, NULL, NULL, &found);
        put(d, "key 1");
        whet__disk_sync(d);
        ask(d, "key 1");
        whet__disk_free(d);
    }
    whet__shared_free(options.shared);
}

/* The bytes are the row of "key 0". */
static void plant(const uint8_t *data, size_t size)
{
    struct whet_store_options options = {.application_id = WHET_DISK_APPLICATION_ID,
                                         .version = WHET_DISK_VERSION,
                                         .upgrade = whet__disk_make_tables};
    struct whet_hash128 hash = hash_of("key 0");
    struct whet_store_stmt st = {NULL, NULL, 0};
    struct whet_store *s;
    char sql[256];
    int64_t place;

    if (whet__store_open(&s, path, &options) != 0)
        return;
    memcpy(&place, hash.bytes, sizeof(place));
    snprintf(sql, sizeof(sql), "INSERT INTO place VALUES(%lld, 1, 5, %lld, 100)",
             (long long)place, (long long)whet__key_seed(CLIENT));
    if (whet__store_exec(s, sql) == 0 &&
        whet__store_prepare(s, "INSERT INTO value VALUES(1, ?1)", &st) == 0) {
        whet__store_bind_blob(&st, 1, data, size);
        (void)!whet__store_step(&st);
        whet__store_stmt_clear(&st);
    }
    if (whet__store_prepare(s, "INSERT INTO large VALUES(1, ?1, 1)", &st) == 0) {
        whet__store_bind_blob(&st, 1, data, size < 32 ? size : 32);
        (void)!whet__store_step(&st);
        whet__store_stmt_clear(&st);
    }
    whet__store_free(s);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct whet_text folder;

    whet__text_init(&folder, 500);
    if (size == 0 || whet__file_make_temp_dir(&folder) != 0)
        return 0;
    snprintf(path, sizeof(path), "%s/cache.db", whet__text_str(&folder));
    if (data[0] % 2 == 0)
        plant(data + 1, size - 1);
    else if (whet__file_write(path, data + 1, size - 1, 0) != 0)
        return 0;
    use();
    (void)!whet__file_remove_tree(whet__text_str(&folder));
    whet__text_clear(&folder);
    return 0;
}
