load common

# A time to sleep that no other test on this machine sleeps.
nap=300.$$

@test "commands from arguments: output whole and in the order of the input" {
    whet run -j 4 "sh -c 'sleep 0.2; echo one; echo uno >&2'" 'echo two' 'echo three' >out 2>err
    [ "$(cat out)" = $'one\ntwo\nthree' ]
    [ "$(cat err)" = uno ]
    whet run -j 4 --order finish "sh -c 'until grep -q two out; do sleep 0.01; done; echo one'" 'echo two' >out
    [ "$(cat out)" = $'two\none' ]
}

@test "commands from standard input and from a file, as xargs runs them" {
    seq 300 | sed 's/^/echo /' >commands
    printf '# no command\n\n' >>commands
    whet run -j 3 <commands >out
    seq 300 | cmp - out
    whet run -j 3 -f commands | cmp - out
}

@test "a slow standard input keeps nobody waiting" {
    { echo 'echo first'; until [ -s out ]; do sleep 0.01; done; echo 'echo second'; } | whet run >out
    [ "$(cat out)" = $'first\nsecond' ]
}

@test "of two values for a variable the last counts, and there is one" {
    [ "$(whet run -e A=1 -e B=3 -e A=2 'printenv A')" = 2 ]
    [ "$(whet run -e A=1 -e A=2 env | grep -c ^A=)" = 1 ]
}

@test "lines on standard input that a command does not take are noted" {
    [ "$(seq 3 | whet run 'echo x{}' 2>err)" = 'x{}' ]
    [ "$(cat err)" = "whet: '{}' stays as it is: put ':::: -' behind the command for inputs from standard input" ]
    [ "$(whet run 'echo x{}' </dev/null 2>&1)" = 'x{}' ]
}

@test "what a list is not, and options that would do nothing, are told" {
    printf '[{"command":"true"}]\n' >list
    fails "an array: 'list': an object on each line is expected, as jq -c '.[]' writes them, or a command (--format lines)" whet run -f list
    printf '\357\273\277{"command":"true"}\n' >list
    fails "a byte order mark: 'list': remove it" whet run -f list
    mkdir folder
    fails "cannot read: 'folder': it is a folder" whet run -f folder
    printf 'echo a\r\necho b\r\n' | whet run >out
    [ "$(cat out)" = $'a\nb' ]
    fails "what for: '--category' goes with '--project'" whet run --category x true
    fails "what for: '--pass' goes with '--cache' or '--strict'" whet run --pass A true
    fails "what for: '--anywhere' goes with '--cache'" whet run --anywhere true
    fails "what for: '--file-cpu' goes with '--isolate'" whet scan --file-cpu 1s folder
    fails "what for: '--type' goes with '--workers'" whet tune --type cpu folder
    fails "value too small: '--timeout 0': at least 1 ns" whet run --timeout 0 true
    fails "value too small: '--cache-size 1': at least 1.00 MiB" whet run --cache-size 1 true
    printf 'scann: {}\n' >folder/whet.yaml
    : >folder/a.c
    run -2 --separate-stderr whet tune --yes folder
    [[ $stderr == *whet.yaml:1* ]] && [ -z "$output" ]
}

@test "templates give what GNU parallel gives" {
    command -v parallel >/dev/null || skip "GNU parallel is not installed"
    parallel --will-cite true ::: x 2>/dev/null || true
    for t in 'echo {}' 'echo {.} {/} {//} {/.} {#}' 'echo x' 'echo {#}'; do
        parallel -k "$t" ::: a.txt d/e.tar.gz /x .rc 'n.m/o' x. >want
        whet run "$t" ::: a.txt d/e.tar.gz /x .rc 'n.m/o' x. >got
        cmp want got
    done
    parallel -k echo {2} {1.} ::: a.b c.d ::: 1 2 3 >want
    whet run -- echo {2} {1.} ::: a.b c.d ::: 1 2 3 | cmp - want
    parallel -k echo {1} {2} ::: a b ::: 1 2 :::+ x y >want
    whet run 'echo {1} {2}' ::: a b ::: 1 2 :::+ x y | cmp - want
    seq 5 | parallel -k echo {}{} >want
    seq 5 | whet run 'echo {}{}' :::: - | cmp - want
}

@test "several inputs for one command, as xargs -n gives" {
    seq 10 >ten
    whet run -N 4 'echo' :::: ten >out
    xargs -n 4 echo <ten | cmp - out
    seq 10 | whet run --max-args 4 -- echo -I{} {#} :::: - >out
    printf '%s\n' '-I1 -I2 -I3 -I4 1' '-I5 -I6 -I7 -I8 2' '-I9 -I10 3' | cmp - out
    [ "$(whet run -N 10000 'echo' ::: a 'b c')" = 'a b c' ]
    [ "$(whet run -n -N 2 'gzip -9 {}' ::: a 'b c' d)" = $'gzip -9 a \'b c\'\ngzip -9 d' ]
    [ "$(whet run -N 3 --json 'true' ::: 1 2 3 4 2>/dev/null | jq .jobs)" = 2 ]
    for k in 1 2; do whet run --shard $k/2 -N 3 'echo' :::: ten; done >out
    printf '%s\n' '1 2 3' '7 8 9' '4 5 6' 10 | cmp - out
    for f in a b c; do echo $f >$f; done
    for _ in 1 2; do whet run --cache -N 2 --input {} --output {}.o 'sh -c "echo x >>ran; for f; do cp \$f \$f.o; done" sh' ::: a b c; done
    [ "$(wc -l <ran)" = 2 ]
    echo d >c
    whet run --cache -N 2 --input {} --output {}.o 'sh -c "echo x >>ran; for f; do cp \$f \$f.o; done" sh' ::: a b c
    [ "$(wc -l <ran)" = 3 ]
    fails "--max-args does not go with '--shell': one word stands for one input" whet run -s -N 2 'echo {}' ::: a
    fails "--max-args wants one list of inputs: whet run --max-args 9 'gzip {}' ::: FILE..." \
        whet run -N 2 echo ::: a ::: b
    fails "--max-args wants one list of inputs: whet run --max-args 9 'gzip {}' ::: FILE..." whet run -N 2 'echo a'
}

@test "an input is one word, whatever is in it" {
    printf 'a b\0$(touch bad)\0new\nline\0' | whet run -0 -- printf '<%s>' {} :::: - >out
    [ "$( (printf '\0\0echo x\0'; head -c 2000000 /dev/zero; printf 'echo y') | whet run -0)" = $'x\ny' ]
    printf '<a b><$(touch bad)><new\nline>' | cmp - out
    whet run -s 'printf "<%s>" {}' ::: 'a b' '$(touch bad)' "'; touch bad '" >out
    [ "$(cat out)" = "<a b><\$(touch bad)><'; touch bad '>" ]
    [ "$(whet run -s 'echo hi # {}' ::: $'a\ntouch bad\n#')" = hi ]
    [ "$(whet run -s 'echo $(echo {1}) $(({2} * 2))' ::: '; touch bad #' ::: 21)" = '; touch bad # 42' ]
    run whet run -s 'echo $(({}))' ::: 'a[$(touch bad)0]'
    fails "an input in quotes: '{}' in 'echo \{}': leave the quotes away, for values are quoted" \
        whet run -s 'echo \{}' ::: '; touch bad #'
    whet run -s "echo hi # it's
echo {} # '{}'" ::: '; touch bad #' >out
    [ "$(tail -1 out)" = '; touch bad #' ]
    [ ! -e bad ]
}

@test "exit codes: of one command its own, of several 0 or 1" {
    whet run true
    run -3 whet run -s 'exit 3'
    run -137 whet run -s 'kill -9 $$'
    run -124 whet run -t 0.1 'sleep 9'
    run -2 whet run ./absent
    whet run true true
    run -1 whet run true false
    run -1 whet run -s 'exit 3' true
    run -3 whet run -- sh -c 'exit 3'
}

@test "a failure stops what has not begun; --keep-going does not; --halt now ends the rest" {
    run -1 --separate-stderr whet run -j 1 'echo a' false 'echo b' 'echo c'
    [ "$output" = a ]
    [[ $stderr == *"failed: 'false': exit code 1"* ]]
    [[ $stderr == *"1 of 4 failed, 2 not started in "* ]]
    run -1 --separate-stderr whet run -k -j 1 'echo a' false 'echo b'
    [ "$output" = $'a\nb' ]
    SECONDS=0
    run -1 --separate-stderr whet run --halt now -j 2 "sleep $nap" 'sh -c "sleep 0.1; exit 1"'
    [[ $stderr == *"1 of 2 failed, 1 stopped in "* ]]
    [ "$SECONDS" -lt 200 ]
}

@test "a killed command says why" {
    run -1 --separate-stderr whet run -k -j 4 -t 0.5 --grace 0.2 "sleep $nap" \
        "sh -c 'trap \"\" TERM; sleep $nap & wait; sleep $nap'"
    [[ $stderr == *"failed: 'sleep $nap': out of time: it may take 500 ms"* ]]
    run -1 --separate-stderr whet run -k 'sh -c "kill -SEGV \$\$"' ./absent
    [[ $stderr == *"killed by SIGSEGV"* ]]
    [[ $stderr == *"cannot find program: './absent'"* ]]
    gone "sleep $nap"
}

@test "a memory limit counts the whole family, and what is in RAM" {
    run -137 --separate-stderr whet run --memory 60MiB -- \
        python3 -c 'import time; a = bytearray(200 << 20); time.sleep(60)'
    [[ $stderr == *"out of memory: it may have 60.0 MiB and had "* ]]
    run -137 --separate-stderr whet run --memory 60MiB -- sh -c \
        'for i in 1 2 3; do python3 -c "import time; a = bytearray(b\"x\") * (25 << 20); time.sleep(60)" & done; wait'
    # Reserved, but not used.
    whet run --memory 60MiB -- python3 -c 'import mmap, time; m = mmap.mmap(-1, 1 << 30); time.sleep(0.1)'
}

@test "memory that a family shares counts once" {
    cat >family.py <<'PY'
import os, time
a = bytearray(60 << 20)
for i in range(0, len(a), 4096):
    a[i] = 1
for i in range(20): # those that end while they are looked at have nothing
    for k in range(5):
        if os.fork() == 0:
            time.sleep(0.3 if i == 0 else 0.005 * k)
            os._exit(0)
    for _ in range(5):
        os.wait()
PY
    whet run --memory 200MiB 'python3 family.py'
}

@test "retries, with the output of the last attempt alone" {
    cat >flaky <<'SH'
#!/bin/sh
echo x >>tries
n=$(wc -l <tries)
echo "try $n"
[ "$n" -ge 3 ]
SH
    chmod +x flaky
    whet run -r 2 ./flaky >out
    [ "$(cat out)" = "try 3" ]
    rm tries
    run -1 whet run -r 1 --retry-delay 10ms ./flaky
    [ "$(wc -l <tries)" = 2 ]
}

@test "live: each line as it comes, behind a number" {
    whet run --live -j 2 "sh -c 'echo a; until grep -q b out; do sleep 0.01; done; printf end'" 'echo b' >out
    [ "$(sort out)" = $'[1] a\n[1] end\n[2] b' ]
    [ "$(tail -n 1 out)" = "[1] end" ]
}

@test "much output is kept in a file meanwhile, and nothing of it stays" {
    mkdir tmp
    TMPDIR=$PWD/tmp whet run -j 3 -s 'sleep 0.5; echo first' 'seq 400000' 'seq 300000 >&2' >out 2>err
    { echo first; seq 400000; } | cmp - out
    seq 300000 | cmp - err
    [ -z "$(ls -A tmp)" ]
}

@test "a reader that leaves stops all of it" {
    for how in '--order input' '--order finish' --live; do
        SECONDS=0
        # shellcheck disable=SC2086
        { seq 1000 | sed 's/^/echo /'; echo "sleep $nap"; } |
            { whet run -k $how -j 2 || echo $? >code; } 2>err | head -n 1 >/dev/null
        [ "$(cat code)" = 141 ]
        [ ! -s err ]
        [ "$SECONDS" -lt 200 ]
    done
    { whet run -k --live -j 2 'yes 1' "sleep $nap" || echo $? >code; } 2>err | head -n 1 >/dev/null
    [ "$(cat code)" = 141 ]
    gone "sleep $nap"
}

@test "a full disk is told of where it is" {
    [ -e /dev/full ] || skip "no /dev/full"
    for how in '--order input' '--order finish' --live; do
        # shellcheck disable=SC2086
        run -2 --separate-stderr bash -c '"$WHET" run -q $1 "echo 1" >/dev/full' - "$how"
        [ "$stderr" = "whet: cannot show what a command printed: No space left on device" ]
    done
}

@test "the first is shown as it comes; a reader that leaves ends a command without an end" {
    "$WHET" run "sh -c 'echo a; until test -e seen; do sleep 0.01; done; echo b'" 'echo c' >out &
    for _ in {1..6000}; do [ -s out ] && break; sleep 0.01; done
    [ "$(cat out)" = a ]
    touch seen
    wait $!
    [ "$(cat out)" = $'a\nb\nc' ]
    { whet run yes || echo $? >code; } 2>err | head -n 1 >/dev/null
    [ "$(cat code)" = 141 ]
    mkdir tmp
    { TMPDIR=$PWD/tmp whet run -k -j 2 --hold 1MiB "sleep $nap" yes || echo $? >code; } 2>err | true
    [ "$(cat code)" = 141 ]
    [ ! -s err ]
    gone "sleep $nap"
    TMPDIR=$PWD/absent run -2 --separate-stderr whet run --order finish yes
    [ "$stderr" = "whet: cannot keep what a command printed: '$PWD/absent': No such file or directory: name another folder by TMPDIR" ]
}

@test "what is said of a failure stands behind its output, in the order of the input" {
    whet run -k -j 3 "sh -c 'sleep 0.2; echo 1'" "sh -c 'echo 2; exit 3'" 'echo 3' >out 2>&1 || true
    [ "$(head -n 4 out | cut -c1-13)" = $'1\n2\nwhet: failed:\n3' ]
    whet run -k --log log false true 2>err || true
    whet run -k --log log --resume false true 2>err || true
    grep "failed: 'false': earlier, as the log says: exit: --resume-failed repeats it" err
}

@test "Ctrl-Z stops what runs, too, and its time-out; fg goes on" {
    mkfifo go # a shell that waits here starts nobody, and stops at once
    cat >job <<'END'
echo $$ >pid
read line <go
echo went
END
    python3 - "$WHET" <<'END'
import os, signal, subprocess, sys, time
whet = subprocess.Popen([sys.argv[1], "run", "--timeout", "60s", "sh job"], stdout=open("out", "w"),
                        preexec_fn=lambda: os.setpgid(0, 0))
while not (os.path.exists("pid") and open("pid").read().endswith("\n")):
    time.sleep(0.01)
state = lambda: open(f"/proc/{open('pid').read().strip()}/stat").read().rsplit(")", 1)[1].split()[0]
os.kill(whet.pid, signal.SIGTSTP)
pid, status = os.waitpid(whet.pid, os.WUNTRACED)
assert os.WIFSTOPPED(status), status
while state() != "T":
    time.sleep(0.01)
os.kill(whet.pid, signal.SIGCONT)
print("on", file=open("go", "w"))
pid, status = os.waitpid(whet.pid, 0)
assert os.waitstatus_to_exitcode(status) == 0, status
END
    [ "$(cat out)" = went ]
}

@test "Ctrl-Z stops a run whose reader reads nothing" {
    python3 - "$WHET" <<'END'
import array, fcntl, os, signal, subprocess, sys, termios, time
r, w = os.pipe()
os.set_blocking(r, False)
whet = subprocess.Popen([sys.argv[1], "run", "yes"], stdout=w, preexec_fn=lambda: os.setpgid(0, 0))
os.close(w)
def waiting():
    count = array.array("i", [0])
    fcntl.ioctl(r, termios.FIONREAD, count)
    return count[0]
def until(what):
    for _ in range(6000):
        if what():
            return
        time.sleep(0.01)
    sys.exit("in vain")
def asked():  # again and again: it may come right before the call that waits
    os.kill(whet.pid, signal.SIGTSTP)
    pid, status = os.waitpid(whet.pid, os.WUNTRACED | os.WNOHANG)
    return pid != 0 and os.WIFSTOPPED(status)
def below():
    with open(f"/proc/{whet.pid}/task/{whet.pid}/children") as file:
        states = [open(f"/proc/{pid}/stat").read() for pid in file.read().split()]
    return [state.rsplit(")", 1)[1].split()[0] for state in states if "(yes)" in state]
read = 0
def goes_on():
    global read
    os.kill(whet.pid, signal.SIGCONT)
    try:
        read += len(os.read(r, 1 << 16))
    except BlockingIOError:
        pass
    return read > 1 << 20
until(lambda: waiting() > 40000)
until(asked)
until(lambda: below() == ["T"])
until(goes_on)
whet.kill()
whet.wait()
END
}

@test "a command that wants the terminal is ended, and says so" {
    python3 - "$WHET" >out <<'END'
import os, pty, sys
pid, fd = pty.fork()
if pid == 0:
    os.execv(sys.argv[1], ["whet", "run", "-k", "-j1", "sh -c 'read x </dev/tty; echo got'", "echo next"])
said = b""
try:
    while True:
        said += os.read(fd, 4096)
except OSError:
    pass
print(said.decode(), os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
END
    grep "SIGTTIN: it wants the terminal, which no command gets here" out
    grep next out
    [ -z "$(grep '^got' out)" ]
}

# In the background SIGINT is ignored; SIGTERM goes the same way.
@test "interrupted: those that run are told once, and what has ended is shown" {
    "$WHET" run -j 2 'echo done' "sh -c 'trap \"echo told; exit 5\" TERM; touch up; sleep $nap & wait'" \
        "sh -c 'touch next; exec sleep $nap'" 'echo never' >out 2>err &
    pid=$!
    # The third has begun: the first has ended.
    until [ -e up ] && [ -e next ]; do kill -0 $pid; sleep 0.01; done
    kill -TERM $pid
    code=0
    wait $pid || code=$?
    [ "$code" = 143 ]
    [ "$(cat out)" = $'done\ntold' ]
    gone "sleep $nap"
}

@test "a second signal, and SIGKILL: whet leaves nobody behind" {
    for signal in TERM KILL; do
        rm -f deaf up told
        "$WHET" run -j 2 --grace 200s "sh -c 'trap \"\" TERM; touch deaf; sleep $nap & sleep $nap; sleep $nap'" \
            "sh -c 'trap \"touch told\" TERM; touch up; sleep $nap & wait; wait'" 2>err &
        pid=$!
        until [ -e deaf ] && [ -e up ]; do kill -0 $pid; sleep 0.01; done
        kill -TERM $pid
        # Two that came before the first is taken would be one.
        until [ -e told ]; do kill -0 $pid; sleep 0.01; done
        kill -$signal $pid
        wait $pid || true
        gone "sleep $nap"
    done
}

@test "surroundings: folder, variables, no input" {
    mkdir sub
    whet run -C sub -e A=1 -e B='x y' -s 'pwd; echo "$A,$B"; cat' <<<'' >out 2>&1 || true
    whet run -C sub -e A=1 -e B='x y' -- sh -c 'basename "$PWD"; echo "$A,$B"; cat' >out
    [ "$(cat out)" = $'sub\n1,x y' ]
}

@test "a dry run prints and does nothing" {
    whet run -n 'touch {}' ::: 'a b' c >out
    [ "$(cat out)" = $'touch \'a b\'\ntouch c' ]
    [ ! -e c ]
}

@test "JSON: the summary alone on stdout" {
    whet run -k --json -j 2 'echo a' false >out 2>err || [ $? = 1 ]
    python3 -c '
import json
a = json.load(open("out"))
assert (a["type"], a["version"], a["jobs"], a["ok"], a["failed"]) == ("run", 1, 2, 1, 1), a
assert a["at_once"] == 2'
    grep -qx a err
}

@test "jobs as JSON: fields, needs, and what a failure leaves out" {
    cat >jobs <<'JSON'
{"name":"last","argv":["echo","c d"],"needs":["a","b"]}
{"name":"a","command":"echo a","category":"x","type":"cpu"}
{"name":"b","command":"echo $X; exit $E","shell":true,"env":{"X":"of the job","E":"0"},"timeout":"5s"}
JSON
    whet run -f jobs >out
    [ "$(cat out)" = $'c d\na\nof the job' ]
    whet run --order finish -j 1 -f jobs | tail -n 1 | grep -qx 'c d'
    sed -i 's/"E":"0"/"E":"4"/' jobs
    run -1 --separate-stderr whet run -k <jobs
    [[ $stderr == *"skipped: 'last': it needs 'b', which did not end well"* ]]
    [[ $stderr == *"1 of 3 failed, 1 skipped in "* ]]
    whet run -n -f jobs | grep -qx 'last: echo .c d.'
    echo '{"argv":["a"],"need":[]}' >jobs
    fails "jobs:1: unknown key: 'need': did you mean 'needs'?" whet run -f jobs
    printf '%s\n' '{"name":"a","argv":["x"],"needs":["b"]}' '{"name":"b","argv":["x"],"needs":["a"]}' >jobs
    fails "jobs:1: a circle of needs: 'a' needs 'b' needs 'a'" whet run -f jobs
}

@test "commands of whet.yaml: by name, with needs, in the project's folder" {
    cat >whet.yaml <<'YAML'
version: 1
commands:
  build:
    command: sh -c 'echo built in; basename "$PWD"'
    category: make
    env: {A: "1"}
  test: {command: [echo, tested], needs: [build], timeout: 5m, memory: 1GiB, retries: 1}
  lint: {command: 'echo "$B"', shell: true, cwd: sub, env: {B: linted}}
YAML
    mkdir -p sub
    cd sub
    whet run --project -j 1 >out
    [ "$(cat out)" = "$(printf 'built in\n%s\ntested\nlinted' "$(basename "$BATS_TEST_TMPDIR")")" ]
    [ "$(whet run -p test | tail -n 1)" = tested ]
    [ "$(whet run -p -n test | wc -l)" = 2 ]
    [ "$(whet run -p -n --category make)" = 'build: sh -c '"'"'echo built in; basename "$PWD"'"'" ]
    [ "$(whet run -p -e B=mine lint)" = mine ]
    fails "no such command: 'tst': did you mean 'test'?" whet run -p tst
    # What a command says itself counts, be it 0.
    mkdir zero
    printf 'version: 1\ncommands:\n  a: {command: "false", retries: 0}\n  b: "false"\n' >zero/whet.yaml
    (cd zero && run -1 --separate-stderr whet run -k -p --retries 2 --json && grep -F '"retries": 2,' <<<"$output")
    sed -i 's/needs/need/' ../whet.yaml
    fails "$BATS_TEST_TMPDIR/whet.yaml:7:35: unknown key: 'need': did you mean 'needs'?" whet run -p
    printf 'version: 1\ncommands:\n  a: {command: x, needs: [z]}\n' >../whet.yaml
    fails "$BATS_TEST_TMPDIR/whet.yaml:3:3: no job has this name: 'z', which 'a' needs" whet run -p
    printf 'version: 1\ncommands:\n  a: x | y\n' >../whet.yaml
    fails "$BATS_TEST_TMPDIR/whet.yaml:3:3: only a shell can do this: '|' in 'x | y': quote it, or ask for a shell (--shell, or 'shell' in a file or in C)" \
        whet run -p
    printf 'version: 1\n' >../whet.yaml
    fails "no commands to run: '$BATS_TEST_TMPDIR/whet.yaml': it has no 'commands'" whet run -p
}

@test "the log: a line for each, in a form that is written down" {
    run -1 whet run -k --log log -- sh -c '[ {} = good ]' ::: good bad
    python3 - <<'PY'
import json, datetime
head, *jobs = [json.loads(line) for line in open("log")]
assert head == {"type": "run-log", "version": 1}
by = {j["number"]: j for j in jobs}
assert len(jobs) == 2 and set(by) == {1, 2}
assert by[1]["end"] == "ok" and by[1]["exit_code"] == 0 and by[1]["reason"] == ""
assert by[2]["end"] == "exit" and by[2]["exit_code"] == 1 and by[2]["reason"] == "exit code 1"
assert by[2]["argv"] == ["sh", "-c", "[ bad = good ]"] and by[2]["signal"] is None
assert len(by[1]["id"]) == 32 and by[1]["id"] != by[2]["id"]
for j in jobs:
    datetime.datetime.strptime(j["start"][:26], "%Y-%m-%dT%H:%M:%S.%f")
    assert j["start"].endswith("Z") and j["attempts"] == 1 and j["cached"] is False
    assert j["wall_ns"] > 0 and j["max_rss_bytes"] > 0 and j["user_ns"] + j["sys_ns"] >= 0
PY
    fails "there is a log already: 'log': go on with it by --resume, or remove it" whet run --log log true
    fails "nothing to go on with: '--resume': name the log by --log FILE" whet run --resume true
    echo hello >log
    fails "log:1: no JSON: the log is damaged" whet run --log log --resume true
}

@test "resumed after SIGKILL, nothing that was finished is repeated, nothing is left out" {
    cat >job <<'SH'
#!/bin/sh
echo "$1" >>ran
[ $(($1 % 50)) != 7 ]
SH
    chmod +x job
    seq 1500 | sed 's/^/.\/job /' >commands
    "$WHET" run -q -k -j 4 --log log -f commands &
    pid=$!
    for _ in {1..6000}; do [ "$(wc -l <log 2>/dev/null || echo 0)" -gt 300 ] && break; sleep 0.01; done
    kill -KILL $pid || true # where it was looked at late, it is done
    wait $pid || true
    truncate -s -9 log
    code=0
    whet run -q -k -j 4 --log log --resume --json -f commands >out || code=$?
    [ "$code" = 1 ]
    python3 - <<'PY'
import json, collections
a = json.load(open("out"))
assert a["jobs"] == 1500 and a["failed"] == 30 and a["ok"] == 1470, a
log = [json.loads(line) for line in open("log")][1:]
assert sorted(j["number"] for j in log) == list(range(1, 1501))
assert a["found"] > 250
ran = collections.Counter(open("ran").read().split())
assert set(ran) == {str(i) for i in range(1, 1501)}
# Twice: only those that ran when it was killed, and the one whose line was cut.
assert sum(ran.values()) - 1500 <= 4 + 1, sum(ran.values())
PY
    : >ran
    whet run -q -k --log log --resume -f commands || true
    [ ! -s ran ]
    whet run -q -k --log log --resume-failed -f commands || true
    [ "$(wc -l <ran)" = 30 ]
}

@test "SIGUSR1 lets one more run at once" {
    "$WHET" run --shell --timeout 100s -j 1 \
        'touch {}; until [ -e a ] && [ -e b ]; do sleep 0.02; done' ::: a b &
    pid=$!
    until [ -e a ]; do sleep 0.02; done
    [ ! -e b ]
    kill -USR1 $pid
    wait $pid
    whet run -j auto 'touch {}' ::: c d e
    [ -e c ] && [ -e d ] && [ -e e ]
}

@test "bad input is refused with its place" {
    fails "no command before ':::': whet run 'gzip {}' ::: FILE" whet run ::: a
    fails "an option behind a command: '-j': put options first, or -- before the words of one command" \
        whet run true -j 4
    fails "more than one command before ':::': 'b': quote it as one, or put -- before its words" \
        whet run a b ::: c
    fails "wrong value for --jobs: 'many': auto, a number from 1 to 4096, or a percentage of the cores is expected" \
        whet run -j many true
    fails "wrong value for --env: 'A': NAME=VALUE is expected" whet run -e A true
    fails "cannot read: 'absent': No such file or directory" whet run -f absent
    fails "both a file of commands and a command: 'true': give one" whet run -f x true
    printf 'true\necho $HOME\n' >commands
    fails "commands:2: only a shell can do this: '\$H' in 'echo \$HOME': quote it, or ask for a shell (--shell, or 'shell' in a file or in C)" \
        whet run -f commands
    printf 'tr\0ue\n' >commands
    fails "commands:1: a NUL in the line: is this a text?" whet run -f commands
    fails "no such list of inputs: '{2}': there is 1" whet run 'echo {2}' ::: a
}

@test "ten thousand jobs, 100 of them bad: every one is accounted for" {
    # In a third each crash, hang, and eat memory; those that hang take no more than their time.
    python3 - "$nap" >jobs <<'PY'
import json, sys
eat = "import os, time; a = bytearray(80 << 20); os.write(1, b'x'); time.sleep(%s)" % sys.argv[1]
bad = [{"argv": ["sh", "-c", "kill -SEGV $$"]},
       {"argv": ["sleep", sys.argv[1]], "timeout": "300ms"},
       {"argv": ["python3", "-S", "-c", eat], "memory": "64MiB"}]
n = 0
for i in range(10000):
    if i % 100 == 7:
        print(json.dumps(bad[n % 3]))
        n += 1
    else:
        print('{"argv":["true"]}')
PY
    run -1 --separate-stderr whet run -k -j 8 --log log --json -f jobs
    python3 - "$output" <<'PY'
import collections, json, sys
a = json.loads(sys.argv[1])
assert (a["jobs"], a["ok"], a["failed"], a["not_started"]) == (10000, 9900, 100, 0), a
lines = [json.loads(l) for l in open("log")][1:]
assert sorted(l["number"] for l in lines) == list(range(1, 10001))
for l in lines:
    i = l["number"] - 1
    expected = "ok" if i % 100 != 7 else ["signal", "timeout", "memory"][i // 100 % 3]
    assert l["end"] == expected, l
assert collections.Counter(l["end"] for l in lines) == {
    "ok": 9900, "signal": 34, "timeout": 33, "memory": 33}
PY
    [ "$(grep -c 'killed by SIGSEGV' <<<"$stderr")" = 34 ]
    [ "$(grep -c 'out of time: it may take 300 ms' <<<"$stderr")" = 33 ]
    [ "$(grep -c 'out of memory: it may have 64.0 MiB' <<<"$stderr")" = 33 ]
    gone "sleep $nap"
}

# ---- Shards ----

# A job for shards: it says who ran, and fails now and then.
shard_jobs()
{
    mkdir -p ran
    cat >job <<'SH'
#!/bin/sh
echo x >>"ran/$1"
[ $(($1 % 3)) = 0 ] || echo "out $1"
[ $(($1 % 5)) = 0 ] || printf 'err %s' "$1" >&2
exit $(($1 == 7))
SH
    chmod +x job
    seq 20 | sed 's/^/.\/job /' >commands
}

@test "shards run each command once, and their parts together are the run of one machine" {
    shard_jobs
    run -1 --separate-stderr whet run -k -q -f commands
    one=$output
    [[ $stderr == *"err 1err 2"* ]]
    whet run -k -q -f commands 2>one.err || true
    rm -r ran && mkdir ran
    for k in 3 1 2; do
        whet run -k -q -j 2 --shard $k/3 --parts parts -f commands >out 2>&1 || true
        [ ! -s out ]
    done
    [ "$(cat ran/* | wc -l)" = 20 ]
    code=0
    whet run -q --log log --merge parts >merged 2>merged.err || code=$?
    [ "$code" = 1 ]
    [ "$(cat merged)" = "$one" ]
    cmp one.err merged.err
    [ "$(head -1 log)" = '{"type":"run-log","version":1}' ]
    [ "$(sed 1d log | jq .number | tr '\n' ' ')" = "$(seq 20 | tr '\n' ' ')" ]
    whet run -k --log log --resume -f commands 2>/dev/null || true
    [ "$(cat ran/* | wc -l)" = 20 ]
    # Without parts a shard shows what is its.
    whet run -q -k --shard 2/3 -f commands 2>/dev/null | cmp - <(printf 'out %s\n' 2 5 8 11 14 17 20)
    whet run --json --merge parts 2>/dev/null >sum || true
    [ "$(jq -c '[.jobs, .ok, .failed]' sum)" = '[20,19,1]' ]
}

@test "a shard that has ended stays ended, and a merge that fails leaves no log" {
    printf 'echo a\necho b\n' >commands
    for k in 1 2; do whet run --shard $k/2 --parts parts -f commands; done
    fails "there is a log already: 'parts/part-1.log': go on with it by --resume, or remove it" \
        whet run --shard 1/2 --parts parts -f commands
    [ "$(whet run --merge parts)" = $'a\nb' ]
    cp parts/part-2.shown kept && : >parts/part-2.shown
    run -2 --separate-stderr whet run --log log --merge parts
    [[ $stderr == *"it is cut"* ]]
    [ "$(echo log*)" = 'log*' ]
    cp kept parts/part-2.shown
    whet run --log log --merge parts
    [ "$(wc -l <log)" = 3 ]
    [ "$(whet run --log /dev/stderr --merge parts 2>&1 >/dev/null | wc -l)" = 3 ]
}

@test "what was cached on a shard is cached in the whole" {
    for i in 1 2 3 4; do echo "{\"argv\":[\"echo\",\"$i\"],\"inputs\":[\"none\"]}"; done >jobs
    for parts in first second; do
        for k in 1 2; do whet run --cache --shard $k/2 --parts $parts -f jobs; done
    done
    [ "$(whet run --json --merge first 2>/dev/null | jq -c '[.ok, .found, .cached]')" = '[4,0,0]' ]
    whet run --json --merge second 2>/dev/null >sum
    [ "$(jq -c '[.ok, .found, .cached]' sum)" = '[4,4,4]' ]
    [ "$(jq '.saved_ns > 0' sum)" = true ]
}

@test "a terminal that does not block loses nothing" {
    python3 - "$WHET" <<'PY'
import fcntl, os, subprocess, sys
r, w = os.pipe()
fcntl.fcntl(w, fcntl.F_SETFL, os.O_NONBLOCK)
p = subprocess.Popen([sys.argv[1], "run", "head -c 300000 /dev/zero"], stdout=w)
os.close(w)
n = 0
while got := os.read(r, 65536):
    n += len(got)
assert (p.wait(), n) == (0, 300000), n
PY
}

@test "a shard that was killed goes on with its parts" {
    shard_jobs
    printf '#!/bin/sh\n[ ! -e hold ] || { kill -KILL $PPID; sleep 9; }\nexec ./job "$1"\n' >killer
    chmod +x killer
    # 9 is like 3: equals are told apart by their number.
    for i in 1 2 3 4 5 6 7 8 3; do echo "./job $i"; done | sed '5s/.*/.\/killer 5/' >commands
    whet run -k -q -f commands >one 2>one.err || true
    rm -r ran && mkdir ran
    whet run -k -q --shard 2/2 --parts parts -f commands || true
    touch hold
    "$WHET" run -k -q -j 1 --shard 1/2 --parts parts -f commands || true
    rm hold
    fails "shard 1 has not ended: 'parts/part-1.end' is not there" whet run --merge parts
    whet run -q -k --shard 1/2 --parts parts --resume -f commands || true
    [ "$(cat ran/1 ran/2 ran/4 ran/5 ran/6 ran/7 ran/8 | wc -l)" = 7 ]
    [ "$(wc -l <ran/3)" = 2 ]
    whet run -q --merge parts >merged 2>merged.err || true
    cmp one merged
    cmp one.err merged.err
    # Output that a fallen node took with it is made again.
    truncate -s -2 parts/part-1.shown
    run -2 --separate-stderr whet run -q --merge parts
    [[ $stderr == *"whet: a damaged part: 'parts/part-1.shown': it is cut"* ]]
    whet run -q -k --shard 1/2 --parts parts --resume -f commands || true
    whet run -q --merge parts 2>/dev/null | cmp one -
}

@test "what needs each other stays in one shard" {
    printf '{"name":"%s","argv":["echo","%s"],"needs":[%s]}\n' a a '"c"' b b '' c c '' d d '"b"' e e '' >jobs
    [ "$(whet run --shard 1/2 -f jobs | tr '\n' ' ')" = "a c e " ]
    [ "$(whet run --shard 2/2 -f jobs | tr '\n' ' ')" = "b d " ]
    [ "$(whet run -n --shard 2/2 -f jobs | tr '\n' ' ')" = "b: echo b d: echo d " ]
    whet run --shard 1/2 --parts p -f jobs
    whet run --shard 2/2 --parts p -f jobs
    [ "$(whet run --merge p | tr '\n' ' ')" = "a b c d e " ]
    whet run -q --shard 1/3 --parts p --resume -f jobs
    fails "parts of different runs: 'p': shard 1 is of 3, shard 2 of 2" whet run --merge p
    # A place, a folder and a variable may be others on another machine; a command may not.
    whet run --shard 1/2 -e A=1 --parts q 'echo {%} {}' ::: a b c
    (mkdir sub && cd sub && whet run --shard 2/2 -e A=2 -j 3 --parts ../q 'echo {%} {}' ::: a b c)
    whet run -q --merge q >/dev/null
    whet run --shard 2/2 --parts p2 'echo {}' ::: a b d
    whet run --shard 1/2 --parts p2 'echo {}' ::: a b c
    fails "parts of different runs: 'p2': shards 1 and 2 have read different commands" whet run --merge p2
}

@test "shards that make no sense are refused" {
    fails "not a shard: '--shard 0/2': K/N with K from 1 to N, N up to 1000000" whet run --shard 0/2 true
    fails "not a shard: '--shard 3/2x': K/N with K from 1 to N, N up to 1000000" whet run --shard 3/2x true
    fails "what for: '--parts' goes with '--shard' and '--on slurm'" whet run --parts p true
    fails "what for: '--shards' and '--sbatch' go with '--on slurm'" whet run --shards 3 true
    fails "one of them: '--merge', '--shard' and '--on'" whet run --on slurm --shard 1/2 true
    fails "what is kept is not shown: leave out '--live'" whet run --live --shard 1/2 --parts p true
    fails "nobody would see what --explain says: name the folder that keeps it by '--parts DIR'" \
        whet run --on slurm --cache --explain --log l true
    fails "nobody would see what --trace-inputs finds: name the log that keeps it by '--log FILE'" \
        whet run --on slurm --trace-inputs true
    fails "one folder of parts is expected, behind all options: whet run --merge DIR" whet run --merge
    fails "shard 1 has not ended: 'nowhere/part-1.end' is not there" whet run --merge nowhere
    fails "unknown engine: 'pbs': choose slurm" whet run --on pbs true
}

# crowded I N COMMAND...: as a user of this test's own, the I-th of eight, who may have N processes
# and threads: those that another of them leaves behind for a moment count for that one.
crowded()
{
    local user=$((20000 + $$ % 5000 * 8 + $1))
    shift
    ASAN_OPTIONS=detect_leaks=0 setpriv --reuid "$user" --regid "$user" --clear-groups \
        bash -c 'ulimit -u "$1" && shift && exec "$@"' - "$@"
}

@test "where there is no room for another process a command waits for another to end" {
    command -v setpriv >/dev/null && [ "$(id -u)" = 0 ] || skip "not root"
    ! grep -q __tsan_init "$WHET" || skip "ThreadSanitizer has threads of its own"
    cd /
    crowded 0 99 "$WHET" --version >/dev/null 2>&1 || skip "the program is closed to other users"
    for room in 3 4 5 6 7; do
        crowded $((room - 2)) $room "$WHET" run true 2>/dev/null && break
    done
    run -0 --separate-stderr crowded 6 $room "$WHET" run -j 3 --json 'sleep 0.2' 'sleep 0.2' true
    grep -F '"ok": 3,' <<<"$output"
    grep -F '"retries": 0,' <<<"$output"
    run --separate-stderr crowded 7 $((room - 1)) "$WHET" run true
    [ "$status" != 0 ]
    [[ $stderr == *"there is no room for another process"* ]]
}

# Where who started it ignores SIGCHLD, as some programs do, children would vanish unseen.
@test "a parent that ignores the end of its children changes nothing" {
    local ignoring=(bash -c 'trap "" CHLD; exec "$@"' -)
    echo 'int main(void) { return 0; }' >a.c
    [ "$("${ignoring[@]}" sed -n 's/^SigIgn:.*\(.\)....$/\1/p' /proc/self/status)" = 1 ]
    [ "$("${ignoring[@]}" "$WHET" run 'echo a' 'echo b')" = $'a\nb' ]
    run -3 "${ignoring[@]}" "$WHET" run -s 'exit 3'
    run -0 "${ignoring[@]}" "$WHET" run --trace-inputs --input a.c 'cat a.c'
    run -0 "${ignoring[@]}" "$WHET" bench --runs 2 true
    run -2 "${ignoring[@]}" "$WHET" bench --runs 2 false
    [[ $output == *"command failed with exit code 1: 'false'"* ]]
    "${ignoring[@]}" "$WHET" scan -q --isolate --json a.c >one
    whet scan -q --json a.c | cmp one -
    [ "$(wc -l <one)" -gt 3 ]
    run -0 "${ignoring[@]}" "$WHET" tune --workers --type cpu --runs 1 -- true
}
