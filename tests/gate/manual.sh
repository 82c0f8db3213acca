#!/bin/sh
# Each command has a man page, each page of a command has its command, and the page as a
# reader sees it has the synopsis and every option of -h; prose names no other option.
#
# usage: manual.sh ROOT WHET MANDIR
set -u
root=$1
whet=$2
pages=$3
cd "$root" || exit
. tests/gate/tap.sh

"$whet" completion fish |
    sed -n 's/.*__fish_use_subcommand -f -a \([a-z]*\) .*/\1/p' >"$scratch/commands"

# The page as text, one blank between words, without hyphenation.
render() { MANWIDTH=200 MANOPT='--nh --nj' man --local-file "$1" 2>&1 | col -b | tr -s ' '; }

options_of() { grep -oE -- '(^|[^a-z-])--[a-z[][][a-z-]*' | sed 's/^[^-]//' | sort -u; }

# agrees COMMAND
agrees()
{
    render "$pages/whet-$1.1" >"$scratch/page" || return
    "$whet" "$1" -h >"$scratch/help" || return
    synopsis=$(sed -n '1s/^usage: //p' "$scratch/help")
    grep -qxF " $synopsis" "$scratch/page" || {
        echo "no synopsis: $synopsis"
        return 1
    }
    options_of <"$scratch/help" >"$scratch/options"
    options_of <"$scratch/page" >"$scratch/named"
    diff "$scratch/options" "$scratch/named"
}

has_command() { grep -xF "$1" "$scratch/commands"; }

while read -r command; do
    case_ "whet-$command(1) agrees with -h" agrees "$command"
done <"$scratch/commands"
for page in man/whet-*.1.scd; do
    command=${page#man/whet-}
    command=${command%.1.scd}
    case_ "whet-$command(1) has its command" has_command "$command"
done
done_cases
