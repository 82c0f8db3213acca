/* What all attempts share. Expected load: opened once per run; a program is looked for per job,
 * and jobs that follow each other mostly run the same. */
#include "run/workshop.h"

#include <errno.h>
#include <string.h>

#include "os/spawn.h"
#include "run/executor.h"

#define GRACE_NS UINT64_C(2000000000)

int whet__workshop_open(struct whet_workshop *shop, const struct whet_run_options *o,
                        unsigned slots)
{
    int rc = whet__launcher_init(&shop->launcher, slots);

    if (rc != 0)
        return rc;
    rc = whet__events_init(&shop->events);
    if (rc != 0) {
        whet__launcher_clear(&shop->launcher);
        return rc;
    }
    whet__spool_init(&shop->spool);
    whet__show_init(&shop->show, o->order, &o->sink, &shop->spool);
    shop->tracer = o->tracer;
    shop->grace_ns = o->grace_ns != 0 ? o->grace_ns : GRACE_NS;
    shop->hold_bytes = o->hold_bytes != 0 ? o->hold_bytes : WHET_RUN_HOLD;
    shop->waiting = 0;
    return 0;
}

void whet__workshop_close(struct whet_workshop *shop)
{
    whet__show_clear(&shop->show);
    whet__spool_clear(&shop->spool);
    whet__events_clear(&shop->events);
    whet__launcher_clear(&shop->launcher);
}

int whet__workshop_find(struct whet_workshop *shop, const char *name, const char **out,
                        struct whet_error *err)
{
    struct whet_text path;
    int rc;

    if (strchr(name, '/') != NULL) {
        *out = name;
        return 0;
    }
    *out = shop->found;
    if (shop->sought[0] != '\0' && strcmp(name, shop->sought) == 0)
        return 0;
    shop->sought[0] = '\0';
    whet__text_init(&path, sizeof(shop->found) - 1);
    rc = whet__spawn_find(name, &path);
    if (rc == 0) {
        memcpy(shop->found, whet__text_str(&path), path.len + 1);
        if (strlen(name) < sizeof(shop->sought))
            memcpy(shop->sought, name, strlen(name) + 1);
    } else if (rc == -ENOENT) {
        whet_error_set(err, rc, "cannot find program: '%s': it is not in PATH", name);
    } else {
        whet_error_set(err, rc, "cannot run: '%s': %s", name, strerror(-rc));
    }
    whet__text_clear(&path);
    return rc;
}
