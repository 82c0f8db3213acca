/* "did you mean": the optimal string alignment distance (Damerau 1964, in the
 * restricted form where a swapped pair is not edited again) over three rows of
 * fixed size. Expected load: one word against a few dozen names, once per run. */
#include "base/nearest.h"

#include <string.h>

#define WORD_MAX 64

static unsigned least(unsigned a, unsigned b)
{
    return a < b ? a : b;
}

static unsigned char fold(char c)
{
    return (unsigned char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
}

static int is_swap(const char *a, const char *b, size_t i, size_t j)
{
    return i > 1 && j > 1 && fold(a[i - 1]) == fold(b[j - 2]) &&
           fold(a[i - 2]) == fold(b[j - 1]);
}

/* Both lengths are at most WORD_MAX. */
static unsigned edits(const char *a, size_t a_len, const char *b, size_t b_len)
{
    unsigned rows[3][WORD_MAX + 1];
    unsigned *before = rows[0], *last = rows[1], *now = rows[2];

    for (size_t j = 0; j <= b_len; j++)
        now[j] = (unsigned)j;
    for (size_t i = 1; i <= a_len; i++) {
        unsigned *spare = before;

        before = last;
        last = now;
        now = spare;
        now[0] = (unsigned)i;
        for (size_t j = 1; j <= b_len; j++) {
            unsigned changed = fold(a[i - 1]) != fold(b[j - 1]);

            now[j] = least(last[j - 1] + changed, least(last[j], now[j - 1]) + 1);
            if (is_swap(a, b, i, j))
                now[j] = least(now[j], before[j - 2] + 1);
        }
    }
    return now[b_len];
}

const char *whet__nearest(const char *word, const char *const *names, size_t count)
{
    size_t word_len = strnlen(word, WORD_MAX + 1);
    unsigned best_edits = (unsigned)(word_len + 2) / 3 + 1; /* one more than allowed */
    const char *best = NULL;

    if (word_len == 0 || word_len > WORD_MAX)
        return NULL;
    for (size_t i = 0; i < count; i++) {
        size_t name_len = strnlen(names[i], WORD_MAX + 1);
        unsigned n;

        if (name_len > WORD_MAX)
            continue;
        n = edits(word, word_len, names[i], name_len);
        if (n < best_edits && n < word_len && n < name_len) {
            best_edits = n;
            best = names[i];
        }
    }
    return best;
}
