/* os/kernel.h - which system this is, for reports and for telling machines apart.
 *
 * Shape    one call fills one plain struct.
 * Units    none.
 * Memory   none is kept.
 * Errors   none: what cannot be found is "".
 * Threads  safe from any.
 *
 * `root` is put before the path of os-release: "" for the real system, a folder for
 * tests.
 */
#ifndef WHET_OS_KERNEL_H
#define WHET_OS_KERNEL_H

struct whet_kernel {
    char release[65];       /* "6.1.0-18-amd64" */
    char hostname[65];      /* of this node, without asking any network */
    char machine[65];       /* "x86_64", "aarch64" */
    char distribution[128]; /* "Debian GNU/Linux 12 (bookworm)" */
};

void whet__kernel_read(const char *root, struct whet_kernel *out);

#endif
