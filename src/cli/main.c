/* The whet command: finds the subcommand and runs it. */
#include <stdio.h>

#include <whet/version.h>

int main(void)
{
    printf("whet %s\n", whet_version());
    return 0;
}
