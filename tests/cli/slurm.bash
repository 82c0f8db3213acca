# A Slurm of its own for a test: munged, slurmctld and two slurmd on loopback, in one folder.
# Loaded by .bats files that need it, after common.bash.

slurm_missing()
{
    local program
    for program in munged slurmctld slurmd sbatch squeue scancel sinfo; do
        command -v "$program" >/dev/null || {
            echo "no $program"
            return
        }
    done
}

# Three ports that are free now, and that nobody is given who asks for any, as each connection of the
# nodes to each other does.
free_ports()
{
    python3 -c '
import random, socket
try:
    first = int(open("/proc/sys/net/ipv4/ip_local_port_range").read().split()[0])
except OSError:
    first = 32768
held = []
while len(held) < 3:
    one = socket.socket()
    try:
        one.bind(("127.0.0.1", random.randrange(min(first, 32768) // 2, max(first, 2048))))
        held.append(one)
    except OSError:
        one.close()
print(*[one.getsockname()[1] for one in held])'
}

# Who does not answer for $slurm_patience seconds is taken for dead: a minute, because it may just
# have to wait for a processor, but where a test waits for it.
slurm_conf()
{
    local host ports patience=${slurm_patience:-60}
    host=$(hostname)
    read -r -a ports <<<"$(free_ports)"
    cat <<END
ClusterName=test
SlurmctldHost=$host(127.0.0.1)
SlurmctldPort=${ports[0]}
AuthType=auth/munge
AuthInfo=socket=$slurm/run/munge.sock,cred_expire=$patience
CredType=cred/munge
SlurmUser=$(id -un)
SlurmdUser=$(id -un)
StateSaveLocation=$slurm/state
SlurmdSpoolDir=$slurm/%n
SlurmctldPidFile=$slurm/slurmctld.pid
SlurmdPidFile=$slurm/%n.pid
SlurmctldLogFile=$slurm/slurmctld.log
SlurmdLogFile=$slurm/%n.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
SchedulerParameters=sched_min_interval=100000,batch_sched_delay=0,max_array_tasks=1000
MpiDefault=none
ReturnToService=2
SlurmdTimeout=$patience
MinJobAge=300
JobRequeue=1
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
SwitchType=switch/none
Prolog=$slurm/prolog
NodeName=n1 NodeHostname=$host NodeAddr=127.0.0.1 Port=${ports[1]} CPUs=2 RealMemory=100
NodeName=n2 NodeHostname=$host NodeAddr=127.0.0.1 Port=${ports[2]} CPUs=2 RealMemory=100
PartitionName=test Nodes=n1,n2 Default=YES MaxTime=INFINITE State=UP
END
}

# Sets slurm_pid[NAME] and waits until both nodes are idle.
slurm_start()
{
    local try
    declare -gA slurm_pid=()
    slurm=$BATS_TEST_TMPDIR/slurm
    mkdir -p "$slurm"/{munge,run,state,n1,n2}
    chmod 700 "$slurm/munge"
    chmod 755 "$slurm" "$slurm/run"
    head -c 128 /dev/urandom >"$slurm/munge/key"
    chmod 600 "$slurm/munge/key"
    printf '#!/bin/sh\n' >"$slurm/prolog"
    chmod 755 "$slurm/prolog"
    slurm_conf >"$slurm/slurm.conf"
    export SLURM_CONF=$slurm/slurm.conf
    munged --foreground --force --socket="$slurm/run/munge.sock" --key-file="$slurm/munge/key" \
        --pid-file="$slurm/munge/pid" --log-file="$slurm/munge/log" \
        --seed-file="$slurm/munge/seed" >"$slurm/munge/out" 2>&1 3>&- &
    slurm_pid[munged]=$!
    slurmctld -D >"$slurm/slurmctld.out" 2>&1 3>&- &
    slurm_pid[slurmctld]=$!
    slurm_node n1
    slurm_node n2
    for ((try = 0; try < 1800; try++)); do
        [ "$(sinfo --noheader --format='%D %t' 2>/dev/null)" = "2 idle" ] && return
        sleep 0.1
    done
    tail "$slurm"/*.log "$slurm"/*.out
    return 1
}

slurm_node()
{
    setsid slurmd -D -N "$1" >"$slurm/$1.out" 2>&1 3>&- &
    slurm_pid[$1]=$!
}

# A node as if its plug were pulled: nothing of it answers any more. Its tasks are to wait in
# the prolog then, so that none of them has begun. It dies before them: it would tell that they
# failed, and the controller would hold them.
slurm_pull()
{
    local children
    children=$(pgrep -P "${slurm_pid[$1]}" | tr '\n' ' ')
    kill -9 "${slurm_pid[$1]}"
    [ -z "$children" ] || kill -9 $children || :
}

slurm_stop()
{
    local name
    [ -n "${slurm:-}" ] || return 0
    rm -f "$slurm/hold" # what a prolog may wait for
    for name in n1 n2 slurmctld munged; do
        [ -z "${slurm_pid[$name]:-}" ] || kill "${slurm_pid[$name]}" 2>/dev/null || :
    done
    for name in n1 n2 slurmctld munged; do
        [ -z "${slurm_pid[$name]:-}" ] || wait "${slurm_pid[$name]}" 2>/dev/null || :
    done
}
