/* whet/units.h - durations, sizes and percentages, as people write them.
 *
 * Shape    text to number and back; every command, config file and report
 *          uses these and no other.
 * Units    nanoseconds, bytes, ratios (5% is 0.05).
 * Memory   none is allocated; text goes into the caller's buffer.
 * Errors   -EINVAL: not a number with a known unit.  -ERANGE: it does not fit,
 *          or is negative.  On error *out is untouched.
 * Threads  safe from any; the locale is not consulted.
 */
#ifndef WHET_UNITS_H
#define WHET_UNITS_H

#include <stddef.h>
#include <stdint.h>

#include <whet/api.h>
#include <whet/error.h>

#ifdef __cplusplus
extern "C" {
#endif

/* "250ms", "1.5s", "2m", "1h30m", "90" with a unit of ns, us, ms, s, m (or
 * min), h, d. A plain number is seconds. Several parts go from large units to small
 * ones; blanks between parts are fine, and so is what whet_duration_format wrote.
 * Rounds each part to the nearest nanosecond. */
WHET_API WHET_MUST_USE int whet_duration_parse(const char *text, uint64_t *out_ns,
                                               struct whet_error *err);

/* "64K", "500MB", "2GiB", "1.5M", "4096". K, M, G, T, P, E, likewise Ki, Mi, ... and
 * KiB, MiB, ... are powers of 1024; KB, MB, ... are powers of 1000; B is a byte. Letter
 * case is ignored. Rounds to the nearest byte. */
WHET_API WHET_MUST_USE int whet_size_parse(const char *text, uint64_t *out_bytes,
                                           struct whet_error *err);

/* "5%" and "0.05" are both 0.05, the same double as in a C source. Only 0..`max` (a
 * ratio; 1.0 is 100%) is accepted; digits behind the 15th are dropped. Without %, 1 and more
 * could mean either, and is refused: -EINVAL. */
WHET_API WHET_MUST_USE int whet_percent_parse(const char *text, double max, double *out_ratio,
                                              struct whet_error *err);

/* "12.3 ms", "4.56 s", "2 min 05 s", "1 h 02 min", "3 d 04 h": three significant digits
 * below a minute, days from 48 hours up, rounded to nearest. Returns `out`, always
 * NUL-terminated; 24 bytes are enough. */
WHET_API const char *whet_duration_format(uint64_t ns, char *out, size_t size);

/* "512 B", "12.3 KiB", "4.56 GiB", "1012 MiB": three significant digits (all four from
 * 1000 to 1023), powers of 1024, rounded to nearest. Returns
 * `out`, always NUL-terminated; 16 bytes are enough. */
WHET_API const char *whet_size_format(uint64_t bytes, char *out, size_t size);

/* "5.0%", "0.12%", "100%", "-3.1%", "0%": two decimals below 1 %, none from 100 % up;
 * "n/a" if it is not a number, ">1e12%" and "<-1e12%" beyond that. Returns `out`, always
 * NUL-terminated; 16 bytes are enough. */
WHET_API const char *whet_percent_format(double ratio, char *out, size_t size);

#ifdef __cplusplus
}
#endif

#endif
