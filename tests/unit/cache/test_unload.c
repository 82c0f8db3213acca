/* A program that loads the library, uses a cache in a thread, and unloads it before the thread
 * ends: what the thread keeps for the library is given back then. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <dlfcn.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include <whet/cache.h>

struct calls {
    int (*make)(struct whet_cache **, const struct whet_cache_options *, struct whet_error *);
    int (*put)(struct whet_cache *, const void *, size_t, const void *, size_t,
               const struct whet_cache_put *);
    int (*read)(struct whet_cache *, const void *, size_t, void *, size_t, size_t *);
    void (*free)(struct whet_cache *);
};

static pthread_barrier_t together;

/* A function, which C does not let a pointer to anything become. */
static void find(void *library, const char *name, void *out)
{
    void *symbol = dlsym(library, name);

    assert_non_null(symbol);
    memcpy(out, &symbol, sizeof(symbol));
}

static void *use_cache(void *ctx)
{
    struct whet_cache_options options = {.disk_bytes = WHET_CACHE_NONE};
    const struct calls *calls = ctx;
    struct whet_cache *cache = NULL;
    char value[8];
    size_t len = 0;
    int ok = calls->make(&cache, &options, NULL) == 0 &&
             calls->put(cache, "key", 3, "v", 1, NULL) == 0 &&
             calls->read(cache, "key", 3, value, sizeof(value), &len) == 1;

    calls->free(cache);
    pthread_barrier_wait(&together);
    pthread_barrier_wait(&together); /* it was unloaded */
    return ok ? ctx : NULL;
}

static void thread_outlives_library(void **state)
{
    const char *name = getenv("WHET_LIBRARY");
    struct calls calls;
    pthread_t thread;
    void *library, *answer;

    (void)state;
    if (name == NULL)
        skip();
    library = dlopen(name, RTLD_NOW | RTLD_LOCAL);
    assert_non_null(library);
    find(library, "whet_cache_new", &calls.make);
    find(library, "whet_cache_put", &calls.put);
    find(library, "whet_cache_read", &calls.read);
    find(library, "whet_cache_free", &calls.free);
    pthread_barrier_init(&together, NULL, 2);
    assert_int_equal(pthread_create(&thread, NULL, use_cache, &calls), 0);
    pthread_barrier_wait(&together);
    assert_int_equal(dlclose(library), 0);
    pthread_barrier_wait(&together);
    assert_int_equal(pthread_join(thread, &answer), 0);
    assert_ptr_equal(answer, &calls);
    pthread_barrier_destroy(&together);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(thread_outlives_library),
    };

    return cmocka_run_group_tests_name("unload", tests, NULL, NULL);
}
