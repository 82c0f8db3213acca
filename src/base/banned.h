/* base/banned.h - calls that this house does not make; included before every
 * file by the build. Each turns into a compile error that names its cure. */
#ifndef WHET_BASE_BANNED_H
#define WHET_BASE_BANNED_H

/* The C library's own headers must come first: they declare these names. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define WHET_BANNED(call, cure) whet_banned_##call##_use_##cure

#undef strcpy
#undef strcat
#undef strncpy
#undef strncat
#undef strtok
#undef sprintf
#undef vsprintf
#undef gets
#undef system
#undef popen
#undef tmpnam
#undef mktemp
#undef atoi
#undef atol
#undef atof
#undef localtime
#undef gmtime
#undef ctime
#undef asctime

#define strcpy(a, b)     WHET_BANNED(strcpy, whet__text)
#define strcat(a, b)     WHET_BANNED(strcat, whet__text)
#define strncpy(a, b, c) WHET_BANNED(strncpy, whet__text)
#define strncat(a, b, c) WHET_BANNED(strncat, whet__text)
#define strtok(a, b)     WHET_BANNED(strtok, strchr)
#define sprintf(...)     WHET_BANNED(sprintf, snprintf)
#define vsprintf(...)    WHET_BANNED(vsprintf, vsnprintf)
#define gets(a)          WHET_BANNED(gets, fgets)
#define system(a)        WHET_BANNED(system, whet__spawn)
#define popen(a, b)      WHET_BANNED(popen, whet__spawn)
#define tmpnam(a)        WHET_BANNED(tmpnam, mkstemp)
#define mktemp(a)        WHET_BANNED(mktemp, mkstemp)
#define atoi(a)          WHET_BANNED(atoi, strtol)
#define atol(a)          WHET_BANNED(atol, strtol)
#define atof(a)          WHET_BANNED(atof, strtod)
#define localtime(a)     WHET_BANNED(localtime, localtime_r)
#define gmtime(a)        WHET_BANNED(gmtime, gmtime_r)
#define ctime(a)         WHET_BANNED(ctime, strftime)
#define asctime(a)       WHET_BANNED(asctime, strftime)

#endif
