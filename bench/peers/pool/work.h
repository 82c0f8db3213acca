/* The same work for all: a thousand tasks that do nothing, and how it is timed. A program
 * prints, for each case, processor time of the process and wall time of one round, in
 * microseconds, medians over rounds of `ROUNDS` in a row.
 *
 * usage: PROGRAM THREADS */
#ifndef WORK_H
#define WORK_H

#include <stddef.h>

#define TASKS  1000
#define ROUNDS 200

#ifdef __cplusplus
extern "C" {
#endif

typedef void (*work_round)(void *ctx);

/* Warms up, then times. */
void work_time(const char *name, work_round round, void *ctx);

/* What a task does: nothing the compiler can leave out. */
void work_task(size_t index);

/* 0.2 ms of nothing, after which idle threads sleep, if they ever do. */
void work_pause(void);

#ifdef __cplusplus
}
#endif

#endif
