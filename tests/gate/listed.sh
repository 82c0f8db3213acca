#!/bin/sh
# Nothing lies in the tree without being built or run: a line that a merge loses from a
# list would take tests away in silence.
#
# usage: listed.sh ROOT
set -u
cd "$1" || exit
. tests/gate/tap.sh

# A live line of the list, not a comment, with the quoted name.
lists() { grep -v '^ *#' "$1" | grep -F "'$2'"; }

# every LIST FILE...: each FILE, by its name or the part that the list uses, is in LIST.
every()
{
    list=$1
    shift
    missing=0
    for file; do
        case $file in *'*'*) continue ;; esac # a pattern that matched nothing
        item=${file##*/}
        case $item in
        test_*.c | fuzz_*.c) item=${item#*_} item=${item%.c} ;;
        *.bats | *.sh | *.py) item=${item%.*} ;;
        esac
        lists "$list" "$item" >/dev/null || {
            echo "$file is not in $list"
            missing=1
        }
    done
    [ "$missing" = 0 ]
}

every_command()
{
    for file in src/cli/cmd_*.c; do
        item=${file#src/cli/cmd_}
        grep -x "    &whet__cmd_${item%.c}," src/cli/command_table.c || return
    done
}

every_corpus()
{
    for file in fuzz/fuzz_*.c; do
        item=${file#fuzz/fuzz_}
        [ -n "$(ls "tests/data/corpus/${item%.c}")" ] || return
    done
    for folder in tests/data/corpus/*/; do
        item=${folder%/}
        [ -f "fuzz/fuzz_${item##*/}.c" ] || {
            echo "$folder has no fuzz target"
            return 1
        }
    done
}

for list in src/*/meson.build src/*/*/meson.build; do
    case_ "every source of ${list%/*}" every "$list" "${list%/*}"/*.c
done
for list in tests/unit/*/meson.build; do
    case_ "every test of ${list%/*}" every "$list" "${list%/*}"/test_*.c
done
case_ "every test of the command line" every tests/cli/meson.build tests/cli/*.bats
case_ "every gate" every tests/gate/meson.build \
    $(ls tests/gate/*.sh tests/gate/*.py | grep -v tap.sh)
case_ "every fuzz target" every fuzz/meson.build fuzz/fuzz_*.c
case_ "every fuzz target has a corpus, and every corpus a target" every_corpus
case_ "every command" every_command
case_ "every example" every examples/meson.build examples/*.c
case_ "every man page" every man/meson.build $(ls man | sed -n 's/\.scd$//p' | sed 's|^|man/|')
done_cases
