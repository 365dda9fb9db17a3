#!/usr/bin/env bash
# Installs what is missing and builds Wino (preset release).
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
exec </dev/null

scripts/setup.sh
cmake --preset release
cmake --build --preset release --parallel "$(nproc)"
