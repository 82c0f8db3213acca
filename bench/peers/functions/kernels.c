/* The work of kernels.h. */
#include "kernels.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CHASE_NODES (1024 * 1024 / 64)

static char from[65536], to[65536];
static int shuffled[1000], sorted[1000];
static struct node {
    struct node *next;
    char rest[64 - sizeof(void *)];
} nodes[CHASE_NODES];
static uint64_t total;
volatile uint64_t kernel_sink;

static uint64_t random_next(void)
{
    static uint64_t x = UINT64_C(88172645463325252);

    x ^= x << 13;
    x ^= x >> 7;
    return x ^= x << 17;
}

/* One cycle through all nodes, in random order (Sattolo). */
static void nodes_link(void)
{
    static unsigned order[CHASE_NODES];

    for (unsigned i = 0; i < CHASE_NODES; i++)
        order[i] = i;
    for (unsigned i = CHASE_NODES - 1; i > 0; i--) {
        unsigned k = (unsigned)(random_next() % i), other = order[i];

        order[i] = order[k];
        order[k] = other;
    }
    for (unsigned i = 0; i < CHASE_NODES; i++)
        nodes[order[i]].next = &nodes[order[(i + 1) % CHASE_NODES]];
}

void kernels_prepare(void)
{
    memset(from, 'x', sizeof(from));
    from[256] = '\0';
    for (int i = 0; i < 1000; i++)
        shuffled[i] = (int)(random_next() % 1000000);
    nodes_link();
}

void kernel_memcpy_1k(void)
{
    memcpy(to, from, 1024);
    __asm__ volatile("" : : "r"(to) : "memory");
}

void kernel_memcpy_64k(void)
{
    memcpy(to, from, 65536);
    __asm__ volatile("" : : "r"(to) : "memory");
}

void kernel_strlen_256(void)
{
    kernel_sink = strlen(from);
}

static int compare(const void *a, const void *b)
{
    int x = *(const int *)a, y = *(const int *)b;

    return (x > y) - (x < y);
}

void kernel_sort_1k(void)
{
    memcpy(sorted, shuffled, sizeof(sorted));
    qsort(sorted, 1000, sizeof(sorted[0]), compare);
    __asm__ volatile("" : : "r"(sorted) : "memory");
}

/* FNV-1a. */
void kernel_hash_4k(void)
{
    uint64_t hash = UINT64_C(14695981039346656037);

    for (unsigned i = 0; i < 4096; i++)
        hash = (hash ^ (unsigned char)from[i]) * UINT64_C(1099511628211);
    kernel_sink = hash;
}

void kernel_malloc_64(void)
{
    void *block = malloc(64);

    __asm__ volatile("" : : "r"(block) : "memory");
    free(block);
}

void kernel_chase_1m(void)
{
    static const struct node *at = nodes;

    for (unsigned i = 0; i < 64; i++)
        at = at->next;
    __asm__ volatile("" : : "r"(at) : "memory");
}

void kernel_atomic_add(void)
{
    __atomic_fetch_add(&total, 1, __ATOMIC_SEQ_CST);
}

void kernel_snprintf_line(void)
{
    char line[128];

    snprintf(line, sizeof(line), "%s:%d: %s %.2f", "file.c", 1234, "took", 12.5);
    __asm__ volatile("" : : "r"(line) : "memory");
}

/* A thousand additions, each of which waits for the one before: a thousand cycles, and no
 * branch that could be guessed wrong. */
void kernel_chain_1000(void)
{
    uint64_t x = total, y = 3;

#if defined(__x86_64__)
    __asm__ volatile(".rept 1000\n\tadd %1, %0\n\t.endr" : "+r"(x) : "r"(y));
#elif defined(__aarch64__)
    __asm__ volatile(".rept 1000\n\tadd %0, %0, %1\n\t.endr" : "+r"(x) : "r"(y));
#else
    for (unsigned i = 0; i < 1000; i++) {
        x += y;
        __asm__ volatile("" : "+r"(x));
    }
#endif
    kernel_sink = x;
}
