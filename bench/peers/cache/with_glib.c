/* A GHashTable and a GQueue; LRU; one lock. */
#include <glib.h>

#include "work.h"

struct item {
    gint64 key;
    guint64 value;
    GList link;
};

static GMutex lock;
static GHashTable *table;
static GQueue by_use = G_QUEUE_INIT;
static size_t room;

void peer_open(size_t entries, const char *argument)
{
    (void)argument;
    table = g_hash_table_new(g_int64_hash, g_int64_equal);
    room = entries;
}

void *peer_attach(void)
{
    return NULL;
}

int peer_get(void *attached, uint64_t key, uint64_t *value)
{
    gint64 k = (gint64)key;
    struct item *item;

    (void)attached;
    g_mutex_lock(&lock);
    item = g_hash_table_lookup(table, &k);
    if (item != NULL) {
        g_queue_unlink(&by_use, &item->link);
        g_queue_push_head_link(&by_use, &item->link);
        *value = item->value;
    }
    g_mutex_unlock(&lock);
    return item != NULL;
}

void peer_put(void *attached, uint64_t key, uint64_t value)
{
    struct item *item = g_new0(struct item, 1);

    (void)attached;
    item->key = (gint64)key;
    item->value = value;
    item->link.data = item;
    g_mutex_lock(&lock);
    if (g_hash_table_contains(table, &item->key)) {
        g_free(item);
    } else {
        if (by_use.length >= room) {
            struct item *last = g_queue_pop_tail_link(&by_use)->data;

            g_hash_table_remove(table, &last->key);
            g_free(last);
        }
        g_hash_table_insert(table, &item->key, item);
        g_queue_push_head_link(&by_use, &item->link);
    }
    g_mutex_unlock(&lock);
}
