/* pool/crew_wire.h - what a crew and its workers say to each other.
 *
 * Shape    a page that both see, and frames through a socket, each a head and its bytes.
 * Units    nanoseconds, bytes.
 * Memory   none.
 * Errors   none here: whoever reads checks.
 * Threads  the page has one writer for each member.
 *
 * A worker does its jobs in the order in which they came, so that the crew knows without
 * being told which one is next. Results go into page->out first and from there to the
 * socket: after a long job at once, after short ones many together. What a worker had not
 * sent when it crashed is still there: no job is done twice.
 */
#ifndef WHET_POOL_CREW_WIRE_H
#define WHET_POOL_CREW_WIRE_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#define WHET_CREW_MAGIC UINT64_C(0x3177657263746877) /* "whtcrew1" */
#define WHET_CREW_OUT   ((size_t)64 * 1024)
#define WHET_CREW_ALIGN ((size_t)16)

struct crew_page {
    uint64_t magic;
    uint64_t memory_bytes; /* the worker's limit; 0: none */
    uint64_t reply_max_bytes;
    _Atomic(uint64_t) running;       /* serial of the job that was begun; 0: none */
    _Atomic(uint64_t) cpu_start_ns;  /* the worker's processor time then ... */
    _Atomic(uint64_t) wall_start_ns; /* ... and the clock */
    volatile uint32_t memory_gone;   /* 1: it crashed with next to none left */
    _Atomic(uint32_t) out_len;       /* frames in `out` that may not have been sent */
    _Alignas(16) unsigned char out[WHET_CREW_OUT];
};

/* A job, or its result; `len` bytes follow. Those of a job are padded to a multiple of
 * WHET_CREW_ALIGN, so that the next one's are aligned, too. */
struct crew_head {
    uint64_t serial; /* from 1 */
    uint64_t len;
    uint64_t cpu_ns; /* of a result */
    int64_t status;  /* likewise */
};

static inline size_t whet__crew_padded(size_t len)
{
    return (len + WHET_CREW_ALIGN - 1) / WHET_CREW_ALIGN * WHET_CREW_ALIGN;
}

#endif
