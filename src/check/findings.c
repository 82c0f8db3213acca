/* What a check found wrong. A handful of sentences at the end of minutes of measuring. */
#include "check/findings.h"

#include <stdio.h>
#include <string.h>

#include "base/hash.h"
#include "base/json.h"
#include "view/number.h"

#define DESCRIPTION_MAX ((size_t)1 << 20)

struct finding {
    const char *suite;
    const char *subject; /* of an arm or target */
    unsigned line;       /* of the suite in whet.yaml */
    const char *kind;    /* what of it is wrong: "change", a target's name, ... */
    int error;           /* 1: it fails the check; 0: a warning */
    const char *text;
};

struct walker {
    const struct whet_project *project;
    void (*each)(void *ctx, const struct finding *f);
    void *ctx;
    struct finding suite; /* what all of the suite that is walked share */
};

static void say(const struct walker *w, int error, const char *kind, const char *subject,
                const char *text)
{
    struct finding f = w->suite;

    f.kind = kind;
    f.error = error;
    f.subject = subject;
    f.text = text;
    w->each(w->ctx, &f);
}

static unsigned line_of(const struct whet_project *p, const char *suite)
{
    for (size_t i = 0; i < p->suites.len; i++) {
        const struct whet_suite *s = whet__vec_at(&p->suites, i);

        if (strcmp(s->name, suite) == 0)
            return s->node->key->line;
    }
    return 1;
}

static void walk_arms(const struct walker *w, const struct whet_outcome *o)
{
    for (size_t i = 0; i < whet__result_count(o->result); i++) {
        const struct whet_result_arm *arm = whet__result_arm(o->result, i);
        const struct whet_judgement *j = o->judgements != NULL ? &o->judgements[i] : NULL;
        char text[512];

        if (arm->left_out)
            say(w, 1, "runs", arm->name,
                arm->failure != NULL ? arm->failure : "it kept failing");
        if (j == NULL || (j->verdict != WHET_VERDICT_WARN && j->verdict != WHET_VERDICT_FAIL))
            continue;
        snprintf(text, sizeof(text), "%s (%s, against %s)", j->text,
                 o->result->metrics[j->metric].title, o->against);
        say(w, j->verdict == WHET_VERDICT_FAIL, "change", arm->name, text);
    }
}

static void put_target(struct whet_text *out, const struct whet_target *t)
{
    whet__text_printf(out, "%s is ", t->name);
    whet__number_value(out, t->unit, t->value);
    whet__text_puts(out, t->at_least ? ", less than the target of " : ", over the target of ");
    whet__number_value(out, t->unit, t->limit);
}

static void walk_targets(const struct walker *w, const struct whet_outcome *o)
{
    for (size_t i = 0; i < o->targets.len; i++) {
        const struct whet_target *t = whet__vec_at(&o->targets, i);
        struct whet_text text;

        if (t->state != WHET_TARGET_MISSED)
            continue;
        whet__text_init(&text, 1024);
        put_target(&text, t);
        say(w, 1, t->name, t->arm, whet__text_str(&text));
        whet__text_clear(&text);
    }
}

static void walk_growth(const struct walker *w, const struct whet_scaling *s, int memory)
{
    const struct whet_growth *g = memory ? &s->memory : &s->time;
    double max = memory ? s->max_memory_exponent : s->max_exponent;
    char text[256];

    if (!(max > 0) || !(g->exponent.low > max))
        return;
    snprintf(text, sizeof(text),
             "%s grows with %.64s to the power %.2f (%.2f to %.2f), more than %.2f",
             memory ? "memory" : "time", s->parameter, g->exponent.estimate, g->exponent.low,
             g->exponent.high, max);
    say(w, 1, memory ? "growth of memory" : "growth of time", s->parameter, text);
}

static void walk_rest(const struct walker *w, const struct whet_outcome *o)
{
    for (size_t i = 0; i < o->scaling.len; i++) {
        const struct whet_scaling *s = whet__vec_at(&o->scaling, i);

        if (s->state != WHET_TARGET_MISSED)
            continue;
        walk_growth(w, s, 0);
        walk_growth(w, s, 1);
    }
    for (size_t i = 0; i < o->concurrency.len; i++) {
        const struct whet_concurrency *c = whet__vec_at(&o->concurrency, i);
        char text[400];

        if (c->state != WHET_TARGET_MISSED)
            continue;
        snprintf(text, sizeof(text), "%u copies at once: %u failed, %u differ: %s", c->copies,
                 c->failed, c->differing, c->why);
        say(w, 1, "copies", c->arm, text);
    }
}

/* Calls `each` for every finding, in the report's order. */
static void each_finding(const struct whet_report *report, const struct whet_project *project,
                         void (*each)(void *ctx, const struct finding *f), void *ctx)
{
    struct walker w = {.project = project, .each = each, .ctx = ctx};

    for (size_t i = 0; i < report->outcomes.len; i++) {
        const struct whet_outcome *o = whet__report_at(report, i);

        w.suite = (struct finding){.suite = o->name, .line = line_of(project, o->name)};
        if (o->result == NULL) {
            say(&w, 1, "suite", o->name,
                o->failure != NULL ? o->failure : "it could not be run");
            continue;
        }
        walk_arms(&w, o);
        walk_targets(&w, o);
        walk_rest(&w, o);
    }
}

/* ---- GitHub ----------------------------------------------------------------------------- */

struct sink {
    struct whet_text *out;
    struct whet_json json;
    const char *file;
};

/* What would end the command or its property is written as GitHub reads it back. */
static void put_escaped(struct whet_text *out, const char *text, int property)
{
    for (; *text != '\0'; text++) {
        if (*text == '%' || *text == '\r' || *text == '\n' ||
            (property && (*text == ':' || *text == ',')))
            whet__text_printf(out, "%%%02X", (unsigned)*text);
        else
            whet__text_putc(out, *text);
    }
}

static void put_github(void *ctx, const struct finding *f)
{
    struct sink *s = ctx;

    whet__text_printf(s->out, "::%s file=", f->error ? "error" : "warning");
    put_escaped(s->out, s->file, 1);
    whet__text_printf(s->out, ",line=%u,title=", f->line);
    put_escaped(s->out, f->suite, 1);
    whet__text_puts(s->out, "::");
    if (strcmp(f->subject, f->suite) != 0) {
        put_escaped(s->out, f->subject, 0);
        whet__text_puts(s->out, ": ");
    }
    put_escaped(s->out, f->text, 0);
    whet__text_putc(s->out, '\n');
}

void whet__findings_github(struct whet_text *out, const struct whet_report *report,
                           const struct whet_project *project, const char *file)
{
    struct sink s = {.out = out, .file = file};

    each_finding(report, project, put_github, &s);
}

/* ---- GitLab ----------------------------------------------------------------------------- */

/* Stays the same while the same thing is wrong, whatever the numbers; of two with the same one
 * GitLab shows one, so whatever can be wrong beside another has to be in it. */
static void fingerprint(const struct finding *f, char out[33])
{
    struct whet_hash128 parts[3] = {whet__hash128(f->suite, strlen(f->suite)),
                                    whet__hash128(f->subject, strlen(f->subject)),
                                    whet__hash128(f->kind, strlen(f->kind))};
    struct whet_hash128 all = whet__hash128_seeded(parts, sizeof(parts), f->error ? 1 : 0);

    whet__hash128_format(&all, out);
}

static void put_gitlab(void *ctx, const struct finding *f)
{
    struct sink *s = ctx;
    struct whet_text text;
    char print[33];

    fingerprint(f, print);
    whet__text_init(&text, DESCRIPTION_MAX);
    whet__text_puts(&text, f->suite);
    if (strcmp(f->subject, f->suite) != 0)
        whet__text_printf(&text, ", %s", f->subject);
    whet__text_printf(&text, ": %s", f->text);
    whet__json_object(&s->json);
    whet__json_put_string(&s->json, "description", whet__text_str(&text));
    whet__json_put_string(&s->json, "check_name", "whet");
    whet__json_put_string(&s->json, "fingerprint", print);
    whet__json_put_string(&s->json, "severity", f->error ? "major" : "minor");
    whet__json_key(&s->json, "location");
    whet__json_object(&s->json);
    whet__json_put_string(&s->json, "path", s->file);
    whet__json_key(&s->json, "lines");
    whet__json_object(&s->json);
    whet__json_put_uint(&s->json, "begin", f->line);
    whet__json_object_end(&s->json);
    whet__json_object_end(&s->json);
    whet__json_object_end(&s->json);
    if (s->out->error == 0)
        s->out->error = whet__text_error(&text);
    whet__text_clear(&text);
}

void whet__findings_gitlab(struct whet_text *out, const struct whet_report *report,
                           const struct whet_project *project, const char *file)
{
    struct sink s = {.out = out, .file = file};

    whet__json_init(&s.json, out, 2);
    whet__json_array(&s.json);
    each_finding(report, project, put_gitlab, &s);
    whet__json_array_end(&s.json);
    whet__text_putc(out, '\n');
}
