/* Why an entry is untrue, for people: the first reason found, and the way from it to the
 * entry. */
#include "cache/truth/state.h"

#include <stdio.h>
#include <string.h>

#define LINKS_MAX 4 /* of a chain that are told one by one */

static int is_text(const unsigned char *bytes, size_t len)
{
    if (len >= 2 && bytes[0] == '0' && bytes[1] == 'x')
        return 0; /* it looks like the other form */
    for (size_t i = 0; i < len; i++) {
        if (bytes[i] < 0x20 || bytes[i] == 0x7f)
            return 0;
    }
    return 1;
}

/* As it is, or as 0x and hex digits; cut to what fits. */
static void name_format(const void *name, size_t len, char *out, size_t size)
{
    const unsigned char *bytes = name;
    size_t at = 0;

    if (is_text(bytes, len)) {
        at = len < size ? len : size - 1;
        memcpy(out, bytes, at);
    } else {
        at = (size_t)snprintf(out, size, "0x");
        for (size_t i = 0; i < len && at + 2 < size; i++, at += 2)
            snprintf(out + at, 3, "%02x", (unsigned)bytes[i]);
    }
    out[at] = '\0';
}

static enum whet_cache_verdict verdict_of(const struct whet_walk *w)
{
    switch (w->reason) {
    case WHET_REASON_FILE:
        return WHET_CACHE_IS_FILE;
    case WHET_REASON_DAMAGED:
    case WHET_REASON_MEMORY:
        return WHET_CACHE_IS_DAMAGED;
    case WHET_REASON_CHANGED:
    case WHET_REASON_DEAD:
        return w->steps.len == 0 && w->name == w->root.key ? WHET_CACHE_IS_INVALID
                                                           : WHET_CACHE_IS_NEED;
    case WHET_REASON_KEY:
    case WHET_REASON_PREFIX:
        return w->name == w->root.key ? WHET_CACHE_IS_INVALID : WHET_CACHE_IS_NEED;
    case WHET_REASON_TAG:
        return w->at == 0 ? WHET_CACHE_IS_INVALID : WHET_CACHE_IS_NEED;
    case WHET_REASON_NONE:
    case WHET_REASON_ALL:
        break;
    }
    return WHET_CACHE_IS_INVALID;
}

static const char *words_of(enum whet_reason reason)
{
    switch (reason) {
    case WHET_REASON_KEY:
        return "'%s' was invalidated";
    case WHET_REASON_PREFIX:
        return "'%s' was invalidated by a prefix";
    case WHET_REASON_TAG:
        return "tag '%s' was invalidated";
    case WHET_REASON_CHANGED:
        return "'%s' was put with another value";
    case WHET_REASON_DEAD:
        return "'%s' was found untrue before";
    case WHET_REASON_FILE:
        return "file '%s' is not as it was";
    case WHET_REASON_DAMAGED:
        return "what '%s' was made of cannot be read";
    case WHET_REASON_MEMORY:
        return "there was no memory to look at '%s'";
    case WHET_REASON_NONE:
    case WHET_REASON_ALL:
        break;
    }
    return "everything was invalidated";
}

/* "..., which 'b' needs, which 'a' needs" */
static void chain_format(const struct whet_walk *w, char *out, size_t size)
{
    size_t used = strlen(out);
    uint32_t at = w->at;
    int about_root = w->at == 0 && w->name == w->root.key;

    for (int links = 0; !about_root && used + 64 < size; links++) {
        const struct whet_walk_step *step = at == 0 ? &w->root : whet__vec_at(&w->steps, at);
        char name[64];

        if (links == LINKS_MAX) {
            step = &w->root;
            at = 0;
            used += (size_t)snprintf(out + used, size - used, ", and so on");
        }
        name_format(step->key, step->key_len, name, sizeof(name));
        snprintf(out + used, size - used, ", which '%s' needs", name);
        used = strlen(out);
        if (at == 0)
            break;
        at = step->parent;
    }
}

void whet__walk_explain(const struct whet_walk *w, struct whet_cache_why *why)
{
    const char *words = words_of(w->reason);
    const char *percent = strstr(words, "%s");
    int before = percent != NULL ? (int)(percent - words) : (int)strlen(words);

    why->verdict = verdict_of(w);
    if (w->reason == WHET_REASON_TAG && w->at != 0) {
        const struct whet_walk_step *step = whet__vec_at(&w->steps, w->at);

        name_format(step->key, step->key_len, why->subject, sizeof(why->subject));
    } else if (w->reason == WHET_REASON_ALL)
        snprintf(why->subject, sizeof(why->subject), "all");
    else
        name_format(w->name, w->name_len, why->subject, sizeof(why->subject));
    if (percent == NULL) {
        snprintf(why->text, sizeof(why->text), "%s", words);
        return;
    }
    {
        char name[256];

        name_format(w->name, w->name_len, name, sizeof(name));
        snprintf(why->text, sizeof(why->text), "%.*s%s%s", before, words, name, percent + 2);
    }
    chain_format(w, why->text, sizeof(why->text));
}
