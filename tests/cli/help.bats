load common

@test "--help lists every command once" {
    whet --help >out
    for command in $(commands); do
        [ "$(grep -cE "^[a-z ]{9} $command( |\$)" out)" = 1 ]
    done
}

@test "without a command the overview goes to stderr" {
    run -2 --separate-stderr whet
    [ -z "$output" ]
    [[ $stderr == *"usage: whet COMMAND"* ]]
    [[ $stderr == *"whet: missing command: 'whet': name one of the above" ]]
}

@test "every help fits 80 columns and has no blank at a line's end" {
    for command in $(commands); do
        whet "$command" -h
        whet "$command" --help
    done >out
    whet --help >>out
    run ! grep -nE '^.{81}| $' out
}

@test "-h is a part of --help" {
    for command in $(commands); do
        whet "$command" -h >short
        whet "$command" --help >full
        run ! grep -vxFf full short
    done
}

@test "help COMMAND is COMMAND --help" {
    for command in $(commands); do
        cmp <(whet help "$command") <(whet "$command" --help)
    done
    cmp <(whet help) <(whet --help)
}

@test "help wins over missing operands" {
    run -0 whet completion -h
    [[ $output == "usage: whet completion [OPTION]... SHELL"* ]]
}

@test "--version begins with name and version, then what is built in" {
    run -0 whet --version
    [[ ${lines[0]} =~ ^whet\ [0-9]+\.[0-9]+\.[0-9]+$ ]]
    [[ $output == *SQLite\ 3.* ]]
    [[ $output == *tree-sitter\ * ]]
    [[ $output == *"kernel    Linux $(uname -r)"* ]]
}
