#!/bin/sh
# What `make install` leaves can be used: programs compile against whet.pc, shared and
# static, and everything lies where it belongs.
#
# usage: install.sh ROOT BUILD CC
set -u
root=$1
build=$2
cc=$3
cd "$root" || exit
. tests/gate/tap.sh

stage=$scratch/stage
meson install -C "$build" --no-rebuild --quiet --destdir "$stage" >"$scratch/install" 2>&1 || {
    echo "Bail out! meson install failed"
    cat "$scratch/install"
    exit 1
}
pc=$(find "$stage" -name whet.pc)
prefix=$stage$(sed -n 's/^prefix=//p' "$pc")
export PKG_CONFIG_PATH=${pc%/*}
flags() { pkg-config --define-variable=prefix="$prefix" "$@" whet; }

# What libwhet.a needs beside itself. Not by --static: that asks for the parts of its
# parts, too, which only a wholly static program links.
parts() { pkg-config --libs $(pkg-config --print-requires-private whet); }

# builds SOURCE HOW
builds()
{
    how=$2
    set -- $cc -std=c11 -Wall -Werror "$1" -o "$scratch/program"
    case $how in
    shared) "$@" $(flags --cflags --libs) ;;
    static) "$@" $(flags --cflags) "$(find "$stage" -name libwhet.a)" $(parts) -lm -pthread ;;
    esac
}

# What they write is not for the source tree.
runs()
{
    tree=$PWD/include
    (cd "$scratch" &&
        LD_LIBRARY_PATH=$(dirname "$(find "$stage" -name libwhet.so)") ./program "$tree")
}

for source in examples/*.c; do
    for how in shared static; do
        case_ "$source builds, $how" builds "$source" $how
        case_ "$source runs, $how" runs
    done
done
for file in bin/whet include/whet/version.h share/man/man1/whet.1 \
    share/bash-completion/completions/whet share/fish/vendor_completions.d/whet.fish \
    share/zsh/site-functions/_whet; do
    case_ "installs $file" test -s "$prefix/$file"
done
done_cases
