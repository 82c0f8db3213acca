load common

# bench OPERAND...: a quick session that leaves nothing behind.
bench()
{
    whet bench -q --no-history -r 3 "$@"
}

@test "answers for each command, and compares" {
    bench 'sleep 0.01' 'sleep 0.02' >out 2>err
    run ! grep . err
    grep -q 'sleep 0' out
    grep -q 'Compared' out
    grep -q '3 rounds' out
    run ! grep -q '.\{82,\}' out
    run ! grep -q $'\033' out
}

@test "the JSON answer holds every sample, and what was typed" {
    bench --json --seed 7 -n one -- sh -c 'exit 0' >out
    python3 - <<'PY'
import json
answer = json.load(open("out"))
assert answer["whet"] == "bench/1"
assert answer["command"] == "whet bench -q --no-history -r 3 --json --seed 7 -n one -- sh -c 'exit 0'", answer["command"]
outcome, = answer["outcomes"]
assert outcome["result"]["seed"] == "7"
arm, = outcome["result"]["arms"]
assert arm["name"] == "one" and arm["command"] == "sh -c 'exit 0'"
PY
}

@test "mistakes are named before anything runs" {
    fails "nothing to measure: name a command" whet bench
    fails "unknown option: '--prepair': did you mean '--prepare'?" whet bench --prepair x true
    fails "only a shell can do this: '|' in 'ls | wc': quote it, or ask for a shell (--shell, or 'shell' in a file or in C)" whet bench 'ls | wc'
    fails "only a shell can do this: 'A=1' in 'A=1 true': give --env, or --shell" whet bench 'A=1 true'
    fails "cannot find program: 'no-such-program': it is not in PATH" whet bench true no-such-program
    fails "cannot find program: './nowhere': check its name" whet bench ./nowhere
    fails "no closing ': 'echo 'a'" whet bench "echo 'a"
    fails "unknown parameter: '{n}' in 'sleep {n}': quote it (or, for whet bench, give -P n=VALUES)" whet bench 'sleep {n}'
    fails "unused parameter: 'n': write {n} in a command" whet bench -P n=1,2 true
    fails "not NAME=VALUES: '--parameter n': write it as jobs=1..8 or mode=a,b" whet bench -P n true
    fails "the smaller number comes first: 'n=8..1'" whet bench -P n=8..1 'sleep {n}'
    fails "too many combinations: 'n=1..100': at most 64 commands can be measured together" \
        whet bench -P n=1..100 'sleep {n}'
    fails "'--prepare' is given 2 times for 3 commands: give it once, or once for each" \
        whet bench -p a -p b true true true
    fails "more names than commands: '--name b'" whet bench -n a -n b true
    fails "no command of this name: '--reference x': the first is 'true'" whet bench --reference x true false
    fails "not exit codes: '--ignore-failure=1,x': write them as 1,3" whet bench --ignore-failure=1,x true
    fails "not a nice value: '--priority 20': -20 to 19" whet bench --priority 20 true
    fails "'--min-runs 20' is more than '--max-runs 10'" whet bench -m 20 -M 10 true
    fails "not NAME=VALUE: '--env X'" whet bench --env X true
    fails "cannot write: 'no/such/a.json': No such file or directory" whet bench -o no/such/a.json true
    fails "no such form: 'hyperfin': did you mean 'hyperfine'?" whet bench --export hyperfin=x true
    fails "'--min-runs 20' is more than '--runs 10'" whet bench -m 20 -r 10 true
    fails "not a file: '-': standard output is for the answer: --json prints it as JSON, other forms need a name" \
        whet bench --export html=- true
    fails "no folder to run in: '--cwd no': No such file or directory" whet bench --cwd no true
    fails "cannot read: '--input no': No such file or directory" whet bench --input no true
    fails "'bash' would be a command to measure: write the shell as -Sbash or --shell=bash" \
        whet bench -S bash 'echo a'
    fails "no such group of functions: '@nope': whet has @cache, @io, @memory, @parallel and @scan" \
        whet bench @nope
    fails "not FORM=FILE: '--export junit': write it as junit=bench.xml" whet bench --export junit true
}

@test "a command that fails is named, with its exit code and how to allow it" {
    run -2 --separate-stderr whet bench -q --no-history false
    [ "$stderr" = "whet: command failed with exit code 1: 'false': give --ignore-failure to measure it anyway" ]
    bench -i false >out
    bench -i1,3 'false' 'sh -c "exit 3"' >out
    bench -i=1,3 'false' >out
    run -2 bench -i3 false
    # The other one is measured all the same.
    code=0
    bench true false >out 2>err || code=$?
    [ "$code" = 2 ]
    grep -q '^true' out
    grep -q "exit code 1: 'false'" err
}

@test "a signal and a time-out are failures, too" {
    run -2 bench "sh -c 'kill -9 \$\$'"
    run -2 --separate-stderr whet bench -q --no-history -S 'kill -9 $$'
    [[ $stderr == *"killed by signal 9"* ]]
    run -2 --separate-stderr whet bench -q --no-history --timeout 50ms "sleep 1000.$$"
    [[ $stderr == *"took longer than 50"*"sleep 1000"* ]]
    run ! pgrep -f "sleep 1000.$$\$"
}

@test "parameters: lists, ranges, several at once" {
    bench --json -P a=1..2 -P b=x,y 'echo {a} {b}' >out
    python3 - <<'PY'
import json
arms = json.load(open("out"))["outcomes"][0]["result"]["arms"]
assert [arm["name"] for arm in arms] == ["echo 1 x", "echo 1 y", "echo 2 x", "echo 2 y"]
PY
    # Quotes and braces of other languages are left alone.
    echo 'a b' >file
    bench -P n=1 "awk '{print \$1}' file" 'sleep 0.00{n}' >out
}

@test "hooks: once around all, before and after each run, in order" {
    cat >log.sh <<'SH'
#!/bin/sh
echo "$1" >>log
SH
    chmod +x log.sh
    whet bench -q --no-history -r 2 -w 1 -s './log.sh setup' -p './log.sh prepare' \
        -C './log.sh conclude' -c './log.sh cleanup' './log.sh run' >out
    [ "$(xargs <log)" = "setup prepare run conclude prepare run conclude prepare run conclude cleanup" ]
    run -2 --separate-stderr bench -p false true
    [[ $stderr == *"prepare of 'true' failed with exit code 1"* ]]
    run -2 --separate-stderr bench -s 'ls /nowhere' true
    [[ $stderr == *"setup of 'true' failed with exit code 2"*"/nowhere"* ]]
    run -2 --separate-stderr whet bench --no-history -r 1 -c false true
    [[ $stderr == *"cleanup of 'true' failed with exit code 1"* ]]
    [[ $stderr == *"whet: not cleaned up: a command of --cleanup failed" ]]
}

@test "hooks, one for each command; parameters in them" {
    cat >log.sh <<'SH'
#!/bin/sh
echo "$1" >>log
SH
    chmod +x log.sh
    whet bench -q --no-history -r 1 -w 0 -p './log.sh A' -p './log.sh B' true 'sleep 0' >out
    [ "$(sort log | xargs)" = "A B" ]
    rm log
    whet bench -q --no-history -r 1 -w 0 -P n=1..3 -p './log.sh {n}' 'sleep 0' >out
    [ "$(sort log | xargs)" = "1 2 3" ]
}

@test "input, folder, environment, shell" {
    mkdir dir
    printf 'seen\n' >in
    cat >check.sh <<'SH'
#!/bin/sh
[ "$X" = "a b" ] && [ "$(cat)" = seen ] && [ "${PWD##*/}" = dir ]
SH
    chmod +x check.sh
    bench --cwd dir --env 'X=a b' --input in ../check.sh >out # FILE is seen from here
    bench -S 'echo a | grep -q a && [ -n "$HOME" ]' >out
    grep -q "sh -c ''" out # the shell's own cost, beside it
    bench --shell=bash '[[ a == a ]]' >out
    bench --shell=none true >out
    run ! grep -q "sh -c" out
    run -2 bench 'exit 0'
}

@test "exports, each by its ending or name" {
    bench true 'sleep 0' -o a.json -o a.html -o a.md --export hyperfine=h.json --export csv=a.csv \
        --export junit=a.xml --export github-action-benchmark=g.json --export bmf=b.json \
        --export google-benchmark=gb.json --export criterion=crit --export text=a.txt >out
    for file in a.json h.json g.json b.json gb.json; do python3 -m json.tool "$file" >/dev/null; done
    python3 - <<'PY'
import json
result, other = json.load(open("h.json"))["results"]
assert result["command"] == "true" and len(result["times"]) == 3
PY
    grep -q '<svg' a.html
    grep -q '^|' a.md
    [ -d crit ]
    grep -q '<testsuite' a.xml
    grep -q 'Measured' a.txt
}

# By memory, which is the same however busy the machine is.
@test "exit codes: a comparison is an answer, a gate is a question" {
    less='dd if=/dev/zero of=/dev/null bs=100M count=1 status=none'
    more='dd if=/dev/zero of=/dev/null bs=300M count=1 status=none'
    by_memory()
    {
        whet bench -q --no-history -w 0 -r 5 --level 90% --metric memory "$@"
    }
    by_memory --no-confirm "$less" "$more" >out
    grep -q '× more: ' out
    run ! grep -q FAIL out
    run -1 by_memory --fail 20% "$less" "$more"
    [[ $output == *FAIL* ]]
    run -0 by_memory --no-confirm --fail 20% "$more" "$less"
    run -1 whet bench -q --no-history -r 3 --strict 'sleep 0.001' 'sleep 0.0011' # too few to tell
    run -0 whet bench -q --no-history -r 3 'sleep 0.001' 'sleep 0.0011'
}

@test "a metric that is not known passes no gate" {
    fails "metric 'allocations' was not measured: only functions of programs built with <whet/bench.h> count them" \
        whet bench -q --no-history -r 3 --metric allocations 'sleep 0' 'sleep 0.001'
    # Known of one alone: the smaller one's is hidden by that of whet itself.
    large="python3 -c 'len(bytes(1) * (300 << 20))'"
    run -0 --separate-stderr whet bench -q --no-history -r 3 --metric memory 'sleep 0' "$large"
    [[ $output == *INCONCLUSIVE* || $output == *"nothing to compare"* ]]
    [[ $(tr -s ' \n' ' ' <<<"$output") == *"peak memory is not known of 'sleep 0'"* ]]
    run -2 --separate-stderr whet bench -q --no-history -r 3 --fail 10% --metric memory 'sleep 0' "$large"
    [ "$stderr" = "whet: nothing was compared: peak memory is not known of 'sleep 0'" ]
}

@test "the same command twice is the same code" {
    bench 'sleep 0' 'sleep 0' --json >out
    grep -q '"same code"' out
}

@test "baselines: kept programs are run again, numbers alone are compared" {
    cp "$(command -v sleep)" prog
    whet bench -q -r 8 './prog 0.01' --save-baseline main --keep-binary >out
    [ -f .whet/baselines/main.json ]
    whet bench -q -r 8 './prog 0.01' --baseline main >out
    grep -q 'baseline main' out
    grep -q 'same code' out
    whet bench -q -r 8 './prog 0.01' --save-baseline numbers >out
    whet bench -q -r 8 './prog 0.01' --baseline numbers >out
    grep -q 'saved numbers' out
    whet bench -q compare main numbers >out
    grep -q 'saved main' out
    fails "two results are compared: 'whet bench compare BEFORE AFTER'" whet bench compare main
    run -2 --separate-stderr whet bench --baseline other true
    [[ $stderr == "whet: no baseline of this name: 'other'"*"'main'"* ]]
}

@test "a baseline of other commands compares nothing, and says so" {
    whet bench -q --no-history -r 3 'sleep 0.001' --save-baseline q2 >out
    fails "no 'sleep 0.003' in baseline 'q2': it has 'sleep 0.001'" \
        whet bench -q --no-history -r 3 --baseline q2 'sleep 0.003'
    run -0 --separate-stderr whet bench --no-history -r 8 --baseline q2 'sleep 0.001' 'sleep 0.003'
    [[ $stderr == *"not compared: no 'sleep 0.003' in baseline 'q2'"* ]]
    run -1 whet bench -q --no-history -r 8 --strict --baseline q2 'sleep 0.001' 'sleep 0.003'
}

@test "percentages say that they are" {
    fails "percentage without %: '10': write it as 10%: in '--fail'" whet bench --fail 10 true
    fails "percentage without %: '1': write 1% or 100%: in '--warn'" whet bench --warn 1 true
    whet bench -q --no-history -r 1 --warn 0.05 true >out
}

@test "history: every result is added, unless told otherwise" {
    whet bench -q -r 3 -n quick true >out
    whet bench -q -r 3 -n quick true >out
    whet bench -q -r 3 --no-history -n other true >out
    [ "$(whet bench history)" = quick ]
    whet bench history quick >out
    grep -q quick out
    whet bench history quick --json | python3 -m json.tool >/dev/null
    run -2 --separate-stderr whet bench history quik
    [[ $stderr == *"'quik'"*"quick"* ]]
    # One that cannot be written is a note.
    mkdir state-file && chmod 500 state-file
    XDG_STATE_HOME=/dev/null whet bench -r 3 true >out 2>err
    grep -q '^whet: history: ' err
}

@test "selftest: equal programs look equal, and are known" {
    whet bench -q selftest -r 3 --time-budget 6s --json >out || [ $? = 1 ]
    python3 - <<'PY'
import json
answer = json.load(open("out"))
assert answer["whet"] == "selftest/1" and answer["comparisons"] == 3 and answer["same_code"] is True
PY
    whet bench -q selftest -r 2 --time-budget 4s 'sleep 0' >out || [ $? = 1 ]
    grep -q 'Same program  recognised' out
    fails "unexpected operand: 'b': one command at most" whet bench selftest a b
}

@test "verbs behind -- are commands" {
    fails "cannot find program: 'selftest': it is not in PATH" whet bench -- selftest
}

@test "an interrupt keeps what was measured and leaves no child" {
    "$WHET" bench -q --no-history -r 1000 'sleep 0.05' "sleep 77.$$" --timeout 60s >out 2>err &
    child=$!
    listens "$child"
    for _ in {1..100}; do
        pgrep -P "$child" >/dev/null && break
        sleep 0.05
    done
    sleep 0.3
    kill -TERM "$child"
    code=0
    wait "$child" || code=$?
    [ "$code" = 143 ]
    run ! pgrep -f "sleep 77.$$\$" # whose number no other test has
    "$WHET" bench -q --no-history -r 100000 "sh -c 'echo >>n; sleep 0.01'" >out 2>err &
    child=$!
    until [ "$(wc -l <n)" -gt 50 ]; do kill -0 "$child"; sleep 0.01; done 2>/dev/null
    kill -TERM "$child"
    code=0
    wait "$child" || code=$?
    [ "$code" = 143 ]
    grep -q 'sleep 0.01' out
    grep -q 'interrupted' err
}

@test "a full disk and a reader that leaves" {
    [ -e /dev/full ] || skip "no /dev/full"
    run -2 --separate-stderr bash -c '"$WHET" bench -q --no-history -r 3 true >/dev/full'
    [ "$stderr" = "whet: cannot write: 'stdout': No space left on device" ]
    run -2 --separate-stderr whet bench -q --no-history -r 3 true --export text=/dev/full
    [[ $stderr == "whet: cannot write: '/dev/full': No space left on device" ]]
    (whet bench -q --no-history -r 3 --json true; echo done >&2) 2>err | head -n 1 >out
    [ "$(cat out)" = "{" ]
    run ! grep -v done err
}

@test "suites of whet.yaml, to be looked at" {
    cat >whet.yaml <<'YAML'
version: 1
suites:
  naps:
    runs: 3
    commands:
      short: sleep 0.001
      long: sleep 0.02
YAML
    mkdir below
    cd below
    whet bench -q --no-history --suite naps >out
    grep -q '^short' out
    grep -q '3 rounds' out
    fails "no such suite: 'nap': did you mean 'naps'?" whet bench --suite nap
    fails "a suite says itself what it runs: 'true': leave out one of the two" whet bench --suite naps true
    fails "a suite says itself how it is run: '--env': write it into whet.yaml" whet bench --suite naps --env A=b
}

@test "project: a made-up code base, the same for the same number" {
    [ "$(whet bench project a 20)" = "$(whet bench project b 20)" ]
    diff -r a b
    [ "$(find a -type f | wc -l)" = 20 ]
    whet bench -q --seed 2 project c 20
    run ! diff -rq a c
    fails "project needs a folder, and may have a number of files: whet bench project DIR 1000" \
        whet bench project
    fails "not a number of files: 'x': 1 to 20000 are possible" whet bench project d x
    fails "cannot make a project: 'a': it is not empty" whet bench project a 20
}

@test "functions of a program: its own main, by --program, against what was kept" {
    program=${WHET%/src/cli/whet}/examples/example_search
    [ -x "$program" ] || skip "no example_search"
    export LD_LIBRARY_PATH=${WHET%/src/cli/whet} # it is run from other folders, too
    "$program" --list >names
    name=$(sed -n '1s/\t.*//p' names)
    cp "$program" prog
    ./prog -q --no-history -r 3 --filter "$name" --json >out
    grep -qF "\"name\": \"$name\"" out
    ./prog -q -r 3 "$name" --save-baseline main --keep-binary >out
    ./prog -q -r 3 "$name" --baseline main >out
    grep -q 'baseline main' out
    grep -q 'SAME CODE' out
    whet bench -q --no-history -r 3 --program ./prog --program "$program" --filter "$name" >out
    grep -q 'same code' out
    run -2 --separate-stderr ./prog -q nothing-like-it
    [[ $stderr == *"nothing-like-it"* ]]
    run -2 --separate-stderr whet bench --program /bin/true
    [[ $stderr == *"whet_bench_main"* ]]
    run -2 --separate-stderr ./prog --bogus
    [[ $stderr == "whet: unknown option: '--bogus'"* ]]
    fails "'--setup' is for commands: functions alone are measured here" ./prog --setup true
}
