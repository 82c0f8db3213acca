/* The progress line. The clock is the caller's, so that a test can be its own. Expected
 * load: updates from a busy loop; all but ten a second end at the first comparison. */
#include "view/progress.h"

#include <inttypes.h>
#include <math.h>
#include <pthread.h>
#include <string.h>

#include "base/log.h"
#include "view/number.h"
#include "view/width.h"

#define INTERVAL_NS      100000000u
#define SMOOTH_NS        2e9 /* the rate forgets with this time constant */
#define LINE_MAX_BYTES   4096
#define DEFAULT_COLUMNS  80
#define DETAIL_MIN_WIDTH 16

/* One line is live at a time; log lines come from any thread. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct whet_progress *live;

static void erase(struct whet_progress *p)
{
    if (!p->on_screen)
        return;
    fputs("\r\x1B[K", p->out);
    fflush(p->out);
    p->on_screen = 0;
}

static void step_aside(void)
{
    pthread_mutex_lock(&lock);
    if (live != NULL) {
        erase(live);
        live->held = 1;
    }
    pthread_mutex_unlock(&lock);
}

void whet__progress_init(struct whet_progress *p, const struct whet_progress_options *options,
                         uint64_t now_ns)
{
    memset(p, 0, sizeof(*p));
    whet__text_init(&p->line, LINE_MAX_BYTES);
    if (!options->is_terminal || options->out == NULL)
        return;
    p->out = options->out;
    p->label = options->label != NULL ? options->label : "";
    p->noun = options->noun != NULL ? options->noun : "";
    p->columns = options->columns != 0 ? options->columns : DEFAULT_COLUMNS;
    p->flags = options->ascii ? WHET_WIDTH_ASCII : 0;
    p->start_ns = p->drawn_ns = p->rated_ns = now_ns;
    pthread_mutex_lock(&lock);
    live = p;
    pthread_mutex_unlock(&lock);
    whet__log_before_set(step_aside);
}

/* An exponential mean over time, so that neither a stall nor a burst jumps. */
static void update_rate(struct whet_progress *p, uint64_t now_ns, uint64_t done)
{
    double elapsed_ns = (double)(now_ns - p->rated_ns);
    double seen;

    if (elapsed_ns <= 0 || done < p->rated_done)
        return;
    seen = (double)(done - p->rated_done) * 1e9 / elapsed_ns;
    if (p->rate > 0)
        p->rate += (seen - p->rate) * (1 - exp(-elapsed_ns / SMOOTH_NS));
    else
        p->rate = seen;
    p->rated_ns = now_ns;
    p->rated_done = done;
}

/* "0:07", "12:34", "1:02:03": of a steady width, unlike a duration in a report. */
static void put_clock(struct whet_text *out, double seconds)
{
    uint64_t whole = seconds < 360000.0 ? (uint64_t)seconds : 359999; /* 99:59:59 */

    if (whole >= 3600)
        whet__text_printf(out, "%" PRIu64 ":%02" PRIu64, whole / 3600, whole / 60 % 60);
    else
        whet__text_printf(out, "%" PRIu64, whole / 60);
    whet__text_printf(out, ":%02" PRIu64, whole % 60);
}

enum piece { PERCENT, COUNT, RATE, LEFT, ELAPSED, PIECES };

struct state {
    uint64_t now_ns, done, total;
};

static void put_count(struct whet_text *out, const struct whet_progress *p,
                      const struct state *s)
{
    whet__number_count(out, s->done);
    if (s->total != 0) {
        whet__text_puts(out, " of ");
        whet__number_count(out, s->total);
    }
    if (p->noun[0] != '\0')
        whet__text_printf(out, " %s", p->noun);
}

/* Nothing when the piece is not known. */
static void put_piece(struct whet_text *out, const struct whet_progress *p,
                      const struct state *s, enum piece piece)
{
    double share = s->total != 0 ? (double)s->done / (double)s->total : 0;

    switch (piece) {
    case PERCENT:
        if (s->total != 0)
            whet__text_printf(out, "%3d%%", share < 1 ? (int)(share * 100) : 100);
        break;
    case COUNT:
        put_count(out, p, s);
        break;
    case RATE:
        if (p->rate > 0) {
            whet__number_value(out, WHET_UNIT_COUNT, p->rate);
            whet__text_puts(out, "/s");
        }
        break;
    case LEFT:
        if (s->total > s->done && p->rate > 0) {
            put_clock(out, (double)(s->total - s->done) / p->rate + 0.5);
            whet__text_puts(out, " left");
        }
        break;
    case ELAPSED:
        put_clock(out, (double)(s->now_ns - p->start_ns) / 1e9);
        break;
    case PIECES:
        break;
    }
}

/* The label and the pieces of the set `shown` (a bit each). */
static void put_pieces(struct whet_text *out, const struct whet_progress *p,
                       const struct state *s, unsigned shown)
{
    whet__text_reset(out);
    whet__width_put(out, p->label, strlen(p->label), p->flags);
    for (int piece = 0; piece < PIECES; piece++) {
        size_t before = out->len, start;

        if ((shown & 1u << piece) == 0)
            continue;
        whet__text_puts(out, before > 0 ? "  " : "");
        start = out->len;
        put_piece(out, p, s, (enum piece)piece);
        if (out->len == start)
            whet__text_truncate(out, before);
    }
}

/* What fits, the least important left out first, and a detail where there is room. */
static size_t put_line(struct whet_text *out, const struct whet_progress *p,
                       const struct state *s, const char *detail, size_t room)
{
    static const enum piece least_first[] = {ELAPSED, COUNT, RATE, LEFT, PERCENT};
    unsigned shown = (1u << PIECES) - 1;
    size_t width;

    put_pieces(out, p, s, shown);
    width = whet__width(whet__text_str(out), out->len, p->flags);
    for (size_t i = 0; i < PIECES && width > room; i++) {
        shown &= ~(1u << least_first[i]);
        put_pieces(out, p, s, shown);
        width = whet__width(whet__text_str(out), out->len, p->flags);
    }
    if (detail != NULL && width + 2 + DETAIL_MIN_WIDTH <= room) {
        whet__text_puts(out, "  ");
        width += 2 + whet__width_fit(out, detail, strlen(detail), room - width - 2,
                                     p->flags | WHET_WIDTH_START);
    }
    return width;
}

/* One column stays free: in the last one some terminals wrap. */
static void draw(struct whet_progress *p, const struct state *s, const char *detail)
{
    size_t room = p->columns - 1;
    size_t width = put_line(&p->line, p, s, detail, room);

    if (whet__text_error(&p->line) != 0)
        return;
    if (width > room) { /* not even the label fits */
        whet__text_reset(&p->line);
        whet__width_fit(&p->line, p->label, strlen(p->label), room, p->flags);
    }
    fprintf(p->out, "\r%s\x1B[K", whet__text_str(&p->line));
    fflush(p->out);
    p->on_screen = 1;
}

void whet__progress_update(struct whet_progress *p, uint64_t now_ns, uint64_t done,
                           uint64_t total, const char *detail)
{
    const struct state state = {now_ns, done, total};

    pthread_mutex_lock(&lock);
    if (p->out != NULL && now_ns >= p->drawn_ns && now_ns - p->drawn_ns >= INTERVAL_NS) {
        update_rate(p, now_ns, done);
        if (!p->held)
            draw(p, &state, detail);
        p->held = 0;
        p->drawn_ns = now_ns;
    }
    pthread_mutex_unlock(&lock);
}

void whet__progress_step_aside(struct whet_progress *p)
{
    if (p->on_screen)
        step_aside();
}

void whet__progress_end(struct whet_progress *p)
{
    pthread_mutex_lock(&lock);
    if (p->out != NULL)
        erase(p);
    if (live == p) {
        live = NULL;
        whet__log_before_set(NULL);
    }
    p->out = NULL;
    whet__text_clear(&p->line);
    pthread_mutex_unlock(&lock);
}
