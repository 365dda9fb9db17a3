"""Builds the count plugin and AArch64 programs, and runs these under it."""

import hashlib
import json
import os
import pathlib
import signal
import subprocess
import tempfile
import threading

import cycles

HERE = pathlib.Path(__file__).resolve().parent
CROSS_COMPILER = "aarch64-linux-gnu-g++"
# The environment is on the program's stack, so it would move what lies there.
ENVIRONMENT = {"PATH": os.environ.get("PATH", os.defpath)}


_build_lock = threading.Lock()


class RunError(Exception):
    """A program that could not be compiled or run; says why."""


class IllegalInstruction(RunError):
    """A program that needs what the emulated CPU has not."""


def call(command, **options):
    """Runs a command and returns its standard output."""
    process = subprocess.run([str(word) for word in command], capture_output=True,
                             text=True, check=False, **options)
    if process.returncode:
        kind = IllegalInstruction if process.returncode == -signal.SIGILL else RunError
        raise kind(f"{command[0]} failed ({process.returncode}): "
                   f"{(process.stderr or process.stdout).strip()[-2000:]}")
    return process.stdout


def hash_files(*items):
    """A hash of files, given as paths, and texts."""
    digest = hashlib.sha256()
    for item in items:
        data = item.read_bytes() if isinstance(item, pathlib.Path) else str(item).encode()
        digest.update(len(data).to_bytes(8, "little") + data)
    return digest.hexdigest()


def write_file(path, text):
    """Writes a file that others see whole or not at all."""
    partial = path.with_suffix(f".{os.getpid()}-{threading.get_ident()}")
    partial.write_text(text)
    os.replace(partial, path)


def build(command, sources, output):
    """Runs the compiler unless `output` is of these sources already."""
    key = hash_files(*sources, " ".join(str(word) for word in command))
    stamp = output.with_suffix(".sha256")
    with _build_lock:
        if output.exists() and stamp.exists() and stamp.read_text() == key:
            return output
        output.parent.mkdir(parents=True, exist_ok=True)
        # Another process may build the same file.
        partial = output.with_suffix(f".{os.getpid()}")
        call([*command, "-o", partial])
        os.replace(partial, output)
        write_file(stamp, key)
    return output


def build_plugin(directory):
    sources = sorted((HERE / "plugin").iterdir())
    units = [source for source in sources if source.suffix == ".cpp"]
    return build(["c++", "-std=c++17", "-O3", "-shared", "-fPIC", "-fvisibility=hidden",
                  "-fno-exceptions", "-fno-rtti", "-Wall", *units],
                 sources, directory / "libcount.so")


class Emulator:
    """Runs programs for one CPU; remembers results of unchanged programs."""

    def __init__(self, cpu, directory):
        self.model = cycles.MODELS[cpu]
        self.directory = directory
        self.plugin = build_plugin(directory)
        self.cache = directory / "results"
        self.cache.mkdir(parents=True, exist_ok=True)
        version = call(["qemu-aarch64", "--version"])
        estimators = [HERE / name for name in ("cycles.py", "inorder.py", "emulator.py")]
        estimators.append(cycles.CPU_FILES / f"{cpu}.json")
        self.key = hash_files(self.plugin, *estimators, version, cpu)

    def run(self, program, arguments, directory, data=(), root=None):
        """Runs `program`, a file in `directory`, there. `data` are the files
        that it reads, `root` has its shared libraries and what it sees of the
        system. Returns what it printed, and what the plugin counted with
        estimated cycles."""
        key = hash_files(self.key, program, *data, str(root), *arguments)
        stored = self.cache / f"{key}.json"
        if stored.exists():
            return json.loads(stored.read_text())
        with tempfile.TemporaryDirectory() as temporary:
            output = pathlib.Path(temporary) / "counts"
            roots = ["-L", root] if root else []
            printed = call(
                ["qemu-aarch64", "-cpu", self.model.emulated, *roots, "-plugin",
                 f"{self.plugin},core={self.model.caches},out={output}",
                 f"./{program.name}", *arguments],
                cwd=directory, env=ENVIRONMENT)
            result = json.loads(printed.splitlines()[-1])
            if "unsupported" not in result:
                result.update(self.evaluate(output))
        write_file(stored, json.dumps(result))
        return result

    def evaluate(self, output):
        """Adds cycles and traffic to the counts of the last region."""
        counts = json.loads(output.read_text().splitlines()[-1])
        core, phases = cycles.estimate(counts, self.model)
        penalty = self.model.miss_cycles
        l2 = counts["l2"]
        for name, phase in counts.get("phases", {}).items():
            phase["core_cycles"] = phases.get(name, 0)
            phase["cycles"] = phase["core_cycles"] + penalty * phase["l2_misses"]
        del counts["blocks"]
        return counts | {
            "core_cycles": core,
            "cycles": core + penalty * l2["misses"],
            "dram_bytes": 64 * (l2["misses"] + l2["write_backs"])}
