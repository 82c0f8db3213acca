/* Forks: the child has the parent's memory but none of its other threads. All locks of all
 * caches are held while the process forks, so that nothing is half done in the child; then
 * each part lets go of what stays the parent's: connections, threads, files, flights. */
#include "cache/engine.h"

#include <errno.h>
#include <pthread.h>

static pthread_mutex_t registry_lock = PTHREAD_MUTEX_INITIALIZER;
static struct whet_cache *registry;
static pthread_once_t once = PTHREAD_ONCE_INIT;
static int refused; /* what pthread_atfork answered */

static void lock_cache(struct whet_cache *c)
{
    pthread_mutex_lock(&c->telling);
    if (c->oracle != NULL)
        whet__oracle_lock(c->oracle);
    whet__turns_lock_all(&c->turns);
    whet__validity_lock_all(c->validity);
    if (c->memory != NULL)
        whet__memory_lock_all(c->memory);
    if (c->packed != NULL)
        whet__memory_lock_all(c->packed);
    if (c->disk != NULL)
        whet__disk_lock_all(c->disk);
    if (c->remote != NULL)
        whet__remote_lock_all(c->remote);
    whet__flights_lock_all(c->flights);
    whet__recorder_lock(c->recorder);
    if (c->advisor != NULL)
        whet__advisor_lock(c->advisor);
}

static void unlock_cache(struct whet_cache *c, int in_child)
{
    if (c->advisor != NULL)
        whet__advisor_unlock(c->advisor);
    whet__recorder_unlock(c->recorder, in_child);
    whet__flights_unlock_all(c->flights, in_child);
    if (c->remote != NULL)
        whet__remote_unlock_all(c->remote, in_child);
    if (c->disk != NULL)
        whet__disk_unlock_all(c->disk, in_child);
    if (c->packed != NULL)
        whet__memory_unlock_all(c->packed, in_child);
    if (c->memory != NULL)
        whet__memory_unlock_all(c->memory, in_child);
    whet__validity_unlock_all(c->validity, in_child);
    whet__turns_unlock_all(&c->turns);
    if (c->oracle != NULL)
        whet__oracle_unlock(c->oracle, in_child);
    pthread_mutex_unlock(&c->telling);
}

static void before_fork(void)
{
    pthread_mutex_lock(&registry_lock);
    for (struct whet_cache *c = registry; c != NULL; c = c->next)
        lock_cache(c);
}

static void after_fork(int in_child)
{
    for (struct whet_cache *c = registry; c != NULL; c = c->next)
        unlock_cache(c, in_child);
    pthread_mutex_unlock(&registry_lock);
}

static void after_fork_parent(void)
{
    after_fork(0);
}

static void after_fork_child(void)
{
    after_fork(1);
}

static void watch_forks(void)
{
    refused = pthread_atfork(before_fork, after_fork_parent, after_fork_child);
}

int whet__cache_register(struct whet_cache *c)
{
    pthread_once(&once, watch_forks);
    if (refused != 0)
        return -refused;
    pthread_mutex_lock(&registry_lock);
    c->next = registry;
    c->link = &registry;
    if (c->next != NULL)
        c->next->link = &c->next;
    registry = c;
    pthread_mutex_unlock(&registry_lock);
    return 0;
}

void whet__cache_forget(struct whet_cache *c)
{
    pthread_mutex_lock(&registry_lock);
    *c->link = c->next;
    if (c->next != NULL)
        c->next->link = c->link;
    pthread_mutex_unlock(&registry_lock);
}
