/* Makes three files of the numbers to a thousand, at once, then counts their lines; the second
 * time what has not changed is not repeated.
 *
 *     cc examples/executor.c $(pkg-config --cflags --libs whet) -o numbers && ./numbers
 */
#include <stdio.h>

#include <whet/executor.h>

static void tell(void *ctx, const struct whet_executor_result *result)
{
    (void)ctx;
    printf("%s: %s%s: %s\n", result->name, whet_executor_end_name(result->end),
           result->cached ? ", cached" : "",
           result->end == WHET_EXECUTOR_OK ? result->out : result->reason);
}

static int add_all(struct whet_executor *executor, struct whet_error *err)
{
    static const char *const files[] = {"whet-even", "whet-odd", "whet-all", NULL};
    static const char *const lines[] = {"seq 2 2 1000 >whet-even", "seq 1 2 1000 >whet-odd",
                                        "seq 1000 >whet-all"};
    int rc = 0;

    for (int i = 0; rc == 0 && i < 3; i++) {
        const char *const outputs[] = {files[i], NULL};

        rc = whet_executor_add(
            executor,
            &(struct whet_executor_command){
                .name = files[i], .line = lines[i], .shell = 1, .outputs = outputs},
            err);
    }
    if (rc == 0)
        rc = whet_executor_add(
            executor,
            &(struct whet_executor_command){.name = "count",
                                            .line = "wc -l whet-even whet-odd whet-all",
                                            .inputs = files,
                                            .needs = files},
            err);
    return rc;
}

int main(void)
{
    const struct whet_executor_options options = {
        .flags = WHET_EXECUTOR_CACHE, .cache_dir = "whet-kept", .ended = tell};
    struct whet_executor_counts counts = {0};
    struct whet_executor *executor;
    struct whet_error err;
    int rc = whet_executor_new(&executor, &options, &err);

    if (rc == 0) {
        rc = add_all(executor, &err);
        for (int i = 0; rc == 0 && i < 2; i++)
            rc = whet_executor_run(executor, &counts, &err);
        whet_executor_free(executor);
    }
    if (rc != 0)
        fprintf(stderr, "%s\n", err.text);
    return rc != 0 || counts.ok != counts.ended;
}
