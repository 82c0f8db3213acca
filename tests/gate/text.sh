#!/bin/sh
# Spelling, and scripts that any POSIX shell can read.
#
# usage: text.sh ROOT
set -u
cd "$1" || exit
. tests/gate/tap.sh
git rev-parse 2>/dev/null || skip_all 'not a git checkout'

# Tracked text of ours; fixtures may hold anything.
git ls-files ':!tests/data' ':!*package-lock.json' ':!LICENSE' >"$scratch/files"

# shellcheck disable=SC2046
case_ spelling codespell --ignore-words tests/gate/words.txt \
    $(grep -v '^tests/unit/' "$scratch/files")

while read -r file; do
    [ -f "$file" ] || continue
    case $(head -n 1 "$file") in
    '#!/bin/sh')
        case_ "$file is sh" sh -n "$file"
        case_ "$file is dash" dash -n "$file"
        ;;
    '#!'*bash)
        case_ "$file is bash" bash -n "$file"
        ;;
    '#!'*python3)
        case_ "$file is Python" python3 -c \
            'import ast, sys; ast.parse(open(sys.argv[1], encoding="utf-8").read())' "$file"
        ;;
    esac
done <"$scratch/files"
done_cases
