#!/usr/bin/env bash
# Installs ONNX Runtime for node, the independent reference of the tests, into
# DIR/node_modules. Does nothing when the pinned version is already there.
#
# usage: scripts/setup_onnxruntime.sh DIR
set -euo pipefail

version=1.20.1

if [ $# -ne 1 ] || [ "$1" = --help ] || [ "$1" = -h ]; then
  sed -n '2,5s/^# \?//p' "$0"
  exit $(($# != 1))
fi
dir=$1

manifest=$dir/node_modules/onnxruntime-node/package.json
if [ -f "$manifest" ] && grep -q "\"version\": \"$version\"" "$manifest"; then
  exit 0
fi
for tool in node npm; do
  if ! command -v "$tool" >/dev/null; then
    echo "setup_onnxruntime: $tool is not installed" >&2
    exit 1
  fi
done
mkdir -p "$dir"
# The package's own install script would download builds for GPUs.
npm install --prefix "$dir" --ignore-scripts --no-audit --no-fund \
  --save-exact --loglevel=error "onnxruntime-node@$version"
