/* xoshiro256**: orders of runs, bootstrap resamples, simulations. */
#include "base/random.h"

static uint64_t splitmix(uint64_t *state)
{
    uint64_t z = (*state += 0x9e3779b97f4a7c15u);

    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

void whet__random_init(struct whet_random *r, uint64_t seed)
{
    for (int i = 0; i < 4; i++)
        r->s[i] = splitmix(&seed);
}

static uint64_t rotl(uint64_t x, int k)
{
    return (x << k) | (x >> (64 - k));
}

uint64_t whet__random_next(struct whet_random *r)
{
    uint64_t *s = r->s;
    uint64_t result = rotl(s[1] * 5, 7) * 9;
    uint64_t t = s[1] << 17;

    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = rotl(s[3], 45);
    return result;
}

uint64_t whet__random_below(struct whet_random *r, uint64_t n)
{
    __extension__ typedef unsigned __int128 wide;
    wide m = (wide)whet__random_next(r) * n;
    uint64_t low = (uint64_t)m;

    if (low < n) {
        uint64_t threshold = (0 - n) % n;

        while (low < threshold) {
            m = (wide)whet__random_next(r) * n;
            low = (uint64_t)m;
        }
    }
    return (uint64_t)(m >> 64);
}

double whet__random_ratio(struct whet_random *r)
{
    return (double)(whet__random_next(r) >> 11) * 0x1.0p-53;
}

void whet__random_permutation(struct whet_random *r, size_t *order, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        size_t j = (size_t)whet__random_below(r, i + 1);

        if (j != i)
            order[i] = order[j];
        order[j] = i;
    }
}
