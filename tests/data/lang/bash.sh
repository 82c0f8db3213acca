#!/bin/bash
# a comment
say() {
    echo "# $(echo "nested # 'string'" # a comment inside
    ) end" '# no comment
# nor this'
    echo $# ${#x} ${x#y} \# $'it\'s # fine'
}

function choose
{
    case $1 in
    a|b) echo one ;;
    c) echo two ;;
    *) echo other ;;
    esac
    if [ "$1" ] && [ "$2" ] || false; then
        echo yes
    elif [[ $1 && $2 ]]; then
        echo no
    fi
    while read -r line; do echo "$line"; done
    for i in 1 2; do :; done
    cat <<EOT
# text, not a comment
EOT
    cat <<-'EOT' # a comment
	# text

	EOT
    echo $((1 << 2)) # shift
}
