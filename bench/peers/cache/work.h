/* The same work for all caches: keys of 8 bytes drawn from Zipf's law (exponent 0.99), values
 * of 8 bytes. A program is this and a peer; it prints, for each case, nanoseconds of processor
 * time and of wall time for one operation, and how many of the gets were hits.
 *
 * usage: PROGRAM THREADS OPERATIONS [PORT] */
#ifndef WORK_H
#define WORK_H

#include <stddef.h>
#include <stdint.h>

#define ENTRIES 100000 /* that the cache holds */

/* For so many entries; `argument` is PORT, or NULL. */
void peer_open(size_t entries, const char *argument);

/* Of one thread: a connection, or nothing. */
void *peer_attach(void);

int peer_get(void *attached, uint64_t key, uint64_t *value);
/* The same of MANY keys; answers how many there were. Who has no such call asks one by one. */
#define MANY 100
size_t peer_get_many(void *attached, const uint64_t *keys, uint64_t *values);

void peer_put(void *attached, uint64_t key, uint64_t value);

#endif
