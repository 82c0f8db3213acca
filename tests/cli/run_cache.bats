load common

# A job as JSON: `job COMMAND [FIELDS]`; each run of the command leaves a line in `runs`.
job()
{
    printf '{"command": "echo ran >>runs; %s", "shell": true%s}\n' "$1" "${2:+, $2}"
}

# How often commands have run since the last time.
ran()
{
    local n=0
    [ ! -e runs ] || n=$(wc -l <runs)
    rm -f runs
    echo "$n"
}

cached()
{
    whet run --cache --cache-dir . -f jobs "$@"
}

# Files that were just written are known by their content alone, for a moment.
settle()
{
    sleep 0.15
}

@test "a result is given back: stdout, stderr, exit code, outputs with their modes" {
    echo one >in
    job 'cat in; echo err >&2; cp in out; chmod 750 out' '"inputs": ["in"], "outputs": ["out"]' >jobs
    cached >1 2>1e
    [ "$(ran)" = 1 ]
    rm out
    cached >2 2>2e
    [ "$(ran)" = 0 ]
    cmp 1 2 && cmp 1e 2e
    [ "$(cat out)" = one ]
    [ "$(stat -c %a out)" = 750 ]
}

# Whoever runs the same command at the same time, or stays behind in the background.
@test "an output that a process still writes to is not kept" {
    echo one >in
    job 'exec 3>out; echo half >&3; sleep 60 >sleeps 2>&1 & echo $! >>left' \
        '"inputs": ["in"], "outputs": ["out"]' >jobs
    cached -v 2>err
    cached
    kill $(cat left)
    [ "$(ran)" = 2 ]
    grep "not kept: .*: 'out': a process still writes to it" err
}

@test "a job that declares nothing is run each time, and so is all without --cache" {
    echo one >in
    job 'cat in' >jobs
    cached && cached
    [ "$(ran)" = 2 ]
    job 'cat in' '"inputs": ["in"]' >jobs
    whet run -f jobs && whet run -f jobs
    [ "$(ran)" = 2 ]
    [ ! -e "$XDG_CACHE_HOME/whet/run.db" ]
}

@test "another input, word, variable, program or declaration is another result; touch is not" {
    echo one >in
    printf '#!/bin/sh\necho ran >>runs\ncat in\n' >prog
    chmod +x prog
    json() { printf '{"argv": ["./prog"%s], "inputs": ["in"]%s}\n' "$1" "$2" >jobs; }
    json && cached
    [ "$(ran)" = 1 ]
    settle && touch in && cached
    [ "$(ran)" = 0 ]
    echo two >in
    [ "$(cached)" = two ]
    [ "$(ran)" = 1 ]
    json ', "x"' && cached
    [ "$(ran)" = 1 ]
    json '' ', "env": {"A": "1"}' && cached
    [ "$(ran)" = 1 ]
    json '' ', "env": {"A": "2"}' && cached
    [ "$(ran)" = 1 ]
    json '' ', "outputs": ["in"]' && cached
    [ "$(ran)" = 1 ]
    json && cached
    [ "$(ran)" = 0 ]
    echo '# new' >>prog && cached
    [ "$(ran)" = 1 ]
    echo one >in && sed -i '$d' prog && cached
    [ "$(ran)" = 0 ]
}

@test "variables of ours count where they are named" {
    echo one >in
    job 'echo $A' '"inputs": ["in"]' >jobs
    A=1 cached --pass A
    A=2 cached --pass A
    [ "$(ran)" = 2 ]
    [ "$(A=1 cached --pass A)" = 1 ]
    TZ=x cached --pass A
    [ "$(ran)" = 1 ]
    whet run --help | grep -q -- --pass
}

@test "strict: a command gets nothing but what is declared and usual" {
    echo one >in
    printf '{"argv": ["env"], "inputs": ["in"], "env": {"D": "d"}}\n' >jobs
    A=1 B=2 cached --strict --pass A | sed 's/=.*//' | sort >got
    grep -qx A got && grep -qx D got && grep -qx PATH got
    ! grep -qx -e B -e HOME got
    A=1 B=2 cached --pass A | grep -qx B=2
}

@test "patterns: a new file, a changed one and one less are other results; outputs are no inputs" {
    mkdir -p src/a/b
    echo 1 >src/x.c && echo 2 >src/a/b/y.c && echo 3 >src/a/no.h
    job 'cat $(find src -name all.c -o -name \"*.c\" -print | sort) >src/all.c' \
        '"inputs": ["src/**/*.c"], "outputs": ["src/all.c"]' >jobs
    cached && cached
    [ "$(ran)" = 1 ]
    echo 4 >src/a/z.c && cached
    [ "$(ran)" = 1 ]
    rm src/a/z.c && cached
    [ "$(ran)" = 0 ]
    echo 5 >src/a/no.h && cached
    [ "$(ran)" = 0 ]
    echo 5 >src/a/b/y.c && cached
    [ "$(ran)" = 1 ]
    [ "$(cat src/all.c)" = $'5\n1' ]
}

@test "a folder that a pattern matches stands for all files below it" {
    mkdir -p lib1/a x.c
    for pattern in 'lib*' 'lib?' 'lib*/' '*.c' '**/lib1' '*b1/*'; do
        echo "$pattern" | tee lib1/a/f >x.c/f
        job 'cat lib1/a/f x.c/f' "\"inputs\": [\"$pattern\"]" >jobs
        cached && cached
        [ "$(ran)" = 1 ]
        echo "$pattern 2" | tee lib1/a/f >x.c/f
        cached
        [ "$(ran)" = 1 ]
    done
}

@test "a link to a folder in one that is declared stands for what is there; circles end" {
    mkdir top out out2
    echo 1 >out/f && echo 1 >out2/f
    ln -s ../out top/l && ln -s . top/self && ln -s ../top out/back
    job 'cat top/l/f' '"inputs": ["top"]' >jobs
    cached && cached
    [ "$(ran)" = 1 ]
    echo 2 >out/f && cached
    [ "$(ran)" = 1 ]
    ln -sfn ../out2 top/l
    [ "$(cached)" = 1 ]
    [ "$(ran)" = 1 ]
    mkdir top/a top/b && echo a >top/a/f && echo b >top/b/f && ln -sfn a top/l
    [ "$(cached)" = a ]
    ln -sfn b top/l
    [ "$(cached)" = b ]
    [ "$(cached)" = b ]
    [ "$(ran)" = 2 ]
    cached --explain 2>&1 >/dev/null | grep 'cached: nothing has changed'
    ln -sfn a top/l && cached
    [ "$(ran)" = 0 ]
}

@test "who may run an input is a part of it, declared or found; the rest of its mode is not" {
    printf '#!/bin/sh\necho said\n' >s.sh
    chmod 755 s.sh
    printf '{"name": "j", "shell": true, "command": "./s.sh", "inputs": ["s.sh"]}\n' >jobs
    cached
    chmod 644 s.sh
    cached --dry-run --explain 2>&1 | grep -x '# to be run: input s.sh has changed its mode'
    run -126 cached
    chmod 700 s.sh
    cached --explain 2>&1 | grep -x 'j: to be run: input s.sh has changed its mode'
    chmod 555 s.sh
    cached --explain 2>&1 | grep -x 'j: cached: nothing has changed'
    printf '{"name": "d", "shell": true, "command": "./s.sh; echo o: s.sh >d; : >o", %s}\n' \
        '"outputs": ["o"], "depfile": "d"' >jobs
    cached
    cached --explain 2>&1 | grep -x 'd: cached: nothing has changed'
    chmod 644 s.sh
    cached --dry-run --explain 2>&1 | grep -x '# to be run: found s.sh has changed its mode'
}

@test "a pattern that is none is said, each time" {
    for i in 1 2; do
        whet run --cache --input '[' true 2>err
        grep "not kept, and run each time: 'true': '\[': it is no pattern" err
    done
    whet run --cache --input a --output 'o[' --log log true 2>err
    grep "not kept, and run each time: 'true': 'o\[': it is no pattern" err
    grep '"not_kept":"' log
    whet run -q --cache --input '[' true 2>err
    [ ! -s err ]
}

@test "an input that is changed while the command runs: nothing is kept" {
    echo one >in
    job 'echo more >>in' '"inputs": ["in"]' >jobs
    cached -v 2>err
    grep "not kept: .*: '.*/in': it has changed while the command ran" err
    echo one >in && cached
    [ "$(ran)" = 2 ]
}

@test "a file that comes or goes where a pattern looks, while the command runs: nothing is kept" {
    echo one >a.txt
    job 'cat *.txt >out; echo two >b.txt' '"inputs": ["*.txt"], "outputs": ["out"]' >jobs
    cached -v 2>err
    grep "not kept: .*: 'b.txt': it has changed while the command ran" err
    rm b.txt && cached
    [ "$(ran)" = 2 ]
    job 'cat d/* >out; rm d/y' '"inputs": ["d"], "outputs": ["out"]' >jobs
    mkdir d && echo x >d/x && echo y >d/y
    cached -v 2>err
    grep "not kept: .*: '.*d/y': it has changed while the command ran" err
}

@test "outputs are no inputs, however they are declared" {
    echo one >in
    for outputs in '"build"' '"build/*.o"' '"build/"' '"./build/x.o"'; do
        job 'mkdir -p build && cp in build/x.o' \
            '"cwd": "t", "inputs": ["**"], "outputs": ['"$outputs"']' | sed 's/>>runs/>>..\/runs/' >jobs
        rm -rf t && mkdir t && echo "$outputs" >t/in
        cached && cached && cached
        [ "$(ran)" = 1 ]
        rm -r t/build && cached
        [ "$(ran)" = 0 ]
        [ "$(cat t/build/x.o)" = "$outputs" ]
    done
}

@test "a command that is told to stop and ends well has not ended well" {
    echo one >in
    job "trap 'exit 0' TERM; echo part >out; [ -e up ] || { touch up; sleep 60 & wait; }; echo whole >out" \
        '"inputs": ["in"], "outputs": ["out"]' >jobs
    "$WHET" run --cache --cache-dir . --log log -f jobs &
    pid=$!
    until [ -e up ]; do kill -0 $pid; sleep 0.01; done
    kill -TERM $pid
    code=0
    wait $pid || code=$?
    [ "$code" = 143 ]
    grep '"end":"stopped"' log
    cached --log log --resume
    [ "$(ran)" = 2 ]
    [ "$(cat out)" = whole ]
}

@test "the order of letters is a part of the key" {
    echo one >in
    job 'echo $LC_COLLATE' '"inputs": ["in"]' >jobs
    [ "$(LC_COLLATE=C cached)" = C ]
    [ "$(LC_COLLATE=POSIX cached)" = POSIX ]
}

@test "an empty folder is an output; a missing one is tried again" {
    job 'mkdir -p a/b' '"outputs": ["a/b"]' >jobs
    cached
    rm -r a && cached
    [ -d a/b ]
    [ "$(ran)" = 1 ]
    job '[ $(wc -l <runs) -lt 3 ] || touch out' '"outputs": ["out"], "retries": 3' >jobs
    cached
    [ "$(ran)" = 3 ]
}

@test "an output that is not made is a failure; one that is deleted or changed comes back" {
    echo one >in
    job 'true' '"inputs": ["in"], "outputs": ["out"]' >jobs
    run -1 cached
    [[ $output == *"did not make its output 'out'"* ]]
    job 'mkdir -p d; cp in d/out' '"inputs": ["in"], "outputs": ["d/out"]' >jobs
    cached && ran
    rm -r d && cached
    [ "$(cat d/out)" = one ]
    echo other >d/out && cached
    [ "$(cat d/out)" = one ]
    chmod 600 d/out && cached
    [ "$(stat -c %a d/out)" != 600 ]
    before=$(stat -c '%y %i' d/out)
    cached
    [ "$(stat -c '%y %i' d/out)" = "$before" ]
    [ "$(ran)" = 0 ]
}

@test "failures are kept only when asked" {
    echo one >in
    job 'exit 3' '"inputs": ["in"]' >jobs
    run -3 cached
    run -3 cached
    [ "$(ran)" = 2 ]
    run -3 cached --cache-failures
    run -3 cached --cache-failures
    [ "$(ran)" = 1 ]
    run -3 cached
    [ "$(ran)" = 1 ]
}

@test "a failure that did not make its output is not kept, and the log says why" {
    echo one >in
    job 'exit 3' '"inputs": ["in"], "outputs": ["out"]' >jobs
    run -3 cached --cache-failures --log log
    [ "$(sed 1d log | jq -r 'select(.not_kept).not_kept')" = "'out': it was not made" ]
}

@test "explain names the first that differs; force runs all the same" {
    echo one >in && echo x >other
    printf '{"name": "j", "argv": ["cat", "in"], "inputs": ["in"]}\n' >jobs
    cached --explain 2>&1 >/dev/null | grep -x 'j: to be run: no run of it was kept'
    cached --explain 2>&1 >/dev/null | grep -x 'j: cached: nothing has changed'
    cached --explain --force 2>&1 >/dev/null | grep -x 'j: to be run: it is asked for'
    echo two >in
    cached --explain 2>&1 >/dev/null | grep -x 'j: to be run: input in has changed'
    sed -i 's/\["in"\]/["in", "other"]/' jobs
    cached --explain 2>&1 >/dev/null | grep -x 'j: to be run: input other is new'
    sed -i 's/"cat", "in"/"cat", "other"/' jobs
    cached --explain 2>&1 >/dev/null | grep -x 'j: to be run: argument 1 has changed'
    sed -i 's/, "other"\]}/]}/' jobs
    cached --explain 2>&1 >/dev/null | grep -x 'j: to be run: input other is gone'
    run -2 whet run --explain true
    [[ $output == *--cache* ]]
}

@test "a dry run says what would be run, and writes nothing" {
    echo one >in
    job 'cp in out' '"inputs": ["in"], "outputs": ["out"]' >jobs
    cached -n | grep '^run  .*sh -c'
    [ ! -e run.db ] && [ ! -e out ] && [ ! -e runs ]
    cached && rm out
    sum=$(sha256sum run.db)
    cached -n | grep '^cached  .*sh -c'
    [ ! -e out ]
    [ "$(sha256sum run.db)" = "$sum" ]
}

@test "the log and the summary say what was cached" {
    echo one >in
    job 'sleep 0.1' '"inputs": ["in"]' >jobs
    cached
    cached --json --log log >sum
    grep -q '"cached": 1' sum
    [ "$(grep -o '"saved_ns": [0-9]*' sum | cut -d' ' -f2)" -gt 100000000 ]
    grep -Eq '"cached":true,"saved_ns":[1-9][0-9]{8}' log
    cached -v 2>&1 | grep '1 cached (.* saved)'
}

@test "a depfile makes inputs of headers; it is an output itself" {
    command -v gcc >/dev/null || skip "no compiler"
    mkdir inc
    echo 'int f(void);' >inc/f.h
    printf '#include "f.h"\nint main(void) { return f(); }\n' >main.c
    printf '#include "f.h"\nint f(void) { return 0; }\n' >f.c
    for n in main f; do
        job "gcc -Iinc -MMD -c $n.c -o $n.o" \
            "\"inputs\": [\"$n.c\"], \"outputs\": [\"$n.o\"], \"depfile\": \"$n.d\""
    done >jobs
    settle && cached
    [ "$(ran)" = 2 ]
    cached
    [ "$(ran)" = 0 ]
    settle && touch inc/f.h && cached
    [ "$(ran)" = 0 ]
    echo 'int g(void);' >>inc/f.h && settle
    cached --explain 2>&1 | grep 'to be run: found inc/f.h has changed'
    [ "$(ran)" = 2 ]
    printf '#include "f.h"\nint f(void) { return 1; }\n' >f.c && cached
    [ "$(ran)" = 1 ]
    rm main.o f.d && cached
    [ "$(ran)" = 0 ]
    [ -e main.o ] && grep -q inc/f.h f.d
    echo 'int f(void);' >inc/f.h && cached # an earlier set of headers
    [ "$(ran)" = 1 ]
    printf '#include "f.h"\nint f(void) { return 0; }\n' >f.c && cached
    [ "$(ran)" = 0 ]
    rm inc/f.h && mkdir i2 && echo 'int f(void); int h(void);' >i2/f.h
    sed -i 's/-Iinc/-Iinc -Ii2/' jobs && settle && cached
    [ "$(ran)" = 2 ]
}

@test "a header that is made while the command runs: nothing is kept" {
    echo one >in
    job 'echo x >h; cp h out; echo out: h >dep' '"inputs": ["in"], "outputs": ["out"], "depfile": "dep"' >jobs
    cached -v 2>&1 | grep "not kept: .*: 'h': it has changed since the command began"
    cached
    [ "$(ran)" = 2 ]
}

# A command that reads a header which only its depfile names; the rest is what it does besides.
reader()
{
    job "cat h out.h >out 2>/dev/null; echo out: h >dep; $1" \
        '"name": "read", "inputs": ["in"], "outputs": ["out"], "depfile": "dep"'"$2" >>jobs
}

@test "a header that was written the moment before: the result is kept" {
    local i
    echo one >in
    reader ''
    for i in 1 2 3 4 5 6 7 8; do
        echo "$i" >h
        cached
        [ "$(ran)" = 1 ]
        cached
        [ "$(ran)" = 0 ]
        [ "$(cat out)" = "$i" ]
    done
}

@test "a header that was made by what a command needs: the result is kept" {
    local i
    for i in 1 2 3 4 5 6 7 8; do
        echo "$i" >in
        job 'cp in h' '"name": "make", "inputs": ["in"], "outputs": ["h"]' >jobs
        reader '' ', "needs": ["make"]'
        cached
        [ "$(ran)" = 2 ]
        cached
        [ "$(ran)" = 0 ]
        [ "$(cat out)" = "$i" ]
    done
}

@test "a header that is changed while the command runs: nothing is kept, whatever its times say" {
    local change
    echo one >in
    for change in 'echo more >>h' 'echo two >h' 'touch h' 'cp -p h h2; echo two >h; touch -r h2 h' \
        'cp -p h h2; mv h2 h' 'echo two >h2; touch -r in h2; mv h2 h'; do
        rm -f jobs
        echo one >h
        reader "$change"
        cached -v 2>&1 | grep "not kept: 'read': 'h': it has changed since the command began"
        echo one >h
        cached
        [ "$(ran)" = 2 ]
    done
}

@test "what is too large to be kept is said, each time it is run, and logged" {
    local why said
    echo one >in
    job 'head -c 400000 /dev/zero >out' '"name": "big", "inputs": ["in"], "outputs": ["out"]' >jobs
    job 'cat in' '"name": "small", "inputs": ["in"]' >>jobs
    why="'out' has 391 KiB, and of a --cache-size of 1.00 MiB one part may take 240 KiB: give a larger one"
    said="whet: not kept, and run each time: 'big': $why"
    cached --cache-size 1MiB 2>err
    [ "$(cat err)" = "$said" ]
    [ "$(ran)" = 2 ]
    cached --cache-size 1MiB --log log 2>err
    [ "$(cat err)" = "$said" ]
    [ "$(ran)" = 1 ]
    [ "$(sed 1d log | jq -r 'select(.not_kept) | .name, .not_kept')" = $'big\n'"$why" ]
    cached -q --cache-size 1MiB 2>err
    [ ! -s err ]
    [ "$(ran)" = 1 ]
    cached --cache-size 10MiB 2>err && cached 2>err
    [ ! -s err ]
    [ "$(ran)" = 1 ]
    job 'head -c 400000 /dev/zero' '"name": "printed", "inputs": ["in"]' >jobs
    cached --cache-size 1MiB 2>err | wc -c | grep -x 400000
    grep -q "run each time: 'printed': 'stdout' has 391 KiB" err
    job 'mkdir -p d; for i in 1 2 3 4 5; do head -c 200000 /dev/zero >d/$i; done' \
        '"name": "many", "inputs": ["in"], "outputs": ["d"]' >jobs
    cached --cache-size 1MiB 2>err
    grep -q "run each time: 'many': all of it has 977 KiB, and a --cache-size of 1.00 MiB has room for 922 KiB" err
}

@test "a header that a command of the same run makes or puts back is looked at again" {
    {
        job 'cat h >before' '"name": "before", "inputs": ["h"], "outputs": ["before"]'
        job 'cp seed h' '"name": "h", "inputs": ["seed"], "outputs": ["h"], "needs": ["before"]'
        job 'cat h >after' '"name": "after", "inputs": ["h"], "outputs": ["after"], "needs": ["h"]'
    } >jobs
    echo 0 >h
    for seed in 1 2 1; do
        echo "$seed" >seed
        settle
        cached
        [ "$(cat after)" = "$seed" ]
    done
    ran
    echo 2 >seed
    settle
    cached
    [ "$(ran)" = 0 ]
    [ "$(cat before h after)" = "$(printf '1\n2\n2')" ]
}

@test "whet.yaml: needs and caches together" {
    cat >whet.yaml <<'EOF'
version: 1
commands:
  gen: {command: "echo ran >>runs; tr a-z A-Z <in >mid", shell: true, inputs: [in], outputs: [mid]}
  use: {command: "echo ran >>runs; cat mid >out", shell: true, inputs: [mid], outputs: [out], needs: [gen]}
EOF
    echo one >in
    whet run -p --cache --cache-dir .
    [ "$(ran)" = 2 ]
    rm mid out
    whet run -p --cache --cache-dir .
    [ "$(ran)" = 0 ]
    [ "$(cat out)" = ONE ]
    echo two >in
    whet run -p --cache --cache-dir .
    [ "$(ran)" = 2 ]
    [ "$(cat out)" = TWO ]
}

@test "whet.yaml: what an earlier run has left in a folder is no part of an answer" {
    for outputs in g 'g/*'; do
        cat >whet.yaml <<END
version: 1
commands:
  gen: {command: "echo ran >>runs; rm -rf g; mkdir g; for x in \$(cat in); do echo \$x >g/\$x; done; test ! -e fails", shell: true, inputs: [in], outputs: ["$outputs"]}
  pack: {command: "echo ran >>runs; cat g/* >packed", shell: true, inputs: [g], outputs: [packed], needs: [gen]}
END
        rm -rf g run.db*
        for x in A 'A B' A; do
            echo "$x" >in
            settle
            [ "$x" != A ] || [ ! -e g ] ||
                whet run -p --cache --cache-dir . -n --explain 2>&1 |
                grep -x "# to be run: there is more than it made: 'g/B'"
            whet run -p --cache --cache-dir .
            [ "$(xargs <packed)" = "$x" ]
        done
        [ "$(ran)" = 5 ] # the second answer of pack is one of the first
        whet run -p --cache --cache-dir .
        echo 'A B' >in
        whet run -p --cache --cache-dir . # B is put back
        [ "$(ran)" = 0 ]
        [ "$(xargs <packed)" = 'A B' ]
        # One that failed has left something, too.
        echo A C >in
        touch fails
        run -1 whet run -p --cache --cache-dir .
        rm fails
        echo A B >in
        settle
        whet run -p --cache --cache-dir .
        [ "$(ran)" = 2 ]
        [ "$(xargs <packed)" = 'A B' ]
        rm -r g
        whet run -p --cache --cache-dir .
        [ "$(ran)" = 0 ]
        [ "$(ls g | xargs)" = 'A B' ]
    done
}

@test "of a command without a name, all that is in its folder counts" {
    job 'mkdir -p o; cp in o/f' '"inputs": ["in"], "outputs": ["o"]' >jobs
    echo 1 >in
    cached
    cached
    [ "$(ran)" = 1 ]
    mkdir o/empty
    cached -n --explain 2>&1 | grep "there is more than it made: 'o/empty/'"
    cached
    cached
    [ "$(ran)" = 1 ]
    rm -r o
    cached
    [ -d o/empty ]
    [ "$(ran)" = 0 ]
}

@test "commands that share a folder do not run for ever" {
    for first in 'mkdir -p d' 'rm -rf d; mkdir d'; do
        for second in d 'd/b'; do
            cat >whet.yaml <<END
version: 1
commands:
  a: {command: "echo ran >>runs; $first; cp in d/a", shell: true, inputs: [in], outputs: [d]}
  b: {command: "echo ran >>runs; cp in2 d/b", shell: true, inputs: [in2], outputs: ["$second"], needs: [a]}
END
            rm -rf d run.db*
            echo 1 >in
            echo 2 >in2
            settle
            whet run -p --cache --cache-dir .
            [ "$(ran)" = 2 ]
            whet run -p --cache --cache-dir .
            rm -r d
            whet run -p --cache --cache-dir .
            [ "$(ran)" = 0 ]
            whet run -p --cache --cache-dir . --force
            [ "$(ran)" = 2 ]
            whet run -p --cache --cache-dir .
            whet run -p --cache --cache-dir .
            [ "$(ran)" = 0 ]
            [ "$(cat d/a d/b | xargs)" = '1 2' ]
        done
    done
}

@test "results of another folder count only with --anywhere" {
    mkdir a b
    echo one | tee a/in >b/in
    job 'cat in' '"inputs": ["in"]' >jobs
    for opt in '' --anywhere; do
        whet run --cache --cache-dir . -C a -f jobs $opt
        whet run --cache --cache-dir . -C b -f jobs $opt
        cat a/runs b/runs 2>/dev/null | wc -l
        rm -f a/runs b/runs
    done >counts
    [ "$(tail -n 1 counts)" = 1 ]
    [ "$(sed -n '/^one$/!p' counts | head -n 1)" = 2 ]
}

@test "a damaged or unusable cache costs hits, not results" {
    echo one >in
    job 'cat in' '"inputs": ["in"]' >jobs
    head -c 100000 /dev/urandom >run.db
    [ "$(cached)" = one ]
    whet run --cache --cache-dir /dev/null/x -f jobs
    [ "$(ran)" = 2 ]
}

# Overwrites run.db: `damage FROM BYTES` with zeros, `damage FROM` with noise, a page each time.
damage()
{
    local from=${2:-/dev/urandom}
    dd if="$from" of=run.db bs=4096 seek="$1" count="${3:-1}" conv=notrunc status=none
}

# Each answer is right, and after a run or two all is kept again. What is lost is said, once: it is
# in `err`.
heals()
{
    local i lines
    rm -f runs
    cached >got 2>err
    cmp expected got
    lines=$(grep -c '^whet: cache: .*damaged' err || :)
    [ "$lines" = "$(wc -l <err)" ]
    [ "$lines" = 1 ] || [ "$lines$(ran)" = 00 ]
    for i in 1 2; do
        cached >got 2>later
        cmp expected got
        ! grep -q . later
    done
    rm -f runs
    cached >got
    cmp expected got
    [ "$(ran)" = 0 ]
    for i in $(seq 12); do cmp "in$i" "out$i"; done
}

@test "a cache that is damaged in the middle: no wrong answer, and it is said once" {
    local i pages page
    for i in $(seq 12); do
        head -c 3000 /dev/urandom | base64 >"in$i"
        job "cp in$i out$i; cat in$i" "\"inputs\": [\"in$i\"], \"outputs\": [\"out$i\"]"
    done >jobs
    cached >expected
    # All of it is in one file once a reader has closed it that SQLite takes for the last one.
    python3 -c 'import sqlite3; sqlite3.connect("run.db").execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()'
    [ ! -s run.db-wal ]
    mkdir sound && cp run.db sound/
    pages=$(($(stat -c %s run.db) / 4096))
    # The header, and the first pages of tables.
    for page in 0 2 3 4 5; do
        for from in /dev/zero /dev/urandom; do
            cp sound/run.db . && rm -f run.db-* run.db.bad-*
            damage "$page" "$from"
            heals
            ((page > 3)) || grep "^whet: cache: the cache was damaged and has been started anew: " err
        done
    done
    cp sound/run.db . && rm -f run.db-* run.db.bad-*
    damage 1 /dev/zero $((pages - 1))
    heals
    grep "^whet: cache: the cache was damaged and has been started anew: " err
    [ -e run.db.bad-1 ]
    # A page of a value, or of a table.
    for page in $((pages / 3)) $((pages / 2)) $((pages * 3 / 4)); do
        for from in /dev/zero /dev/urandom; do
            cp sound/run.db . && rm -f run.db-* run.db.bad-*
            rm -f out*
            damage "$page" "$from"
            heals
        done
    done
    # One value is passed over, and is put anew.
    cp sound/run.db . && rm -f run.db-* run.db.bad-* out*
    python3 - <<'PY'
import mmap, re
text = open("in5").read().encode()
with open("run.db", "r+b") as f:
    bytes = mmap.mmap(f.fileno(), 0)
    at = bytes.find(text[200:240])
    assert at > 0
    while at > 0:
        bytes[at:at + 9] = b"different"
        at = bytes.find(text[200:240])
PY
    heals
    [ "$(cat err)" = "whet: cache: damaged and not used: 1 value in './run.db': 'whet cache verify' looks at the others" ]
    [ ! -e run.db.bad-1 ]
    # A log that is none.
    cp sound/run.db . && rm -f run.db-* run.db.bad-*
    head -c 100000 /dev/urandom >run.db-wal
    heals
}

@test "killed in the middle of a restore: an output is the old or the new one, whole" {
    head -c 30000000 /dev/zero >in
    job 'cp in out' '"inputs": ["in"], "outputs": ["out"]' >jobs
    cached && ran
    for ms in 05 10 20 30 40 60 80; do
        echo old >out
        whet run --cache --cache-dir . -f jobs &
        sleep 0.0$ms
        kill -9 $! 2>/dev/null || true
        wait $! 2>/dev/null || true
        [ "$(cat out | head -c 4)" = old ] || cmp in out
    done
    cached
    cmp in out
    [ "$(ran)" = 0 ]
}

@test "a server shares results; without it all is run" {
    command -v redis-server >/dev/null || skip "no redis-server"
    redis-server --port 0 --unixsocket "$PWD/socket" --save '' --appendonly no \
        --daemonize no >/dev/null 2>&1 3>&- &
    server=$!
    until [ -S socket ]; do kill -0 $server; sleep 0.01; done
    echo one >in
    job 'cat in; cp in out' '"inputs": ["in"], "outputs": ["out"]' >jobs
    whet run --cache --cache-dir here --remote "unix:$PWD/socket" -f jobs >1
    # A busy machine's server may answer too late, and then it is run; in the end it is not.
    for machine in {1..50}; do
        ran >/dev/null
        rm out
        whet run --cache --cache-dir "there$machine" --remote "unix:$PWD/socket" -f jobs >2
        cmp 1 2
        [ "$(cat out)" = one ]
        [ -e runs ] || break
    done
    [ "$(ran)" = 0 ]
    kill $server
    wait $server || true
    whet run --cache --cache-dir elsewhere --remote "unix:$PWD/socket" -f jobs >3
    cmp 1 3
    [ "$(ran)" = 1 ]
}

@test "a template says what its commands read and make: only what has changed is compiled" {
    mkdir src inc
    echo '#define A 1' >inc/a.h
    for i in 1 2 3; do printf '#include "a.h"\nint f%d(void) { return A; }\n' $i >src/f$i.c; done
    echo 'int plain;' >'src/p[1].c'
    compile()
    {
        whet run --cache --json --input {} --output {.}.o --depfile {.}.d "$@" \
            'cc -Iinc -MMD -c {} -o {.}.o' ::: src/*.c | sed -n 's/.*"cached": \([0-9]*\).*/\1/p'
    }
    settle
    [ "$(compile)" = 0 ]
    [ "$(compile)" = 4 ]
    rm src/f2.o
    [ "$(compile)" = 4 ]
    [ -s src/f2.o ]
    echo 'int other;' >'src/p[1].c'
    settle
    [ "$(compile)" = 3 ]
    echo '#define A 2' >inc/a.h
    settle
    [ "$(compile)" = 1 ]
    [ "$(compile)" = 4 ]
}

@test "--input and --output hold for commands and lines, too; their faults are named" {
    echo one >in
    for i in 1 2; do whet run --cache --input in 'sh -c "echo ran >>runs; cat in"' >/dev/null; done
    [ "$(ran)" = 1 ]
    for i in 1 2; do echo 'sh -c "echo ran >>runs; cat in"' | whet run --cache --output out -k || true; done
    [ "$(ran)" = 2 ]
    job 'cat in' '"inputs": ["in"]' >jobs
    cached --input absent && echo two >absent && cached --input absent
    [ "$(ran)" = 1 ]
    fails "wrong value for --input: '{}': there are no inputs: give ::: INPUT..." \
        whet run --cache --input {} true
    fails "wrong value for --output: '{2}': no such list of inputs: '{2}': there is 1" \
        whet run --cache --output {2} true ::: a
    fails "what for: '--depfile' goes with '--cache' and '--trace-inputs'" whet run --depfile d true
}

@test "links and empty folders that a command makes are put back as they were" {
    echo 1 >in
    printf '%s\n' '{"name":"a","shell":true,"command":"rm -rf o lnk; mkdir -p o/x o/e/e; cp in o/x/f; ln -s x/f o/l; ln -s absent o/dang; ln -s x o/dir; ln -s in lnk","inputs":["in"],"outputs":["o","lnk"]}' >l
    whet run --cache --cache-dir c -f l
    find o lnk -printf '%P %y %l\n' | LC_ALL=C sort >want
    rm -r o lnk
    [[ $(whet run --cache --cache-dir c --explain -f l 2>&1) == *"a: cached"* ]]
    find o lnk -printf '%P %y %l\n' | LC_ALL=C sort | diff want -
    ln -sf nowhere lnk
    rm o/l && cp in o/l
    whet run --cache --cache-dir c -f l
    find o lnk -printf '%P %y %l\n' | LC_ALL=C sort | diff want -
    # One that leads out of the folder is not kept, for elsewhere it would lead elsewhere.
    printf '%s\n' '{"name":"b","shell":true,"command":"ln -sf ../../etc out","inputs":["in"],"outputs":["out"]}' >l
    whet run -v --cache --cache-dir c -f l 2>err
    grep "not kept: 'b': 'out': it is a link that leads out of the folder" err
    # Nor over another link: behind that, ".." is not the folder that it is on paper.
    printf '%s\n' '{"name":"c","shell":true,"command":"mkdir q; ln -s .. q/d; ln -s d/../../etc q/e","inputs":["in"],"outputs":["q"]}' >l
    whet run -v --cache --cache-dir c -f l 2>err
    grep "not kept: 'c': 'q/e': it is a link that leads out of the folder" err
}

@test "nothing is put back by way of a link that a command has left" {
    mkdir src
    echo mine >src/f
    job 'rm -rf o; mkdir o; if grep -q link in; then ln -s ../src o/d; else mkdir o/d; echo made >o/d/f; fi' \
        '"inputs": ["in"], "outputs": ["o"]' >jobs
    echo link >in
    cached
    settle
    echo folder >in
    cached
    [ "$(ran)" = 2 ]
    rm -r o
    cached
    [ "$(ran)" = 0 ]
    rm -r o
    echo link >in
    cached
    [ "$(ran)" = 0 ]
    [ "$(readlink o/d)" = ../src ]
    echo folder >in
    cached
    [ "$(cat src/f)" = mine ]
    [ "$(cat o/d/f)" = made ]
    [ "$(ran)" = 1 ]
}

@test "a link of one's own in the way to an output is followed" {
    mkdir disk
    ln -s disk o
    job 'cp in o/f' '"inputs": ["in"], "outputs": ["o/f"]' >jobs
    echo 1 >in
    cached
    rm disk/f
    cached
    [ "$(ran)" = 1 ]
    [ "$(cat disk/f)" = 1 ]
    job 'cp in o/f' '"inputs": ["in"], "outputs": ["o/"]' >jobs
    settle
    cached
    rm disk/f
    cached
    [ "$(ran)" = 1 ]
    [ "$(cat disk/f)" = 1 ]
    job 'cp in o/f' '"inputs": ["in"], "outputs": ["o/*"]' >jobs
    settle
    cached
    rm disk/f
    cached
    [ "$(ran)" = 1 ]
    [ "$(cat disk/f)" = 1 ]
}

@test "a dry run of a cache that is not there finds it empty, and makes nothing" {
    echo 1 >in
    whet run -n --cache --cache-dir c/d --input in 'cat in' >out 2>&1
    [ "$(cat out)" = "run     cat in" ]
    [ ! -e c ]
}

@test "commands that are in each other's way are refused, or noted" {
    two='{"name":"a","shell":true,"command":"echo 1 > same","outputs":["same"]}\n{"name":"b","shell":true,"command":"echo 2 > same","outputs":["./same"]%s}\n'
    # shellcheck disable=SC2059
    printf "$two" '' >two
    fails "two:2: two commands make one file: './same': 'a' and 'b': neither needs the other" whet run -f two
    # shellcheck disable=SC2059
    printf "$two" ',"needs":["a"]' >two
    whet run -f two
    [ "$(cat same)" = 2 ]
    printf '%s\n' '{"name":"b","command":"true","inputs":["aa"]}' '{"name":"a","shell":true,"command":"echo 1 > aa","outputs":["aa"]}' >read
    whet run -j 1 -f read 2>err
    grep "'b' reads 'aa', which 'a' makes, and may run before it: say so by needs" err
    printf '%s\n' '{"name":"c","command":"true","needs":["m"],"inputs":["aa"]}' '{"name":"m","command":"true","needs":["a"]}' '{"name":"a","shell":true,"command":"echo 1 > aa","outputs":["aa"]}' >read
    [ -z "$(whet run -f read 2>&1)" ]
    fails "each command makes one file: 'o': give it a place for an input: {.}.o" whet run --cache --cache-dir c --output o 'touch o {}' ::: 1 2
    fails "each command makes one file: 'o': say of each what it makes, in a list of JSON" whet run --cache --cache-dir c --output o 'touch o' 'cp o o'
}
