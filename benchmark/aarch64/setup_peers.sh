#!/usr/bin/env bash
# Unpacks the libraries to compare with, of arm64 and Debian 13, into DIR: Arm
# Compute Library 24.11, XNNPACK of November 2024, oneDNN 3.7 and ONNX Runtime
# 1.21, with all that they need. Installs nothing.
#
# usage: setup_peers.sh DIR
set -euo pipefail
if [ $# -ne 1 ] || [[ $1 == -* ]]; then
  sed -n '2,6s/^# \?//p' "$0"
  exit 2
fi
"$(dirname "${BASH_SOURCE[0]}")/../../scripts/unpack_arm64.sh" --suite=trixie "$1" \
  libarm-compute-dev libxnnpack-dev libpthreadpool-dev libdnnl-dev libonnxruntime-dev
