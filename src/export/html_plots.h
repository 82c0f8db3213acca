/* export/html_plots.h - the pictures of a digest, each in its figure.
 *
 * Shape    appends to a page; nothing where there is nothing to draw.
 * Units    as export/digest.h.
 * Memory   the text is the caller's; scratch room is released before a call returns.
 * Errors   -ENOMEM, and the text's. Values that cannot stand on an axis are said to be so.
 * Threads  safe from any while nothing changes.
 *
 * `suite` is the outcome's number in the page, from 1; it makes ids unique.
 */
#ifndef WHET_EXPORT_HTML_PLOTS_H
#define WHET_EXPORT_HTML_PLOTS_H

#include "export/digest.h"

/* Changes against the reference, with intervals. */
WHET_MUST_USE int whet__html_plot_changes(struct whet_text *out, const struct whet_digest *d,
                                          size_t suite);
/* Every run on one scale, and in the order of measurement. */
WHET_MUST_USE int whet__html_plot_spread(struct whet_text *out, const struct whet_digest *d,
                                         size_t suite);
WHET_MUST_USE int whet__html_plot_runs(struct whet_text *out, const struct whet_digest *d,
                                       size_t suite);
/* Growth of time or memory with the law that was fitted. */
WHET_MUST_USE int whet__html_plot_scaling(struct whet_text *out, const struct whet_digest *d,
                                          size_t suite, size_t series, int memory);

#endif
