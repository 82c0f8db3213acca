load common

# 100 keys in a loop, 50 times; and a mix where some are popular.
traces()
{
    for _ in {1..50}; do seq 100; done >loop.txt
    python3 - <<'PY'
import random
random.seed(7)
keys = [int(1000 ** random.random()) for _ in range(20000)]
open("mix.txt", "w").write("".join(f"{key}\n" for key in keys))
open("mix.csv", "w").write("".join(f"k{key},{key % 50 + 1}\n" for key in keys))
PY
}

# The miss ratio of POLICY at SIZE in the JSON answer "out".
ratio()
{
    python3 - "$@" <<'PY'
import json, sys
for r in json.load(open("out"))["results"]:
    if r["policy"] == sys.argv[1] and r["size"] == int(sys.argv[2]):
        print(r["miss_ratio"])
PY
}

@test "a loop: recency never hits below its length, the optimum does" {
    traces
    whet cache simulate -q --json --sizes 99,50,100 loop.txt >out
    [ "$(ratio lru 99)" = 1 ]
    [ "$(ratio fifo 50)" = 1 ]
    [ "$(ratio lru 100)" = 0.02 ]
    [[ $(ratio belady 50) == 0.5* ]]
    python3 -c '
import json
a = json.load(open("out"))
assert a["type"] == "cache" and a["version"] == 1 and a["unit"] == "entries"
assert a["trace"]["requests"] == 5000 and a["trace"]["keys"] == 100
assert len(a["results"]) == 3 * len(a["policies"]) >= 36
assert [p["name"] for p in a["policies"] if p["knows_future"]] == ["belady"]'
}

@test "the table fits 80 columns, and the same trace gives the same answer for any jobs" {
    traces
    whet cache simulate mix.txt >one
    whet cache simulate -j 3 mix.txt >three
    cmp one three
    run ! grep -q '.\{82,\}' one
    grep -q '^Belady' one
    grep -q '^20,000 requests of ' one
    [[ $(echo 1 | whet cache simulate -) == *"1 request of 1 key; "* ]]
    printf 'time,key,size\n1,1,9\n2,1,9\n3,1,9\n' >sizes.csv
    [[ $(whet cache tune --bytes --target .5 sizes.csv | tr '\n' ' ') == *"LRU needs 9 B, if it kept entries larger than itself, too; "* ]]
    whet cache simulate -p lru,arc mix.txt >two
    [ "$(grep -c '^[A-Z].*%.*%' two)" = 2 ]
}

@test "every format, packed or not, and standard input, give the same" {
    traces
    whet cache simulate --sizes 50 mix.txt >want
    zstd -q mix.txt -o mix.txt.zst
    whet cache simulate --sizes 50 mix.txt.zst | cmp - want
    whet cache simulate --sizes 50 - <mix.txt.zst | cmp - want
    whet cache simulate --sizes 50 mix.csv | cmp - want
    whet cache simulate --sizes 50 -f text mix.txt | cmp - want
}

@test "bytes" {
    traces
    whet cache simulate --bytes --sizes 2KiB,10% mix.csv >out
    grep -q '2.00 KiB' out
    whet cache curve --bytes mix.csv >out
    grep -q 'KiB' out
    fails "no sizes in it: 'mix.txt': --bytes needs a trace with sizes" \
        whet cache curve --bytes mix.txt
}

@test "the curve is what LRU does" {
    traces
    whet cache simulate -p lru --sizes 10,60,300 --json mix.txt >out
    whet cache curve --sizes 10,60,300 mix.txt >curve
    for size in 10 60 300; do
        want=$(python3 -c "print(f'{100 * $(ratio lru $size):.2f}%')")
        grep -q "^$size .* $want\$" curve
    done
    whet cache curve --sampled mix.txt >out
    whet cache curve --sampled --bytes mix.csv >out
    grep -q 'KiB' out
    whet cache curve -p arc,sieve mix.txt >out
    grep -q '^ARC' out
}

@test "tune finds the smallest size, or says that there is none" {
    traces
    whet cache tune --target 60% --json mix.txt >out
    size=$(python3 -c 'import json; print(json.load(open("out"))["lru_size"])')
    whet cache simulate -p lru --sizes "$size,$((size - 1))" --json mix.txt >out
    python3 -c "assert 1 - $(ratio lru "$size") >= .6 > 1 - $(ratio lru "$((size - 1))")"
    whet cache tune --target 60% mix.txt >out
    grep -q 'Size for target' out
    grep -q 'Quick estimate' out
    [[ $(tr '\n' ' ' <out) == *" needs the least: "* ]]
    run -1 --separate-stderr whet cache tune --target 99.9% mix.txt
    [[ ${output//$'\n'/ } == *"99.9% is unreachable"* ]]
}

@test "tune divides a budget between three levels by what they cost" {
    traces
    whet cache tune --target 50% -p lru mix.txt >out
    grep -q '^Split  *L1  *L2  *L3  *Hits  *Mean access$' out
    grep -q '^1:4:10 ' out
    whet cache tune --target 50% -p lru --density 1,1 --budget 150 --json mix.txt >out
    python3 -c '
import json
a = json.load(open("out"))["levels"]
s = {x["name"]: x for x in a["splits"]}
assert a["budget"] == 150 and s["default"]["sizes"] == [10, 40, 100]
assert s["cheapest"]["sizes"] == s["memory"]["sizes"] == [150, 0, 0]
assert s["cheapest"]["mean_ns"] <= s["default"]["mean_ns"]'
    whet cache tune --target 50% -p lru --costs 1us,2us,3us,20ms --bytes --sampled mix.csv \
        -o r.html >out
    grep -q 'a miss 20.0 ms' out
    ! grep -q 'too little' out
    whet cache tune --target 60% -p lru --budget 1 --json mix.txt >out
    least=$(python3 -c 'import json; a = json.load(open("out"))
assert a["levels"]["reachable"] is False
print(-(-a["lru_size"] // 10))')
    whet cache tune --target 60% -p lru --budget 1 mix.txt >out
    [[ $(tr '\n' ' ' <out) == *"too little for 60%: it takes $least."* ]]
    whet cache tune --target 60% -p lru --budget "$least" --json mix.txt >out
    grep -q '"reachable": true,$' out
    ! grep -q '"reachable": false' out
    grep -q 'Three levels' r.html
}

@test "reports" {
    traces
    for verb in simulate curve "tune --target 50%"; do
        # shellcheck disable=SC2086
        whet cache $verb mix.txt -o r.html >/dev/null
        grep -q '<svg' r.html
        run ! grep -Eq '(src|href)="(http|//)' r.html
        if command -v xmllint >/dev/null; then xmllint --noout r.html; fi
    done
    whet cache curve mix.txt -o r.json >/dev/null
    python3 -c 'import json; assert json.load(open("r.json"))["curve"]["exact"]'
    fails "no format for this ending: 'r.pdf': use .html, .json or .txt" \
        whet cache curve mix.txt -o r.pdf
}

@test "a signal keeps what was simulated, and says so" {
    for _ in {1..30}; do seq 100000; done >long.txt
    "$WHET" cache simulate -j 1 long.txt >out 2>err &
    child=$!
    listens "$child"
    sleep 0.3
    kill -TERM "$child" || true
    code=0
    wait "$child" || code=$?
    [ "$code" = 143 ] || [ "$code" = 0 ]
    # It may have been done by then, or not have begun.
    grep -q '^whet: interrupted: nothing' err || grep -q 'Miss ratio' out
    [ ! -s err ] || grep -q '^whet: interrupted: ' err
}

@test "mistakes" {
    traces
    fails "unknown verb: 'simulat': did you mean 'simulate'?" whet cache simulat mix.txt
    fails "missing operand: 'TRACE': whet cache curve TRACE" whet cache curve
    fails "missing option: '--target', above 0%: for example --target 75%" whet cache tune mix.txt
    fails "missing option: '--target', above 0%: for example --target 75%" \
        whet cache tune --target 0% mix.txt
    fails "unknown policy: 'lru2': did you mean 'lru'?" whet cache simulate -p lru2 mix.txt
    fails "not a list: '--policies lru,,arc': words parted by commas" \
        whet cache simulate -p lru,,arc mix.txt
    fails "not a size: '64MiB': give entries (5000), a share of all (10%), or, with --bytes, bytes (64MiB)" \
        whet cache simulate --sizes 64MiB mix.txt
    fails "cannot read: 'none': No such file or directory" whet cache curve none
    printf 'a,1\nb,x\n' >bad.csv
    fails "bad.csv:2:3: not a size: 'x': bytes from 0 to 4294967295" whet cache curve bad.csv
    : >empty
    fails "no request in it: 'empty'" whet cache curve empty
    fails "not costs: '--costs 1ms,2ms': give a hit in each level and a miss: 100ns,2us,6us,1ms" \
        whet cache tune --target 50% --costs 1ms,2ms mix.txt
    fails "not densities: '--density 0,x': give how much more a byte of L2 and of L3 holds: 2.5,10" \
        whet cache tune --target 50% --density 0,x mix.txt
}

@test "no cache yet, and mistakes with caches on disk" {
    for verb in stats list verify gc clear warm "explain KEY"; do
        run whet cache $verb
        [[ $output == "No cache "* ]]
    done
    [ ! -e "$XDG_CACHE_HOME/whet" ]
    run -1 whet cache explain KEY
    fails "missing operand: 'KEY': whet cache explain KEY" whet cache explain
    fails "too many operands: 'x'" whet cache gc x
    fails "unknown verb: 'wram': did you mean 'warm'?" whet cache wram
    fails "cannot open: 'nope': No such file or directory" whet cache stats --file nope
    echo text >text
    fails "not a cache: 'text'" whet cache clear --file text
    [ "$(cat text)" = text ]
    fails "too much: 'cache clear': give one of KEY, --prefix and --tag" whet cache clear --tag a b
    fails "no report of 'stats': '--output': use --json" whet cache stats -o x.html
    fails "cannot read: 'nolist': No such file or directory" whet cache warm nolist
}

@test "an option that a verb has no use for is not left out of account" {
    traces
    fails "no use to 'gc': '--prefix': it is an option of list and clear" whet cache gc --prefix x
    fails "no use to 'stats': '--limit': it is an option of list and warm" whet cache stats --limit 3
    fails "no use to 'verify': '--client': it is an option of stats, list, explain, gc, clear and warm" \
        whet cache verify --client x
    fails "no use to 'curve': '--target': it is an option of tune" whet cache curve --target 50% mix.txt
    fails "no use to 'simulate': '--file': it is an option of stats, list, explain, verify, gc, clear and warm" \
        whet cache simulate --file mix.txt mix.txt
    fails "too much: '--remote': what a server has is not cleared but by KEY, --prefix or --tag" \
        whet cache clear --remote unix:nowhere
}

@test "one cache that cannot be read hides no other, and is told" {
    mkdir src
    echo 'int main(void) { return 0; }' >src/main.c
    whet scan src >/dev/null
    cd "$XDG_CACHE_HOME/whet"
    for file in scan.db scan.db-wal; do
        if [ -e "$file" ]; then cp "$file" "new${file#scan}"; fi
    done
    python3 -c '
import sqlite3
file = sqlite3.connect("new.db")
file.execute("PRAGMA user_version = 99")
file.close()'
    for verb in stats list verify "gc --dry-run" "stats --client scan"; do
        # shellcheck disable=SC2086
        run -2 --separate-stderr whet cache $verb --json
        [ "$stderr" = "whet: the cache is of a newer version of whet and is left alone: '$PWD/new.db'" ]
        python3 -c '
import json, sys
a = json.loads(sys.argv[1])
for one in a["entries"] if a["verb"] == "list" else a["caches"]:
    assert one["path"].endswith("/scan.db")' "$output"
    done
    fails "the cache is of a newer version of whet and is left alone: 'new.db'" \
        whet cache stats --file new.db
    rm scan.db*
    fails "the cache is of a newer version of whet and is left alone: '$PWD/new.db'" whet cache gc
}

@test "what could be meant otherwise is asked for again" {
    fails "time without a unit: '--max-age 3': write 3d or 3h" whet cache gc --max-age 3
    fails "value too small: '--max-age 0s': clear drops all" whet cache gc --max-age 0s
    fails "not a tag: '': 1 to 255 bytes" whet cache clear --tag ""
    fails "duration is negative: '-1d'" whet cache gc --max-age -1d
}

@test "a server that is not there is told, and is no failure" {
    whet --version | grep -q hiredis || skip "built without hiredis"
    mkdir src
    echo 'int main(void) { return 0; }' >src/main.c
    whet scan src >/dev/null
    run -1 --separate-stderr whet cache explain KEY --remote unix:nowhere
    [ "$output" = "No cache has this key." ]
    [[ $stderr == "whet: cache server: "* ]]
    fails "unknown client: 'other': choose scan" whet cache warm --client other --remote unix:nowhere
}

@test "a client that is not there, and keys whole where no terminal is" {
    mkdir src
    echo 'int main(void) { return 0; }' >src/main.c
    whet scan src >/dev/null
    whet cache stats --client scan >out
    grep -q ' scan ' out
    fails "unknown client: 'scna': did you mean 'scan'?" whet cache clear --client scna
    fails "unknown client: 'nobody': choose scan" whet cache list --client nobody
    whet cache list >out
    key=$(sed -n '3s/ .*//p' out)
    [[ $key == 0x00* ]] || [[ $key == 0x01* ]]
    [ "${#key}" = 36 ]
    whet cache explain "$key" >out
    grep -q 'scan: a hit' out
    mkdir other
    cp "$XDG_CACHE_HOME"/whet/scan.db* other
    rm other/scan.db.share
    whet cache stats --file other/scan.db >out
    grep -q "^other/scan.db: hits and misses are not known: " out
    whet cache stats --json --file other/scan.db >out
    python3 -c '
import json
client = json.load(open("out"))["caches"][0]["clients"][0]
assert client["entries"] > 0 and client["bytes"] > 0
assert client["levels"] is None and client["puts"] is None and client["ahead"] is None'
}
