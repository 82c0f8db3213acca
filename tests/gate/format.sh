#!/bin/sh
# clang-format would change nothing; TAP, one case.
#
# usage: format.sh ROOT
set -u
cd "$1" || exit
. tests/gate/tap.sh
git rev-parse 2>/dev/null || skip_all 'not a git checkout'

formatted()
{
    git ls-files '*.c' '*.h' ':!tests/data' |
        xargs -P 2 -n 40 clang-format-14 --dry-run -Werror --ferror-limit=1
}

case_ "C is as clang-format-14 lays it out ('make format' does)" formatted
done_cases
