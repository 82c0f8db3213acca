/* Where this user's files are. Asked a few times per run. */
#include "os/path.h"

#include <errno.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int whet__path_append(struct whet_text *out, const char *path, const char *rest)
{
    size_t before = out->len, len = strlen(path);
    int rc = out->error;

    if (rc != 0)
        return rc;
    while (len > 1 && path[len - 1] == '/')
        len--;
    if (len == 1 && path[0] == '/' && *rest != '\0')
        len = 0;
    whet__text_append(out, path, len);
    whet__text_puts(out, rest);
    rc = out->error;
    if (rc != 0) {
        out->error = 0;
        whet__text_truncate(out, before);
    }
    return rc;
}

static int home_append(struct whet_text *out, const char *rest)
{
    const char *home = getenv("HOME");
    struct passwd entry, *found = NULL;
    char strings[4096];

    if (home != NULL && home[0] == '/')
        return whet__path_append(out, home, rest);
    if (getpwuid_r(getuid(), &entry, strings, sizeof(strings), &found) != 0 || found == NULL ||
        found->pw_dir == NULL || found->pw_dir[0] != '/')
        return -ENOENT;
    return whet__path_append(out, found->pw_dir, rest);
}

static int base_append(struct whet_text *out, const char *variable, const char *fallback)
{
    const char *value = getenv(variable);

    if (value != NULL && value[0] == '/')
        return whet__path_append(out, value, "");
    return home_append(out, fallback);
}

int whet__path_cache_home(struct whet_text *out)
{
    return base_append(out, "XDG_CACHE_HOME", "/.cache");
}

int whet__path_config_home(struct whet_text *out)
{
    return base_append(out, "XDG_CONFIG_HOME", "/.config");
}

int whet__path_state_home(struct whet_text *out)
{
    return base_append(out, "XDG_STATE_HOME", "/.local/state");
}

int whet__path_home(struct whet_text *out)
{
    return home_append(out, "");
}

int whet__path_real(const char *path, struct whet_text *out)
{
    char *full = realpath(path, NULL);
    int rc;

    if (full == NULL)
        return -errno;
    rc = whet__path_append(out, full, "");
    free(full); /* realpath's own, not base/mem's */
    return rc;
}
