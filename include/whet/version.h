/* whet/version.h - which whet this is.
 *
 * Shape    constants at compile time, functions at run time.
 * Units    major.minor.patch, semantic versioning once 1.0 is out.
 * Memory   returned strings are static.
 * Errors   none.
 * Threads  safe from any.
 */
#ifndef WHET_VERSION_H
#define WHET_VERSION_H

#include <whet/api.h>

#ifdef __cplusplus
extern "C" {
#endif

#define WHET_VERSION_MAJOR 0
#define WHET_VERSION_MINOR 1
#define WHET_VERSION_PATCH 0
#define WHET_VERSION       "0.1.0"

/* The version of the library that is running, which can be newer than the
 * WHET_VERSION a program was compiled with. */
WHET_API const char *whet_version(void);

#ifdef __cplusplus
}
#endif

#endif
