load common

@test "a typo in a command gets the nearest" {
    fails "unknown command: 'complete': did you mean 'completion'?" whet complete
    fails "unknown command: 'xyzzy': 'whet --help' lists them" whet xyzzy
    fails "unknown command: 'hlep': did you mean 'help'?" whet help hlep
}

@test "a typo in an option gets the nearest" {
    fails "unknown option: '--colr': did you mean '--color'?" whet completion --colr=never
    fails "unknown option: '--verson': did you mean '--version'?" whet --verson
    fails "unknown option: '-Z': --help lists them" whet help -Z
}

@test "a wrong or missing value says what is right" {
    fails "unknown choice: '--color blue': choose auto, always or never" whet help --color=blue
    fails "missing value: '--color': it takes WHEN" whet help --color
    fails "unexpected value: '--quiet=1': '--quiet' takes none" whet help --quiet=1
}

@test "missing and surplus operands" {
    fails "missing operand: 'SHELL': 'whet completion -h' shows the usage" whet completion
    fails "unexpected operand: 'zsh': 'whet completion -h' shows the usage" \
        whet completion bash zsh
}

@test "an unknown shell gets the nearest" {
    fails "unknown shell: 'bsh': did you mean 'bash'?" whet completion bsh
}

@test "an empty command is not found" {
    fails "unknown command: '': 'whet --help' lists them" whet ''
}
