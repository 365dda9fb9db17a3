"""Estimates core cycles of the blocks of code that the count plugin found.

Each block is taken as a loop: llvm-mca repeats it, with a perfect first-level
cache and perfect branch prediction; the cycles of an execution are the slope
between 20 and 120 iterations. They are multiplied by the block's executions,
added up, and scaled from the instructions in these blocks to all. (Which part of
them is used matters little; it is fixed so that figures can be compared.)
"""

import itertools
import json
import pathlib
import shutil
import subprocess

import inorder


CPU_FILES = pathlib.Path(__file__).resolve().parents[2] / "lib" / "Target" / "cpus"


class Model:
    """How a CPU is modelled: by what its file tells (docs/CPUs.md)."""

    def __init__(self, name, emulated, caches):
        cpu = json.loads((CPU_FILES / f"{name}.json").read_text())
        # The CPU that QEMU emulates: it decides what may be executed.
        self.emulated = emulated
        # The caches of the count plugin.
        self.caches = caches
        # Cycles that a miss of the second-level cache adds; fitted to published
        # times of whole networks.
        self.miss_cycles = cpu["rates"]["miss_cycles"]
        # LLVM's scheduling model; without one, the in-order model.
        self.scheduler = cpu["llvm"].get("scheduling_model")
        # Instructions a cycle at most, where LLVM's model allows more.
        self.width = cpu["issue"]["width"]
        # What is known of the cycles of blocks, by their words.
        self.cycles = {}


# QEMU 7.2 has no A73.
MODELS = {name: Model(name, emulated, caches) for name, emulated, caches in (
    ("cortex-a53", "cortex-a53", "a53"),
    ("cortex-a73", "cortex-a72", "a73"),
    ("cortex-a76", "cortex-a76", "a73"),
    ("neoverse-n1", "neoverse-n1", "a73"))}

# The part of the instructions that the estimate is made from. Blocks beyond that
# are seldom executed, and not as the loops that they are taken for.
COVERAGE = 0.98

FEATURES = "-mattr=+v8.2a,+dotprod,+fullfp16"


def find_llvm_tool(name):
    for candidate in (f"{name}-22", name):
        if path := shutil.which(candidate):
            return path
    raise FileNotFoundError(f"{name} is not installed")


def disassemble(blocks):
    """Returns the instructions of each of `blocks`, which are hexadecimal words."""
    values = [[int(words[i:i + 8], 16) for i in range(0, len(words), 8)] for words in blocks]
    text = "\n".join(" ".join(f"{byte:#04x}" for byte in value.to_bytes(4, "little"))
                     for block in values for value in block)
    output = subprocess.run(
        [find_llvm_tool("llvm-mc"), "--disassemble", "--triple=aarch64", FEATURES],
        input=text, capture_output=True, text=True, check=False).stdout
    lines = [line.strip() for line in output.splitlines()]
    instructions = [line for line in lines if line and not line.startswith(".")]
    if len(instructions) != sum(map(len, values)):
        raise ValueError(f"llvm-mc decodes {len(instructions)} of {sum(map(len, values))} "
                         "instructions")
    rest = iter(instructions)
    return [list(itertools.islice(rest, len(block))) for block in values]


def run_mca(blocks, scheduler, iterations):
    """Returns llvm-mca's total cycles of `iterations` of each block."""
    text = ""
    for index, instructions in enumerate(blocks):
        body = "\n".join(instructions)
        text += f"# LLVM-MCA-BEGIN {index}\n{body}\n# LLVM-MCA-END {index}\n"
    process = subprocess.run(
        [find_llvm_tool("llvm-mca"), "-mtriple=aarch64", f"-mcpu={scheduler}",
         "-mattr=+dotprod,+fullfp16", f"-iterations={iterations}",
         "-instruction-info=false", "-resource-pressure=false", "-json", "-"],
        input=text, capture_output=True, text=True, check=False)
    if not process.stdout:
        raise ValueError(f"llvm-mca: {process.stderr[-400:]}")
    regions = {region["Name"]: region["SummaryView"]["TotalCycles"]
               for region in json.loads(process.stdout)["CodeRegions"]}
    return [regions[str(index)] for index in range(len(blocks))]


def estimate_blocks(blocks, model):
    """Returns the cycles of an execution of each block, a list of instructions."""
    if not model.scheduler:
        return [inorder.estimate_cycles(block) for block in blocks]
    few, many = (run_mca(blocks, model.scheduler, count) for count in (20, 120))
    cycles = ((b - a) / 100 for a, b in zip(few, many))
    return [max(each, len(block) / model.width) for each, block in zip(cycles, blocks)]


def select_blocks(counts):
    """Returns the blocks that cover the instructions, and those of known phase."""
    covering, covered = [], 0
    for block in counts["blocks"]:
        if covered >= COVERAGE * counts["instructions"]:
            break
        covered += block["executions"] * len(block["words"]) // 8
        covering.append(block)
    rest = counts["blocks"][len(covering):]
    return covering, covered, [block for block in rest if "phase" in block]


def estimate(counts, model):
    """Returns the core cycles of what the plugin counted, and those by phase."""
    covering, covered, others = select_blocks(counts)
    blocks = covering + others
    new = {block["words"] for block in blocks} - model.cycles.keys()
    if new:
        model.cycles |= zip(new, estimate_blocks(disassemble(new), model))
    values = [block["executions"] * model.cycles[block["words"]] for block in blocks]
    phases = {}
    for block, value in zip(blocks, values):
        if phase := block.get("phase"):
            phases[phase] = phases.get(phase, 0) + value
    return sum(values[:len(covering)]) * counts["instructions"] / covered, phases
