# What every .bats file loads: $WHET is the program under test; `whet` runs it.

bats_require_minimum_version 1.5.0

# These cases stand among processes that are not theirs, on a machine that may have no processor
# left: one that fails is tried once more. It is named in the sum of all tests, to be looked into,
# with what it printed at first, which is in a file with the case's name: so that has no '/'.
BATS_TEST_RETRIES=1
BATS_GATHER_TEST_OUTPUTS_IN=$BATS_RUN_TMPDIR

setup()
{
    : "${WHET:?is the path of the program to test}"
    cd "$BATS_TEST_TMPDIR" || return
    if [ "$BATS_TEST_TRY_NUMBER" -gt 1 ]; then
        echo "# tried again: $BATS_TEST_DESCRIPTION" >&3
        sed 's/^/# /' "$BATS_RUN_TMPDIR/$BATS_SUITE_TEST_NUMBER-try1-$BATS_TEST_DESCRIPTION.log" >&3 || true
        chmod -R u+rwX . && find . -mindepth 1 -delete
    fi
    # The tests' own home, so that no file of the user's matters.
    export HOME=$BATS_TEST_TMPDIR/home XDG_CACHE_HOME=$BATS_TEST_TMPDIR/cache
    export XDG_CONFIG_HOME=$BATS_TEST_TMPDIR/config XDG_STATE_HOME=$BATS_TEST_TMPDIR/state
    export TERM=xterm LC_ALL=C.UTF-8
    unset NO_COLOR CLICOLOR CLICOLOR_FORCE COLUMNS
    mkdir -p "$HOME"
}

whet()
{
    "$WHET" "$@"
}

# The names of all commands.
commands()
{
    whet completion fish | sed -n 's/.*__fish_use_subcommand -f -a \([a-z]*\) .*/\1/p'
}

# fails TEXT COMMAND...: exit code 2, nothing on stdout, and exactly `whet: TEXT` on stderr.
fails()
{
    local text=$1 code=0
    shift
    "$@" >out 2>err || code=$?
    if [ "$code" != 2 ] || [ -s out ] || [ "$(cat err)" != "whet: $text" ]; then
        echo "exit $code; stdout: $(cat out)"
        echo "expected: whet: $text"
        echo "got:      $(cat err)"
        return 1
    fi
}

# listens PID: waits until the process is whet and has a handler for SIGTERM, or is over. Before it
# is whet it is a copy of this shell, whose handler it has.
listens()
{
    local mask
    while mask=$(sed -n 's/^SigCgt:[[:space:]]*//p' "/proc/$1/status" 2>/dev/null) && [ -n "$mask" ]; do
        [ "/proc/$1/exe" -ef "$WHET" ] && ((0x$mask & 0x4000)) && return
        sleep 0.01
    done
}

# gone PATTERN: waits until no process has a command line like it. One that was killed is seen until
# it has had a processor to end on; one that nobody has killed would be there for longer than this.
gone()
{
    local started=$SECONDS
    while pgrep -f "$1" >/dev/null; do
        [ $((SECONDS - started)) -lt 120 ] || { pgrep -a -f "$1"; return 1; }
        sleep 0.05
    done
}
