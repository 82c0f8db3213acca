load common

# A project small enough to be measured in a moment.
project()
{
    mkdir -p p/src
    for i in {1..20}; do printf 'int f%s(int a)\n{\n    return a ? 1 : 2;\n}\n' "$i" >"p/src/$i.c"; done
}

tune()
{
    whet tune -q --runs 3 --time-budget 5s "$@"
}

@test "measures every configuration, chooses, advises, grades" {
    project
    tune --dry-run p >out 2>err
    for word in Machine Workload Profile Configuration "Speed-up" sequential "warm stat" \
        "warm hash" "cold cache" "Chosen" Grade Estimate Advice Measured; do
        grep -q -- "$word" out || { echo "missing: $word"; cat out; return 1; }
    done
    grep -q '20 files' out
    grep -q '100%' out
    run ! grep -q '.\{82,\}' out
}

@test "the JSON answer holds every sample" {
    project
    tune --dry-run --json p >out 2>err
    python3 - <<'PY'
import json
answer = json.load(open("out"))
assert answer["type"] == "tune" and answer["version"] == 1
assert answer["workload"]["files"] == 20
arms = {arm["name"]: arm for arm in answer["arms"]}
assert "sequential" in arms
for arm in arms.values():
    assert arm["runs"] == len(arm["samples"]) == 3, arm["name"]
    assert arm["seconds"]["low"] <= arm["seconds"]["value"] <= arm["seconds"]["high"]
    # Of a small process nothing is known: with a sanitizer we have more ourselves.
    assert arm.get("peak_bytes", 2 << 20) > 1 << 20
warm = [arm for arm in arms.values() if arm["state"] == "warm cache"]
assert len(warm) == 2 and all(arm["hit_rate"] == 1 for arm in warm)
cold = [arm for arm in arms.values() if arm["state"] == "cold cache"]
assert len(cold) == 1 and cold[0]["hit_rate"] == 0 and "peak_bytes" in cold[0]
isolated = [arm for arm in arms.values() if arm["isolated"]]
assert len(isolated) == 1 and isolated[0]["cache"] == "off" and isolated[0]["files_per_second"] > 0
assert "peak_bytes" not in isolated[0]
assert any("--isolate" in advice["why"] + advice["what"] for advice in answer["advice"])
assert answer["configuration"]["steps"] and answer["advice"]
PY
}

@test "reports: html, markdown, json, text" {
    project
    tune --dry-run -o r.html p >out 2>err
    grep -q '<svg' r.html
    run ! grep -Eq '(src|href)="(http|//)' r.html
    if command -v xmllint >/dev/null; then xmllint --noout r.html; fi
    tune --dry-run -o r.md p >/dev/null 2>err
    grep -q '^# Tuning of `p`' r.md
    grep -q '^| Configuration' r.md
    fails "cannot write: 'no/such/r.md': No such file or directory" whet tune -o no/such/r.md p
    fails "no format for this ending: 'r.pdf': use .html, .md, .json or .txt" whet tune -o r.pdf p
}

@test "writes whet.yaml only with a yes, and scan obeys it" {
    project
    tune p >out 2>err </dev/null
    [ ! -e p/whet.yaml ]
    grep -q 'p/whet.yaml: not written: give --yes' err
    tune --dry-run p >out 2>err
    [ ! -e p/whet.yaml ]
    grep -q '^tuned:' err
    tune --yes p >out 2>err
    grep -q '^  profile: ' p/whet.yaml
    jobs=$(sed -n 's/^  jobs: //p' p/whet.yaml)
    whet scan -q --json --summary p | grep -q "\"jobs\":$jobs,"
    printf 'version: 1\nscan:\n  jobs: 3\n  cache: off\n' >p/whet.yaml
    whet scan -q --json --summary p | grep -q '"jobs":3,"cache":"off"'
    whet scan -q --json --summary -j 2 --cache content p | grep -q '"jobs":2,"cache":"content"'
    whet scan -q --json --summary --no-config p >out
    run ! grep -q '"jobs":3' out
}

@test "what a person wrote is kept; an edited block is not replaced unasked" {
    project
    printf '# mine\nversion: 1\nscan:\n  max_file_size: 5MiB # mine, too\n' >p/whet.yaml
    tune --yes p >out 2>err
    grep -q '^# mine$' p/whet.yaml
    grep -q 'max_file_size: 5MiB # mine, too' p/whet.yaml
    grep -q '^tuned:' p/whet.yaml
    sed -i 's/^  jobs: .*/  jobs: 7/' p/whet.yaml
    cp p/whet.yaml before
    run -2 --separate-stderr whet tune -q --runs 3 --time-budget 5s --yes p
    [ "$stderr" = "whet: not written: 'p/whet.yaml': its tuned block was edited by hand: give --force to replace it" ]
    cmp before p/whet.yaml
    tune --yes --force p >out 2>err
    run ! grep -q '^  jobs: 7' p/whet.yaml
}

@test "a whet.yaml that cannot be read stops scan with its place" {
    project
    printf 'version: 1\nscan:\n  job: 3\n' >p/whet.yaml
    run -2 --separate-stderr whet scan -q p
    [[ $stderr == "whet: p/whet.yaml:3:3: unknown key: 'job': did you mean 'jobs'?" ]] ||
        [[ $stderr == *"whet.yaml:3:3: unknown key: 'job'"* ]]
    whet scan -q --no-config p >/dev/null
}

@test "bad input is named" {
    mkdir empty
    fails "no file to scan below: 'empty'" whet tune empty
    fails "cannot open: 'nowhere': No such file or directory" whet tune nowhere
    project
    fails "unknown profile: 'huge': choose cpu_constrained, high_performance, large_project, medium_project, memory_constrained or small_project" whet tune --profile huge p
    fails "unknown choice: '--target speed': choose throughput, latency or memory" \
        whet tune --target speed p
}

@test "a profile and a target can be asked for" {
    project
    tune --dry-run --profile memory_constrained --target memory p >out 2>err
    grep -q 'memory_constrained: asked for' out
    grep -q 'target is memory' out
}

@test "a signal leaves no child and no folder behind" {
    project
    export TMPDIR=$PWD/tmp
    mkdir tmp
    "$WHET" tune -q --runs 1000 --time-budget 60s p >out 2>err &
    child=$!
    until compgen -G 'tmp/whet-*' >/dev/null; do
        kill -0 "$child"
        sleep 0.05
    done
    kill -TERM "$child" # a shell starts its children with SIGINT ignored
    code=0
    wait "$child" || code=$?
    [ "$code" = 143 ]
    # ThreadSanitizer begins a child with a file of its own there.
    [ -z "$(ls -I 'tsan.*' tmp)" ]
    [ ! -e p/whet.yaml ]
    run ! pgrep -f "$PWD/tmp" # every child names its cache folder
}

@test "workers for a kind of task, with every input" {
    run -0 --separate-stderr whet tune --workers --type io --task-memory 1TiB
    [[ $output == *"Kind        io: nothing was measured; as given"* ]]
    [[ $output == *"Processors  "*" by affinity"* ]]
    [[ $output == *"Memory      1 workers: "*" each in "* ]]
    [[ $output == *"By kind     "*" workers: 4 x cores, for want of a measurement"* ]]
    [[ ${output//$'\n'            / } == *"by the published formula"*"not a measurement"* ]]
    [[ $output == *"Workers     1: limited by the memory"* ]]
    [ -z "$(awk 'length($0) > 80' <<<"$output")" ]
}

@test "workers for a command that is measured" {
    run -0 --separate-stderr whet tune --workers --runs 1 --json -- sleep 0.02
    echo "$output" | python3 -c '
import json, sys
a = json.load(sys.stdin)
assert (a["type"], a["version"]) == ("workers", 1) and a["kind"] == "io" and a["measured"]
assert [p["workers"] for p in a["points"]][:2] == [1, 2]
assert ("residual" in a["law"]) == (a["law"]["spare_points"] > 0)
assert 1 <= a["workers"] <= a["guard_rail"]'
    run -2 whet tune --workers -- false
    [[ $output == *"the command failed: 'false': exit code 1"* ]]
}
