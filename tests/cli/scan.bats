load common

# The server that a test has started goes with it, also when it fails.
teardown()
{
    [ -z "${server:-}" ] || kill "$server" 2>/dev/null || true
}

# A small project in several languages.
project()
{
    mkdir -p p/src p/lib
    printf 'int one(void)\n{\n    return 1;\n}\n' >p/src/one.c
    printf '/* two */\nint two(int a)\n{\n    return a ? 2 : 3;\n}\n' >p/src/two.c
    printf 'def three(a):\n    # why\n    return a and 3\n' >p/lib/three.py
    printf '#!/bin/sh\necho four\n' >p/four
    printf 'notes\n' >p/notes.xyz
}

# same NAME...: the answer with a cache, used both ways, is the one without.
same()
{
    whet scan -q --json --cache off p >expected
    whet scan -q --json --cache stat p >stat
    cmp expected stat
    whet scan -q --json --cache content p >content
    cmp expected content
}

# Answers come from the cache: this many files of the summary.
hits()
{
    whet scan -q --json --summary --cache "$1" p | sed 's/.*"cache_hits":\([0-9]*\).*/\1/'
}

@test "counts lines, functions and complexity by language" {
    project
    run -0 --separate-stderr whet scan p
    [ "${lines[0]}" = "Language  Files  Code  Comment  Blank  Functions  Complexity" ]
    [[ $output == *"C             2     8        1      0          2           3"* ]]
    [[ $output == *"Total         4    12        2      0          3           5"* ]]
    [[ $stderr == "4 files, "*" from cache"*"skipped 1: 1 unknown language" ]]
    mkdir one
    echo 'int a;' >one/a.c
    run -0 --separate-stderr whet scan one
    [[ $stderr == "1 file, "* ]]
}

@test "json gives each function and each skipped file" {
    project
    run -0 --separate-stderr whet scan -q --json p
    [[ ${lines[0]} == '{"type":"scan","version":1,"analyser":"1-'*'","path":"p"}' ]]
    [ "${lines[3]}" = '{"type":"file","path":"src/one.c","language":"C","bytes":32,"lines":4,"code":4,"comment":0,"blank":0,"function_count":1,"complexity":1,"complexity_max":1,"functions":[{"name":"one","line":1,"end_line":4,"complexity":1}]}' ]
    [ "${lines[5]}" = '{"type":"skipped","path":"notes.xyz","reason":"unknown language"}' ]
    [ -z "$stderr" ]
}

@test "the answer is the same for any number of jobs" {
    project
    for i in {1..50}; do mkdir "p/d$i" && cp p/src/*.c "p/d$i"; done
    whet scan -q --json --cache off -j 1 p >one
    for jobs in 2 3 8; do
        whet scan -q --json --cache off -j "$jobs" p | cmp one -
    done
}

@test "cached equals uncached after every kind of change" {
    project
    same
    printf 'int five;\n' >>p/src/one.c && same         # edited
    mv p/src/two.c p/src/deux.c && same                # renamed
    mv p/src p/source && same                          # its folder, too
    rm p/lib/three.py && same                          # deleted
    touch p/source/one.c && same                       # touched
    cp p/source/one.c p/source/six.h && same           # the same content, another language rule
    printf 'class A { public: int b; };\n' >p/source/six.h && same
    mv p/source/six.h p/source/six.c && same
    chmod +x p/four && same
    printf '#!/usr/bin/env python3\nx = 1\n' >p/four && same
}

@test "a change that leaves size and mtime is found" {
    project
    touch -d '2020-01-01 00:00:00' p/src/*.c
    same
    [ "$(hits content)" = 4 ]
    sed -i 's/return 1/return 9/' p/src/one.c
    sed -i 's/a ? 2 : 3/a + 2 + 3/; s/2 + 3/2+3/' p/src/two.c
    touch -d '2020-01-01 00:00:00' p/src/*.c
    [ "$(stat -c %s p/src/one.c)" = 32 ]
    same
}

@test "unchanged files are hits, touched ones still are by their content" {
    project
    touch -d '2020-01-01' p/src/*.c p/lib/*.py p/four
    sleep 0.2 # their ctime is now; it has to be in the past to be trusted
    [ "$(hits stat)" = 0 ]
    [ "$(hits stat)" = 4 ]
    [ "$(hits content)" = 4 ]
    touch p/src/*.c
    [ "$(hits stat)" = 4 ]
    cp -r p q && rm -r p && mv q p
    [ "$(hits content)" = 4 ]
}

@test "a damaged cache is moved aside and said, and the answer stands" {
    project
    whet scan -q --json --cache off p >expected
    whet scan -q p >/dev/null
    printf 'this is no database' >"$XDG_CACHE_HOME/whet/scan.db"
    rm -f "$XDG_CACHE_HOME"/whet/scan.db-*
    run -0 --separate-stderr bash -c '"$WHET" scan --json --cache stat p >got'
    cmp expected got
    [[ $stderr == *"scan.db"* ]]
    ls "$XDG_CACHE_HOME/whet" | grep -q bad
    whet scan -q --json p | cmp expected -
}

@test "a cache folder that cannot be made is no failure" {
    project
    whet scan -q --json --cache off p >expected
    printf x >file
    run -0 --separate-stderr bash -c '"$WHET" scan --json --cache-dir file/below p >got'
    cmp expected got
    [[ $stderr == "whet: "*"file/below"* ]]
}

@test "PATH that is not there" {
    fails "cannot open: 'nowhere': No such file or directory" whet scan nowhere
    fails "cannot open: 'a/b': No such file or directory" whet scan a/b
    fails "unexpected operand: 'y': 'whet scan -h' shows the usage" whet scan x y
}

@test "PATH that is empty, a file, a link, a FIFO" {
    project
    mkdir empty
    run -0 --separate-stderr whet scan empty
    [[ $output == *"Total         0     0"* ]]
    run -0 --separate-stderr whet scan -q --json p/src/one.c
    [[ ${lines[1]} == '{"type":"file","path":"one.c","language":"C",'* ]]
    ln -s p link
    cmp <(whet scan -q --list link) <(whet scan -q --list p)
    mkfifo pipe
    fails "neither a file nor a folder: 'pipe'" whet scan pipe
    fails "neither a file nor a folder: '/dev/null'" whet scan /dev/null
}

@test "a file named by the user is scanned though a rule ignores it" {
    project
    printf '*.c\n' >p/.gitignore
    [ "$(whet scan -q --list p/src/one.c)" = one.c ]
    run ! grep -q one.c <(whet scan -q --list p)
}

@test "odd things below PATH are listed with their reason" {
    project
    mkfifo p/pipe
    ln -s . p/loop
    ln -s nowhere p/broken
    printf 'a\0b' >p/zero.c
    truncate -s 2G p/huge.c
    run -0 --separate-stderr whet scan -q --json p
    [[ $output == *'{"type":"skipped","path":"broken","reason":"symbolic link"}'* ]]
    [[ $output == *'{"type":"skipped","path":"huge.c","reason":"too large","bytes":2147483648}'* ]]
    [[ $output == *'{"type":"skipped","path":"loop","reason":"symbolic link"}'* ]]
    [[ $output == *'{"type":"skipped","path":"pipe","reason":"not a file"}'* ]]
    [[ $output == *'{"type":"skipped","path":"zero.c","reason":"binary","bytes":3}'* ]]
    same
}

@test "what may not be read is listed, the rest is counted" {
    project
    mkdir p/secret && printf 'int x;\n' >p/secret/x.c
    chmod 000 p/secret p/src/two.c
    chmod 755 . p p/src p/lib
    if [ "$(id -u)" = 0 ]; then
        chmod 755 "$BATS_TEST_TMPDIR"
        as="setpriv --reuid 65534 --regid 65534 --clear-groups"
        $as "$WHET" scan p --list >/dev/null 2>&1 || skip "another user cannot come here"
    fi
    run -0 --separate-stderr $as "$WHET" scan -q --json --cache off p
    [[ $output == *'{"type":"skipped","path":"secret/","reason":"error","error":"Permission denied"}'* ]]
    [[ $output == *'"path":"src/two.c","reason":"error","bytes":'*'"error":"Permission denied"}'* ]]
    [[ $output == *'"path":"src/one.c"'* ]]
    chmod 755 p/secret p/src/two.c
}

@test "names that are not UTF-8, or hold a newline" {
    mkdir p
    printf 'int a;\n' >p/$'caf\xe9.c'
    printf 'int b;\n' >p/$'two\nlines.c'
    run -0 --separate-stderr whet scan -q --json p
    [[ $output == *'"path":"caf�.c","path_hex":"636166e92e63"'* ]]
    [[ $output == *'"path":"two\nlines.c"'* ]]
    same
}

@test "100,000 files in one folder" {
    mkdir p
    (cd p && seq -f 'f%.0f.json' 100000 | xargs touch)
    [ "$(whet scan -q --list p | wc -l)" = 100000 ]
    run -0 --separate-stderr whet scan -q --summary p
    [[ $output == *"JSON"*"100,000"* ]]
}

@test "1,000 folders deep" {
    mkdir p
    python3 - <<'PY'
import os
os.chdir("p")
for i in range(1000):
    name = f"folder-{i:04}"
    os.mkdir(name)
    os.chdir(name)
with open("deep.c", "w") as f:
    f.write("int deep(void) { return 1; }\n")
PY
    run -0 --separate-stderr whet scan -q --json p
    [[ $output == *'/folder-0999/deep.c","language":"C"'*'"name":"deep"'* ]]
    same
}

@test "a file with syntax errors is counted" {
    mkdir p
    printf 'int good(void) { return 1; }\nint bad( { ] = ;\n' >p/x.c
    run -0 --separate-stderr whet scan -q --json p
    [[ $output == *'"syntax_errors":true'* ]]
    [[ $output == *'"name":"good"'* ]]
}

@test "markdown, and -o chooses by its ending" {
    project
    whet scan -q -f markdown p >md
    grep -q '^| C | *2 |' md || grep -q '^| C ' md
    whet scan -q -o out.md p >printed
    [ ! -s printed ]
    cmp md out.md
    whet scan -q -o out.json p && whet scan -q --json p | cmp - out.json
    fails "no format for this ending: 'x.pdf': use .json, .md or .txt, or --format" \
        whet scan -o x.pdf p
    fails "unknown format: 'xml': choose table, json or markdown" whet scan -f xml p
    fails "cannot write: 'no/such/x.md': No such file or directory" whet scan -q -o no/such/x.md p
}

@test "--top names the most complex functions" {
    project
    run -0 --separate-stderr whet scan -q --top 2 p
    [[ $output == *"two"*"src/two.c:2"* ]]
    [[ $output == *"three"*"lib/three.py:1"* ]]
    [[ $output != *"src/one.c:1"* ]]
}

@test "--lines never parses" {
    project
    printf 'int bad( { ] = ;\n' >p/bad.c
    run -0 --separate-stderr whet scan -q --lines --json p
    [[ $output != *'"syntax_errors":true'* ]]
    [[ $output == *'"path":"src/one.c","language":"C","bytes":32,"lines":4,"code":4,"comment":0,"blank":0,"function_count":0'* ]]
}

@test "a full disk is an error, a closed pipe is not" {
    project
    [ -e /dev/full ] || skip "no /dev/full"
    code=0
    whet scan -q p >/dev/full 2>err || code=$?
    [ "$code" = 2 ]
    [ "$(cat err)" = "whet: cannot write: 'stdout': No space left on device" ]
    (cd p && seq -f 'f%.0f.json' 20000 | xargs touch)
    (whet scan -q --list p; echo "code $?" >&2) 2>err | head -n 1 >/dev/null
    run ! grep -q 'whet:' err
}

@test "a signal keeps what was scanned, and says so" {
    mkdir p
    for i in {1..3000}; do printf 'int f%d(int a) { return a ? 1 : 2; }\n' {1..200} >"p/$i.c"; done
    "$WHET" scan -q --cache off -j 1 p >out 2>err &
    child=$!
    listens "$child"
    kill -TERM "$child" || true # a shell starts its children with SIGINT ignored
    code=0
    wait "$child" || code=$?
    [ "$code" = 143 ] || [ "$code" = 0 ]
    grep -q Total out
    # It may have been done by then, and then it is whole.
    [ "$(cat err)" = "whet: interrupted: the answer is a part" ] || grep -q 'Total *3,000 ' out
}

@test "a FIFO where git looks for rules does not hang it" {
    project
    mkdir -p p/.git/info
    mkfifo p/.git/info/exclude p/lib/.gitignore
    run -0 --separate-stderr timeout 20 "$WHET" scan -q --list p
    [[ $output == *src/one.c* ]]
}

@test "scanning one file keeps what the cache knows of its folder" {
    project
    sleep 0.2
    whet scan -q p >/dev/null
    sleep 0.2
    whet scan -q p >/dev/null
    whet scan -q p/src/one.c >/dev/null
    [ "$(hits stat)" = 4 ]
}

@test "times far from now do no harm" {
    project
    touch -d '2400-01-01' p/src/one.c 2>/dev/null || skip "this filesystem ends earlier"
    touch -d '1901-12-14' p/src/two.c
    same
}

@test "an ignore file that cannot be read is said" {
    project
    head -c 5000000 /dev/zero | tr '\0' 'x' >p/.gitignore
    run -0 --separate-stderr whet scan p
    [[ $stderr == *"an ignore file does not hold: './'"* ]]
}

# shards N OPTION...: part-1.json to part-N.json of p.
shards()
{
    local n=$1 k
    shift
    for ((k = 1; k <= n; k++)); do
        whet scan -q --json --cache off --shard "$k/$n" "$@" p >"part-$k.json"
    done
}

@test "shards put together are the scan of one machine, byte for byte" {
    project
    mkdir -p p/ignored p/a p/a.c
    printf 'ignored/\n*.o\n' >p/.gitignore
    touch p/src/x.o "p/$(printf 'odd\377name.c')"
    ln -s one.c p/src/link.c
    printf 'int f(void);\n' | tee p/a/f.h p/a.c/f.h p/ignored/g.h >/dev/null
    for n in 1 2 7; do
        whet scan -q --json --cache off p >one
        shards "$n"
        whet scan -q --merge --json part-[1-$n].json >merged
        cmp one merged
        whet scan -q --cache off --top 3 --skipped p >one
        whet scan -q --merge --top 3 --skipped part-[1-$n].json >merged
        cmp one merged
    done
    whet scan -q --json --list p >one
    shards 3 --list
    whet scan -q --merge --json part-[123].json >merged
    cmp one merged
}

@test "a shard uses the cache that others fill" {
    project
    whet scan -q --json p >/dev/null
    run -0 whet scan -q --json --summary --shard 1/2 p
    [[ $output == *'"cache_misses":0'* ]]
}

# serve: a server of the test's own; its address is $url, its process $server.
serve()
{
    command -v redis-server >/dev/null || skip "no redis-server"
    ! "$WHET" --version | grep -q '^without.*hiredis' || skip "built without hiredis"
    url=unix:$PWD/socket
    redis-server --port 0 --unixsocket socket --save '' --appendonly no --daemonize no >/dev/null 2>&1 3>&- &
    server=$!
    until [ -S socket ]; do
        kill -0 "$server"
        sleep 0.01
    done
}

# nothing_left MACHINE OPTION...: in the end it need not analyse anything. On a machine that is busy
# enough an answer comes too late at times; then it analyses, and sends what it found.
nothing_left()
{
    for _ in {1..20}; do
        rm -rf "cache-$1"
        [ "$(misses "$@")" = 0 ] && return
    done
    return 1
}

# misses MACHINE OPTION...: how many files a machine with its own cache and path had to analyse.
misses()
{
    local machine=$1
    shift
    rm -rf "at-$machine" && mkdir "at-$machine" && cp -r p "at-$machine/p"
    whet scan -q --json --summary --remote "$url" --cache-dir "cache-$machine" "$@" "at-$machine/p" |
        sed 's/.*"cache_misses":\([0-9]*\).*/\1/'
}

@test "machines share answers by a server, and one that is gone does no harm" {
    project
    serve
    first=$(misses one --shard 1/2)
    second=$(misses other --shard 2/2)
    [ $((first + second)) = 4 ]
    nothing_left two
    nothing_left three --shard 1/2 # as if it had been put into the queue again
    printf 'int five;\n' >>p/src/one.c
    [ "$(misses two)" = 1 ]
    whet scan -q --json --cache off p >expected
    whet scan -q --json --remote "$url" --cache-dir cache-four p | cmp expected -
    kill "$server" && wait "$server" || true
    run -0 --separate-stderr bash -c '"$WHET" scan --json --remote '"$url"' --cache-dir cache-five p >got'
    cmp expected got
    [[ $stderr == *"cache server: "* ]]
    [ "$(misses two)" = 0 ]
    whet scan -q --json --remote "$url" --cache off p | cmp expected -
    run -2 whet scan --remote nothing p
    [[ $output == "whet: not a server's url: "* ]]
}

@test "a cache of an older form is replaced without a word" {
    project
    mkdir -p "$XDG_CACHE_HOME/whet"
    cp "$BATS_TEST_DIRNAME/../data/corpus/cache/former" "$XDG_CACHE_HOME/whet/scan.db"
    whet scan -q --json --cache off p >expected
    run -0 --separate-stderr bash -c '"$WHET" scan --json p >got'
    cmp expected got
    [[ $stderr != *"scan.db"* ]]
    [ "$(hits content)" = 4 ]
    [[ $(ls "$XDG_CACHE_HOME/whet") != *bad* ]]
}

@test "shards that do not belong together are refused" {
    project
    shards 3
    run -2 whet scan --merge part-1.json part-3.json
    [ "$output" = "whet: a shard is missing: '2/3'" ]
    run -2 whet scan --merge part-1.json part-1.json
    [ "$output" = "whet: part-1.json:1:1: this shard is there twice" ]
    whet scan -q --json --lines --shard 2/3 p >other
    run -2 whet scan --merge part-1.json other
    [[ $output == "whet: other:1:1: a shard of another scan: "* ]]
    head -c -20 part-2.json >cut
    run -2 whet scan --merge part-1.json cut
    [ "$output" = "whet: cut: cut off: there is no line with totals" ]
    run -2 whet scan --merge --by-file part-1.json cut
    [[ $output == "whet: cut:"*": not JSON: "* ]]
    head -n 1 part-2.json >cut
    run -2 whet scan --merge --json part-1.json cut
    [ "$output" = "whet: cut: cut off: there is no line with totals" ]
    run -2 whet scan --merge --by-file part-1.json cut
    [[ $output == "whet: cut:1:1: cut off: "* ]]
    whet scan -q --json p >whole
    run -2 whet scan --merge whole
    [[ $output == "whet: whole:1:1: not a shard: "* ]]
    run -2 whet scan --merge nothing
    [[ $output == "whet: cannot read: 'nothing': "* ]]
    run -2 whet scan --merge
    run -2 whet scan --shard 0/3 p
    run -2 whet scan --shard 4/3 p
    run -2 whet scan --shard 2 p
    run -2 whet scan p p
}

@test "an isolated scan answers the same, byte for byte" {
    project
    whet scan -q --json --cache off p >expected
    whet scan -q --json --cache off --isolate -j 3 p >isolated
    cmp expected isolated
    whet scan -q --json --cache content --isolate p >isolated
    cmp expected isolated
    [ "$(hits content)" = 4 ]
}

@test "what takes more than its share is skipped with its reason" {
    project
    python3 -c 'print("x = [" + ",\n".join(map(str, range(2000000))) + "]")' >p/large.py
    run -0 --separate-stderr whet scan --cache off --isolate --file-cpu 100ms --max-file-size 1G \
        --skipped p
    [[ $output == *"large.py"*"processor time"* ]]
    [[ $stderr == *"1 not analysed, first: 'large.py': processor time"* ]]
    if grep -q -e __asan_init -e __tsan_init "$WHET"; then
        return 0 # a sanitizer's own address space is larger than any limit
    fi
    run -0 --separate-stderr whet scan --cache off --isolate --file-memory 128M --max-file-size 1G \
        --skipped p
    [[ $output == *"large.py"*"memory"* ]]
    [[ $output == *"one.c"* || $output == *"Total"*" 4 "* ]]
}

@test "nobody is a worker by hand" {
    run -2 whet scan --worker
    [[ $output == *"--worker is for 'whet scan --isolate' to use"* ]]
}
