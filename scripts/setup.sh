#!/usr/bin/env bash
# Installs the Debian packages that building and testing Wino needs. Does
# nothing, quickly, when all of them are there.
set -euo pipefail

packages=(
  # MLIR and its tools
  libmlir-22-dev mlir-22-tools llvm-22-dev llvm-22-tools
  # compilers: clang 22 with its sanitizers and OpenMP, gcc 12
  clang-22 lld-22 libclang-rt-22-dev libomp-22-dev g++
  # build and style
  cmake ninja-build ccache clang-format-22 clang-tidy-22
  # running AArch64 code
  qemu-user g++-aarch64-linux-gnu libc6-dev-arm64-cross
  # libraries
  libgtest-dev libbenchmark-dev libonnx-dev libprotobuf-dev protobuf-compiler
  pybind11-dev libdnnl-dev libxnnpack-dev libpthreadpool-dev
  # scripts
  python3 python3-numpy python3-onnx python3-matplotlib
)
# Node.js and npm may come from another source than Debian's packages.
command -v node >/dev/null || packages+=(nodejs)
command -v npm >/dev/null || packages+=(npm)

installed=$(dpkg-query -W -f='${db:Status-Status} ${Package}\n' "${packages[@]}" \
  2>/dev/null | sed -n 's/^installed //p' || true)
missing=()
for package in "${packages[@]}"; do
  grep -qxF -- "$package" <<<"$installed" || missing+=("$package")
done
if [ ${#missing[@]} -eq 0 ]; then
  exit 0
fi

echo "setup: installing ${missing[*]}"
run=()
if [ "$(id -u)" -ne 0 ]; then
  if ! command -v sudo >/dev/null; then
    echo "setup: installing packages needs root or sudo" >&2
    exit 1
  fi
  run=(sudo)
fi
"${run[@]}" apt-get update -q </dev/null
"${run[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -q -y \
  --no-install-recommends "${missing[@]}" </dev/null
