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

int whet__disk_note(struct whet_disk *d, char *out, size_t size)
{
    int noted;

    pthread_mutex_lock(&d->file_lock);
    noted = d->note_kind != WHET_DISK_NOTE_NONE;
    if (noted && size > 0) {
        size_t used = strnlen(out, size - 1);

        snprintf(out + used, size - used, "%s%s", used > 0 ? "; " : "", d->note);
    }
    pthread_mutex_unlock(&d->file_lock);
    return noted;
}
