#!/bin/sh
# tools/tally counts each case of the logs and says which failed and why: what a reader of
# nothing but the end of a run goes by.
#
# usage: tally.sh ROOT
set -u
cd "$1" || exit
. tests/gate/tap.sh

# prints STATUS COMMAND...: the command exits so and prints what is in $scratch/wanted.
prints()
{
    status=$1
    shift
    code=0
    "$@" >"$scratch/printed" || code=$?
    [ "$code" = "$status" ] || {
        echo "exits $code, not $status"
        return 1
    }
    diff "$scratch/wanted" "$scratch/printed"
}

numbered() { seq "$2" "$3" | sed "s/^/$1/"; }

good=$scratch/good.json
cat >"$good" <<'LOG'
{"name": "unit / a", "stdout": "1..3\nok 1 - x\nok 2 - y # SKIP no disk\nnot ok 3 - z # TODO later\n# why\n", "result": "OK"}
{"name": "no cases", "stdout": "hello\n", "result": "OK"}
{"name": "left out", "result": "SKIP"}
LOG
printf '3 skipped\n2 passed, 0 failed\n' >"$scratch/wanted"
case_ "what passed and was skipped is added up" prints 0 tools/tally "$good"
: >"$scratch/wanted"
case_ "nothing failed, nothing is shown" prints 0 tools/tally --failures "$good"

bad=$scratch/bad.json
cat >"$bad" <<'LOG'
{"name": "cli / scan", "stdout": "1..4\n# a note\nok 1 - x\n# another\nnot ok 2 two words\n# (in scan.bats, line 3)\nstray\n#   false\nok 3\n# of 3\nnot ok 4 - last\n", "stderr": "\n(test program exited with status code 1)", "result": "ERROR"}
{"name": "unit / killed", "stdout": "1..2\nok 1 - x\n", "result": "TIMEOUT"}
{"name": "unit / loud", "stdout": "1..1\nnot ok 1 - x\n", "stderr": "ERROR: leak\n", "result": "ERROR"}
{"name": "silent", "result": "FAIL"}
LOG
cat >"$scratch/failures" <<TEXT
== cli / scan ($bad)
not ok 2 two words
# (in scan.bats, line 3)
#   false

== cli / scan ($bad)
not ok 4 - last

== unit / killed ($bad)
ended with TIMEOUT; its last lines:
1..2
ok 1 - x

== unit / loud ($bad)
not ok 1 - x

== unit / loud ($bad)
standard error:
ERROR: leak

== silent ($bad)
ended with FAIL; its last lines:

TEXT
cp "$scratch/failures" "$scratch/wanted"
case_ "a failed case is shown with its program and its lines" \
    prints 1 tools/tally --failures "$bad"
echo '3 passed, 5 failed' >>"$scratch/wanted"
case_ "before the sum, too" prints 1 tools/tally "$bad"
{ cat "$scratch/failures" && printf '3 skipped\n5 passed, 5 failed\n'; } >"$scratch/wanted"
case_ "logs are added up" prints 1 tools/tally "$good" "$bad"

printf '1..2\n# tried again: x, late\n# why\nok 1 x, late\n# no\nok 2 y\n' >"$scratch/again.tap"
printf 'tried again: x, late\n# why\n2 passed, 0 failed\n' >"$scratch/wanted"
case_ "what passed at the second try only is named" prints 0 tools/tally "$scratch/again.tap"

{
    echo 'not ok 1 - long'
    numbered '# ' 1 50
} >"$scratch/steps.tap"
{
    echo "== steps.tap ($scratch/steps.tap)"
    echo 'not ok 1 - long'
    numbered '# ' 1 40
    printf '# and 10 more lines\n\n0 passed, 1 failed\n'
} >"$scratch/wanted"
case_ "plain TAP; of many lines the first 40" prints 1 tools/tally "$scratch/steps.tap"

printf '{"name": "long", "stdout": "%s", "stderr": "%s", "result": "FAIL"}\n' \
    "$(seq 1 20 | sed 's/$/\\n/' | tr -d '\n')" \
    "$(seq 21 50 | sed 's/$/\\n/' | tr -d '\n')" >"$scratch/long.json"
{
    printf '== long (%s)\nended with FAIL; its last lines:\n' "$scratch/long.json"
    seq 11 50
    printf '\n0 passed, 1 failed\n'
} >"$scratch/wanted"
case_ "of a program without cases the last 40" prints 1 tools/tally "$scratch/long.json"

printf '== %s\nno such log: its run ended early\n\n2 passed, 1 failed\n' \
    "$scratch/none.json" | sed '4s/^/3 skipped\n/' >"$scratch/wanted"
case_ "a missing log is a failure" prints 1 tools/tally "$scratch/none.json" "$good"
echo '0 passed, 0 failed' >"$scratch/wanted"
case_ "nothing run is no success" prints 1 tools/tally /dev/null
done_cases
