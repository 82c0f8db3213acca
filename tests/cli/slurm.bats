load common
load slurm

# A Slurm of two nodes per test: some seconds each.

setup_file()
{
    export SLURM_MISSING
    load slurm
    SLURM_MISSING=$(slurm_missing)
}

begin()
{
    [ -z "$SLURM_MISSING" ] || skip "$SLURM_MISSING: install slurmctld slurmd slurm-client munge"
    slurm_start
}

teardown()
{
    slurm_stop
}

project()
{
    local i
    for i in 1 2 3 4 5 6 7 8 9; do
        mkdir -p "p/d$i"
        printf 'int f%d(int a)\n{\n    return a ? %d : 0;\n}\n' "$i" "$i" >"p/d$i/f.c"
    done
}

@test "a scan by two nodes is the scan of one machine, byte for byte" {
    begin
    project
    whet scan -q --json --cache off p >one
    run -0 --separate-stderr whet scan --on slurm --shards 5 --json --cache off p
    [ "$output" = "$(cat one)" ]
    [ -z "$(ls -d .whet-slurm-* 2>/dev/null)" ]
    run -0 --separate-stderr whet scan --on slurm --shards 3 --cache off --parts parts --top 2 p
    [ "$output" = "$(whet scan -q --cache off --top 2 p)" ]
    [ "$(ls parts)" = "$(printf 'part-%s\n' 1.err 1.out 2.err 2.out 3.err 3.out; echo task.sh)" ]
}

@test "a node that dies in the middle costs nothing but time" {
    slurm_patience=8 begin
    project
    whet scan -q --json --cache off p >one
    printf '#!/bin/sh\n[ "$SLURMD_NODENAME" != n2 ] || { touch %s/there; while [ -e %s/hold ]; do sleep 0.1; done; }\n' \
        "$slurm" "$slurm" >"$slurm/prolog"
    touch "$slurm/hold"
    "$WHET" scan --on slurm --shards 6 --json --cache off p >merged 2>err 3>&- &
    local scan=$! try
    for ((try = 0; try < 1800; try++)); do
        [ ! -e "$slurm/there" ] || break
        sleep 0.1
    done
    [ -e "$slurm/there" ]
    slurm_pull n2
    wait "$scan"
    cmp one merged
}

# Commands that count themselves, say something on both streams, and fail once. With hold, the
# second of a task on n2 waits for a machine that is about to fall.
run_jobs()
{
    mkdir -p ran
    cat >job <<'SH'
#!/bin/sh
if [ "${SLURMD_NODENAME:-}" = n2 ] && [ -e hold ] && [ -s n2.done ]; then
    echo "$PPID" >n2.whet
    while [ -e hold ]; do sleep 0.1; done
    exit 9
fi
echo x >>"ran/$1"
echo "out $1"
printf 'err %s' "$1" >&2
echo "$1" >>"${SLURMD_NODENAME:-here}.done"
exit $(($1 == 5))
SH
    chmod +x job
    seq 12 | sed 's/^/.\/job /' >commands
    "$WHET" run -q -k -f commands >one 2>one.err || code=$?
    [ "$code" = 1 ]
    rm -r ran
    mkdir ran
}

@test "a run by two nodes is the run of one machine, byte for byte" {
    begin
    run_jobs
    code=0
    "$WHET" run -q -k --on slurm --shards 4 --log log <commands >two 2>two.err 3>&- || code=$?
    [ "$code" = 1 ] || cat two.err
    [ "$code" = 1 ]
    cmp one two
    cmp one.err two.err
    [ -z "$(ls -d .whet-slurm-* 2>/dev/null)" ]
    [ "$(cat ran/* | wc -l)" = 12 ]
    [ "$(sed 1d log | jq .number | tr '\n' ' ')" = "1 2 3 4 5 6 7 8 9 10 11 12 " ]
    [ "$(cut -d' ' -f2 one | whet run --on slurm --shards 2 'echo {}' :::: -)" = "$(seq 12)" ]
    # What has ended is not run again; what comes by way of parts says so.
    code=0
    whet run -q -k --on slurm --shards 2 --parts parts -f commands >two 2>two.err || code=$?
    cmp one two
    fails "there are parts already: '$PWD/parts/part-1.log': go on with them by --resume, or remove them" \
        whet run --on slurm --shards 2 --parts parts -f commands
}

# Two shards answer from what another run has kept, and keep what they have run.
@test "a run by two nodes is cached" {
    begin
    local i
    for i in 1 2 3 4 5 6; do
        echo "$i" >"in$i"
        printf '{"command":"echo x >>ran; cp in%s out%s; cat in%s","shell":true,"inputs":["in%s"],"outputs":["out%s"]}\n' \
            "$i" "$i" "$i" "$i" "$i"
    done >jobs
    mkdir shared
    head -2 jobs >some
    whet run --cache --cache-dir "$PWD/shared" -f some >/dev/null
    rm ran out*
    on_slurm()
    {
        whet run "$@" --cache --cache-dir "$PWD/shared" --on slurm --shards 2 -f jobs 3>&-
    }
    [ "$(on_slurm -q)" = "$(seq 6)" ]
    [ "$(wc -l <ran)" = 4 ]
    cat out? | cmp - <(seq 6)
    rm ran out*
    [ "$(on_slurm --json 2>err | jq -c '[.ok, .found, .cached]')" = '[6,6,6]' ]
    [ ! -e ran ]
    cat out? | cmp - <(seq 6)
}

@test "a node that dies in the middle repeats no command that has ended" {
    slurm_patience=8 begin
    run_jobs
    touch hold
    "$WHET" run -q -k -j 1 --on slurm --shards 2 --sbatch=--cpus-per-task=2 -f commands >two 2>two.err 3>&- &
    local run=$! try stepd code=0
    for ((try = 0; try < 1800; try++)); do
        [ ! -s n2.whet ] || break
        sleep 0.1
    done
    [ -s n2.whet ]
    # The plug is pulled: whoever could tell the controller dies first.
    stepd=$(awk '/^PPid:/ { print $2 }' "/proc/$(cat n2.whet)/status")
    slurm_pull n2
    kill -9 "$stepd"
    kill -9 "$(cat n2.whet)"
    rm hold
    [ "$(wc -l <n2.done)" = 1 ]
    wait "$run" || code=$?
    [ "$code" = 1 ] || cat two.err
    [ "$code" = 1 ]
    cmp one two
    cmp one.err two.err
    [ "$(cat ran/* | wc -l)" = 12 ]
    [ "$(wc -l <n2.done)" = 1 ]
}

@test "what a shard says when it fails is passed on" {
    begin
    project
    run -2 --separate-stderr whet scan --on slurm --shards 2 nowhere
    [[ $stderr == *"whet: shard 1/2 failed: FAILED: whet: cannot open: 'nowhere': "*": see '$PWD/"* ]]
    run -2 --separate-stderr whet scan --on slurm --sbatch=--partition=none p
    [[ $stderr == *"whet: sbatch failed: "* ]]
}

@test "a signal cancels the array" {
    begin
    project
    printf '#!/bin/sh\nwhile [ -e %s/hold ]; do sleep 0.1; done\n' "$slurm" >"$slurm/prolog"
    touch "$slurm/hold"
    "$WHET" scan --on slurm --shards 4 p >out 2>err 3>&- &
    local scan=$! try
    for ((try = 0; try < 1800; try++)); do
        [ -z "$(squeue --noheader 2>/dev/null)" ] || break
        sleep 0.1
    done
    kill -TERM "$scan"
    code=0
    wait "$scan" || code=$?
    [ "$code" = 143 ]
    [[ $(cat err) == *"was cancelled"* ]]
    [ -z "$(squeue --noheader --states=PENDING,RUNNING)" ]
}

@test "without Slurm it says so" {
    mkdir -p p bin
    ln -s "$(command -v true)" bin/true
    run -2 --separate-stderr env PATH="$PWD/bin" "$WHET" scan --on slurm p
    [[ $stderr == *"whet: no Slurm here: 'sbatch' is not in PATH: install slurm-client" ]]
    fails "unknown engine: 'pbs': choose slurm" whet scan --on pbs p
    fails "what for: '--shards', '--sbatch' and '--parts' go with '--on slurm'" whet scan --shards 3 p
    fails "one of them: '--merge', '--shard' and '--on'" whet scan --on slurm --shard 1/2 p
}

@test "what is handed to sbatch: the standard input wherever it stands, a folder of one's own" {
    mkdir bin '100%a' && cd '100%a'
    cat >../bin/sbatch <<'END'
#!/bin/sh
printf "%s\n" "$@" >>args
for word; do
    case $word in */list) cat "$word" >>lists ;; esac
done
exit 1
END
    chmod +x ../bin/sbatch
    echo one >file
    for _ in 1 2; do
        PATH=$PWD/../bin:$PATH run -2 --separate-stderr whet run --on slurm echo :::: file - <<<two
        [[ $stderr == *"whet: sbatch failed:"* ]]
        [ -z "$(ls -d .whet-slurm-* 2>/dev/null)" ] # nothing was submitted, nothing is to be seen
    done
    parts=$(grep -x -- '.*/list' args | sort -u)
    [ "$(sort -u lists)" = two ]
    [ "$(wc -l <<<"$parts")" = 2 ]
    grep -x -- "--output=.*/100%%a/.whet-slurm-.*/part-%a.out" args
    ! grep -x -- - args
}

@test "a shard finds its number in a job array" {
    project
    whet scan -q --json --shard 2/3 p >two
    SLURM_ARRAY_TASK_ID=2 SLURM_ARRAY_TASK_MAX=3 whet scan -q --json --shard array p >array
    cmp two array
    run -2 whet scan --shard array p
    [[ $output == "whet: not in a job array "* ]]
}

# Commands of Slurm that only play it: squeue says what is in `queue`, and counts how often.
fake_slurm()
{
    mkdir -p bin
    printf '#!/bin/sh\necho 77\n' >bin/sbatch
    printf '#!/bin/sh\necho x >>asked\ncat queue\n' >bin/squeue
    : >asked
    printf '#!/bin/sh\necho "$@" >>cancelled\n' >bin/scancel
    chmod +x bin/*
    PATH=$PWD/bin:$PATH
}

@test "a task that can never start ends it all, and says why" {
    local reason
    fake_slurm
    for reason in BadConstraints 'launch failed requeued held'; do
        rm -f cancelled
        printf '1 RUNNING None\n2 PENDING Priority\n3 PENDING %s\n' "$reason" >queue
        run -2 --separate-stderr whet run --on slurm --shards 3 --parts "parts $reason" true
        [ "$stderr" = "whet: task 3 of job 77 can never start, as Slurm says: $reason: job 77 is no longer waited for, and was cancelled if Slurm could be told" ]
        [ "$(cat cancelled)" = 77 ]
    done
    mkdir -p p
    run -2 --separate-stderr whet scan --on slurm --shards 3 p
    [[ $stderr == *"whet: task 3 of job 77 can never start, as Slurm says: "* ]]
}

# Nodes that are down come back: the array is not given up for them.
@test "a task that is held, or waits for nodes, is waited for, and told once" {
    local run try
    fake_slurm
    printf '1 PENDING PartitionNodeLimit\n2 PENDING JobHeldUser\n' >queue
    "$WHET" scan --on slurm --shards 2 --parts parts . >out 2>err 3>&- &
    run=$!
    for ((try = 0; try < 1800; try++)); do
        [ "$(wc -l <asked)" -lt 9 ] || break
        sleep 0.1
    done
    [ "$(sed -n 1p err)" = "whet: task 2 of job 77 is held (JobHeldUser), and is waited for: 'scontrol release 77' lets it start, 'scancel 77' ends it" ]
    [ "$(sed -n 2p err)" = "whet: task 1 of job 77 waits for nodes that are down, or for more than there are (PartitionNodeLimit): 'scancel 77' ends it" ]
    [ ! -e cancelled ]
    for i in 1 2; do
        whet scan -q --json --shard "$i/2" bin >"parts/part-$i.out"
    done
    printf '1 COMPLETED None\n2 COMPLETED None\n' >queue.new && mv queue.new queue
    wait "$run"
    [ "$(grep -c 'is held' err)" = 1 ]
    [ "$(grep -c 'waits for nodes' err)" = 1 ]
    [ -s out ]
}

@test "a job that is submitted as held starts when it is released" {
    begin
    local run try
    "$WHET" run --on slurm --sbatch=--hold --shards 2 'echo {}' ::: 1 2 3 >out 2>err 3>&- &
    run=$!
    for ((try = 0; try < 1800; try++)); do
        ! grep -q "is held (JobHeldUser), and is waited for: 'scontrol release " err || break
        sleep 0.1
    done
    scontrol release "$(sed -n "s/.*'scontrol release \([0-9]*\)'.*/\1/p" err)"
    wait "$run"
    [ "$(cat out)" = "$(seq 3)" ]
    [ "$(wc -l <err)" = 1 ]
}
