load common

# A repository with a program that takes TURNS million turns, and a suite for it.
repository()
{
    command -v git >/dev/null && command -v cc >/dev/null || skip "git or cc is missing"
    unset GITHUB_ACTIONS GITLAB_CI GITHUB_STEP_SUMMARY
    export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1 TMPDIR=$PWD/tmp
    export GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a@b GIT_COMMITTER_NAME=a GIT_COMMITTER_EMAIL=a@b
    mkdir tmp p
    cd p
    git init -q -b main .
    cat >spin.c <<'C'
#include <stdio.h>
#ifndef TURNS
#    define TURNS 2
#endif
int main(void)
{
    volatile unsigned long x = 1;
    for (long i = 0; i < TURNS * 1000000L; i++)
        x = x * 3 + 1;
    printf("%lu\n", x);
    return 0;
}
C
    cat >whet.yaml <<'YAML'
version: 1
build: cc -O1 -o spin spin.c
suites:
  spin:
    about: turns
    command: ./spin
    metric: cpu
    tags: [quick]
YAML
    printf 'spin\nout\nerr\n.whet\n' >.gitignore
    git add -A
    git commit -qm one
}

slower() # thirty times as many turns
{
    sed -i 's/define TURNS 2/define TURNS 60/' spin.c
}

check()
{
    whet check -q --runs 16 "$@"
}

@test "against a commit: slower is 1, the same is 0, nothing is left behind" {
    repository
    check --against HEAD >out 2>err
    grep -q 'SAME CODE' out
    slower
    git commit -qam two
    run -1 check --against HEAD~1
    [[ $output == *"spin: FAIL"* ]]
    [[ $output == *"slower"* ]]
    check --against HEAD >out
    grep -q 'SAME CODE' out
    [ "$(git worktree list | wc -l)" = 1 ]
    [ -z "$(ls ../tmp)" ]
    [ -z "$(git status --porcelain)" ]
}

@test "what is not committed is what is compared" {
    repository
    slower
    run -1 check --against HEAD spin
    git checkout -q spin.c
    check --against HEAD >out
    grep -q 'SAME CODE' out
}

@test "a suite that is new is measured alone" {
    repository
    cp spin.c other.c
    sed -i "s/^build:.*/build: sh -c 'for f in *.c; do cc -O1 -o \"\${f%.c}\" \"\$f\"; done'/" whet.yaml
    printf '  other: {command: ./other}\n' >>whet.yaml
    whet check --runs 4 --against HEAD >out 2>err
    grep -q "not compared: 'other': cannot find program" err
    grep -q 'other' out
    grep -q "INCONCLUSIVE - cannot find program: './other'" out
    run -1 check --against HEAD --strict
    run -2 --separate-stderr check --against HEAD other
    [[ $stderr == *"nothing was compared: no suite has a counterpart in 'HEAD'" ]]
}

@test "errors of git and of builds" {
    repository
    fails "no such commit: 'nope': 'git log' and 'git branch -a' list them" check --against nope
    fails "not a commit: '-x'" check --against -x
    fails "both given: '--against' and '--baseline': compare with one" \
        check --against HEAD --baseline main
    sed -i 's/return 0/return y/' spin.c
    run -2 check --against HEAD
    [[ $output == *"build failed: 'cc -O1 -o spin spin.c' in the working tree: exit code 1"* ]]
    [[ $output == *"undeclared"* ]]
    git checkout -q spin.c
    rm -rf .git
    cc -o spin spin.c
    fails "not a git repository: '$PWD': --against compares with a commit" check --against HEAD
    mkdir empty
    fails "cannot find program: 'git': --against needs it" \
        env PATH="$PWD/empty" "$WHET" check --against HEAD
    [ -z "$(ls ../tmp)" ]
}

@test "what was edited is built before it is measured" {
    repository
    check --save-baseline main --keep-binary >out # nothing was built before
    slower
    run -1 check --baseline main
    git checkout -q spin.c
    check --no-build >out # the slow one is still there
    run -1 check --no-build --baseline main
    fails "both given: '--against' and '--no-build': it compares two builds" \
        check --no-build --against HEAD
    printf 'version: 1\nbuild: sh -c "echo x >>built"\nsuites: {a: {command: ./spin}, b: {command: ./spin}}\n' >whet.yaml
    check >out
    [ "$(cat built)" = x ] # once for both
    sed -i 's/echo x/echo broken; exit 3/' whet.yaml
    run -2 check
    [[ $output == *"in the working tree: exit code 3"*broken* ]]
}

@test "suites are chosen by name and tag, and listed" {
    repository
    cat >>whet.yaml <<'YAML'
  second: {command: "true", tags: slow}
YAML
    check --list >out
    grep -q '^spin *turns *quick$' out
    grep -q '^second *true *slow$' out
    check --list --tag slow >out
    run ! grep -q spin out
    whet check -q --runs 2 second >out
    grep -q second out
    run ! grep -q turns out
    fails "no such suite: 'spim': did you mean 'spin'?" check spim
    fails "no suite has this tag: 'quik'" check --tag quik
}

@test "no suites: an example is shown" {
    export TMPDIR=$PWD
    mkdir -p e/.git
    cd e
    run -2 whet check
    [[ $output == "whet: no whet.yaml here or above: say what to measure, for instance"* ]]
    [[ $output == *"command: ./build/program --version"* ]]
    echo 'version: 1' >whet.yaml
    run -2 whet check
    [[ $output == *"no suite in whet.yaml"* ]]
}

@test "the metric of a suite, or of the command line, is what is shown and kept" {
    repository
    cc -O1 -o spin spin.c
    check --report out >out.txt
    grep -q '^  CPU time: ' out.txt
    grep -q 'CPU time' out/summary.md
    check --metric minor_faults >out.txt
    grep -q '^  minor_faults: ' out.txt
    whet bench history spin --json | grep -q '"metric": "minor_faults"'
}

@test "targets: kept is 0, missed is 1, unknown names have a place" {
    repository
    cc -O1 -o spin spin.c
    printf '    targets: {time: 1h, memory: 1GB, throughput: 0.001}\n    items: 1\n' >>whet.yaml
    check >out
    grep -q PASSED out
    sed -i 's/time: 1h/time: 1us/' whet.yaml
    run -1 check
    [[ $output == *FAILED* ]]
    sed -i 's/time: 1us/times: 1us/' whet.yaml
    fails "$PWD/whet.yaml:9:15: unknown target: 'times' of 'spin': did you mean 'time'?" check
    sed -i 's/times: 1us/time: fast/' whet.yaml
    fails "$PWD/whet.yaml:9:21: wrong target 'time' of 'spin': 'fast': a duration such as 250ms is expected" check
}

@test "copies at once that disturb each other are found" {
    repository
    cat >whet.yaml <<'YAML'
version: 1
suites:
  apart:
    command: sh -c 'echo x >own-{copy}.out; echo said'
    concurrency: {copies: 3, outputs: "own-{copy}.out"}
  shared:
    command: sh -c 'echo {copy} >>all.out'
    prepare: rm -f all.out
    concurrency: {copies: 3, outputs: all.out}
YAML
    whet check -q --runs 2 apart >out
    grep -q 'PASSED' out
    run -1 whet check -q --runs 2 shared
    [[ $output == *"'all.out' differs at byte 0 (line 1)"* ]] || {
        echo "$output"
        return 1
    }
}

@test "a suite that cannot be run is 2, and the others are still measured" {
    repository
    cc -O1 -o spin spin.c
    printf '  gone: {command: ./gone}\n' >>whet.yaml
    run -2 --separate-stderr check
    [[ $output == *"turns"* ]]
    [[ $output == *"gone"* ]]
}

@test "reports, annotations and the job's summary" {
    repository
    cc -O1 -o spin spin.c
    printf '    targets: {time: 1us}\n' >>whet.yaml
    run -1 env GITHUB_ACTIONS=true GITHUB_STEP_SUMMARY="$PWD/sum.md" "$WHET" check -q --runs 4 --report out
    [[ $output == *"::error file=whet.yaml,line=4,title=spin::time is "* ]]
    grep -q 'spin' sum.md
    [ "$(cat out/verdict.txt)" = FAIL ]
    for file in report.html summary.md junit.xml result.json; do [ -s out/$file ]; done
    python3 -c 'import json; assert json.load(open("out/result.json"))["verdict"] == "fail"'
    if command -v xmllint >/dev/null; then xmllint --noout out/junit.xml; fi
    run -1 check --runs 4 --report out --annotations gitlab
    python3 - <<'PY'
import json
[one] = json.load(open("out/gl-code-quality-report.json"))
assert one["severity"] == "major" and one["location"] == {"path": "whet.yaml", "lines": {"begin": 4}}
assert one["description"].startswith("spin: time is ")
PY
    run -1 --separate-stderr env GITHUB_ACTIONS=true "$WHET" check -q --runs 4 --json
    python3 -c 'import json, sys; json.loads(sys.argv[1])' "$output"
    [[ $stderr == *"::error"* ]]
}

@test "a disk that is full and a reader that has left are told apart" {
    repository
    cc -O1 -o spin spin.c
    [ -c /dev/full ] || skip "no /dev/full"
    code=0
    "$WHET" check -q --runs 2 >/dev/full 2>err || code=$?
    [ "$code" = 2 ]
    grep -q "cannot write: 'stdout': No space left on device" err
    run -2 --separate-stderr \
        env GITHUB_ACTIONS=true GITHUB_STEP_SUMMARY=/dev/full "$WHET" check -q --runs 2
    [ "$stderr" = "whet: cannot write: '/dev/full': No space left on device" ]
    "$WHET" check -q --runs 2 2>err | true
    [ ! -s err ]
}

@test "baselines: saved, compared, kept programs run again" {
    repository
    cc -O1 -o spin spin.c
    check --save-baseline main --keep-binary >out
    [ -s .whet/baselines/main.json ]
    whet bench history spin | grep -q spin
    check --baseline main >out
    grep -q 'SAME CODE' out
    slower
    cc -O1 -o spin spin.c
    run -1 check --baseline main
    [[ $output == *"FAIL"* ]]
    check --save-baseline numbers >out # without programs
    sed -i 's/"cpu_model": *"[^"]*"/"cpu_model": "another"/' .whet/baselines/numbers.json
    run -2 check --baseline numbers
    [[ $output == *"measured on another machine: 'spin' of baseline 'numbers': it has another CPU model"* ]]
    check --baseline numbers --any-machine >out
    fails "nothing to keep: '--keep-binary': it goes with --save-baseline" check --keep-binary
}

@test "baselines: a program of functions is kept and run again as one" {
    program=${WHET%/src/cli/whet}/examples/example_search
    [ -x "$program" ] || skip "no example_search"
    export LD_LIBRARY_PATH=${WHET%/src/cli/whet}
    unset GITHUB_ACTIONS GITLAB_CI GITHUB_STEP_SUMMARY
    cp "$program" prog
    name=$(./prog --list | sed -n '1s/\t.*//p')
    printf 'version: 1\nsuites:\n  fn: {program: ./prog, filter: "%s"}\n' "$name" >whet.yaml
    whet check -q --runs 3 --save-baseline main --keep-binary >out
    mkdir below
    cd below
    whet check -q --runs 3 --baseline ../.whet/baselines/main.json >out
    grep -q 'SAME CODE' out
}

@test "baselines: what cannot be kept is said behind the answer" {
    repository
    cc -O1 -o spin spin.c
    mkdir -p .whet/baselines
    echo damaged >.whet/baselines/main.json
    run -2 --separate-stderr check --save-baseline main
    [[ $output == *"All performance tests passed"* ]]
    [[ $stderr == *"main.json"* ]]
}

@test "a folder that cannot be made is said before anything runs" {
    repository
    run -2 --separate-stderr check --report whet.yaml/out
    [ -z "$output" ]
    [[ $stderr == *"cannot make folder: 'whet.yaml/out'"* ]]
}

@test "a gate that compares nothing does not pass" {
    repository
    cc -O1 -o spin spin.c
    check --save-baseline b1 >out
    printf '  more: {command: ./spin}\n' >>whet.yaml
    check --baseline b1 >out
    grep -q 'INCONCLUSIVE - it is not in baseline b1' out
    run -1 check --baseline b1 --strict
    fails "nothing to compare: no suite that is to be run is in baseline 'b1', which has: spin" \
        check --baseline b1 more
}

@test "strict: what cannot be told is 1, too" {
    repository
    cc -O1 -o spin spin.c
    printf '    targets: {allocations: 10}\n' >>whet.yaml # of commands nobody knows them
    check >out
    grep -q 'not measured here' out
    grep -q 'INCONCLUSIVE - a target could not be judged' out
    run -1 check --strict
}

@test "a signal keeps what was measured and leaves no tree behind" {
    repository
    printf '    prepare: touch %s/begun\n' "$BATS_TEST_TMPDIR" >>whet.yaml
    "$WHET" check -q --runs 100000 --against HEAD >out 2>err &
    child=$!
    until [ -e ../begun ]; do
        kill -0 "$child"
        sleep 0.05
    done
    compgen -G '../tmp/whet-*/tree/spin' >/dev/null
    kill -TERM "$child"
    code=0
    wait "$child" || code=$?
    [ "$code" = 143 ]
    [ -z "$(ls ../tmp)" ]
    [ "$(git worktree list | wc -l)" = 1 ]
}

# The shell lines of a job in examples/ci, from the file's own words: those that install
# something are left out.
lines_of()
{
    python3 -c 'import yaml' 2>/dev/null || skip "python3-yaml is missing"
    python3 - "$1" <<'PY'
import sys, yaml
job = yaml.safe_load(open(sys.argv[1]))
if "jobs" in job:  # YAML 1.1 reads `on` as true
    assert (True in job or "on" in job) and job["jobs"]["check"]["steps"]
    steps = job["jobs"]["check"]["steps"]
    assert any(s.get("uses", "").startswith("actions/checkout@") and s["with"]["fetch-depth"] == 0 for s in steps)
    assert any(s.get("uses", "").startswith("actions/upload-artifact@") and s["if"] == "always()" for s in steps)
    lines = [s["run"] for s in steps if "run" in s and s["name"] not in ("tools", "whet")]
else:
    [job] = job.values()
    assert job["variables"]["GIT_DEPTH"] == 0 and job["artifacts"]["when"] == "always"
    lines = job["script"]
print("\n".join(lines).replace("--time-budget 10m", "--runs 16"))
PY
}

# A clone whose branch is thirty times slower than origin/main.
branch()
{
    repository
    cp -r . ../origin
    git remote add origin ../origin
    git fetch -q origin
    slower
    git commit -qam slower
    export GIT_CONFIG_GLOBAL=$HOME/.gitconfig PATH=$BATS_TEST_TMPDIR/bin:$PATH
    mkdir ../bin
    ln -s "$WHET" ../bin/whet
}

@test "the example for github: its lines do what they say" {
    local script
    script=$(lines_of "$BATS_TEST_DIRNAME/../../examples/ci/github.yml")
    branch
    export GITHUB_ACTIONS=true GITHUB_BASE_REF=main GITHUB_WORKSPACE=$PWD GITHUB_STEP_SUMMARY=$PWD/../sum.md
    run -1 bash -e -c "$script"
    [[ $output == *"::error file=whet.yaml,line=4,title=spin::"*"slower"* ]]
    grep -q spin ../sum.md
    [ -s whet-report/report.html ]
    git reset -q --hard origin/main
    bash -e -c "$script" >/dev/null
}

@test "the example for gitlab: its lines do what they say" {
    local script
    script=$(lines_of "$BATS_TEST_DIRNAME/../../examples/ci/gitlab.yml")
    branch
    export GITLAB_CI=true CI_PROJECT_DIR=$PWD CI_MERGE_REQUEST_DIFF_BASE_SHA
    CI_MERGE_REQUEST_DIFF_BASE_SHA=$(git rev-parse origin/main)
    run -1 sh -e -c "$script"
    [[ $output == *"Against ${CI_MERGE_REQUEST_DIFF_BASE_SHA:0:12}, spin: FAIL"* ]]
    grep -q '"severity": *"major"' whet-report/gl-code-quality-report.json
    [ -s whet-report/junit.xml ]
    git reset -q --hard origin/main
    sh -e -c "$script" >/dev/null
}

@test "in a folder of a repository: annotations name files from its top" {
    git init -q .
    mkdir -p a/b && cd a/b
    cat >whet.yaml <<'YAML'
version: 1
suites:
  slow:
    command: sleep 0.05
    targets: {time: 1ms, memory: 1kB}
YAML
    run -1 whet check -q --runs 8 --annotations github
    [[ $output == *"::error file=a/b/whet.yaml,line="* ]]
    [[ $(tr -s ' \n' ' ' <<<"$output") == *"cannot be told: set a limit above that"* ]]
    fails "no such suite: 'nothing': suites: slow" whet check nothing
}
