/* Written once per arm, read once per process. */
#include "bench/function_request.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "bench/function_answer.h"

static const char *const verbs[] = {"list", "calibrate", "run"};

static int put(struct whet_text *out, const char *key, const char *value)
{
    if (value == NULL)
        return 0;
    if (value[0] == '\0' || strchr(value, '\n') != NULL)
        return -EINVAL;
    whet__text_printf(out, "%s=%s\n", key, value);
    return 0;
}

int whet__function_request_write(const struct whet_function_request *q, struct whet_text *out)
{
    int rc;

    whet__text_printf(out, "%s\n", verbs[q->verb]);
    rc = put(out, "file", q->file);
    if (rc == 0)
        rc = put(out, "name", q->name);
    if (rc == 0)
        rc = put(out, "scratch", q->scratch);
    whet__text_printf(out,
                      "iterations=%" PRIu64 "\nepoch_ns=%" PRIu64 "\nseed=%" PRIu64
                      "\nepochs=%u\nlinear=%d\n",
                      q->iterations, q->epoch_ns, q->seed, q->epochs, q->linear);
    return rc != 0 ? rc : whet__text_error(out);
}

/* Digits and nothing else. */
static int number_read(const char *value, uint64_t most, uint64_t *out)
{
    char *end;

    if (value[0] < '0' || value[0] > '9')
        return -EINVAL;
    errno = 0;
    *out = strtoull(value, &end, 10);
    return errno == 0 && *end == '\0' && *out <= most ? 0 : -EINVAL;
}

static int pair_read(struct whet_function_request *q, const char *key, const char *value)
{
    uint64_t number;
    int rc;

    if (strcmp(key, "file") == 0)
        return q->file = value, 0;
    if (strcmp(key, "name") == 0)
        return q->name = value, 0;
    if (strcmp(key, "scratch") == 0)
        return q->scratch = value, 0;
    if (strcmp(key, "iterations") == 0)
        return number_read(value, UINT64_MAX / WHET_FUNCTION_EPOCHS_MAX, &q->iterations);
    if (strcmp(key, "epoch_ns") == 0)
        return number_read(value, UINT64_MAX, &q->epoch_ns);
    if (strcmp(key, "seed") == 0)
        return number_read(value, UINT64_MAX, &q->seed);
    rc = number_read(value, WHET_FUNCTION_EPOCHS_MAX, &number);
    if (rc == 0 && strcmp(key, "epochs") == 0)
        return q->epochs = (unsigned)number, 0;
    if (rc == 0 && strcmp(key, "linear") == 0)
        return q->linear = number != 0, 0;
    return -EINVAL;
}

static int verb_read(struct whet_function_request *q, const char *word)
{
    for (unsigned i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++) {
        if (strcmp(word, verbs[i]) == 0)
            return q->verb = (enum whet_function_verb)i, 0;
    }
    return -EINVAL;
}

static int is_whole(const struct whet_function_request *q)
{
    if (q->file == NULL)
        return 0;
    if (q->verb == WHET_FUNCTION_RUN && (q->iterations == 0 || q->epochs == 0))
        return 0;
    return q->verb == WHET_FUNCTION_LIST || q->name != NULL;
}

int whet__function_request_read(struct whet_function_request *out, const char *text)
{
    struct whet_function_request q = {.text = whet__mem_strdup(text)};
    char *line = q.text, *end;
    int rc = 0;

    if (q.text == NULL)
        return -ENOMEM;
    for (int number = 0; rc == 0 && *line != '\0'; number++, line = end) {
        char *value = strchr(line, '=');

        end = line + strcspn(line, "\n");
        if (*end == '\n')
            *end++ = '\0';
        if (number == 0) {
            rc = verb_read(&q, line);
        } else if (value == NULL || value >= end) {
            rc = -EINVAL;
        } else {
            *value++ = '\0';
            rc = pair_read(&q, line, value);
        }
    }
    if (rc == 0 && !is_whole(&q))
        rc = -EINVAL;
    if (rc != 0)
        whet__function_request_clear(&q);
    else
        *out = q;
    return rc;
}

void whet__function_request_clear(struct whet_function_request *q)
{
    whet__mem_free(q->text);
    q->text = NULL;
}
