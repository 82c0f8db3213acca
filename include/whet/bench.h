/* whet/bench.h - benchmarks of C and C++ functions.
 *
 * Shape    a benchmark is a function that the program registers before main; it is run in
 *          processes of its own, a few epochs in each, and compared over many of them.
 * Units    nanoseconds for each iteration; bytes; ratios 0..1.
 * Memory   what a call lends is good until the benchmark's function returns.
 * Errors   a benchmark says itself that it failed; misuse of this header fails it with a
 *          sentence that names the cure.
 * Threads  a state belongs to the thread that it was given to.
 *
 *     #include <whet/bench.h>
 *
 *     WHET_BENCH_CONFIG(copy, config)
 *     {
 *         whet_bench_range(config, "bytes", 64, 65536, 8);    64, 512, 4096, 32768, 65536
 *     }
 *
 *     WHET_BENCH(copy, state)
 *     {
 *         size_t len = (size_t)whet_bench_value(state, "bytes");
 *         char *from = calloc(1, len), *to = malloc(len);
 *
 *         whet_bench_set_bytes(state, (double)len);
 *         WHET_BENCH_LOOP(state) {
 *             memcpy(to, from, len);
 *             whet_bench_keep(to);
 *         }
 *         free(from);
 *         free(to);
 *     }
 *
 *     int main(int argc, char **argv)
 *     {
 *         return whet_bench_main(argc, argv);
 *     }
 *
 * The function is called once for each epoch: what stands before and after the loop is not
 * timed. The number of iterations is found beforehand, so that an epoch lasts at least 1 ms
 * and 1000 steps of the clock, and is then the same in all processes. The first epoch of a
 * process warms up and does not count; the median of the others is its sample. Each epoch's
 * stack begins at another place. What reading the clocks takes (the least of 64 tries, some
 * 20 ns; 1 us of processor time) is taken off each epoch; nothing else ever is.
 *
 * Measured cost of the loop for each iteration (x86-64 at 4 GHz, gcc 12 and clang 14 with -O2):
 * 0.07 ns, a quarter of a cycle, because four iterations are laid out in a row where the body
 * has no loop of its own; bench/peers/functions.py compares with other tools.
 */
#ifndef WHET_BENCH_H
#define WHET_BENCH_H

#include <stddef.h>
#include <stdint.h>

#include <whet/api.h>

#ifdef __cplusplus
extern "C" {
#endif

struct whet_bench_state;  /* one thread's part of an epoch */
struct whet_bench_config; /* what cases a benchmark has */

/* ---- Registering ---- */

struct whet_bench_entry {
    const char *name; /* no blanks, no control characters; at most 100 bytes */
    void (*run)(struct whet_bench_state *state);
    void (*configure)(struct whet_bench_config *config); /* NULL: one case, no arguments */
    struct whet_bench_entry *next;                       /* the library's */
};

/* Adds a benchmark for as long as the program runs; `entry` is neither copied nor freed. An
 * entry without `run` configures the one of the same name. What the macros below do before
 * main begins; may be called until the first benchmark is listed. */
WHET_API void whet_bench_register(struct whet_bench_entry *entry);

/* Defines and registers a benchmark; what follows is the body of its function. */
#define WHET_BENCH(id, state)                                                                  \
    static void whet_bench_run_##id(struct whet_bench_state *state);                           \
    WHET_BENCH_REGISTER_(whet_bench_entry_##id, #id, whet_bench_run_##id, NULL)                \
    static void whet_bench_run_##id(struct whet_bench_state *state)

/* Configures the benchmark of this name; what follows is a function's body. Before or
 * after WHET_BENCH, also in another file. */
#define WHET_BENCH_CONFIG(id, config)                                                          \
    static void whet_bench_config_##id(struct whet_bench_config *config);                      \
    WHET_BENCH_REGISTER_(whet_bench_more_##id, #id, NULL, whet_bench_config_##id)              \
    static void whet_bench_config_##id(struct whet_bench_config *config)

#define WHET_BENCH_REGISTER_(entry, name, run, configure)                                      \
    static struct whet_bench_entry entry = {name, run, configure, NULL};                       \
    static void entry##_add(void) __attribute__((constructor));                                \
    static void entry##_add(void)                                                              \
    {                                                                                          \
        whet_bench_register(&entry);                                                           \
    }

/* ---- The timed part ---- */

/* Runs the statement behind it as often as this epoch wants, and times that. Exactly one in
 * each benchmark; not to be left by break, return or goto. Where gcc warns "ignoring loop
 * annotation", the statement can never come to its end. */
#define WHET_BENCH_LOOP(state) WHET_BENCH_LOOP_(state, WHET_BENCH_UNROLL_)

/* The same without laying out iterations in a row, for bodies whose speed depends on their
 * own place in the code (branch predictors, instruction caches). Costs a cycle. */
#define WHET_BENCH_LOOP_PLAIN(state) WHET_BENCH_LOOP_(state, )

/* The outer loop turns once. It is there because the inner one has to end on its counter
 * alone, or compilers do not unroll it. */
#define WHET_BENCH_LOOP_(state, unroll)                                                        \
    for (uint64_t whet_left_ = whet_bench_start(state), whet_open_ = 1; whet_open_ != 0;       \
         whet_open_ = whet_bench_end_(state, whet_left_))                                      \
    unroll for (; whet_left_ != 0; whet_left_--)

#if defined(__clang__)
#    define WHET_BENCH_UNROLL_ _Pragma("clang loop unroll_count(4)")
#elif defined(__GNUC__) && __GNUC__ >= 8 && defined(__OPTIMIZE__)
#    define WHET_BENCH_UNROLL_ _Pragma("GCC unroll 4")
#else
#    define WHET_BENCH_UNROLL_
#endif

/* For work that uses up its input, such as sorting in place: prepares up to `most` inputs
 * untimed, then times the work on all of them with one pair of clock reads.
 *
 *     WHET_BENCH_BATCH(state, 64, count) {
 *         for (uint64_t k = 0; k < count; k++)
 *             memcpy(inputs[k], shuffled, sizeof(shuffled));
 *         WHET_BENCH_EACH(state, k, count)
 *             qsort(inputs[k], 1000, sizeof(int), compare);
 *     }
 *
 * `count` is the number of inputs in this batch, `k` goes from 0. Instead of
 * WHET_BENCH_LOOP. Make a batch long: one that takes less than 100 times as long as
 * reading the clock twice (some 5 us) fails the benchmark. CPU time is only known when a
 * batch takes 100 times as long as reading that clock (some 100 us). */
#define WHET_BENCH_BATCH(state, most, count)                                                   \
    for (uint64_t count = whet_bench_batch(state, most); count != 0;                           \
         count = whet_bench_batch(state, most))

#define WHET_BENCH_EACH(state, k, count)                                                       \
    for (uint64_t k = whet_bench_batch_start(state), whet_open_ = 1; whet_open_ != 0;          \
         whet_open_ = whet_bench_batch_end_(state, k))                                         \
        for (; k < (count); k++)

/* What the macros call. */
WHET_API uint64_t whet_bench_start(struct whet_bench_state *state);
WHET_API void whet_bench_stop(struct whet_bench_state *state, uint64_t left);
WHET_API uint64_t whet_bench_batch(struct whet_bench_state *state, uint64_t most);
WHET_API uint64_t whet_bench_batch_start(struct whet_bench_state *state);
WHET_API void whet_bench_batch_stop(struct whet_bench_state *state, uint64_t done);

static inline uint64_t whet_bench_end_(struct whet_bench_state *state, uint64_t left)
{
    whet_bench_stop(state, left);
    return 0;
}

static inline uint64_t whet_bench_batch_end_(struct whet_bench_state *state, uint64_t done)
{
    whet_bench_batch_stop(state, done);
    return 0;
}

/* ---- Keeping the compiler honest ---- */

/* A result that nobody uses is not computed. WHET_BENCH_KEEP(expression) uses a value,
 * whet_bench_keep(pointer) all that can be reached from it. What the compiler knows, it
 * computes once: WHET_BENCH_HIDE(variable) makes it forget. None of them costs an
 * instruction beyond having the value in a register or in memory (with clang, a double moves
 * through a general register).
 *
 * A loop that takes less than a tenth of a cycle for each iteration has been removed: the
 * benchmark fails and says so. */
#define WHET_BENCH_KEEP(value)      WHET_BENCH_ASM_(WHET_BENCH_IN_, value)
#define WHET_BENCH_HIDE(variable)   WHET_BENCH_ASM_(WHET_BENCH_INOUT_, variable)
#define WHET_BENCH_IN_(where, v)    __asm__ volatile("" : : where(v) : "memory")
#define WHET_BENCH_INOUT_(where, v) __asm__ volatile("" : "+" where(v) : : "memory")

/* gcc picks what is at hand among registers and memory; clang would always pick memory, so
 * it is told by the size. Only one of the branches is ever code. */
#if defined(__clang__)
#    define WHET_BENCH_ASM_(use, v)                                                            \
        do {                                                                                   \
            if (sizeof(v) <= 8 && (sizeof(v) & (sizeof(v) - 1)) == 0)                          \
                use("r", v);                                                                   \
            else                                                                               \
                use("r,m", v);                                                                 \
        } while (0)
#elif defined(__x86_64__)
#    define WHET_BENCH_ASM_(use, v) use("rmx", v)
#elif defined(__aarch64__)
#    define WHET_BENCH_ASM_(use, v) use("rmw", v)
#else
#    define WHET_BENCH_ASM_(use, v) use("rm", v)
#endif

static inline void whet_bench_keep(const void *pointer)
{
    __asm__ volatile("" : : "r"(pointer) : "memory");
}

/* All memory that others could see may have been read and written here. */
static inline void whet_bench_clobber(void)
{
    __asm__ volatile("" : : : "memory");
}

/* ---- In a benchmark ---- */

/* The value of an argument in this case; 0 and a failed benchmark when it has no argument
 * of that name. Not for the timed part. */
WHET_API int64_t whet_bench_value(struct whet_bench_state *state, const char *name);

/* What one iteration (of each thread) works through; for throughput. */
WHET_API void whet_bench_set_bytes(struct whet_bench_state *state, double bytes);
WHET_API void whet_bench_set_items(struct whet_bench_state *state, double items);

enum whet_counter_unit {
    WHET_COUNTER_COUNT,
    WHET_COUNTER_DURATION, /* nanoseconds */
    WHET_COUNTER_SIZE,     /* bytes */
    WHET_COUNTER_PERCENT,  /* a ratio: 0.05 is 5 % */
    WHET_COUNTER_FACTOR    /* a ratio: 2.5 is 2.5x */
};

enum whet_counter_better { WHET_COUNTER_LOWER, WHET_COUNTER_HIGHER, WHET_COUNTER_NEITHER };

/* A number of the benchmark's own, which becomes a metric beside time: the last value of
 * the epoch, the mean over threads. At most 16, each of one word of its own ("hits"). */
WHET_API void whet_bench_counter(struct whet_bench_state *state, const char *name, double value,
                                 enum whet_counter_unit unit, enum whet_counter_better better);

/* A folder for files, which stay from process to process until the session ends, and that
 * all benchmarks of the program share: make what is missing, by a name of your own.
 * NULL and a failed benchmark when there is none. */
WHET_API const char *whet_bench_scratch(struct whet_bench_state *state);

/* 64 random bits. Every epoch, process and version of the program gets the same sequence,
 * so that all do the same work; every thread its own. */
WHET_API uint64_t whet_bench_random(struct whet_bench_state *state);

/* Which thread this is, 0 .. count - 1, and of how many. */
WHET_API unsigned whet_bench_thread(const struct whet_bench_state *state);
WHET_API unsigned whet_bench_thread_count(const struct whet_bench_state *state);

/* What the set-up of whet_bench_once returned; NULL if there is none. */
WHET_API void *whet_bench_data(const struct whet_bench_state *state);

/* The benchmark failed, in words for a person; or it cannot be run here, and why ("no such
 * file", "needs 4 cores"), which is no failure. To be followed by the loop, which then does
 * nothing, or by return. The first one said counts. */
WHET_API WHET_PRINTF(2, 3) void whet_bench_fail(struct whet_bench_state *state,
                                                const char *format, ...);
WHET_API WHET_PRINTF(2, 3) void whet_bench_skip(struct whet_bench_state *state,
                                                const char *format, ...);

/* ---- In a configuration ---- */

/* One line on what it measures; the group it belongs to, one word. */
WHET_API void whet_bench_about(struct whet_bench_config *config, const char *text);
WHET_API void whet_bench_group(struct whet_bench_config *config, const char *group);

/* Adds a value to the argument of this name; several make several cases, and several
 * arguments every combination of them, the last varying fastest. Case names are
 * "copy/bytes:64". At most 8 arguments of 64 values. */
WHET_API void whet_bench_arg(struct whet_bench_config *config, const char *name, int64_t value);

/* from, from * factor, ... below `to`, and `to`: 1 <= from <= to, factor >= 2. */
WHET_API void whet_bench_range(struct whet_bench_config *config, const char *name, int64_t from,
                               int64_t to, int64_t factor);

/* from, from + step, ... up to `to` at most: from <= to, step >= 1. */
WHET_API void whet_bench_steps(struct whet_bench_config *config, const char *name, int64_t from,
                               int64_t to, int64_t step);

/* Keeps the combinations for which `wanted` answers other than 0; `values` are in the
 * order in which the arguments were first named. */
WHET_API void whet_bench_only(struct whet_bench_config *config,
                              int (*wanted)(const int64_t *values));

/* A case with so many threads (1..256); several calls make several. Each thread calls the
 * benchmark's function and runs all iterations; they begin together. Wall time is from the
 * first one's begin to the last one's end (with batches: of the slowest), divided by the
 * iterations of one thread: it stays the same where threads do not hinder each other. CPU
 * time is of all threads, divided by the iterations of all. Throughput counts the work of
 * all. Names end in "/threads:4". */
WHET_API void whet_bench_threads(struct whet_bench_config *config, unsigned count);

/* Called once in each process, before the first epoch and after the last, from one thread;
 * what is returned goes to whet_bench_data. Each may be NULL. */
WHET_API void whet_bench_once(struct whet_bench_config *config,
                              void *(*setup)(struct whet_bench_state *state),
                              void (*teardown)(void *data));

/* ---- The program ---- */

/* Measures the functions of this program as the command line says: `--help` lists the options,
 * which are those of whet-bench(1); an operand says which functions. Prints to stdout and
 * stderr; what main returns: 0 done, 1 a regression that --fail, --strict or --baseline asked
 * about, 2 wrong usage or a failure, 128 and its number when a signal ended it. */
WHET_API int whet_bench_main(int argc, char **argv);

/* Who counts allocations tells by this call how: `read` answers the calls for memory so far
 * in this process and the bytes they asked for. Then the results have both, for each
 * iteration. NULL: nobody counts. */
WHET_API void whet_bench_set_allocation_counter(void (*read)(uint64_t *calls, uint64_t *bytes));

#ifdef __cplusplus
}
#endif

#endif
