/* A block comment
 * of two lines, */

// and one that goes on \
   behind a backslash
#include <stdio.h> /* code, then a comment */

static int plain(void)
{
    return 1'000 + '"' + '\'' + "/* no comment */"[0]; // trailing
}

int (*returns_pointer(int a))(int)
{
    if (a > 0 && a < 10 || a == 99)
        return NULL;
    for (int i = 0; i < a; i++)
        while (i)
            do
                i--;
            while (i > 3);
    return a ? NULL : NULL;
}

struct point *labels(int kind)
{
    switch (kind) {
    case 1:
    case 2:
        goto out;
    default:
        break;
    }
#if 0
    if (never)
        return 0;
#endif
out:
    return 0; /* a comment that ends
    on the next line */ }
