/* check/trend_view.h - the course of a result for people, and for programs.
 *
 * Shape    one call per form; each appends the whole of it.
 * Units    as check/history.h; times are UTC.
 * Memory   the text is the caller's.
 * Errors   0, -ENOMEM, -EFBIG; the text is then as far as it got.
 * Threads  safe from any.
 */
#ifndef WHET_CHECK_TREND_VIEW_H
#define WHET_CHECK_TREND_VIEW_H

#include <whet/api.h>

#include "base/text.h"
#include "check/history.h"
#include "view/table.h"

/* A sentence that answers, a line of blocks, and the newest results as a table. */
WHET_MUST_USE int whet__trend_put_text(struct whet_text *out, const struct whet_trend *trend,
                                       const struct whet_table_style *style);

/* All points; whet-formats(5) has it. */
WHET_MUST_USE int whet__trend_put_json(struct whet_text *out, const struct whet_trend *trend);

/* A page with a plot, in which the levels between changes stand out. */
WHET_MUST_USE int whet__trend_put_html(struct whet_text *out, const struct whet_trend *trend);

#endif
