load common

# Where the kernel, or a sandbox around the tests, does not let us trace, that is said.
traces()
{
    whet run --trace-inputs true 2>why || skip "$(cat why)"
}

# without COMMAND...: it fails. (A plain ! is passed over by bats.)
without()
{
    if "$@"; then return 1; fi
}

# A small project: three sources, a header that is declared and one that is not.
project()
{
    mkdir src inc hidden
    echo '#define A 1' >inc/a.h
    echo '#define B 2' >hidden/b.h
    for i in 1 2 3; do
        printf '#include "a.h"\nint f%d(void) { return A; }\n' $i >src/f$i.c
    done
    printf '#include "b.h"\nint g(void) { return B; }\n' >src/g.c
}

compile()
{
    whet run --cache --input {} --output {.}.o "$@" 'cc -Iinc -Ihidden -c {} -o {.}.o' ::: src/*.c
}

@test "a header that is not declared is named, once; what is declared is not" {
    traces
    project
    compile --trace-inputs --input 'inc/*.h' --json >out 2>err
    [ "$(cat err)" = "whet: undeclared input: 'hidden/b.h': read by 'cc -Iinc -Ihidden -c src/g.c -o src/g.o'" ]
    compile --trace-inputs --force >/dev/null 2>err
    grep -q "^whet: undeclared input: 'hidden/b.h': read by " err
    grep -q "^whet: undeclared input: 'inc/a.h': read by " err
    [ "$(grep -c undeclared err)" = 2 ]
    compile --trace-inputs --force --input inc --input 'hid*/**' 2>err
    [ ! -s err ]
    # The depfile says it, too.
    whet run --trace-inputs --cache --force --input {} --output {.}.o --depfile {.}.d \
        'cc -Iinc -Ihidden -MMD -c {} -o {.}.o' ::: src/*.c 2>err
    [ ! -s err ]
}

@test "the summary and the log have all of them, in every command" {
    traces
    project
    compile --trace-inputs --json --log log >out 2>/dev/null
    python3 - <<'PY'
import json, os
here = os.path.realpath(".")
summary = json.load(open("out"))
assert summary["traced"] == 4 and summary["partly_traced"] == 0
assert [(f["path"], f["use"], f["jobs"]) for f in summary["undeclared"]] == [
    (here + "/hidden/b.h", "read", 1), (here + "/inc/a.h", "read", 3)]
lines = [json.loads(line)["traced"] for line in list(open("log"))[1:]]
assert sorted(l["undeclared"] for l in lines) == [["hidden/b.h"]] + 3 * [["inc/a.h"]], lines
assert all(not l["partial"] and l["unseen"] == [] and not l["cut"] for l in lines)
assert sum("src/a.h" in l["absent"] for l in lines) == 3
PY
}

@test "what is not there is told with -v alone; what a command makes is no input" {
    traces
    whet run --trace-inputs -s 'cat absent; echo x >made; cat made; mv made moved; cat moved; true' 2>err || true
    without grep undeclared err
    whet run -v --trace-inputs -s 'cat absent; true' 2>err
    grep "not there: 'absent': looked for by" err
    # Read before it is written: it is one.
    whet run --trace-inputs -s 'cat moved >/dev/null; echo y >moved' 2>err
    grep "undeclared input: 'moved': read by" err
    whet run --trace-inputs -s 'test -e moved' 2>err
    grep "undeclared input: 'moved': looked at by" err
    printf '#!/bin/sh\n' >tool && chmod +x tool
    whet run --trace-inputs -s './tool' 2>err
    grep "undeclared input: 'tool': r[eu][an]d* by" err
}

@test "names are those of the command's folder; links and .. are resolved" {
    traces
    mkdir -p p/src real
    echo x >real/h
    ln -s ../real p/link
    whet run --trace-inputs -C p 'cat src/../link/h' >/dev/null 2>err
    grep "undeclared input: '$(realpath real/h)'" err
    whet run --trace-inputs -C p --input link/h 'cat ../real/h' >/dev/null 2>err
    [ ! -s err ]
    whet run --trace-inputs --trace-ignore real 'cat real/h' >/dev/null 2>err
    [ ! -s err ]
}

@test "a command that is cached is not traced, and that is said" {
    traces
    echo x >in
    whet run --cache --trace-inputs --input in 'cat in' >/dev/null 2>err
    [ ! -s err ]
    whet run --cache --trace-inputs --input in 'cat in' >/dev/null 2>err
    [ "$(cat err)" = "whet: not traced: 1 commands, which are cached: --force runs them" ]
}

@test "children of children, threads, and a debugger's own tracing" {
    traces
    echo x >deep
    whet run --trace-inputs -s '(sh -c "(cat deep & wait)" & wait)' 2>err >/dev/null
    grep "undeclared input: 'deep': read by" err
    echo x >threaded
    whet run --trace-inputs -- /usr/bin/python3 -c \
        'import threading; t = threading.Thread(target=lambda: open("threaded")); t.start(); t.join()' 2>err
    grep "undeclared input: 'threaded': read by" err
    command -v strace >/dev/null || skip "strace is not installed"
    whet run --trace-inputs 'strace -f -o traced cat deep' 2>err
    grep "undeclared input: 'deep': read by" err
}

@test "a static program, and a 32-bit one" {
    traces
    echo x >seen
    cat >static.c <<'C'
#include <fcntl.h>
int main(void) { return open("seen", O_RDONLY) < 0; }
C
    cc -static -o static static.c 2>/dev/null || skip "no static C library"
    whet run --trace-inputs ./static 2>err
    [ "$(cat err)" = "whet: undeclared input: 'seen': read by './static'" ]
    cat >small.c <<'C'
static long call(long n, long a, long b, long c)
{
    long r;
    __asm__ volatile("int $0x80" : "=a"(r) : "a"(n), "b"(a), "c"(b), "d"(c) : "memory");
    return r;
}
void _start(void) { call(1, call(5, (long)"seen", 0, 0) < 0, 0, 0); }
C
    cc -m32 -static -nostdlib -fno-pie -no-pie -fno-stack-protector -o small small.c 2>/dev/null && ./small ||
        skip "no 32-bit programs"
    whet run --trace-inputs ./small 2>err
    [ "$(cat err)" = "whet: undeclared input: 'seen': read by './small'" ]
}

@test "killed by its time-out, it still says what it had read; nothing is left" {
    traces
    nap=310.$$
    echo x >before
    run -124 --separate-stderr whet run --trace-inputs -t 10 --grace 0.2 -s \
        "trap '' TERM; cat before; while :; do cat before; done & sleep $nap & wait; wait"
    [[ $stderr == *"undeclared input: 'before': read by"* ]]
    gone "sleep $nap"
    run -1 --separate-stderr whet run -k -j 4 --trace-inputs -t 2 --grace 0.1 -- \
        sh -c "while :; do test -e before; done #{}" ::: 1 2 3 4 5 6 7 8
    [[ $stderr == *"8 of 8 failed, 1 undeclared inputs"* ]]
}

@test "200 jobs, four at once: each is traced, none leaves a descriptor" {
    traces
    for i in {1..200}; do echo x >in$i; done
    # What is open in whet itself, looked at by its own commands.
    run -0 --separate-stderr whet run -j 4 --trace-inputs --json --log log -s \
        'cat {} >/dev/null; echo /proc/$PPID/fd/* | wc -w >&2' ::: in{1..200}
    python3 - "$output" <<'PY'
import json, sys
summary = json.loads(sys.argv[1])
assert summary["ok"] == summary["traced"] == 200
assert len(summary["undeclared"]) == 200
assert all(f["jobs"] == 1 for f in summary["undeclared"])
lines = [json.loads(line) for line in list(open("log"))[1:]]
assert all(l["traced"]["undeclared"] == [l["argv"][2].split()[1]] for l in lines)
PY
    [ "$(grep -cv whet: <<<"$stderr")" = 200 ]
    [ "$(grep -v whet: <<<"$stderr" | sort -n | tail -1)" -lt 60 ]
    [[ $stderr == *"undeclared inputs: 20 of 200 are shown"* ]]
}

# One that its command leaves in the background, in a session of its own.
@test "what outlives whet goes on as ever" {
    traces
    whet run --trace-inputs -s 'setsid sh -c "while [ ! -s go ]; do sleep 0.05; done; cat go >gone" >/dev/null 2>&1 &'
    echo here >go
    for _ in {1..6000}; do [ -s gone ] && break; sleep 0.01; done
    [ "$(cat gone)" = here ]
}

@test "when whet is killed, nothing it ran is left waiting" {
    traces
    nap=320.$$
    "$WHET" run --trace-inputs -j 4 -s "echo 1 >>begun; while :; do test -e begun; done & sleep $nap #{}" ::: 1 2 3 4 &
    for _ in {1..1200}; do [ "$(cat begun 2>/dev/null | wc -l)" = 4 ] && break; sleep 0.05; done
    kill -9 $!
    gone "sleep $nap"
}

@test "without rights it works, too" {
    traces
    command -v setpriv >/dev/null && [ "$(id -u)" = 0 ] || skip "not root"
    dir=$(mktemp -d)
    chmod 755 "$dir"
    echo x >"$dir/seen"
    other=(setpriv --reuid 65534 --regid 65534 --clear-groups)
    if "${other[@]}" test -x "$WHET" -a -r "$dir/seen" 2>/dev/null; then
        (cd "$dir" && "${other[@]}" "$WHET" run --trace-inputs 'cat seen') 2>err >/dev/null
    else
        echo "undeclared input: 'seen': read by" >err
        closed=1
    fi
    rm -r "$dir"
    grep "undeclared input: 'seen': read by" err
    [ -z "${closed:-}" ] || skip "the program is closed to other users"
}

@test "where it cannot trace it says so, and runs nothing" {
    traces
    run -2 --separate-stderr whet run --trace-inputs -- "$WHET" run --trace-inputs -s 'echo ran >ran'
    [[ $stderr == *"cannot trace: somebody does so already"* ]]
    [ ! -e ran ]
    fails "what for: '--trace-ignore' goes with '--trace-inputs'" whet run --trace-ignore /opt true
    fails "wrong value for --trace-ignore: 'absent': No such file or directory" \
        whet run --trace-inputs --trace-ignore absent true
}

# dead COMMAND...: beside a file system whose server never answers, dead, mounted where the command
# alone sees it, and a link to a file in it.
dead()
{
    cat >dead.py <<'PY'
import ctypes, os, subprocess, sys
where = os.path.abspath("dead")
try:
    os.mkdir(where)
    os.symlink(where + "/file", "link")
    fd = os.open("/dev/fuse", os.O_RDWR)
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(0x20000) or libc.mount(b"none", b"/", None, 0x44000, None) or libc.mount(
            b"dead", where.encode(), b"fuse", 0,
            b"fd=%d,rootmode=40000,user_id=0,group_id=0" % fd):
        raise OSError(ctypes.get_errno(), "cannot mount")
except OSError as why:
    print(why)
    sys.exit(77)
os._exit(subprocess.call(["timeout", "-s", "KILL", "120"] + sys.argv[1:]))
PY
    python3 dead.py "$@"
}

@test "a file system that does not answer holds up who asks it alone" {
    traces
    echo x >seen
    printf '%s\n' '{"command":"cat dead/file","timeout":"2s"}' '{"command":"cat seen"}' >jobs
    run --separate-stderr dead "$WHET" run -k -j 2 --trace-inputs --grace 0.1 --log log -f jobs
    [ "$status" != 77 ] || skip "no FUSE here: $output"
    [ "$status" = 1 ]
    [ "$output" = x ]
    [[ $stderr == *"failed: 'cat dead/file': out of time"* ]]
    [[ $stderr == *"undeclared input: 'seen': read by 'cat seen'"* ]]
    # A link is not followed by who asks for the link, but by us.
    rm -r dead link
    run -0 --separate-stderr dead "$WHET" run --trace-inputs --log log2 'stat -c %F link'
    [ "$output" = "symbolic link" ]
    [[ $stderr == *"cannot trace all of 'stat -c %F link': a file system does not answer: "*/link* ]]
    grep -F '"partial":true,"unseen":["no_answer"]' log2
}

@test "io_uring is not seen, and that is said" {
    traces
    cat >ring.py <<'PY'
import ctypes, sys
libc = ctypes.CDLL(None, use_errno=True)
sys.exit(0 if libc.syscall(425, 1, ctypes.create_string_buffer(120)) >= 0 else 7)
PY
    python3 ring.py || skip "no io_uring here"
    run -0 --separate-stderr whet run --trace-inputs --log log --input ring.py 'python3 ring.py' ::: 1 2
    [ "$(grep -c "cannot trace all of 'python3 ring.py [12]': it uses io_uring" <<<"$stderr")" = 1 ]
    [[ $stderr == *"not all could be seen that 2 of 2 commands have used"* ]]
    [ "$(grep -cF '"unseen":["io_uring"]' log)" = 2 ]
}
