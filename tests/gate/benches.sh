#!/bin/sh
# Programs with benchmarks, in C and in C++, build against the public header alone, list
# what they have and measure it.
#
# usage: benches.sh ROOT LIBWHET.so CC CXX
set -u
root=$1
library=$2
cc=$3
cxx=$4
cd "$root" || exit
. tests/gate/tap.sh

export LD_LIBRARY_PATH="${library%/*}"
export XDG_STATE_HOME="$scratch/state"
export XDG_CACHE_HOME="$scratch/cache"
warn='-O2 -Wall -Wextra -Wpedantic -Wshadow -Werror -Iinclude'

# shellcheck disable=SC2086
build()
{
    case $1 in
    *.cc) $cxx -std=c++17 $warn "$1" -o "$scratch/program" "$library" -pthread ;;
    *) $cc -std=c11 $warn "$1" -o "$scratch/program" "$library" ;;
    esac
}

# measures FILTER NAME: what is measured can be found in the answer.
measures()
{
    (cd "$scratch" && ./program --runs 3 --json "$1") >"$scratch/answer" || return
    grep -F "\"$2\"" "$scratch/answer"
}

lists() { "$scratch/program" --list | grep -F "$1"; }
refuses() { ! "$scratch/program" --runs 3 "$1" >"$scratch/answer" 2>&1; }

case_ 'C builds' build examples/bench/search.c
case_ 'C lists its cases' lists find_steps/count:256
case_ 'C measures with arguments' measures 'find_halves/count:16' find_halves/count:16
case_ 'C measures in batches' measures sort sort
case_ 'C refuses what is not there' refuses nothing_like_it
case_ 'C++ builds' build examples/bench/maps.cc
case_ 'C++ lists its cases' lists count_locked/threads:2
case_ 'C++ measures templates' measures 'look_up_hash/size:256' look_up_hash/size:256
case_ 'C++ measures with threads' measures 'count_atomic/threads:2' count_atomic/threads:2
done_cases
