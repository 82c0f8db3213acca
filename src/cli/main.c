/* The whet command: a process with its three standard descriptors in order, then the
 * driver. */
#include <fcntl.h>
#include <unistd.h>

#include "cli/driver.h"
#include "cli/command.h"

/* A descriptor that the caller closed would be given to the first file we open, and
 * an answer would land in it. Open for reading only: writing to it still fails. */
static int open_missing_descriptors(void)
{
    for (;;) {
        int fd = open("/dev/null", O_RDONLY);

        if (fd < 0)
            return -1;
        if (fd > STDERR_FILENO)
            return close(fd);
    }
}

int main(int argc, char **argv)
{
    if (argc < 1 || open_missing_descriptors() != 0)
        return WHET_EXIT_FAILURE;
    return whet__driver(argc - 1, argv + 1);
}
