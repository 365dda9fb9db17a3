#!/usr/bin/env bash
# Downloads Debian packages of arm64 and unpacks them into DIR, for programs that
# are linked here and run under qemu-aarch64. Installs nothing: arm64 packages of
# libraries would replace this machine's own. Takes them from where this
# machine's apt does. Does nothing when DIR already holds what is asked for.
#
# usage: scripts/unpack_arm64.sh [--suite=NAME] [--dependencies=REGEX] DIR PACKAGE...
#
#   --suite=NAME          the release of Debian (default: this machine's)
#   --dependencies=REGEX  only these of the packages that PACKAGE... depend on
#                         (default: all)
set -euo pipefail

usage() {
  sed -n '2,12s/^# \?//p' "$0"
  exit "$1"
}
suite=
dependencies=.
while [[ ${1:-} == -* ]]; do
  case $1 in
    --suite=*) suite=${1#*=} ;;
    --dependencies=*) dependencies=${1#*=} ;;
    -h | --help) usage 0 ;;
    *) usage 2 >&2 ;;
  esac
  shift
done
[ $# -ge 2 ] || usage 2 >&2
dir=$1
shift
request="$suite $dependencies $*"
stamp=$dir/.unpacked
if [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$request" ]; then
  exit 0
fi
if [ -d "$dir" ] && [ ! -f "$stamp" ] && [ -n "$(ls -A "$dir")" ]; then
  echo "unpack_arm64: $dir holds other files" >&2
  exit 1
fi
for tool in apt-get dpkg-deb; do
  if ! command -v "$tool" >/dev/null; then
    echo "unpack_arm64: $tool is not installed" >&2
    exit 1
  fi
done

# An apt with an architecture, lists and a cache of its own, and nothing
# installed.
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work"/{state/lists/partial,cache/archives/partial,packages}
options=(-q -o APT::Architecture=arm64 -o APT::Architectures=arm64
  -o Dir::State="$work/state" -o Dir::State::status=/dev/null
  -o Dir::Cache="$work/cache" -o APT::Sandbox::User=root -o Debug::NoLocking=1)
if [ -n "$suite" ]; then
  site=$(apt-get indextargets --format '$(REPO_URI)' 'Origin: Debian' \
    'Label: Debian' 'Component: main' | head -n 1)
  if [ -z "$site" ]; then
    echo "unpack_arm64: apt has no source of Debian" >&2
    exit 1
  fi
  keyring=/usr/share/keyrings/debian-archive-keyring.gpg
  echo "deb [signed-by=$keyring] $site $suite main" >"$work/sources.list"
  options+=(-o Dir::Etc::SourceList="$work/sources.list" -o Dir::Etc::SourceParts=/dev/null)
fi
apt-get "${options[@]}" update >"$work/log" 2>&1 || {
  cat "$work/log" >&2
  exit 1
}
mapfile -t all < <(apt-get "${options[@]}" install --simulate \
  --no-install-recommends "$@" | sed -n 's/^Inst \([^ ]*\) .*/\1/p')
packages=("$@")
for package in "${all[@]}"; do
  if [[ $package =~ $dependencies && " $* " != *" $package "* ]]; then
    packages+=("$package")
  fi
done
echo "unpack_arm64: unpacking ${packages[*]} into $dir"
(cd "$work/packages" && apt-get "${options[@]}" download "${packages[@]}" >/dev/null)

mkdir "$work/root"
for package in "$work/packages"/*.deb; do
  dpkg-deb --extract "$package" "$work/root"
done
# The dynamic linker's own path begins with /lib.
[ -e "$work/root/lib" ] || ln -s usr/lib "$work/root/lib"
echo "$request" >"$work/root/.unpacked"
mkdir -p "$(dirname "$dir")"
rm -rf "$dir"
mv "$work/root" "$dir"
