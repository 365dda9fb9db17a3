# Configuration of the lit test suite; lit.site.cfg.py in the build tree loads it.
#
# Features that a test can REQUIRE:
#   aarch64-openmp an OpenMP runtime of AArch64 to link
#   aarch64-qemu   the AArch64 cross compiler and the user-mode emulator
#   asan           built with AddressSanitizer
#   assertions     built with assertions on
#   onnx           built with the ONNX importer
#   openmp         an OpenMP runtime to link
#   onnxruntime    node and the installed npm package of the reference runtime
#   shared-data    a folder of data not kept in this repository (WINO_SHARED)

import os
import shutil

import lit.formats
from lit.llvm import llvm_config

config.name = "Wino"
config.test_format = lit.formats.ShTest(not llvm_config.use_lit_shell)
config.suffixes = [".mlir", ".test"]
config.excludes = ["Inputs"]
# The target check-wino-slow runs them.
if not lit_config.params.get("slow"):
    config.excludes.append("Slow")
config.test_source_root = os.path.dirname(__file__)
config.test_exec_root = os.path.join(config.wino_obj_root, "test")

# A name captured without '$' ends with its CHECK-LABEL block.
config.environment["FILECHECK_OPTS"] = "-enable-var-scope"
llvm_config.with_system_environment(["HOME", "TMP", "TEMP", "TMPDIR"])
llvm_config.with_environment("PATH", config.llvm_tools_dir, append_path=True)

if config.wino_sanitizers:
    config.environment["ASAN_OPTIONS"] = config.wino_asan_options
    config.available_features.add("asan")
if config.wino_assertions:
    config.available_features.add("assertions")
if config.wino_have_openmp:
    config.available_features.add("openmp")
if config.wino_build_onnx:
    config.available_features.add("onnx")
if shutil.which("qemu-aarch64") and shutil.which("aarch64-linux-gnu-gcc"):
    config.available_features.add("aarch64-qemu")

# Where scripts/test.sh unpacks the runtime.
aarch64_openmp = os.environ.get("WINO_AARCH64_OPENMP") or os.path.join(
    config.wino_src_root, "build-aarch64-openmp/usr/lib/aarch64-linux-gnu/libomp.so"
)
if os.path.exists(aarch64_openmp):
    config.available_features.add("aarch64-openmp")

# Where scripts/test.sh installs the reference runtime.
runtime = os.environ.get("WINO_ONNXRUNTIME") or os.path.join(
    config.wino_src_root, "build-onnxruntime"
)
if shutil.which("node") and os.path.isdir(
    os.path.join(runtime, "node_modules", "onnxruntime-node")
):
    config.available_features.add("onnxruntime")

# What code in mlir-runner calls: copies of memrefs with strides.
config.substitutions.append(
    ("%runner-utils",
     os.path.join(config.llvm_tools_dir, "..", "lib", "libmlir_c_runner_utils.so")))

shared = os.environ.get("WINO_SHARED") or os.path.join(config.wino_src_root, "..", "shared")
shared = lit_config.params.get("WINO_SHARED", shared)
if os.path.isdir(shared):
    config.available_features.add("shared-data")
    config.environment["WINO_SHARED"] = os.path.realpath(shared)
    config.substitutions.append(("%shared", os.path.realpath(shared)))

# The packaged mlir-opt is not instrumented, so it needs the sanitizer's runtime
# before it can load an instrumented plugin.
mlir_opt = os.path.join(config.llvm_tools_dir, "mlir-opt")
plugin = os.path.join(config.wino_lib_dir, "libWinoPlugin" + config.llvm_shlib_ext)
preload = []
if config.wino_sanitizer_runtime:
    preload = ["env", "LD_PRELOAD=" + config.wino_sanitizer_runtime]

# Options of a project that links the libraries under test.
consumer_options = [
    "-DCMAKE_BUILD_TYPE=Release",
    "-DCMAKE_C_COMPILER=" + config.cc,
    "-DCMAKE_CXX_COMPILER=" + config.cxx,
]
if config.cxx_launcher:
    consumer_options.append("-DCMAKE_CXX_COMPILER_LAUNCHER=" + config.cxx_launcher)
if config.wino_sanitizers:
    consumer_options.append("-DCMAKE_CXX_FLAGS=-fsanitize=" + config.wino_sanitizers)

config.substitutions += [
    ("%mlir-opt-with-wino", " ".join(preload + [mlir_opt, "--load-dialect-plugin=" + plugin])),
    ("%mlir-opt-preload", " ".join(preload + [mlir_opt])),
    ("%wino-plugin", plugin),
    ("%wino-src", config.wino_src_root),
    ("%aarch64-openmp", aarch64_openmp),
    ("%wino-obj", config.wino_obj_root),
    (
        "%onnx-reference",
        "node " + os.path.join(config.wino_src_root, "scripts", "onnx_reference.mjs")
        + " --runtime " + runtime,
    ),
    (
        "%with-onnxruntime",
        "--runtime " + runtime
        + " --node-script " + os.path.join(config.wino_src_root, "scripts", "onnx_reference.mjs"),
    ),
    ("%cc", config.cc),
    ("%cxx", config.cxx),
    ("%cmake", config.cmake),
    ("%consumer-options", " ".join(consumer_options)),
    ("%python", "env PYTHONPATH=" + os.path.join(config.wino_src_root, "python") + " " + config.python),
]
llvm_config.use_default_substitutions()
llvm_config.add_tool_substitutions(
    ["wino-opt", "wino-compile", "wino-import", "wino-lsp-server", "wino-quantization",
     "wino-run", "wino-sweep", "wino-tune"],
    [config.wino_tools_dir],
)
llvm_config.add_tool_substitutions(
    ["llvm-objdump", "llvm-nm", "llvm-readelf", "mlir-opt", "mlir-translate", "split-file"],
    [config.llvm_tools_dir],
)
