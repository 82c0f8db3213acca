/* Any file as a log of an earlier run, to be gone on with: it is refused and left as it is, or
 * it is a log, then and ever after; a job that is added to it is found in it. */
#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "run/job_log.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const argv[] = {"fuzz", NULL};

/* 1: the job is in it; 0: it is not; -1: it is no log. */
static int look_up(const char *path, int add)
{
    const struct whet_run_job job = {.number = 1, .argv = argv};
    struct whet_job_result result = {.end = WHET_JOB_OK, .attempts = 1};
    struct whet_job_log log;
    int rc = whet__job_log_open(&log, path, WHET_JOB_LOG_RESUME, NULL);

    if (rc != 0 && rc != -EBADMSG && rc != -EFBIG && rc != -EILSEQ && rc != -EINVAL)
        abort();
    if (rc != 0)
        return -1;
    rc = add ? whet__job_log_add(&log, &job, &result, NULL)
             : whet__job_log_look_up(&log, &job, &result, NULL);
    whet__job_log_close(&log);
    return rc;
}

static void check_left(int fd, const uint8_t *data, size_t size)
{
    char *left = malloc(size + 1);

    if (left != NULL &&
        (pread(fd, left, size + 1, 0) != (ssize_t)size || memcmp(left, data, size) != 0))
        abort();
    free(left);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    FILE *file = tmpfile();
    int fd = file != NULL ? fileno(file) : -1;
    char path[64];

    if (fd < 0 || (size > 0 && write(fd, data, size) != (ssize_t)size))
        abort();
    snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
    if (look_up(path, 1) != 0)
        check_left(fd, data, size);
    else if (look_up(path, 0) != 1)
        abort();
    fclose(file);
    return 0;
}
