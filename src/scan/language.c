/* Which language a file is in, by its name. Expected load: one question per file of a
 * walk, hundreds of thousands of them: so names and extensions stand in one hash table,
 * built at the first question, and nothing is allocated. */
#include "scan/language.h"

#include <pthread.h>
#include <string.h>

#include "scan/language_table.h"

#define SLOTS 2048 /* a power of two, some four times as many as there are keys */

enum key_kind { KEY_EXTENSION, KEY_FILENAME };

struct slot {
    const char *key; /* NULL: empty */
    uint8_t len;
    uint8_t kind;
    uint16_t language;
};

static struct slot slots[SLOTS];
static pthread_once_t slots_once = PTHREAD_ONCE_INIT;

static size_t key_hash(const char *key, size_t len, unsigned kind)
{
    uint64_t hash = len * 2 + kind;

    for (size_t i = 0; i < len; i++)
        hash = (hash ^ (unsigned char)key[i]) * UINT64_C(0x9E3779B97F4A7C15);
    return (size_t)(hash >> 53) & (SLOTS - 1);
}

static void keys_add(const char *const *keys, enum key_kind kind, size_t language)
{
    for (; keys != NULL && *keys != NULL; keys++) {
        size_t len = strlen(*keys);
        size_t at = key_hash(*keys, len, kind);

        while (slots[at].key != NULL)
            at = (at + 1) & (SLOTS - 1);
        slots[at] = (struct slot){*keys, (uint8_t)len, (uint8_t)kind, (uint16_t)language};
    }
}

static void slots_fill(void)
{
    for (size_t i = 0; i < whet__languages_len; i++) {
        keys_add(whet__languages[i].extensions, KEY_EXTENSION, i);
        keys_add(whet__languages[i].filenames, KEY_FILENAME, i);
    }
}

static const struct whet_language *key_find(const char *key, size_t len, enum key_kind kind)
{
    size_t at;

    if (len == 0 || len > UINT8_MAX)
        return NULL;
    for (at = key_hash(key, len, kind); slots[at].key != NULL; at = (at + 1) & (SLOTS - 1)) {
        if (slots[at].len == len && slots[at].kind == kind &&
            memcmp(slots[at].key, key, len) == 0)
            return &whet__languages[slots[at].language];
    }
    return NULL;
}

size_t whet__language_count(void)
{
    return whet__languages_len;
}

const struct whet_language *whet__language_at(size_t index)
{
    return index < whet__languages_len ? &whet__languages[index] : NULL;
}

size_t whet__language_index(const struct whet_language *language)
{
    return (size_t)(language - whet__languages);
}

const struct whet_language *whet__language_named(const char *name)
{
    for (size_t i = 0; i < whet__languages_len; i++) {
        if (strcmp(whet__languages[i].name, name) == 0)
            return &whet__languages[i];
    }
    return NULL;
}

/* "README.MD" and "MAIN.PY" of case-blind filesystems. */
static const struct whet_language *extension_find(const char *extension, size_t len)
{
    const struct whet_language *found = key_find(extension, len, KEY_EXTENSION);
    char lower[16];

    if (found != NULL || len > sizeof(lower))
        return found;
    for (size_t i = 0; i < len; i++) {
        char c = extension[i];

        lower[i] = c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
    }
    return memcmp(lower, extension, len) == 0 ? NULL : key_find(lower, len, KEY_EXTENSION);
}

static const char *last_dot(const char *name, size_t len)
{
    while (len > 1) {
        if (name[--len] == '.')
            return name + len;
    }
    return NULL;
}

const struct whet_language *whet__language_of_name(const char *name, size_t len)
{
    const struct whet_language *found;
    const char *dot = last_dot(name, len);
    const char *first;

    pthread_once(&slots_once, slots_fill);
    found = key_find(name, len, KEY_FILENAME);
    if (found != NULL)
        return found;
    if (dot != NULL && name + len - dot == 3 && memcmp(dot, ".in", 3) == 0) {
        len -= 3; /* config.h.in, Makefile.in: made into what the rest says */
        dot = last_dot(name, len);
    }
    found = key_find(name, len, KEY_FILENAME);
    if (found != NULL || dot == NULL)
        return found;
    found = extension_find(dot + 1, (size_t)(name + len - dot) - 1);
    if (found != NULL)
        return found;
    first = memchr(name + 1, '.', len - 1); /* Dockerfile.dev, Makefile.linux */
    return first != NULL ? key_find(name, (size_t)(first - name), KEY_FILENAME) : NULL;
}

int whet__language_may_have_interpreter(const char *name, size_t len)
{
    return len > 0 && last_dot(name, len) == NULL && whet__language_of_name(name, len) == NULL;
}
