/* The sentences of a digest about limits that were set: targets, growth, copies at once; and
 * probabilities. A few for each outcome of a report. */
#include "export/digest.h"

#include <math.h>
#include <string.h>

/* Always so many decimals (1 to 4), unlike whet__number_fixed. */
static void put_decimals(struct whet_text *out, double value, unsigned decimals)
{
    double power = pow(10, decimals), scaled = floor(fabs(value) * power + 0.5);

    if (!(scaled < 1e15)) {
        whet__text_putc(out, '-');
        return;
    }
    whet__text_printf(out, "%s%.0f.%0*.0f", value < 0 && scaled > 0 ? "-" : "",
                      floor(scaled / power), (int)decimals, fmod(scaled, power));
}

void whet__digest_p(struct whet_text *out, double p)
{
    if (!isfinite(p))
        whet__text_putc(out, '-');
    else if (p < 0.0001)
        whet__text_puts(out, "< 0.0001");
    else
        put_decimals(out, p, p < 0.1 ? 4 : 2);
}

const char *whet__digest_target_title(const struct whet_target *target)
{
    if (strcmp(target->name, "time") == 0)
        return "Duration";
    if (strcmp(target->name, "memory") == 0)
        return "Peak memory";
    return strcmp(target->name, "throughput") == 0 ? "Throughput" : target->name;
}

/* Throughput is limited in bytes or items, each second. */
enum whet_unit whet__digest_target_unit(const struct whet_target *target)
{
    if (strcmp(target->name, "throughput") != 0)
        return target->unit;
    if (target->unit == WHET_UNIT_SIZE)
        return WHET_UNIT_SIZE_RATE;
    return target->unit == WHET_UNIT_COUNT ? WHET_UNIT_RATE : target->unit;
}

void whet__digest_target(struct whet_text *out, const struct whet_target *target)
{
    if (isfinite(target->value))
        whet__number_value(out, whet__digest_target_unit(target), target->value);
    else
        whet__text_puts(out, "not measured");
    whet__text_puts(out, target->at_least ? " (target: at least " : " (target: ");
    whet__number_value(out, whet__digest_target_unit(target), target->limit);
    whet__text_putc(out, ')');
    if (target->state == WHET_TARGET_UNKNOWN && target->why[0] != '\0')
        whet__text_printf(out, ": %s", target->why);
}

void whet__digest_scaling(struct whet_text *out, const struct whet_scaling *s, int memory)
{
    const struct whet_growth *g = memory ? &s->memory : &s->time;
    double limit = memory ? s->max_memory_exponent : s->max_exponent;

    whet__text_printf(out, "%s over ", memory ? "memory" : "time");
    whet__digest_name(out, s->parameter);
    if (g->law == WHET_GROWTH_UNKNOWN) {
        whet__text_puts(out, ": no law could be fitted");
        return;
    }
    whet__text_printf(out, ": %s, exponent ", whet__growth_name(g->law));
    put_decimals(out, g->exponent.estimate, 2);
    whet__text_puts(out, " (");
    put_decimals(out, g->exponent.low, 2);
    whet__text_puts(out, " to ");
    put_decimals(out, g->exponent.high, 2);
    whet__text_putc(out, ')');
    if (limit > 0) {
        whet__text_puts(out, ", target: at most ");
        put_decimals(out, limit, 2);
    }
}

void whet__digest_concurrency(struct whet_text *out, const struct whet_concurrency *c)
{
    whet__digest_name(out, c->arm);
    if (!(c->sequential_ns > 0) && c->why[0] != '\0') {
        whet__text_printf(out, ": %s", c->why); /* there was nothing to compare copies with */
        return;
    }
    whet__text_printf(out, ": %u copies at once in ", c->copies);
    whet__number_value(out, WHET_UNIT_DURATION, c->wall_ns);
    whet__text_puts(out, " (one alone: ");
    whet__number_value(out, WHET_UNIT_DURATION, c->sequential_ns);
    whet__text_printf(out, "), %u failed, %u with other output", c->failed, c->differing);
    if (c->why[0] != '\0')
        whet__text_printf(out, "; %s", c->why);
}
