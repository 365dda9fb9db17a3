#!/usr/bin/env bash
# Installs what is missing, builds Wino (preset release) and takes two real
# networks from ONNX to verified code: compiles ResNet-18 and VGG-16 with random
# weights for cortex-a73 and for this machine, runs both here and ResNet-18 also
# under qemu-aarch64, compares the results with ONNX Runtime, and prints what
# each layer became. All files are left in build/quickstart.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
exec </dev/null

scripts/setup.sh
scripts/setup_onnxruntime.sh build-onnxruntime
cmake --preset release
cmake --build --preset release --parallel "$(nproc)" --target wino-compile wino-run

dir=build/quickstart
mkdir -p "$dir"
export PYTHONPATH=$PWD/python
py() { /usr/bin/python3 -m "wino.$1" "${@:2}"; }

for net in resnet18 vgg16; do
  model=$dir/$net.onnx
  echo "== $net: model, input and reference result"
  py models "$net" --seed 1 -o "$model"
  py inputs "$model" "$dir/$net-input" --seed 1
  input=$dir/$net-input/input_0.npy
  node scripts/onnx_reference.mjs --runtime build-onnxruntime "$model" \
    --input "$input" --output "$dir/$net-reference.npy"
  for cpu in cortex-a73 host; do
    echo "== $net for $cpu"
    out=$dir/$net-$cpu
    build/bin/wino-compile "$model" --cpu=$cpu -o "$out.o" --header="$out.h" \
      --weights="$out.weights" --report="$out.json"
    py report "$out.json"
    # VGG-16 takes minutes under emulation; the slow tests run it.
    if [ "$cpu" = host ] || [ "$net" = resnet18 ]; then
      build/bin/wino-run "$model" --cpu=$cpu --input "$input" --output "$out.npy"
      py compare "$out.npy" "$dir/$net-reference.npy" --tol 1e-4
    fi
  done
done
