/* tests/unit/data/whole_project.h - what the tests of the parts of whet.yaml share. */
#ifndef WHET_TESTS_WHOLE_PROJECT_H
#define WHET_TESTS_WHOLE_PROJECT_H

#include "../harness.h"

#include <errno.h>
#include <string.h>

#include "data/project.h"

/* Whichever allocation fails, the text is read or not, and nothing is lost. */
static inline void project_survives_failed_allocations(const char *text)
{
    EACH_ALLOCATION_FAILS
    {
        struct whet_project p;
        int rc = whet__project_parse(&p, text, strlen(text), "w", NULL);

        assert_true(rc == 0 || rc == -ENOMEM);
        if (rc == 0)
            whet__project_clear(&p);
    }
}

#endif
