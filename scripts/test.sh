#!/usr/bin/env bash
# Installs what is missing, ONNX Runtime for node and an OpenMP runtime of arm64
# included, builds Wino and runs its unit tests and lit tests. The last line
# printed is "N passed, N failed, N skipped" over both.
#
# usage: scripts/test.sh [--preset assert|asan|release|gcc]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
exec </dev/null

preset=assert
while [ $# -gt 0 ]; do
  case $1 in
    --preset) preset=${2:?--preset needs a name}; shift 2 ;;
    --preset=*) preset=${1#*=}; shift ;;
    -h | --help) sed -n '2,6s/^# \?//p' "$0"; exit 0 ;;
    *) echo "test: unknown argument '$1'" >&2; exit 2 ;;
  esac
done
case $preset in
  release) build=build ;;
  assert | asan | gcc) build=build-$preset ;;
  *) echo "test: unknown preset '$preset'" >&2; exit 2 ;;
esac

scripts/setup.sh
scripts/setup_onnxruntime.sh build-onnxruntime ||
  echo "test: without ONNX Runtime, the tests that compare with it are skipped" >&2
scripts/setup_aarch64_openmp.sh build-aarch64-openmp ||
  echo "test: without arm64 packages, the tests of threads on AArch64 are skipped" >&2
cmake --preset "$preset"
cmake --build --preset "$preset" --parallel "$(nproc)"

results=$build/test-results
rm -rf "$results"
mkdir -p "$results"
status=0
ctest --test-dir "$build" --parallel "$(nproc)" --output-on-failure \
  --output-junit "$PWD/$results/ctest.xml" || status=1
LIT_OPTS="--no-progress-bar --output=$PWD/$results/lit.json ${LIT_OPTS:-}" \
  cmake --build "$build" --target check-wino || status=1
/usr/bin/python3 scripts/count_tests.py "$results/ctest.xml" \
  "$results/lit.json" || status=1
exit $status
