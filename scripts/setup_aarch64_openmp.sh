#!/usr/bin/env bash
# Unpacks LLVM's OpenMP runtime of arm64, which code for several threads is linked
# to, into DIR; prints the path of the library. Installs nothing. Does nothing
# when it is already there.
#
# usage: scripts/setup_aarch64_openmp.sh DIR
set -euo pipefail
if [ $# -ne 1 ] || [[ $1 == -* ]]; then
  sed -n '2,6s/^# \?//p' "$0"
  exit 2
fi
# Of what the package depends on only the library itself: the C library comes
# with the cross compiler.
"$(dirname "${BASH_SOURCE[0]}")/unpack_arm64.sh" --dependencies='^libomp' "$1" \
  libomp-22-dev >&2
echo "$1/usr/lib/aarch64-linux-gnu/libomp.so"
