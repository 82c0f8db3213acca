/* What a child `whet scan --json --summary` answered. */
#include "tune/session.h"

#include <errno.h>
#include <string.h>

#include "data/json_in.h"

static uint64_t count(const struct whet_json_node *node, const char *key)
{
    return whet__json_in_uint(whet__json_in_get(node, key), 0);
}

static void sizes_take(const struct whet_json_node *sizes, struct whet_tune_answer *a)
{
    const struct whet_json_node *classes = whet__json_in_get(sizes, "classes");

    a->mean_bytes = whet__json_in_number(whet__json_in_get(sizes, "mean"), 0);
    a->p50_bytes = count(sizes, "p50");
    a->p90_bytes = count(sizes, "p90");
    a->p99_bytes = count(sizes, "p99");
    a->max_bytes = count(sizes, "max");
    for (size_t i = 0; i < whet__json_in_count(classes) && i < WHET_SCAN_SIZE_CLASSES; i++)
        a->classes[i] = whet__json_in_uint(whet__json_in_at(classes, i), 0);
}

int whet__tune_answer_read(const char *json, size_t len, struct whet_tune_answer *out,
                           struct whet_error *err)
{
    struct whet_tune_answer a = {0};
    const struct whet_json_node *root;
    const struct whet_json_node *run;
    struct whet_json_in *in = NULL;
    int rc = whet__json_in_parse(&in, json, len, "answer of whet scan", err);

    if (rc != 0)
        return rc;
    root = whet__json_in_root(in);
    if (strcmp(whet__json_in_string(whet__json_in_get(root, "type"), ""), "summary") != 0) {
        whet__json_in_free(in);
        return whet_error_set(err, -EBADMSG,
                              "whet scan gave no summary: is it another version");
    }
    run = whet__json_in_get(root, "run");
    a.files = count(root, "files");
    a.bytes = count(root, "bytes");
    a.hits = count(run, "cache_hits");
    a.misses = count(run, "cache_misses");
    a.errors =
        count(whet__json_in_get(root, "skipped"), "error") + count(root, "parse_stopped");
    sizes_take(whet__json_in_get(root, "sizes"), &a);
    whet__json_in_free(in);
    *out = a;
    return 0;
}
