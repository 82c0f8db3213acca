/* cli/driver.h - from argv to an exit code.
 *
 * Shape    one call, from main and from tests.
 * Units    exit codes 0..255.
 * Memory   none is kept.
 * Errors   are printed to stderr; the answer is the exit code.
 * Threads  the main thread.
 */
#ifndef WHET_CLI_DRIVER_H
#define WHET_CLI_DRIVER_H

int whet__driver(int argc, char *const *argv);

#endif
