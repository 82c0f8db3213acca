/* os/environ.h - the environment of this process, as a list.
 *
 * Shape    "NAME=value" strings, ended by NULL.
 * Units    none.
 * Memory   borrowed from the C library.
 * Errors   none.
 * Threads  while nobody changes it.
 */
#ifndef WHET_OS_ENVIRON_H
#define WHET_OS_ENVIRON_H

const char *const *whet__environ(void);

#endif
