/* Which system this is. */
#include "os/kernel.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>

#include "base/text.h"
#include "os/sysfile.h"

#define OS_RELEASE_MAX ((size_t)64 * 1024)

/* PRETTY_NAME="Debian GNU/Linux 12 (bookworm)": a value as in a shell, see
 * os-release(5). */
static void value_copy(const char *value, char *out, size_t size)
{
    char quote = *value == '"' || *value == '\'' ? *value++ : '\0';
    size_t len = 0;

    for (; *value != '\0' && *value != '\n' && *value != quote && len + 1 < size; value++) {
        if (*value == '\\' && value[1] != '\0')
            value++;
        out[len++] = *value;
    }
    out[len] = '\0';
}

static int distribution_read(const char *root, const char *path, char *out, size_t size)
{
    static const char key[] = "PRETTY_NAME=";
    struct whet_text t;
    int found = 0;

    whet__text_init(&t, OS_RELEASE_MAX);
    if (whet__sysfile_read(root, &t, "%s", path) == 0) {
        const char *line = whet__text_str(&t);

        while (line != NULL && !found) {
            line += *line == '\n';
            found = strncmp(line, key, sizeof(key) - 1) == 0;
            if (found)
                value_copy(line + sizeof(key) - 1, out, size);
            line = strchr(line, '\n');
        }
    }
    whet__text_clear(&t);
    return found;
}

void whet__kernel_read(const char *root, struct whet_kernel *out)
{
    struct utsname names;

    memset(out, 0, sizeof(*out));
    if (uname(&names) == 0) {
        snprintf(out->release, sizeof(out->release), "%s", names.release);
        snprintf(out->hostname, sizeof(out->hostname), "%s", names.nodename);
        snprintf(out->machine, sizeof(out->machine), "%s", names.machine);
    }
    if (!distribution_read(root, "/etc/os-release", out->distribution,
                           sizeof(out->distribution)))
        (void)distribution_read(root, "/usr/lib/os-release", out->distribution,
                                sizeof(out->distribution));
}
