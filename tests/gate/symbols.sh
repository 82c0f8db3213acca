#!/bin/sh
# libwhet exports whet_noun_verb and nothing else, shared and static; and all that the
# public headers promise.
#
# usage: symbols.sh ROOT LIBWHET.so LIBWHET.a
set -u
root=$1
shared=$2
static=$3
cd "$root" || exit
. tests/gate/tap.sh

# The functions that public headers declare.
promised()
{
    cat include/whet/*.h | tr '\n' ' ' | grep -oE 'WHET_API[^;{]*;' |
        grep -oE '\bwhet_[a-z0-9_]+ ?\(' | tr -d ' (' | sort -u
}

exported() { nm --defined-only --extern-only "$@" | sed -n 's/.* [A-Z] //p' | sort -u; }

exported -D "$shared" >"$scratch/shared"
exported "$static" >"$scratch/static"
promised >"$scratch/promised"

only_ours() { ! grep -vE '^whet_[a-z]' "$1"; }
no_difference() { diff "$1" "$2"; }

case_ "the shared library exports only whet_noun_verb" only_ours "$scratch/shared"
case_ "the static library exports only whet_noun_verb" only_ours "$scratch/static"
case_ "both export the same" no_difference "$scratch/shared" "$scratch/static"
case_ "what is exported is what the headers promise" no_difference \
    "$scratch/promised" "$scratch/shared"
done_cases
