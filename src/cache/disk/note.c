/* What is wrong with the level on disk, in words. */
#include "cache/disk/parts.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

void whet__disk_note_put(struct whet_disk *d, enum whet_disk_note_kind kind, const char *text)
{
    if (kind < d->note_kind || text[0] == '\0')
        return;
    d->note_kind = kind;
    snprintf(d->note, sizeof(d->note), "%s", text);
}

void whet__disk_note_denied(struct whet_disk *d, int code)
{
    char text[sizeof(d->note)];

    snprintf(text, sizeof(text), "the cache may not be written, and is only read: '%s': %s",
             d->path, strerror(-code));
    whet__disk_note_put(d, WHET_DISK_NOTE_WRITE, text);
}

void whet__disk_note_write(struct whet_disk *d, int code)
{
    char text[sizeof(d->note)];

    if (code == -ENOMEM || code == -EBADMSG || code == -EAGAIN)
        return;
    if (code == -EBUSY)
        snprintf(text, sizeof(text), "the cache is locked by another program: '%s'", d->path);
    else if (code == -EDQUOT)
        snprintf(text, sizeof(text),
                 "the cache has no room, as others still read what was dropped: '%s'", d->path);
    else
        snprintf(text, sizeof(text), "the cache cannot be written: '%s': %s", d->path,
                 strerror(-code));
    pthread_mutex_lock(&d->file_lock);
    if (!d->read_only || d->note_kind == WHET_DISK_NOTE_NONE) /* else it says why */
        whet__disk_note_put(d, WHET_DISK_NOTE_WRITE, text);
    pthread_mutex_unlock(&d->file_lock);
}

void whet__disk_note_written(struct whet_disk *d)
{
    pthread_mutex_lock(&d->file_lock);
    if (d->note_kind == WHET_DISK_NOTE_WRITE)
        d->note_kind = WHET_DISK_NOTE_NONE;
    pthread_mutex_unlock(&d->file_lock);
}

void whet__disk_store_wrote(struct whet_disk *d, int code)
{
    if (code == 0) {
        atomic_store(&d->struck, 1);
        whet__disk_note_written(d);
    } else {
        whet__disk_note_write(d, code);
    }
}

static void append(char *out, size_t size, const char *text)
{
    size_t used = size > 0 ? strnlen(out, size - 1) : 0;

    if (size > 0)
        snprintf(out + used, size - used, "%s%s", used > 0 ? "; " : "", text);
}

/* Whoever asked for them got a miss, and what is put then is put in their place. */
static void append_spoiled(struct whet_disk *d, unsigned long long spoiled, char *out,
                           size_t size)
{
    char text[sizeof(d->note)];

    snprintf(
        text, sizeof(text),
        "damaged and not used: %llu %s in '%.400s': 'whet cache verify' looks at the others",
        spoiled, spoiled == 1 ? "value" : "values", d->path);
    append(out, size, text);
}

int whet__disk_note(struct whet_disk *d, char *out, size_t size)
{
    unsigned long long spoiled = atomic_load(&d->spoiled);
    int noted, anew;

    pthread_mutex_lock(&d->file_lock);
    noted = d->note_kind != WHET_DISK_NOTE_NONE;
    anew = d->note_kind == WHET_DISK_NOTE_ANEW;
    if (noted)
        append(out, size, d->note);
    pthread_mutex_unlock(&d->file_lock);
    if (spoiled > 0 && !anew) /* else they are no more */
        append_spoiled(d, spoiled, out, size);
    return noted || spoiled > 0;
}
