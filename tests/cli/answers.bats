load common

# full COMMAND...: its answer meets a full disk.
full()
{
    local code=0
    whet "$@" >/dev/full 2>err || code=$?
    [ "$code" = 2 ]
    [ "$(cat err)" = "whet: cannot write: 'stdout': No space left on device" ]
}

@test "a full disk is an error, for a short answer and for one longer than a buffer" {
    [ -e /dev/full ] || skip "no /dev/full"
    [ "$(whet --version | wc -c)" -lt 4096 ]
    full --version
    [ "$(whet completion zsh | wc -c)" -gt 4096 ]
    full completion zsh
}

@test "a closed stdout is an error" {
    code=0
    whet help >&- 2>err || code=$?
    [ "$code" = 2 ]
    [ "$(cat err)" = "whet: cannot write: 'stdout': Bad file descriptor" ]
}

@test "a reader that leaves ends it quietly" {
    # Long enough that it cannot fit a pipe's buffer.
    (for _ in {1..300}; do whet completion zsh || exit; done; echo done >&2) 2>err | head -n 1 >out
    [ "$(cat out)" = "#compdef whet" ]
    run ! grep . err
}

@test "a closed stderr does no harm" {
    run -2 bash -c '"$WHET" xyzzy 2>&-'
    [ -z "$output" ]
}

@test "no colour in a pipe, nor with NO_COLOR" {
    for command in $(commands); do
        whet "$command" --help
        NO_COLOR=1 whet "$command" --help
    done >out
    run ! grep -q $'\033' out
}

@test "options stand before the command, too" {
    cmp <(whet --color=never -q help) <(whet help)
    cmp <(whet --color never help) <(whet help)
}

@test "-- ends the options" {
    fails "unknown command: '--man': 'whet --help' lists them" whet help -- --man
}
