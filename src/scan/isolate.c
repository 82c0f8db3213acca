/* Analysis in worker processes: a file that crashes the parser, or takes more than its
 * share, is listed with its reason, and nothing else is lost. Expected load: all files of a
 * cold scan; each thread of the scan has a worker of its own, reads ahead for it, and
 * sleeps while it has enough to do. */
#include "scan/state.h"

#include <errno.h>

#include "base/mem.h"
#include "scan/analyse.h"

#define FILE_CPU_NS UINT64_C(10000000000)
#define FILE_MEMORY ((uint64_t)4 << 30)
#define PENDING_MAX 64

/* A file whose analysis is on its way. */
struct pending {
    struct whet_scan_item *item;
    struct whet_hash128 hash, key;
    struct pending *next; /* of those that are free */
};

struct whet_isolate {
    struct whet_crew *crew;
    struct pending *free;
    struct pending all[PENDING_MAX];
};

static int isolate_open(const struct whet_scan *scan, struct whet_scan_worker *w)
{
    const struct whet_scan_options *o = &scan->options;
    const struct whet_crew_options options = {
        .argv = o->isolate,
        .workers = 1,
        .in_flight = PENDING_MAX,
        .cpu_ns = o->file_cpu_ns != 0 ? o->file_cpu_ns : FILE_CPU_NS,
        .memory_bytes = o->file_memory_bytes != 0 ? o->file_memory_bytes : FILE_MEMORY,
    };
    struct whet_isolate *i;
    int rc;

    if (w->isolate != NULL)
        return 0;
    i = whet__mem_zalloc(1, sizeof(*i));
    if (i == NULL)
        return -ENOMEM;
    rc = whet_crew_new(&i->crew, &options, NULL);
    if (rc != 0) {
        whet__mem_free(i);
        return rc;
    }
    for (size_t n = 0; n < PENDING_MAX; n++) {
        i->all[n].next = i->free;
        i->free = &i->all[n];
    }
    w->isolate = i;
    return 0;
}

void whet__scan_isolate_free(struct whet_isolate *i)
{
    if (i == NULL)
        return;
    whet_crew_free(i->crew);
    whet__mem_free(i);
}

static enum whet_scan_reason reason_of(enum whet_crew_end end)
{
    if (end == WHET_CREW_CPU)
        return WHET_SCAN_SKIP_CPU;
    return end == WHET_CREW_MEMORY ? WHET_SCAN_SKIP_MEMORY : WHET_SCAN_SKIP_CRASHED;
}

/* What a worker found out, or why it did not. */
static int result_apply(struct whet_scan *scan, struct whet_scan_worker *w,
                        const struct whet_crew_result *r)
{
    const struct pending *p = r->tag;
    const struct whet_scan_function *functions = NULL;
    struct whet_summary_record summary;
    int rc;

    if (r->end == WHET_CREW_NO_WORKER)
        return -ECHILD;
    if (r->end == WHET_CREW_DONE && r->status == -EPROTO)
        return -EPROTO; /* a program of another version */
    if (r->end != WHET_CREW_DONE || r->status != 0) {
        whet__scan_item_skip(p->item, reason_of(r->end), 0);
        return 0;
    }
    rc = whet__record_unpack(r->data, r->len, &summary,
                             scan->want_functions ? &functions : NULL, &w->keep);
    if (rc == -ENOMEM)
        return rc;
    if (rc != 0) {
        whet__scan_item_skip(p->item, WHET_SCAN_SKIP_CRASHED, 0);
        return 0;
    }
    whet__text_reset(&w->row);
    whet__text_append(&w->row, r->data, r->len);
    whet__scan_learn(scan, w, p->item, &p->hash, &p->key, &summary, functions);
    return 0;
}

/* Waits for one result: 1; 0: there is none to come, or the scan was stopped. */
static int result_take(struct whet_scan *scan, struct whet_scan_worker *w)
{
    struct whet_isolate *i = w->isolate;
    struct whet_crew_result r;
    int rc;

    do
        rc = whet__scan_stopped(scan) ? 0 : whet_crew_next(i->crew, &r);
    while (rc == -EINTR);
    if (rc != 1)
        return rc;
    rc = result_apply(scan, w, &r);
    ((struct pending *)r.tag)->next = i->free;
    i->free = r.tag;
    return rc != 0 ? rc : 1;
}

int whet__scan_isolate_submit(struct whet_scan *scan, struct whet_scan_worker *w,
                              struct whet_scan_item *item, const struct whet_content *content,
                              const struct whet_hash128 *hash, const struct whet_hash128 *key)
{
    int rc = isolate_open(scan, w), taken = 1;
    struct pending *p;

    if (rc != 0)
        return rc;
    while (taken > 0 && w->isolate->free == NULL)
        taken = result_take(scan, w);
    if (taken <= 0)
        return taken;
    p = w->isolate->free;
    w->isolate->free = p->next;
    *p = (struct pending){.item = item, .hash = *hash, .key = *key};
    rc = -EAGAIN;
    while (rc == -EAGAIN && taken > 0) {
        whet__text_reset(&w->row); /* a result writes there, too */
        whet__content_pack(content, &w->row);
        rc = whet__text_error(&w->row);
        if (rc == 0)
            rc = whet_crew_submit(w->isolate->crew, p, w->row.data, w->row.len);
        if (rc == -EAGAIN)
            taken = result_take(scan, w);
    }
    if (rc == 0)
        return 0;
    p->next = w->isolate->free;
    w->isolate->free = p;
    return rc == -EAGAIN ? taken : rc;
}

void whet__scan_isolate_finish(struct whet_scan *scan)
{
    for (unsigned n = 0; n < scan->totals.jobs; n++) {
        struct whet_scan_worker *w = &scan->workers[n];
        int taken = w->isolate != NULL && w->error == 0;

        while (taken > 0)
            taken = result_take(scan, w);
        if (taken < 0)
            w->error = taken;
        whet__scan_isolate_free(w->isolate);
        w->isolate = NULL;
    }
}
