/* tests/unit/gone.h - whether a process has ended, by whomever it was waited for. */
#ifndef WHET_TESTS_GONE_H
#define WHET_TESTS_GONE_H

#include <fcntl.h>
#include <stdio.h>
#include <sys/types.h>

#include "base/text.h"
#include "os/clock.h"
#include "os/file.h"

/* 1 once it has gone; who has become its parent may take a moment. */
static inline int is_gone(pid_t pid)
{
    char path[64];

    snprintf(path, sizeof(path), "/proc/%ld/cmdline", (long)pid);
    for (int i = 0; i < 1000; i++) {
        struct whet_text t;
        int gone;

        whet__text_init(&t, 4096);
        gone = whet__file_read(AT_FDCWD, path, 4096, &t) != 0 || t.len == 0;
        whet__text_clear(&t);
        if (gone)
            return 1;
        whet__clock_sleep_ns(10000000);
    }
    return 0;
}

#endif
