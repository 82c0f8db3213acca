/* Why a get would hit or miss. For people: some per second. */
#include "cache/engine.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cache/truth/inputs.h"

#define SECOND_NS UINT64_C(1000000000)

static const char *const level_names[WHET_CACHE_LEVELS] = {"memory", "compressed memory",
                                                           "the file", "the server"};

/* Looks without counting or use; the server has no such look. */
static struct whet_entry *peek(struct whet_cache *c, const struct whet_ask *ask,
                               enum whet_cache_level level, uint64_t waited_ns, int *bad)
{
    struct whet_entry *e = NULL;

    if (level == WHET_CACHE_MEMORY && c->memory != NULL)
        return whet__memory_peek(c->memory, ask);
    if (level == WHET_CACHE_PACKED && c->packed != NULL)
        return whet__memory_peek(c->packed, ask);
    if (level == WHET_CACHE_DISK && c->disk != NULL)
        *bad = whet__disk_peek(c->disk, &ask->hash, ask->key, ask->key_len, &e) == -EBADMSG;
    if (level == WHET_CACHE_REMOTE && c->remote != NULL &&
        whet__remote_get(c->remote, &ask->hash, ask->key, ask->key_len, waited_ns, &e) != 1)
        return NULL;
    return e;
}

static unsigned count_inputs(const struct whet_entry *e)
{
    struct whet_about_piece piece;
    struct whet_about about;
    unsigned count = 0;

    whet__about_init(&about, whet__entry_about(e), e->about_len);
    while (whet__about_next(&about, &piece) == 1)
        count++;
    return count;
}

/* One level's view: `now_ns` is the wall clock's. */
static void look(struct whet_cache *c, struct whet_entry *e, uint64_t now_ns,
                 struct whet_cache_why *why)
{
    why->made_ns = e->made_ns;
    why->end_ns = e->end_ns;
    why->len = e->raw_len != 0 ? e->raw_len : e->value_len;
    why->cost_ns = e->cost_ns;
    why->inputs = count_inputs(e);
    if (whet__entry_ended(e, now_ns))
        why->verdict = e->idle_ns != 0 && whet__entry_idle(e, now_ns) &&
                               (e->end_ns == 0 || now_ns < e->end_ns)
                           ? WHET_CACHE_IS_IDLE
                           : WHET_CACHE_IS_EXPIRED;
    else if (whet__validity_check(c->validity, e, why))
        why->verdict = WHET_CACHE_IS_HIT;
}

static const char *verdict_words(const struct whet_cache_why *why)
{
    switch (why->verdict) {
    case WHET_CACHE_IS_HIT:
        return "a hit";
    case WHET_CACHE_IS_EXPIRED:
        return "a miss: its life is over";
    case WHET_CACHE_IS_IDLE:
        return "a miss: it was not used for too long";
    case WHET_CACHE_IS_INVALID:
        return "a miss: invalidated";
    case WHET_CACHE_IS_FILE:
        return "a miss: a file has changed";
    case WHET_CACHE_IS_NEED:
        return "a miss: an entry that it needs has changed";
    case WHET_CACHE_IS_DAMAGED:
        return "a miss: its bytes are not what was stored";
    case WHET_CACHE_IS_ABSENT:
        break;
    }
    return "a miss: no level has it";
}

/* What validity has said already stays. */
static void write_text(struct whet_cache_why *why, uint64_t now_ns)
{
    char said[sizeof(why->text)];
    size_t at;

    snprintf(said, sizeof(said), "%s", why->text);
    if (why->verdict == WHET_CACHE_IS_ABSENT) {
        snprintf(why->text, sizeof(why->text), "%s", verdict_words(why));
        return;
    }
    if (said[0] != '\0')
        snprintf(why->text, sizeof(why->text), "a miss: %.600s", said);
    else
        snprintf(why->text, sizeof(why->text), "%s%s%.400s%s", verdict_words(why),
                 why->subject[0] != '\0' ? ": '" : "", why->subject,
                 why->subject[0] != '\0' ? "'" : "");
    at = strlen(why->text);
    if (why->made_ns == 0) { /* nor can the rest be told */
        snprintf(why->text + at, sizeof(why->text) - at, "; in %s", level_names[why->level]);
        return;
    }
    snprintf(why->text + at, sizeof(why->text) - at,
             "; in %s, %" PRIu64 " bytes, made %" PRIu64 " s ago", level_names[why->level],
             why->len, now_ns > why->made_ns ? (now_ns - why->made_ns) / SECOND_NS : 0);
}

int whet_cache_explain(struct whet_cache *c, const void *key, size_t key_len,
                       struct whet_cache_why *out)
{
    struct whet_cache_why why, first;
    uint64_t now_ns = whet__clock_wall_ns();
    struct whet_ask ask;
    uint64_t waited_ns;
    int found = 0;

    if (!whet__key_ok(key, key_len))
        return -EINVAL;
    waited_ns = whet__cache_begin(c, &ask, key, key_len);
    memset(&first, 0, sizeof(first));
    first.verdict = WHET_CACHE_IS_ABSENT;
    for (int i = 0; i < WHET_CACHE_LEVELS; i++) {
        int bad = 0;
        struct whet_entry *e = peek(c, &ask, (enum whet_cache_level)i, waited_ns, &bad);

        if (e == NULL && bad && !found) {
            first.verdict = WHET_CACHE_IS_DAMAGED;
            first.level = (enum whet_cache_level)i;
            found = 1;
        }
        if (e == NULL)
            continue;
        memset(&why, 0, sizeof(why));
        why.level = (enum whet_cache_level)i;
        look(c, e, now_ns, &why);
        whet__entry_drop(e);
        if (!found || why.verdict == WHET_CACHE_IS_HIT)
            first = why; /* the reason of the fastest level, unless another answers */
        found = 1;
        if (why.verdict == WHET_CACHE_IS_HIT)
            break;
    }
    write_text(&first, now_ns);
    *out = first;
    return 0;
}
