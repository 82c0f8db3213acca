/* kernels.h - the work that both tools time: compiled once, linked to both, so that they
 * differ in nothing but themselves. Only EMPTY and ADD are too small for a call. */
#ifndef KERNELS_H
#define KERNELS_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define KERNEL_EMPTY() __asm__ volatile("" : : : "memory")
#define KERNEL_ADD(x)                                                                          \
    do {                                                                                       \
        __asm__ volatile("" : "+r"(x));                                                        \
        x += 3;                                                                                \
    } while (0)

/* name, what it takes to prepare it */
#define KERNELS(K)                                                                             \
    K(memcpy_1k)                                                                               \
    K(memcpy_64k)                                                                              \
    K(strlen_256)                                                                              \
    K(sort_1k)                                                                                 \
    K(hash_4k)                                                                                 \
    K(malloc_64)                                                                               \
    K(chase_1m)                                                                                \
    K(atomic_add)                                                                              \
    K(snprintf_line)                                                                           \
    K(chain_1000)

#define KERNEL_DECLARE(name) void kernel_##name(void);
KERNELS(KERNEL_DECLARE)

/* Fills what they read; once per process. */
void kernels_prepare(void);

#ifdef __cplusplus
}
#endif

#endif
