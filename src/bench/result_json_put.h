/* bench/result_json_put.h - one result as JSON, for those who write it as part of more.
 *
 * Shape    one call writes one object.
 * Units    as bench/result.h.
 * Memory   some room for the values of an arm, given back.
 * Errors   sticky in the writer's text; -ENOMEM.
 * Threads  safe from any.
 */
#ifndef WHET_BENCH_RESULT_JSON_PUT_H
#define WHET_BENCH_RESULT_JSON_PUT_H

#include "base/json.h"
#include "bench/result.h"

/* The next value: what whet__results_parse reads back, and summaries for other readers. */
void whet__result_put_json(struct whet_json *j, const struct whet_result *r);

/* What follows stays on the line, until it is given back what this answers. Tables of
 * numbers would else have a line for each. */
unsigned whet__json_line_begin(struct whet_json *j);
void whet__json_line_end(struct whet_json *j, unsigned was);

#endif
