#!/bin/sh
# Every public header compiles alone, as C11 and as C++17; every internal one as C11 behind
# the house's own first include.
#
# usage: headers.sh ROOT CC CXX
set -u
root=$1
cc=$2
cxx=$3
cd "$root" || exit
. tests/gate/tap.sh

warn='-Wall -Wextra -Wpedantic -Werror -fsyntax-only'
# shellcheck disable=SC2086
for header in include/whet/*.h; do
    name=${header#include/}
    echo "#include <$name>
typedef int not_empty;" >"$scratch/alone.c"
    case_ "<$name> as C11" $cc -std=c11 $warn -Iinclude "$scratch/alone.c"
    case_ "<$name> as C++17" $cxx -x c++ -std=c++17 $warn -Iinclude "$scratch/alone.c"
done
# shellcheck disable=SC2086
for header in src/*/*.h src/*/*/*.h; do
    name=${header#src/}
    echo "#include \"$name\"" >"$scratch/alone.c"
    case_ "\"$name\" as C11" $cc -std=c11 -D_POSIX_C_SOURCE=200809L -Wall -Wextra -Werror \
        -fsyntax-only -Iinclude -Isrc "$scratch/alone.c"
done
done_cases
