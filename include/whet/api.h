/* whet/api.h - marks used by every public header; nothing else.
 *
 * WHET_API        the symbol is exported from libwhet.
 * WHET_MUST_USE   ignoring the result is a compiler warning.
 * WHET_PRINTF     the arguments are checked against the format.
 */
#ifndef WHET_API_H
#define WHET_API_H

#if defined(__GNUC__) || defined(__clang__)
#    define WHET_API          __attribute__((visibility("default")))
#    define WHET_MUST_USE     __attribute__((warn_unused_result))
#    define WHET_PRINTF(f, a) __attribute__((format(printf, f, a)))
#else
#    define WHET_API
#    define WHET_MUST_USE
#    define WHET_PRINTF(f, a)
#endif

#endif
