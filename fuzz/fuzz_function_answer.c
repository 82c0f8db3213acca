/* What programs with benchmarks are asked and answer: any bytes are refused or read, and
 * what was read can be written again. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "bench/function_answer.h"
#include "bench/function_request.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void request_try(const char *data, size_t size)
{
    struct whet_function_request q;
    char *text = whet__mem_strndup(data, size);

    if (text != NULL && whet__function_request_read(&q, text) == 0)
        whet__function_request_clear(&q);
    whet__mem_free(text);
}

static void answer_try(const char *data, size_t size)
{
    struct whet_function_answer a, again;
    struct whet_text text;
    struct whet_error err;

    if (whet__function_answer_read(&a, data, size, &err) != 0)
        return;
    whet__text_init(&text, WHET_FUNCTION_ANSWER_MAX);
    whet__function_answer_write(&a, &text);
    if (whet__text_error(&text) == 0) {
        if (whet__function_answer_read(&again, text.data, text.len, &err) != 0)
            abort();
        whet__function_answer_clear(&again);
    }
    whet__text_clear(&text);
    whet__function_answer_clear(&a);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size > 0 && data[0] == '{')
        answer_try((const char *)data, size);
    else
        request_try((const char *)data, size);
    return 0;
}
