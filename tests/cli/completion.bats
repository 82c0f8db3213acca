load common

# bash_completes WORD...: what bash offers for the last word.
bash_completes()
{
    bash --norc --noprofile -c '
        source <("$WHET" completion bash)
        COMP_WORDS=("$@")
        COMP_CWORD=$(($# - 1))
        compopt() { :; }
        _whet
        printf "%s\n" "${COMPREPLY[@]}"' bash "$@"
}

@test "bash: commands, options, values" {
    [ "$(bash_completes whet comp)" = completion ]
    [ "$(bash_completes whet --color never comp)" = completion ]
    [ "$(bash_completes whet --color = never comp)" = completion ]
    [ "$(bash_completes whet completion --qu)" = --quiet ]
    [ "$(bash_completes whet completion --color a | xargs)" = "auto always" ]
    [ "$(bash_completes whet completion --color = n)" = never ]
    [ "$(bash_completes whet completion '' | xargs)" = "bash fish zsh" ]
}

@test "bash: every option of every command is offered" {
    for command in $(commands); do
        whet "$command" -h | grep -oE -- '--[a-z][a-z-]*' | sort -u >known
        bash_completes whet "$command" -- | sort -u >offered
        run ! grep -vxFf offered known
    done
}

@test "fish: commands, options, values" {
    command -v fish || skip "no fish"
    whet completion fish >whet.fish
    offers() { fish --no-config -c "source whet.fish; complete -C '$1'" | cut -f 1 | xargs; }
    [[ $(offers 'whet ') == *completion*help* ]]
    [ "$(offers 'whet completion --qu')" = --quiet ]
    [ "$(offers 'whet completion --color ')" = "always auto never" ]
    [ "$(offers 'whet completion ')" = "bash fish zsh" ]
}

@test "zsh: the script loads and names every option" {
    command -v zsh || skip "no zsh"
    whet completion zsh >_whet
    zsh -f -c 'autoload -U compinit; compinit -u -D; source ./_whet; whence -f _whet' >loaded
    for command in $(commands); do
        whet "$command" -h | grep -oE -- '--[a-z][a-z-]*' | sort -u |
            while read -r option; do grep -q -- "$option" loaded; done
    done
}
