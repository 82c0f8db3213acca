/* Single flight. Load: a begin and a landing for each value that is computed, which takes far
 * longer; parts keep those apart who compute different keys.
 *
 * Who waits is in one list, so that a circle of threads that wait for each other is found by
 * the one that would close it: it asks whom the other waits for, and so on. */
#include "cache/flight.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

#include "base/mem.h"

#define PARTS 16

struct whet_flight {
    struct whet_hash128 hash;
    const void *key; /* the pilot's */
    size_t key_len;
    struct whet_flight *next; /* in its part */
    const void *pilot;        /* the thread that computes */
    unsigned refs;            /* the pilot's, and one of each who waits */
    atomic_int landed;
    int result;
    struct whet_entry *entry;
    pthread_cond_t down;
};

struct part {
    pthread_mutex_t lock;
    struct whet_flight *first;
};

struct waiter {
    const void *thread;
    const struct whet_flight *flight;
    struct waiter *next;
};

struct whet_flights {
    struct part parts[PARTS];
    pthread_mutex_t waiting; /* taken inside a part's lock, never around one */
    struct waiter *waiters;
};

static _Thread_local char
    self; /* its address is the thread's name, in the child of a fork too */

int whet__flights_new(struct whet_flights **out)
{
    struct whet_flights *f = whet__mem_zalloc(1, sizeof(*f));

    if (f == NULL)
        return -ENOMEM;
    for (size_t i = 0; i < PARTS; i++)
        pthread_mutex_init(&f->parts[i].lock, NULL);
    pthread_mutex_init(&f->waiting, NULL);
    *out = f;
    return 0;
}

void whet__flights_free(struct whet_flights *f)
{
    if (f == NULL)
        return;
    for (size_t i = 0; i < PARTS; i++)
        pthread_mutex_destroy(&f->parts[i].lock);
    pthread_mutex_destroy(&f->waiting);
    whet__mem_free(f);
}

static struct part *part_of(struct whet_flights *f, const struct whet_hash128 *hash)
{
    return &f->parts[hash->bytes[7] % PARTS];
}

static void flight_drop(struct whet_flight *flight)
{
    if (--flight->refs != 0)
        return;
    whet__entry_drop(flight->entry);
    pthread_cond_destroy(&flight->down);
    whet__mem_free(flight);
}

static const struct whet_flight *waits_for(const struct whet_flights *f, const void *thread)
{
    for (const struct waiter *w = f->waiters; w != NULL; w = w->next) {
        if (w->thread == thread && atomic_load(&w->flight->landed) == 0)
            return w->flight;
    }
    return NULL;
}

/* -EDEADLK: the flight cannot land before this thread has gone on. */
static int waiter_add(struct whet_flights *f, struct waiter *w)
{
    const struct whet_flight *flight = w->flight;
    int rc = 0;

    pthread_mutex_lock(&f->waiting);
    while (flight != NULL && flight->pilot != w->thread)
        flight = waits_for(f, flight->pilot);
    if (flight != NULL) {
        rc = -EDEADLK;
    } else {
        w->next = f->waiters;
        f->waiters = w;
    }
    pthread_mutex_unlock(&f->waiting);
    return rc;
}

static void waiter_remove(struct whet_flights *f, const struct waiter *w)
{
    struct waiter **link = &f->waiters;

    pthread_mutex_lock(&f->waiting);
    while (*link != w)
        link = &(*link)->next;
    *link = w->next;
    pthread_mutex_unlock(&f->waiting);
}

/* The part's lock is held. */
static int flight_wait(struct whet_flights *f, struct part *part, struct whet_flight *flight,
                       struct whet_entry **entry, int *result)
{
    struct waiter w = {&self, flight, NULL};
    int rc = waiter_add(f, &w);

    if (rc != 0)
        return rc;
    flight->refs++;
    while (atomic_load(&flight->landed) == 0)
        pthread_cond_wait(&flight->down, &part->lock);
    waiter_remove(f, &w);
    *result = flight->result;
    *entry = flight->entry != NULL ? whet__entry_take(flight->entry) : NULL;
    flight_drop(flight);
    return 0;
}

static int flight_new(struct part *part, const struct whet_ask *ask, struct whet_flight **out)
{
    struct whet_flight *flight = whet__mem_zalloc(1, sizeof(*flight));

    if (flight == NULL)
        return -ENOMEM;
    pthread_cond_init(&flight->down, NULL);
    flight->hash = ask->hash;
    flight->key = ask->key;
    flight->key_len = ask->key_len;
    flight->pilot = &self;
    flight->refs = 1;
    flight->next = part->first;
    part->first = flight;
    *out = flight;
    return 1;
}

static int is_for(const struct whet_flight *flight, const struct whet_ask *ask)
{
    return memcmp(&flight->hash, &ask->hash, sizeof(ask->hash)) == 0 &&
           flight->key_len == ask->key_len && memcmp(flight->key, ask->key, ask->key_len) == 0;
}

int whet__flight_begin(struct whet_flights *f, const struct whet_ask *ask, int wait,
                       struct whet_flight **flight, struct whet_entry **entry, int *result)
{
    struct part *part = part_of(f, &ask->hash);
    struct whet_flight *there;
    int rc;

    pthread_mutex_lock(&part->lock);
    there = part->first;
    while (there != NULL && !is_for(there, ask))
        there = there->next;
    if (there == NULL)
        rc = flight_new(part, ask, flight);
    else if (there->pilot == &self)
        rc = -EDEADLK;
    else
        rc = wait ? flight_wait(f, part, there, entry, result) : -EBUSY;
    pthread_mutex_unlock(&part->lock);
    return rc;
}

void whet__flight_land(struct whet_flights *f, struct whet_flight *flight,
                       struct whet_entry *entry, int result)
{
    struct part *part = part_of(f, &flight->hash);
    struct whet_flight **link = &part->first;

    pthread_mutex_lock(&part->lock);
    while (*link != flight)
        link = &(*link)->next;
    *link = flight->next;
    flight->entry = entry != NULL && flight->refs > 1 ? whet__entry_take(entry) : NULL;
    flight->result = result;
    atomic_store(&flight->landed, 1);
    pthread_cond_broadcast(&flight->down);
    flight_drop(flight);
    pthread_mutex_unlock(&part->lock);
}

void whet__flights_lock_all(struct whet_flights *f)
{
    for (size_t i = 0; i < PARTS; i++)
        pthread_mutex_lock(&f->parts[i].lock);
    pthread_mutex_lock(&f->waiting);
}

/* Those who waited are gone, so each flight has its pilot's reference only. */
static void part_forget(struct part *part)
{
    struct whet_flight **link = &part->first;

    while (*link != NULL) {
        struct whet_flight *flight = *link;

        flight->refs = 1;
        if (flight->pilot == &self) {
            pthread_cond_init(&flight->down, NULL);
            link = &flight->next;
            continue;
        }
        *link = flight->next;
        whet__mem_free(flight);
    }
}

void whet__flights_unlock_all(struct whet_flights *f, int in_child)
{
    if (in_child) {
        f->waiters = NULL;
        for (size_t i = 0; i < PARTS; i++)
            part_forget(&f->parts[i]);
    }
    pthread_mutex_unlock(&f->waiting);
    for (size_t i = PARTS; i-- > 0;)
        pthread_mutex_unlock(&f->parts[i].lock);
}
