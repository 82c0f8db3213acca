/* A command of known cost: spin N does N steps of a chain that no compiler and no processor
 * can shorten; some 10 ms for N = 10,000,000. COPY makes two builds that differ in
 * nothing but a byte of data. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

const char copy_name[] = "copy " COPY;

int main(int argc, char **argv)
{
    uint64_t x = 1, n = argc > 1 ? strtoull(argv[1], NULL, 10) : 10000000;

    for (uint64_t i = 0; i < n; i++) {
        x = x * 6364136223846793005u + 1442695040888963407u;
        __asm__ volatile("" : "+r"(x));
    }
    return x == 0 ? puts(copy_name) < 0 : 0;
}
