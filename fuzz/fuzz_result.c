/* Saved results: any text is refused with a reason or read; and what was read is written
 * and read again without a change. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "bench/result_json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(int holds)
{
    if (!holds)
        abort();
}

static void put(struct whet_text *out, const struct whet_vec *results)
{
    struct whet_report report = {.title = "", .command = ""};

    whet__vec_init(&report.outcomes, sizeof(struct whet_outcome), results->len + 1);
    for (size_t i = 0; i < results->len; i++) {
        struct whet_outcome *o = whet__vec_push(&report.outcomes);

        check(o != NULL);
        o->name = "";
        o->result = *(const struct whet_result **)whet__vec_at(results, i);
    }
    check(whet__report_put_json(out, &report) == 0);
    whet__vec_clear(&report.outcomes);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct whet_text first, second;
    struct whet_error err = {0};
    struct whet_vec results, again;
    int rc;

    whet__vec_init(&results, sizeof(struct whet_result *), 64);
    whet__vec_init(&again, sizeof(struct whet_result *), 64);
    whet__text_init(&first, (size_t)64 << 20);
    whet__text_init(&second, (size_t)64 << 20);
    rc = whet__results_parse(&results, (const char *)data, size, "f", &err);
    check(rc == 0 || (err.code == rc && err.text[0] != '\0' && results.len == 0));
    if (rc == 0) {
        put(&first, &results);
        check(whet__results_parse(&again, first.data, first.len, "f", &err) == 0);
        put(&second, &again);
        check(first.len == second.len && memcmp(first.data, second.data, first.len) == 0);
    }
    whet__text_clear(&first);
    whet__text_clear(&second);
    whet__results_clear(&results);
    whet__results_clear(&again);
    return 0;
}
