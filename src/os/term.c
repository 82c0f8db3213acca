/* What the other end of a descriptor can show. */
#include "os/term.h"

#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define CELLS_MAX 10000

/* The variable as a number of cells, or `fallback`. */
static unsigned cells_from(const char *variable, unsigned fallback)
{
    const char *value = getenv(variable);
    char *end;
    long cells;

    if (value == NULL)
        return fallback;
    cells = strtol(value, &end, 10);
    return end != value && *end == '\0' && cells > 0 && cells <= CELLS_MAX ? (unsigned)cells
                                                                           : fallback;
}

void whet__term_read(int fd, struct whet_term *out)
{
    struct winsize size = {0};

    out->tty = isatty(fd) == 1;
    if (out->tty)
        (void)ioctl(fd, TIOCGWINSZ, &size);
    out->columns = size.ws_col != 0 ? size.ws_col : cells_from("COLUMNS", 80);
    out->rows = size.ws_row != 0 ? size.ws_row : cells_from("LINES", 24);
}
