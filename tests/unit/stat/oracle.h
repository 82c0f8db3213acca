/* tests/unit/stat/oracle.h - the tables that tests/data/stat/oracle.py wrote. */
#ifndef WHET_TESTS_STAT_ORACLE_H
#define WHET_TESTS_STAT_ORACLE_H

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* Opens a table behind its line of column names. */
static inline FILE *oracle_open(const char *name)
{
    const char *data = getenv("WHET_TEST_DATA");
    char path[512];
    FILE *file;
    int c;

    assert_non_null(data);
    snprintf(path, sizeof(path), "%s/stat/%s", data, name);
    file = fopen(path, "r");
    assert_non_null(file);
    while ((c = getc(file)) != '\n')
        assert_int_not_equal(c, EOF);
    return file;
}

/* The next `count` numbers; 0 at the end of the table. */
static inline int oracle_read(FILE *file, double *out, int count)
{
    for (int i = 0; i < count; i++) {
        if (fscanf(file, "%lf", &out[i]) != 1)
            return 0;
    }
    return 1;
}

/* |got - want| relative to want, or absolute where want is 0; 0 for two NaN. */
static inline double oracle_error(double got, double want)
{
    if (isnan(got) || isnan(want))
        return isnan(got) && isnan(want) ? 0 : INFINITY;
    if (got == want)
        return 0;
    return fabs(got - want) / (want == 0 ? 1 : fabs(want));
}

#endif
