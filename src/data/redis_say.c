/* Commands to a server, and what its replies say. Expected load: hundreds of thousands a
 * second, written one behind the other into one buffer: hiredis would make a block of each. */
#include "data/redis.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* "*3\r\n" and "$5\r\n". */
static void put_head(struct whet_text *out, char kind, size_t number)
{
    char digits[24];
    size_t at = sizeof(digits);

    digits[--at] = '\n';
    digits[--at] = '\r';
    do {
        digits[--at] = (char)('0' + number % 10);
        number /= 10;
    } while (number != 0);
    digits[--at] = kind;
    whet__text_append(out, digits + at, sizeof(digits) - at);
}

void whet__redis_begin(struct whet_text *out, size_t words)
{
    put_head(out, '*', words);
}

void whet__redis_word(struct whet_text *out, const void *bytes, size_t len)
{
    put_head(out, '$', len);
    whet__text_append(out, bytes, len);
    whet__text_append(out, "\r\n", 2);
}

void whet__redis_number(struct whet_text *out, int64_t number)
{
    char digits[24];
    int len = snprintf(digits, sizeof(digits), "%" PRId64, number);

    whet__redis_word(out, digits, (size_t)len);
}

void whet__redis_say(struct whet_text *out, const char *words)
{
    size_t count = 1;

    for (const char *at = words; *at != '\0'; at++)
        count += *at == ' ';
    whet__redis_begin(out, count);
    for (; count != 0; count--) {
        size_t len = strcspn(words, " ");

        whet__redis_word(out, words, len);
        words += len + 1;
    }
}
