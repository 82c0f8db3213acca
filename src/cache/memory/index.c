/* The index of a shard. Load: a line comes and goes with every value that is put, mostly in the
 * group that is its home. */
#include "cache/memory/index.h"

#include <errno.h>
#include <limits.h>

#include "base/mem.h"
#include "os/pages.h"

#define LINE_BYTES 64u

/* Five sixths full at most. */
static uint32_t groups_for(uint32_t entries)
{
    return (uint32_t)(((uint64_t)entries + entries / 5) / WHET_GROUP + 1);
}

static size_t in_lines(size_t bytes)
{
    return (bytes + LINE_BYTES - 1) & ~(size_t)(LINE_BYTES - 1);
}

/* The head, then the words of all groups, then the lines. */
static size_t cells_offset(uint32_t groups)
{
    return in_lines(sizeof(struct whet_index)) + in_lines(groups * sizeof(struct whet_group));
}

static size_t block_size(uint32_t groups)
{
    return LINE_BYTES + cells_offset(groups) +
           (size_t)groups * WHET_GROUP * sizeof(struct whet_cell);
}

size_t whet__index_bytes(uint32_t entries)
{
    size_t size = block_size(groups_for(entries));

    if (size >= WHET_PAGES_LARGE)
        return (size + WHET_PAGES_STEP - 1) & ~(WHET_PAGES_STEP - 1);
    return whet__mem_bytes(size);
}

static void *block_new(size_t size)
{
    void *block = NULL;

    if (size < WHET_PAGES_LARGE)
        return whet__mem_zalloc(1, size);
    return whet__pages_new(&block, size) == 0 ? block : NULL;
}

int whet__index_new(struct whet_index **out, uint32_t entries)
{
    uint32_t groups = groups_for(entries);
    void *block = block_new(block_size(groups));
    uintptr_t aligned = in_lines((uintptr_t)block);
    struct whet_index *x = (struct whet_index *)aligned;

    if (block == NULL)
        return -ENOMEM;
    x->groups = (struct whet_group *)(aligned + in_lines(sizeof(*x)));
    x->cells = (struct whet_cell *)(aligned + cells_offset(groups));
    x->group_count = groups;
    x->block = block;
    *out = x;
    return 0;
}

void whet__index_free(struct whet_index *x)
{
    size_t size = x != NULL ? block_size(x->group_count) : 0;

    if (size >= WHET_PAGES_LARGE)
        whet__pages_free(x->block, size);
    else if (x != NULL)
        whet__mem_free(x->block);
}

/* ---- Lines ---- */

/* Small, never counted apart, and without an end. */
static int is_whole(const struct whet_entry *e)
{
    return e->raw_len == 0 && (e->flags & WHET_ENTRY_NEGATIVE) == 0 && e->cost_ns == 0 &&
           e->end_ns == 0 && e->idle_ns == 0 &&
           whet__text_words(e->key_len) + (uint64_t)whet__text_words(e->value_len) <=
               WHET_TEXT_WORDS;
}

static void fill_text(uint64_t *words, const unsigned char *text, size_t len)
{
    for (size_t done = 0; done < len; done += sizeof(*words))
        *words++ = whet__text_word(text + done, len - done);
}

void whet__line_fill(struct whet_line *out, struct whet_entry *e, uint32_t slot)
{
    uint64_t *words = out->words;
    size_t key_len = e->key_len < WHET_TEXT_BYTES ? e->key_len : WHET_TEXT_BYTES;

    memset(out, 0, sizeof(*out));
    words[WHET_LINE_ENTRY] = (uintptr_t)e;
    words[WHET_LINE_CHECKED] = atomic_load_explicit(&e->checked, memory_order_relaxed);
    words[WHET_LINE_ABOUT] = slot | (uint64_t)e->key_len << 32;
    fill_text(words + WHET_LINE_TEXT, e->bytes, key_len);
    if (is_whole(e)) {
        words[WHET_LINE_ABOUT] |= WHET_ABOUT_WHOLE | (uint64_t)e->value_len << 48;
        fill_text(words + WHET_LINE_TEXT + whet__text_words(key_len), whet__entry_value(e),
                  e->value_len);
    }
}

static void line_load(const struct whet_index *x, uint32_t at, struct whet_line *out)
{
    for (unsigned i = 0; i < WHET_LINE_WORDS; i++)
        out->words[i] = whet__line_word(x, at, i);
}

static void line_store(struct whet_index *x, uint32_t at, const struct whet_line *line)
{
    for (unsigned i = 0; i < WHET_LINE_WORDS; i++)
        atomic_store_explicit(&x->cells[at].words[i], line->words[i], memory_order_release);
}

static void tag_store(struct whet_index *x, uint32_t at, uint8_t tag)
{
    unsigned shift = at % WHET_GROUP * 8;
    uint64_t tags = whet__index_tags(x, at / WHET_GROUP);

    tags = (tags & ~((uint64_t)UINT8_MAX << shift)) | (uint64_t)tag << shift;
    atomic_store_explicit(&x->groups[at / WHET_GROUP].tags, tags, memory_order_release);
}

static void passed_add(struct whet_index *x, uint32_t group, unsigned more)
{
    atomic_store_explicit(&x->groups[group].passed, whet__index_passed(x, group) + more,
                          memory_order_release);
}

void whet__index_set_uses(struct whet_index *x, uint32_t at, unsigned uses)
{
    atomic_uint *all = &x->groups[at / WHET_GROUP].uses;
    unsigned shift = at % WHET_GROUP * 4;
    unsigned others = atomic_load_explicit(all, memory_order_relaxed) & ~(15u << shift);

    atomic_store_explicit(all, others | uses << shift, memory_order_relaxed);
}

/* Twice, around a change. */
static void note_move(struct whet_index *x)
{
    unsigned moves = atomic_load_explicit(&x->moves, memory_order_relaxed);

    atomic_store_explicit(&x->moves, moves + 1, memory_order_release);
}

/* ---- In and out ---- */

uint32_t whet__index_of(const struct whet_index *x, const struct whet_hash128 *hash)
{
    uint64_t low = whet__hash_low(hash);
    uint64_t wanted = whet__index_tag(low) * WHET_EACH_BYTE;
    uint32_t group = whet__index_home(x, low);

    for (uint32_t seen = 0; seen < x->group_count; seen++) {
        uint64_t tags = whet__index_tags(x, group);

        for (uint64_t same = whet__zero_bytes(tags ^ wanted); same != 0; same &= same - 1) {
            uint32_t at = group * WHET_GROUP + whet__first_byte(same);

            if (memcmp(&whet__line_entry(x, at)->hash, hash, sizeof(*hash)) == 0)
                return at;
        }
        if (whet__index_passed(x, group) == 0)
            break;
        group = whet__index_after(x, group);
    }
    return WHET_LINE_NONE;
}

uint32_t whet__index_at(const struct whet_index *x, uint64_t hash, uint32_t slot)
{
    uint64_t wanted = whet__index_tag(hash) * WHET_EACH_BYTE;
    uint32_t group = whet__index_home(x, hash);

    for (uint32_t seen = 0; seen < x->group_count; seen++) {
        uint64_t tags = whet__index_tags(x, group);

        for (uint64_t same = whet__zero_bytes(tags ^ wanted); same != 0; same &= same - 1) {
            uint32_t at = group * WHET_GROUP + whet__first_byte(same);

            if (whet__line_slot(x, at) == slot)
                return at;
        }
        if (whet__index_passed(x, group) == 0)
            break;
        group = whet__index_after(x, group);
    }
    return WHET_LINE_NONE;
}

static void put_line(struct whet_index *x, uint64_t hash, const struct whet_line *line,
                     unsigned uses)
{
    uint32_t group = whet__index_home(x, hash);
    uint64_t tags = whet__index_tags(x, group);
    uint32_t at;

    while (whet__zero_bytes(tags) == 0) {
        passed_add(x, group, 1);
        group = whet__index_after(x, group);
        tags = whet__index_tags(x, group);
    }
    at = group * WHET_GROUP + whet__first_byte(whet__zero_bytes(tags));
    line_store(x, at, line);
    whet__index_set_uses(x, at, uses);
    tag_store(x, at, whet__index_tag(hash));
}

void whet__index_add(struct whet_index *x, uint64_t hash, const struct whet_line *line,
                     unsigned uses)
{
    note_move(x);
    put_line(x, hash, line, uses);
    note_move(x);
}

void whet__index_replace(struct whet_index *x, uint32_t at, const struct whet_line *line)
{
    note_move(x);
    line_store(x, at, line);
    note_move(x);
}

void whet__index_check(struct whet_index *x, uint32_t at, uint64_t checked)
{
    atomic_store_explicit(&x->cells[at].words[WHET_LINE_CHECKED], checked,
                          memory_order_release);
}

void whet__index_remove(struct whet_index *x, uint64_t hash, uint32_t at)
{
    uint32_t group = whet__index_home(x, hash);

    note_move(x);
    tag_store(x, at, 0);
    for (; group != at / WHET_GROUP; group = whet__index_after(x, group))
        passed_add(x, group, UINT_MAX);
    note_move(x);
}

int whet__index_next(const struct whet_index *x, uint32_t *at)
{
    for (uint32_t i = *at + 1; i < x->group_count * WHET_GROUP; i++) {
        if ((whet__index_tags(x, i / WHET_GROUP) >> i % WHET_GROUP * 8 & UINT8_MAX) != 0) {
            *at = i;
            return 1;
        }
    }
    return 0;
}

void whet__index_refill(struct whet_index *x, const uint64_t *hashes,
                        const struct whet_index *old)
{
    struct whet_line line;

    for (uint32_t at = WHET_LINE_NONE; whet__index_next(old, &at);) {
        line_load(old, at, &line);
        put_line(x, hashes[whet__about_slot(line.words[WHET_LINE_ABOUT])], &line,
                 whet__index_uses(old, at));
    }
}
