/* Timers of ordinary programs. Blocks of microseconds to minutes, in any number of threads:
 * adding must be short and must not wait. Some hundred timers; they are listed on first use
 * and stay. */
#include <whet/timer.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"
#include "os/clock.h"
#include "os/ram.h"
#include "view/table.h"

#define REPORT_MAX ((size_t)16 << 20)
#define VERSION    1

/* The header is C++, too, which has no _Atomic: the numbers are plain there, and only
 * touched by these here. */
#define LOAD(field)     __atomic_load_n(&(field), __ATOMIC_RELAXED)
#define STORE(field, v) __atomic_store_n(&(field), (v), __ATOMIC_RELAXED)
#define ADD(field, v)   __atomic_fetch_add(&(field), (v), __ATOMIC_RELAXED)
#define SWAP(field, o, v)                                                                      \
    __atomic_compare_exchange_n(&(field), &(o), (v), 1, __ATOMIC_RELAXED, __ATOMIC_RELAXED)

/* Of all timers that have ended a block. Only ever grows at its front. */
static struct whet_timer *timers;

static void list(struct whet_timer *t)
{
    struct whet_timer *front = __atomic_load_n(&timers, __ATOMIC_ACQUIRE);

    if (__atomic_exchange_n(&t->listed, 1, __ATOMIC_RELAXED))
        return;
    do
        t->next = front;
    while (!__atomic_compare_exchange_n(&timers, &front, t, 1, __ATOMIC_RELEASE,
                                        __ATOMIC_ACQUIRE));
}

struct whet_timed whet_timer_start(struct whet_timer *timer)
{
    struct whet_timed timed = {timer, 0, 0};

    if (timer->memory)
        timed.peak_bytes = whet__ram_own_peak_bytes();
    timed.from_ns = whet__clock_now_ns();
    return timed;
}

void whet_timer_stop(struct whet_timed *timed)
{
    struct whet_timer *t = timed->timer;
    uint64_t ns, least, most;

    if (t == NULL)
        return;
    ns = whet__clock_now_ns() - timed->from_ns;
    timed->timer = NULL;
    if (t->memory)
        ADD(t->grown_bytes, whet__ram_own_peak_bytes() - timed->peak_bytes);
    ADD(t->total_ns, ns);
    for (least = LOAD(t->min_ns); ns < least && !SWAP(t->min_ns, least, ns);) {
    }
    for (most = LOAD(t->max_ns); ns > most && !SWAP(t->max_ns, most, ns);) {
    }
    ADD(t->count, 1);
    if (!LOAD(t->listed))
        list(t);
}

void whet_timer_reset(void)
{
    for (struct whet_timer *t = __atomic_load_n(&timers, __ATOMIC_ACQUIRE); t != NULL;
         t = t->next) {
        STORE(t->count, 0);
        STORE(t->total_ns, 0);
        STORE(t->min_ns, UINT64_MAX);
        STORE(t->max_ns, 0);
        STORE(t->grown_bytes, 0);
    }
}

/* ---- Reading ---- */

static void sum_add(struct whet_timer_sum *sum, struct whet_timer *t)
{
    uint64_t count = LOAD(t->count), min = LOAD(t->min_ns), max = LOAD(t->max_ns);

    if (count == 0)
        return;
    sum->min_ns = sum->count == 0 || min < sum->min_ns ? min : sum->min_ns;
    sum->max_ns = max > sum->max_ns ? max : sum->max_ns;
    sum->count += count;
    sum->total_ns += LOAD(t->total_ns);
    sum->mean_ns = (double)sum->total_ns / (double)sum->count;
    sum->memory |= t->memory;
    sum->grown_bytes += LOAD(t->grown_bytes);
}

int whet_timer_read(const char *name, struct whet_timer_sum *out)
{
    struct whet_timer_sum sum = {.name = name};

    for (struct whet_timer *t = __atomic_load_n(&timers, __ATOMIC_ACQUIRE); t != NULL;
         t = t->next) {
        if (strcmp(t->name, name) == 0)
            sum_add(&sum, t);
    }
    if (sum.count == 0)
        return -ENOENT;
    *out = sum;
    return 0;
}

static int by_total(const void *a, const void *b)
{
    const struct whet_timer_sum *x = a, *y = b;

    if (x->total_ns != y->total_ns)
        return x->total_ns < y->total_ns ? 1 : -1;
    return strcmp(x->name, y->name);
}

/* All names once, the largest total first. */
static int sums_take(struct whet_timer_sum **out, size_t *out_count)
{
    struct whet_timer *front = __atomic_load_n(&timers, __ATOMIC_ACQUIRE);
    struct whet_timer_sum *sums;
    size_t most = 1, count = 0;

    for (struct whet_timer *t = front; t != NULL; t = t->next)
        most++;
    sums = whet__mem_zalloc(most, sizeof(*sums));
    if (sums == NULL)
        return -ENOMEM;
    for (struct whet_timer *t = front; t != NULL; t = t->next) {
        size_t i = 0;

        while (i < count && strcmp(sums[i].name, t->name) != 0)
            i++;
        if (i == count && whet_timer_read(t->name, &sums[i]) == 0)
            count++;
    }
    qsort(sums, count, sizeof(*sums), by_total);
    *out = sums;
    *out_count = count;
    return 0;
}

/* ---- Reports ---- */

static void report_json(const struct whet_timer_sum *sums, size_t count, struct whet_text *out)
{
    struct whet_json j;

    whet__json_init(&j, out, 0);
    whet__json_object(&j);
    whet__json_put_uint(&j, "version", VERSION);
    whet__json_key(&j, "timers");
    whet__json_array(&j);
    for (size_t i = 0; i < count; i++) {
        whet__json_object(&j);
        whet__json_put_string(&j, "name", sums[i].name);
        whet__json_put_uint(&j, "count", sums[i].count);
        whet__json_put_uint(&j, "total_ns", sums[i].total_ns);
        whet__json_put_double(&j, "mean_ns", sums[i].mean_ns);
        whet__json_put_uint(&j, "min_ns", sums[i].min_ns);
        whet__json_put_uint(&j, "max_ns", sums[i].max_ns);
        if (sums[i].memory)
            whet__json_put_uint(&j, "grown_bytes", sums[i].grown_bytes);
        whet__json_object_end(&j);
    }
    whet__json_array_end(&j);
    whet__json_object_end(&j);
    whet__text_putc(out, '\n');
}

static void row_add(struct whet_table *table, const struct whet_timer_sum *s)
{
    whet__table_row(table);
    whet__table_cell(table, WHET_ROLE_PLAIN, s->name);
    whet__table_count(table, WHET_ROLE_PLAIN, s->count);
    whet__table_value(table, WHET_ROLE_PLAIN, WHET_UNIT_DURATION, (double)s->total_ns);
    whet__table_value(table, WHET_ROLE_PLAIN, WHET_UNIT_DURATION, s->mean_ns);
    whet__table_value(table, WHET_ROLE_PLAIN, WHET_UNIT_DURATION, (double)s->min_ns);
    whet__table_value(table, WHET_ROLE_PLAIN, WHET_UNIT_DURATION, (double)s->max_ns);
    if (s->memory)
        whet__table_value(table, WHET_ROLE_PLAIN, WHET_UNIT_SIZE, (double)s->grown_bytes);
    else
        whet__table_cell(table, WHET_ROLE_PLAIN, "-");
}

static void report_text(const struct whet_timer_sum *sums, size_t count, struct whet_text *out)
{
    static const struct whet_table_column columns[] = {
        {.heading = "timer"},
        {.heading = "count", .align = WHET_ALIGN_RIGHT},
        {.heading = "total", .align = WHET_ALIGN_RIGHT},
        {.heading = "mean", .align = WHET_ALIGN_RIGHT},
        {.heading = "min", .align = WHET_ALIGN_RIGHT},
        {.heading = "max", .align = WHET_ALIGN_RIGHT},
        {.heading = "memory", .align = WHET_ALIGN_RIGHT},
    };
    struct whet_table table;

    whet__table_init(&table, columns, sizeof(columns) / sizeof(columns[0]));
    for (size_t i = 0; i < count; i++)
        row_add(&table, &sums[i]);
    whet__table_put_text(out, &table, NULL);
    whet__table_clear(&table);
}

int whet_timer_report(FILE *out, enum whet_timer_format format)
{
    struct whet_timer_sum *sums;
    struct whet_text text;
    size_t count;
    int rc = sums_take(&sums, &count);

    if (rc != 0)
        return rc;
    whet__text_init(&text, REPORT_MAX);
    if (format == WHET_TIMER_JSON)
        report_json(sums, count, &text);
    else
        report_text(sums, count, &text);
    rc = whet__text_error(&text);
    if (rc == 0 && (fwrite(text.data, 1, text.len, out) != text.len || fflush(out) != 0))
        rc = -EIO;
    whet__text_clear(&text);
    whet__mem_free(sums);
    return rc;
}
