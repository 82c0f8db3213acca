/* What lies in one folder. Expected load: half a dozen entries in the median folder,
 * 100,000 in a mail folder or a cache; names are copied once here and once into the
 * tree. */
#include "scan/walk_list.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "os/dir.h"

#define NAMES_MAX ((size_t)1 << 36)
#define ITEMS_MAX ((size_t)1 << 30)
#define FEW_ITEMS ((size_t)16) /* sorted by insertion */
#define KEY_BYTES 8

int whet__walk_list_init(struct whet_walk_list *l)
{
    whet__vec_init(&l->items, sizeof(struct whet_walk_item), ITEMS_MAX);
    whet__text_init(&l->names, NAMES_MAX);
    l->name_size = 0;
    l->buffer = whet__mem_alloc(WHET_DIR_BUFFER);
    return l->buffer == NULL ? -ENOMEM : 0;
}

void whet__walk_list_clear(struct whet_walk_list *l)
{
    whet__vec_clear(&l->items);
    whet__text_clear(&l->names);
    whet__mem_free(l->buffer);
    l->buffer = NULL;
}

static enum whet_walk_kind kind_of(enum whet_file_kind kind)
{
    switch (kind) {
    case WHET_FILE_REGULAR:
        return WHET_WALK_FILE;
    case WHET_FILE_DIR:
        return WHET_WALK_DIR;
    case WHET_FILE_SYMLINK:
        return WHET_WALK_SYMLINK;
    case WHET_FILE_SPECIAL:
    case WHET_FILE_GONE:
    default:
        return WHET_WALK_SPECIAL;
    }
}

/* The first bytes as a number that sorts like them. */
static uint64_t key_of(const char *name, size_t len)
{
    uint64_t key = 0;

    for (size_t i = 0; i < KEY_BYTES; i++)
        key = key << 8 | (i < len ? (unsigned char)name[i] : 0u);
    return key;
}

static int list_add(struct whet_walk_list *l, const struct whet_dir_entry *entry)
{
    struct whet_walk_item *item;

    if (entry->kind == WHET_FILE_GONE)
        return 0;
    item = whet__vec_push(&l->items);
    if (item == NULL)
        return -ENOMEM;
    item->kind = kind_of(entry->kind);
    item->name_len = entry->name_len;
    whet__text_append(&l->names, entry->name, entry->name_len);
    if (item->kind == WHET_WALK_DIR)
        whet__text_putc(&l->names, '/');
    whet__text_putc(&l->names, '\0');
    return whet__text_error(&l->names);
}

/* Names move while the list grows, so they are pointed to when it is complete. */
static void list_point(struct whet_walk_list *l)
{
    struct whet_walk_item *items = l->items.items;
    const char *name = whet__text_str(&l->names);

    l->name_size = 0;
    for (size_t i = 0; i < l->items.len; i++) {
        size_t size = items[i].name_len + (items[i].kind == WHET_WALK_DIR ? 2u : 1u);

        items[i].name = name;
        items[i].key = key_of(name, size);
        l->name_size += items[i].name_len + 1u;
        name += size;
    }
}

int whet__walk_list_read(struct whet_walk_list *l, int dirfd)
{
    struct whet_dir dir;
    struct whet_dir_entry entry;
    int rc;

    l->items.len = 0;
    whet__text_reset(&l->names);
    whet__dir_init(&dir, dirfd, l->buffer, WHET_DIR_BUFFER);
    while ((rc = whet__dir_next(&dir, &entry)) > 0) {
        rc = list_add(l, &entry);
        if (rc != 0)
            return rc;
    }
    list_point(l);
    return rc;
}

static int item_before(const struct whet_walk_item *a, const struct whet_walk_item *b)
{
    uint32_t len = a->name_len < b->name_len ? a->name_len : b->name_len;

    if (a->key != b->key)
        return a->key < b->key;
    return memcmp(a->name, b->name, (size_t)len + 1) < 0;
}

static int compare_items(const void *a, const void *b)
{
    return item_before(a, b) ? -1 : item_before(b, a);
}

void whet__walk_list_sort(struct whet_walk_list *l)
{
    struct whet_walk_item *items = l->items.items;

    if (l->items.len > FEW_ITEMS) {
        qsort(items, l->items.len, sizeof(*items), compare_items);
        return;
    }
    for (size_t i = 1; i < l->items.len; i++) {
        struct whet_walk_item item = items[i];
        size_t at = i;

        for (; at > 0 && item_before(&item, &items[at - 1]); at--)
            items[at] = items[at - 1];
        items[at] = item;
    }
}
