/* A study of a trace as JSON: one object, whose form is version 1 (whet-cache(1)). */
#include "front/cache_study.h"

#include "base/json.h"
#include "replay/trace_format.h"

#define CURVE_POINTS 512 /* of a curve, at most; the shape needs no more */

static const char *const verbs[] = {"simulate", "curve", "tune"};

static void put_trace(struct whet_json *j, const struct whet_study *s)
{
    const struct whet_trace *t = &s->trace;

    whet__json_key(j, "trace");
    whet__json_object(j);
    whet__json_put_string(j, "path", s->wishes->path);
    whet__json_put_string(j, "format", t->format->name);
    whet__json_put_uint(j, "requests", t->count);
    whet__json_put_uint(j, "keys", t->unique);
    if (t->sizes != NULL) {
        whet__json_put_uint(j, "bytes", t->bytes);
        whet__json_put_uint(j, "footprint_bytes", t->footprint_bytes);
    }
    whet__json_put_double(j, "first_request_ratio", (double)t->unique / (double)t->count);
    whet__json_object_end(j);
}

static void put_cell(struct whet_json *j, const struct whet_simulation *cell)
{
    if (cell->policy == NULL)
        return;
    whet__json_object(j);
    whet__json_put_string(j, "policy", cell->policy->name);
    whet__json_put_uint(j, "size", cell->capacity);
    whet__json_put_uint(j, "misses", cell->misses);
    whet__json_put_double(j, "miss_ratio", cell->miss_ratio);
    if (cell->bytes != 0)
        whet__json_put_double(j, "byte_miss_ratio", cell->byte_miss_ratio);
    whet__json_put_double(j, "cpu_seconds", cell->cpu_seconds);
    whet__json_object_end(j);
}

static void put_cells(struct whet_json *j, const struct whet_study *s)
{
    if (s->cells == NULL)
        return;
    whet__json_put_double(j, "simulated_keys_ratio", s->rate);
    whet__json_key(j, "results");
    whet__json_array(j);
    for (size_t i = 0; i < s->policy_count * s->size_count; i++)
        put_cell(j, &s->cells[i]);
    whet__json_array_end(j);
    whet__json_key(j, "policies");
    whet__json_array(j);
    for (size_t i = 0; i < s->policy_count; i++) {
        whet__json_object(j);
        whet__json_put_string(j, "name", s->policies[i]->name);
        whet__json_put_bool(j, "knows_future",
                            (s->policies[i]->flags & WHET_POLICY_FUTURE) != 0);
        whet__json_put_double(j, "mean_regret", whet__study_regret(s, i));
        whet__json_object_end(j);
    }
    whet__json_array_end(j);
}

static void put_curve(struct whet_json *j, const struct whet_study *s)
{
    const struct whet_curve *c = &s->curve;
    size_t step = c->count / CURVE_POINTS + 1;

    if (c->count == 0)
        return;
    whet__json_key(j, "curve");
    whet__json_object(j);
    whet__json_put_string(j, "policy", "lru");
    whet__json_put_bool(j, "exact", c->is_exact);
    whet__json_put_double(j, "sampled_keys_ratio", c->rate);
    whet__json_put_uint(j, "min_size", c->min_size);
    whet__json_put_double(j, "floor", c->floor);
    whet__json_key(j, "points");
    whet__json_array(j);
    for (size_t i = 0; i < c->count;
         i += i + step < c->count || i + 1 == c->count ? step : c->count - 1 - i) {
        whet__json_array(j);
        whet__json_uint(j, c->points[i].size);
        whet__json_double(j, c->points[i].miss_ratio);
        whet__json_array_end(j);
    }
    whet__json_array_end(j);
    whet__json_object_end(j);
}

static void put_tune(struct whet_json *j, const struct whet_study *s)
{
    int choice = whet__study_choice(s);

    whet__json_put_double(j, "target", s->wishes->target);
    whet__json_put_bool(j, "reachable", s->target_size != 0);
    if (s->target_size == 0)
        return;
    if (choice >= 0)
        whet__json_put_string(j, "policy", s->policies[choice]->name);
    whet__json_put_uint(j, "lru_size", s->target_size);
    whet__json_put_double(j, "quick_estimate", s->estimate);
    if (s->has_splits)
        whet__study_levels_json(j, s);
    whet__json_key(j, "needs");
    whet__json_array(j);
    for (size_t i = 0; i < s->policy_count; i++) {
        whet__json_object(j);
        whet__json_put_string(j, "policy", s->policies[i]->name);
        if (s->needs[i].size != 0) {
            whet__json_put_uint(j, "size", s->needs[i].size);
            whet__json_put_double(j, "hit_ratio", s->needs[i].hit_ratio);
        }
        whet__json_object_end(j);
    }
    whet__json_array_end(j);
}

void whet__study_json(struct whet_text *out, const struct whet_study *s)
{
    struct whet_json j;

    whet__json_init(&j, out, 2);
    whet__json_object(&j);
    whet__json_put_string(&j, "type", "cache");
    whet__json_put_uint(&j, "version", 1);
    whet__json_put_string(&j, "verb", verbs[s->wishes->verb]);
    whet__json_put_string(&j, "unit", s->wishes->in_bytes ? "bytes" : "entries");
    whet__json_put_bool(&j, "stopped", s->stopped);
    put_trace(&j, s);
    if (s->wishes->verb == WHET_STUDY_TUNE)
        put_tune(&j, s);
    put_cells(&j, s);
    put_curve(&j, s);
    whet__json_object_end(&j);
    whet__text_putc(out, '\n');
}
