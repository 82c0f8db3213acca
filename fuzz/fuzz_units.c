/* Durations, sizes and percentages: any text is refused or read, with a message for each
 * refusal, and what was read survives being written and read again. */
#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <whet/units.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(int holds)
{
    if (!holds)
        abort();
}

/* Read or refused, never both, and out-arguments are untouched when refused. */
static void check_answer(int rc, int touched, const struct whet_error *err)
{
    check(rc == 0 || (err->code == rc && err->text[0] != '\0' && !touched));
}

static void check_near(uint64_t a, uint64_t b)
{
    check(fabs((double)a - (double)b) <= 0.0106 * (double)b);
}

static void try_duration(const char *text)
{
    uint64_t first = UINT64_MAX - 1, again;
    struct whet_error err;
    char out[24];
    int rc = whet_duration_parse(text, &first, &err);

    check_answer(rc, first != UINT64_MAX - 1, &err);
    if (rc != 0)
        return;
    whet_duration_format(first, out, sizeof(out));
    check(strlen(out) + 1 < sizeof(out));
    rc = whet_duration_parse(out, &again, NULL);
    /* Rounding can carry the largest ones over the top. */
    check(rc == 0 || first > UINT64_MAX - UINT64_C(3600000000000));
    if (rc == 0)
        check_near(again, first);
}

static void try_size(const char *text)
{
    uint64_t first = UINT64_MAX - 1, again;
    struct whet_error err;
    char out[16];
    int rc = whet_size_parse(text, &first, &err);

    check_answer(rc, first != UINT64_MAX - 1, &err);
    if (rc != 0)
        return;
    whet_size_format(first, out, sizeof(out));
    check(strlen(out) + 1 < sizeof(out));
    rc = whet_size_parse(out, &again, NULL);
    check(rc == 0 || first > UINT64_MAX / 100 * 99);
    if (rc == 0)
        check_near(again, first);
}

static void try_percent(const char *text)
{
    struct whet_error err;
    double ratio = -1;
    char out[16];
    int rc = whet_percent_parse(text, 10, &ratio, &err);

    check_answer(rc, ratio != -1, &err);
    check(rc != 0 || (ratio >= 0 && ratio <= 10));
    whet_percent_format(ratio, out, sizeof(out));
    check(strlen(out) + 1 < sizeof(out));
    if (strlen(text) == sizeof(double)) {
        memcpy(&ratio, text, sizeof(ratio));
        whet_percent_format(ratio, out, sizeof(out));
        check(strlen(out) + 1 < sizeof(out));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char text[256];

    if (size >= sizeof(text))
        return 0;
    if (size != 0)
        memcpy(text, data, size);
    text[size] = '\0';
    try_duration(text);
    try_size(text);
    try_percent(text);
    return 0;
}
