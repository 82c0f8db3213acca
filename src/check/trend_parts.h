/* check/trend_parts.h - what the text and the page of a course share.
 *
 * Shape    small texts, and a table.
 * Units    as check/history.h.
 * Memory   the caller's; clear the table.
 * Errors   sticky in texts and tables.
 * Threads  safe from any.
 */
#ifndef WHET_CHECK_TREND_PARTS_H
#define WHET_CHECK_TREND_PARTS_H

#include <stddef.h>

#include "base/text.h"
#include "check/history.h"
#include "view/table.h"

const struct whet_trend_point *whet__trend_point(const struct whet_trend *trend, size_t index);

/* "2026-01-31T12:00:00Z", or "2026-01-31 12:00" for people. */
void whet__trend_time(char out[32], int64_t time, int people);

/* "30 results of CPU time since 2026-01-31". */
void whet__trend_extent(struct whet_text *out, const struct whet_trend *trend);

/* "it changed once: +20.0% on 2026-03-01 (1a2b3c4d)"; of several the last. */
void whet__trend_answer(struct whet_text *out, const struct whet_trend *trend);

/* The last `rows` points. */
void whet__trend_table(struct whet_table *out, const struct whet_trend *trend, size_t rows);

/* What a change of this ratio is for this metric: GOOD, BAD, or ACCENT. */
enum whet_role whet__trend_role(const struct whet_trend *trend, double change);

#endif
