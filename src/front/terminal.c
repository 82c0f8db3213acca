/* The person at the terminal. A few calls per process, but for _stop, which long work asks as
 * often as it likes. */
#include "front/terminal.h"

#include "os/clock.h"
#include "os/signal.h"
#include "os/term.h"

void whet__terminal_style(FILE *out, const struct whet_global *global,
                          struct whet_table_style *style)
{
    struct whet_term term;

    whet__term_read(fileno(out), &term);
    *style = (struct whet_table_style){
        .width = term.tty ? term.columns : 80,
        .colour = whet__global_color(global, fileno(out)),
    };
}

void whet__terminal_progress(struct whet_progress *line, const struct whet_global *global,
                             const char *label, const char *noun)
{
    struct whet_term term;

    whet__term_read(fileno(stderr), &term);
    whet__progress_init(line,
                        &(struct whet_progress_options){
                            .out = stderr,
                            .is_terminal = whet__global_progress(global),
                            .columns = term.columns,
                            .label = label,
                            .noun = noun,
                        },
                        whet__clock_now_ns());
}

int whet__terminal_stop(void *ctx)
{
    (void)ctx;
    return whet__interrupted();
}
