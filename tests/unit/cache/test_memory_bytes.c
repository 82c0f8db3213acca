/* cache/memory/memory.h: what it has allocated never exceeds its capacity, at no moment. Every
 * allocation of base/mem passes through here (the linker's --wrap); what counts is what
 * whet__mem_bytes says of it. */
#include "../harness.h"

#include "base/random.h"
#include "made_entries.h"

void *__real_whet__mem_alloc(size_t size);
void *__real_whet__mem_zalloc(size_t count, size_t size);
void *__real_whet__mem_resize(void *block, size_t count, size_t size);
void __real_whet__mem_free(void *block);
void *__wrap_whet__mem_alloc(size_t size);
void *__wrap_whet__mem_zalloc(size_t count, size_t size);
void *__wrap_whet__mem_resize(void *block, size_t count, size_t size);
void __wrap_whet__mem_free(void *block);

/* In front of every block; as large as keeps what follows aligned. */
struct front {
    size_t size;
    size_t pad;
};

static size_t live, most;

static size_t taken_by(void *block)
{
    return block != NULL ? whet__mem_bytes(((struct front *)block)[-1].size) : 0;
}

static void *note(struct front *f, size_t size)
{
    if (f == NULL)
        return NULL;
    f->size = size;
    live += whet__mem_bytes(size);
    most = live > most ? live : most;
    return f + 1;
}

void *__wrap_whet__mem_alloc(size_t size)
{
    return note(__real_whet__mem_alloc(size + sizeof(struct front)), size);
}

void *__wrap_whet__mem_zalloc(size_t count, size_t size)
{
    return note(__real_whet__mem_zalloc(1, count * size + sizeof(struct front)), count * size);
}

/* Both blocks are there while one is copied to the other. */
void *__wrap_whet__mem_resize(void *block, size_t count, size_t size)
{
    size_t before = taken_by(block);
    void *now = note(__real_whet__mem_resize(block != NULL ? (struct front *)block - 1 : NULL,
                                             1, count * size + sizeof(struct front)),
                     count * size);

    live -= now != NULL ? before : 0;
    return now;
}

void __wrap_whet__mem_free(void *block)
{
    live -= taken_by(block);
    __real_whet__mem_free(block != NULL ? (struct front *)block - 1 : NULL);
}

/* Puts one, and answers the most that was allocated meanwhile beside it. */
static size_t most_at_put(struct whet_memory *m, uint64_t key, size_t len)
{
    struct whet_entry *e = make_entry(key, len);
    size_t mine = whet__entry_bytes(e);

    most = live;
    if (!whet__memory_put(m, e))
        mine = whet__entry_bytes(e);
    whet__entry_drop(e);
    return most - mine;
}

static size_t len_at(struct whet_random *r, unsigned kind, int i)
{
    if (kind == 0)
        return 8;
    if (kind == 1) /* small ones after large ones, and back */
        return (size_t)whet__random_below(r, i / 4000 % 2 ? 30 : 3000);
    return (size_t)whet__random_below(r, 300);
}

static void fill(const struct whet_policy_ops *ops, uint64_t bytes, unsigned shards,
                 unsigned kind)
{
    struct whet_memory_options o = {.policy = ops, .bytes = bytes, .shards = shards};
    struct whet_memory *m;
    struct whet_random r;
    size_t before = live;

    whet__random_init(&r, kind);
    most = live;
    assert_int_equal(whet__memory_new(&m, &o), 0);
    assert_true(most - before <= bytes);
    for (int i = 0; i < 24000; i++) {
        uint64_t key = whet__random_below(&r, 1 + whet__random_below(&r, 30000));
        size_t now = most_at_put(m, key, len_at(&r, kind, i)) - before;

        if (now > bytes)
            fail_msg("%s: %zu of %llu bytes at put %d", ops->name, now,
                     (unsigned long long)bytes, i);
        assert_true(live - before <= stats_of(m).bytes);
    }
    /* And it makes use of what it has. */
    if (kind == 2 || (kind == 0 && bytes == 300000)) {
        const uint64_t hundredths = ops->flags & WHET_POLICY_PARTED ? 75 : 80;

        assert_true(stats_of(m).bytes > bytes * hundredths / 100);
        assert_true(live - before > bytes * 3 / 4);
    }
    whet__memory_free(m);
    assert_int_equal(live, before);
}

static void never_exceeds_its_capacity(void **state)
{
    (void)state;
    for (size_t i = 0; i < whet__policy_count(); i++) {
        const struct whet_policy_ops *ops = whet__policy_at(i);

        if (ops->flags & WHET_POLICY_FUTURE)
            continue;
        for (unsigned kind = 0; kind < 3; kind++) {
            if (!(ops->flags & WHET_POLICY_PARTED)) /* takes more than that to begin with */
                fill(ops, 8000, 1, kind);
            fill(ops, 50000, 1, kind);
            fill(ops, 300000, 4, kind);
            fill(ops, 2500000, 1, kind);
        }
    }
}

/* A smaller level is there after some calls, with tables that fit it. */
static void is_there_after_a_resize(void **state)
{
    (void)state;
    for (size_t i = 0; i < whet__policy_count(); i++) {
        struct whet_memory_options o = {
            .policy = whet__policy_at(i), .bytes = 3000000, .shards = 2};
        struct whet_memory *m;
        size_t before = live;

        if (o.policy->flags & WHET_POLICY_FUTURE)
            continue;
        assert_int_equal(whet__memory_new(&m, &o), 0);
        for (uint64_t key = 0; key < 20000; key++)
            (void)put_new(m, key, 30);
        assert_int_equal(whet__memory_resize(m, 60000), 0);
        for (int k = 0; k < 3000; k++) {
            int more = whet__memory_settle(m, 0);

            more += whet__memory_settle(m, 1);
            if (more == 0)
                break;
        }
        assert_true(live - before <= 60000);
        assert_true(live - before > 40000);
        for (uint64_t key = 0; key < 2000; key++)
            assert_true(most_at_put(m, key, 30) - before <= 60000);
        whet__memory_free(m);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(never_exceeds_its_capacity),
        cmocka_unit_test(is_there_after_a_resize),
    };

    return cmocka_run_group_tests_name("memory_bytes", tests, NULL, NULL);
}
