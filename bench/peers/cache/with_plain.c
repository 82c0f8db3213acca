/* What one writes by hand: a chained table and a list through its nodes, which are allocated at
 * once and known by number; LRU; one lock. Keys and values are numbers, not bytes. */
#include <pthread.h>
#include <stdlib.h>

#include "work.h"

struct node {
    uint64_t key, value;
    uint32_t chain;      /* the next of its chain; 0: none */
    uint32_t prev, next; /* by use; node 0 is the head */
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct node *nodes;
static uint32_t *heads;
static uint32_t used, room;
static unsigned shift = 64;

void peer_open(size_t entries, const char *argument)
{
    size_t size = 1;

    (void)argument;
    while (size < entries * 2) {
        size *= 2;
        shift--;
    }
    room = (uint32_t)entries;
    nodes = calloc(entries + 1, sizeof(*nodes));
    heads = calloc(size, sizeof(*heads));
    if (nodes == NULL || heads == NULL)
        abort();
}

void *peer_attach(void)
{
    return NULL;
}

static uint32_t *head_of(uint64_t key)
{
    return &heads[key * 0x9e3779b97f4a7c15u >> shift];
}

static void unlink_node(uint32_t i)
{
    nodes[nodes[i].prev].next = nodes[i].next;
    nodes[nodes[i].next].prev = nodes[i].prev;
}

static void link_first(uint32_t i)
{
    nodes[i].prev = 0;
    nodes[i].next = nodes[0].next;
    nodes[nodes[0].next].prev = i;
    nodes[0].next = i;
}

static uint32_t find(uint64_t key)
{
    uint32_t i = *head_of(key);

    while (i != 0 && nodes[i].key != key)
        i = nodes[i].chain;
    return i;
}

int peer_get(void *attached, uint64_t key, uint64_t *value)
{
    uint32_t i;

    (void)attached;
    pthread_mutex_lock(&lock);
    i = find(key);
    if (i != 0) {
        unlink_node(i);
        link_first(i);
        *value = nodes[i].value;
    }
    pthread_mutex_unlock(&lock);
    return i != 0;
}

static uint32_t evict_last(void)
{
    uint32_t i = nodes[0].prev;
    uint32_t *at = head_of(nodes[i].key);

    while (*at != i)
        at = &nodes[*at].chain;
    *at = nodes[i].chain;
    unlink_node(i);
    return i;
}

void peer_put(void *attached, uint64_t key, uint64_t value)
{
    uint32_t i;

    (void)attached;
    pthread_mutex_lock(&lock);
    i = find(key);
    if (i != 0) {
        nodes[i].value = value;
    } else {
        uint32_t *head = head_of(key);

        i = used < room ? ++used : evict_last();
        nodes[i].key = key;
        nodes[i].value = value;
        nodes[i].chain = *head;
        *head = i;
        link_first(i);
    }
    pthread_mutex_unlock(&lock);
}
