#!/bin/sh
# A call that the house does not make fails to compile, and the error names its cure.
#
# usage: banned.sh ROOT CC
set -u
root=$1
cc=$2
cd "$root" || exit
. tests/gate/tap.sh

# refuses CALL CODE
refuses()
{
    echo "int f(char *a, const char *b); int f(char *a, const char *b) { return $2 != 0; }" \
        >"$scratch/banned.c"
    # shellcheck disable=SC2086
    ! $cc -std=c11 -D_POSIX_C_SOURCE=200809L -Werror=implicit-function-declaration \
        -fsyntax-only -include src/base/banned.h "$scratch/banned.c" 2>"$scratch/errors" &&
        grep "whet_banned_$1_use_" "$scratch/errors"
}

case_ strcpy refuses strcpy 'strcpy(a, b)'
case_ strcat refuses strcat 'strcat(a, b)'
case_ strncpy refuses strncpy 'strncpy(a, b, 1)'
case_ strncat refuses strncat 'strncat(a, b, 1)'
case_ strtok refuses strtok 'strtok(a, b)'
case_ sprintf refuses sprintf 'sprintf(a, "%s", b)'
case_ vsprintf refuses vsprintf 'vsprintf(a, b, 0)'
case_ gets refuses gets 'gets(a)'
case_ system refuses system 'system(b)'
case_ popen refuses popen 'popen(b, "r")'
case_ atoi refuses atoi 'atoi(b)'
case_ localtime refuses localtime 'localtime(0)'
done_cases
