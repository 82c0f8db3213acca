#!/bin/sh
# Lays out the source trees that `make peers` compares on, in DIR (first argument):
# redis, git and the Python standard library with its tests from Debian's packages, eslint and
# webpack with all they depend on. Nothing is built.
set -eu

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
dir=${1:?usage: trees.sh DIR}
mix=$dir/mix

if [ -f "$dir/done" ]; then
    exit 0
fi
mkdir -p "$mix" "$dir/apt/parts" "$dir/apt/lists" "$dir/src"

# The host's own package sources, asked for source packages instead of binaries.
for list in /etc/apt/sources.list.d/*.sources; do
    [ -f "$list" ] && sed 's/^Types: deb$/Types: deb-src/' "$list" \
        >"$dir/apt/parts/$(basename "$list")"
done
if [ -f /etc/apt/sources.list ]; then
    sed -n 's/^deb /deb-src /p' /etc/apt/sources.list >"$dir/apt/parts/sources.list"
fi
apt="apt-get -q -o Dir::Etc::sourcelist=/dev/null -o Dir::Etc::sourceparts=$dir/apt/parts
     -o Dir::State::lists=$dir/apt/lists -o APT::Get::List-Cleanup=0 -o APT::Sandbox::User=root"
(
    cd "$dir/src"
    $apt update >/dev/null
    $apt source --download-only redis git >/dev/null
    apt-get -q -o APT::Sandbox::User=root download libpython3.11-stdlib libpython3.11-minimal \
        libpython3.11-testsuite >/dev/null
    for dsc in *.dsc; do
        dpkg-source --no-check -x "$dsc" "$dir/src/${dsc%%_*}" >/dev/null
    done
    for deb in *.deb; do
        dpkg -x "$deb" "$dir/src/python"
    done
)
mv "$dir/src/redis" "$dir/src/git" "$mix/"
mv "$dir/src/python/usr/lib/python3.11" "$mix/python"
cp -R "$here/node_modules" "$mix/npm"
rm -rf "$mix/npm/@ast-grep"
# A tree of its own: no ignore rules from above.
mkdir -p "$mix/.git"
touch "$dir/done"
