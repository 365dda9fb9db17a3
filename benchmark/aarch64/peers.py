"""The libraries that setup_peers.sh unpacks, as candidates."""

import dataclasses
import pathlib
import tempfile

import numpy as np

from emulator import CROSS_COMPILER, HERE, IllegalInstruction, build
from layer_module import BIAS, FILTER, make_values

TRIPLE = "aarch64-linux-gnu"


@dataclasses.dataclass(frozen=True)
class Core:
    """What Linux tells programs about a core."""
    part: str
    midr: str
    l1: str
    l2: str
    features: str


_ARMV8 = "fp asimd evtstrm aes pmull sha1 sha2 crc32"
_ARMV82 = f"{_ARMV8} atomics fphp asimdhp cpuid asimdrdm lrcpc dcpop asimddp"
CORES = {
    "cortex-a53": Core("0xd03", "0x410fd034", "32K", "512K", _ARMV8),
    "cortex-a73": Core("0xd09", "0x410fd092", "64K", "2048K", _ARMV8),
    "cortex-a76": Core("0xd0b", "0x414fd0b1", "64K", "512K", _ARMV82),
    "neoverse-n1": Core("0xd0c", "0x413fd0c1", "64K", "1024K", _ARMV82),
}


def make_root(packages, directory, cpu):
    """Makes a root for QEMU: the unpacked packages, and those files of /proc and
    /sys by which libraries choose kernels and tile sizes. Without them they
    would see those of this machine."""
    core = CORES[cpu]
    directory.mkdir(parents=True, exist_ok=True)
    for name in ("usr", "lib"):
        link = directory / name
        if link.is_symlink():
            link.unlink()
        link.symlink_to(packages.resolve() / name)
    cpus = "sys/devices/system/cpu"
    files = {f"{cpus}/{name}": "0" for name in ("online", "present", "possible", "kernel_max")}
    files[f"{cpus}/cpu0/regs/identification/midr_el1"] = core.midr
    for name in ("core_id", "physical_package_id", "core_siblings_list", "thread_siblings_list"):
        files[f"{cpus}/cpu0/topology/{name}"] = "0"
    for name, frequency in (("max", 1800000), ("min", 600000)):
        files[f"{cpus}/cpu0/cpufreq/cpuinfo_{name}_freq"] = str(frequency)
    caches = [(1, "Data", core.l1), (1, "Instruction", core.l1), (2, "Unified", core.l2)]
    for index, (level, kind, size) in enumerate(caches):
        entries = {"level": level, "type": kind, "size": size, "shared_cpu_map": 1}
        for name, value in entries.items():
            files[f"{cpus}/cpu0/cache/index{index}/{name}"] = str(value)
    lines = {"processor": "0", "BogoMIPS": "38.40", "Features": core.features,
             "CPU implementer": "0x41", "CPU architecture": "8", "CPU variant": "0x0",
             "CPU part": core.part, "CPU revision": "2"}
    files["proc/cpuinfo"] = "".join(f"{key}\t: {value}\n" for key, value in lines.items())
    for name, text in files.items():
        path = directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text.rstrip("\n") + "\n")
    return directory


def write_onnx(layer, path):
    """Writes the layer as an ONNX model, NCHW."""
    import onnx  # pylint: disable=import-outside-toplevel
    from onnx import TensorProto, helper, numpy_helper

    group_c = layer.c // layer.groups
    hwio = make_values(FILTER, layer.r * layer.s * group_c * layer.k)
    weights = hwio.reshape(layer.r, layer.s, group_c, layer.k).transpose(3, 2, 0, 1)
    bias = make_values(BIAS, layer.k)
    node = helper.make_node(
        "Conv", ["image", "filter", "bias"], ["result"], kernel_shape=[layer.r, layer.s],
        strides=[layer.stride] * 2, pads=[layer.pad_h, layer.pad_w] * 2, group=layer.groups)
    shapes = {"image": [layer.n, layer.c, layer.h, layer.w],
              "result": [layer.n, layer.k, layer.out_h, layer.out_w]}
    image, result = (helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)
                     for name, shape in shapes.items())
    graph = helper.make_graph(
        [node], "layer", [image], [result],
        [numpy_helper.from_array(np.ascontiguousarray(weights), "filter"),
         numpy_helper.from_array(bias, "bias")])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)])
    model.ir_version = 8
    onnx.save(model, str(path))


class Peer:
    """A library."""

    def __init__(self, name, source, library, packages, root, arguments=()):
        self.name, self.source, self.library = name, source, library
        self.packages, self.root, self.arguments = packages, root, list(arguments)

    def build(self, directory):
        usr = self.packages / "usr"
        libraries = usr / "lib" / TRIPLE
        sources = [HERE / "programs" / name for name in (self.source, "Layer.h", "Markers.h")]
        # The libraries are of a newer Debian than the cross compiler; what they
        # need of the C library is found when the program starts.
        return build(
            [CROSS_COMPILER, "-std=c++17", "-O2", "-isystem", usr / "include",
             "-isystem", usr / "include" / TRIPLE, sources[0], f"-L{libraries}",
             f"-l{self.library}", f"-Wl,-rpath-link,{libraries}",
             "-Wl,--allow-shlib-undefined", "-Wl,--build-id=none"],
            sources, directory / "programs" / sources[0].stem)

    def measure(self, layer, emulator):
        program = self.build(emulator.directory)
        with tempfile.TemporaryDirectory() as temporary:
            directory = pathlib.Path(temporary)
            link = directory / "program"
            link.symlink_to(program)
            arguments = [layer.numbers, *self.arguments]
            data = [self.packages / ".unpacked"]
            if self.library == "onnxruntime":
                model = directory / "layer.onnx"
                write_onnx(layer, model)
                arguments.append(model.name)
                data.append(model)
            try:
                return emulator.run(link, arguments, directory, data=data, root=self.root)
            except IllegalInstruction:
                return {"unsupported": "the library needs a newer core"}


def get_peers(packages, work, cpu):
    """Returns the libraries in `packages`."""
    root = make_root(packages, work / "roots" / cpu, cpu)

    def peer(name, source, library, *arguments):
        return Peer(name, source, library, packages, root, arguments)

    return [peer("acl-winograd", "ACLProgram.cpp", "arm_compute", "winograd"),
            peer("acl-gemm", "ACLProgram.cpp", "arm_compute", "gemm"),
            peer("xnnpack", "XNNPACKProgram.cpp", "XNNPACK"),
            peer("onednn", "OneDNNProgram.cpp", "dnnl"),
            peer("onnxruntime", "ONNXRuntimeProgram.cpp", "onnxruntime")]
