"""What is measured: code of wino-compile, and other libraries."""

import json
import pathlib
import tempfile

from emulator import CROSS_COMPILER, HERE, build, call
from layer_module import write_module

PROGRAMS = HERE / "programs"


class Wino:
    """Code that wino-compile generates for a CPU."""

    def __init__(self, name, compiler, cpu, layout="nhwc", algorithm="", plan="", keep=None,
                 element="f32", max_error=0, max_weight=127):
        self.name = name
        self.compiler, self.cpu, self.layout = compiler, cpu, layout
        self.algorithm, self.plan = algorithm, plan
        self.keep, self.element = keep, element
        self.max_error, self.max_weight = max_error, max_weight

    def measure(self, layer, emulator):
        """Returns what is known about the layer's code."""
        with tempfile.TemporaryDirectory() as temporary:
            directory = pathlib.Path(temporary)
            if self.keep:
                directory = self.keep / f"{layer}".replace(",", "_")
                directory.mkdir(parents=True, exist_ok=True)
            report = self.compile(layer, directory, emulator.directory)
            program, weights = directory / "program", directory / "layer.weights"
            result = emulator.run(program, [layer.numbers, self.layout, weights.name],
                                  directory, data=[weights])
        entry = report["layers"][0] if report["layers"] else {}
        if entry.get("algorithm") != "winograd":
            # The products read the image and write the result themselves.
            result.pop("phases", None)
        if "relative_error" in entry:
            result["relative_error"] = entry["relative_error"]
        if len(report["layers"]) == 1:
            # What wino-tune --import reads, beside the CPU and the cycles.
            result |= {"wino_version": report["wino_version"], "key": entry["key"],
                       "plan": entry["plan"]}
        return result | {
            "algorithm": entry.get("algorithm", "not planned"),
            "label": entry.get("plan", "not planned"),
            "weight_bytes": report["memory"]["packed_bytes"],
            "scratch_bytes": report["memory"]["scratch_bytes"]}

    def compile(self, layer, directory, shared):
        """Makes `program` and its weights in `directory`; returns the report. What all
        layers have in common is kept in `shared`."""
        model = directory / "layer.mlir"
        model.write_text(write_module(layer, self.layout, self.plan, self.element,
                                      self.max_weight))
        options = [f"--algorithm={self.algorithm}"] if self.algorithm else []
        if self.max_error:
            options.append(f"--max-error={self.max_error}")
        call([self.compiler, model, f"--cpu={self.cpu}", "--prefix=layer", *options,
              "-o", directory / "layer.o", "--header", f"--report={directory / 'layer.json'}"])
        command = [CROSS_COMPILER, "-std=c++17", "-O2", f"-DWINO_MAX_WEIGHT={self.max_weight}",
                   *(["-DWINO_INTEGERS"] if self.element == "i8" else [])]
        main = build([*command, "-c", PROGRAMS / "WinoProgram.cpp"], sorted(PROGRAMS.iterdir()),
                     shared / f"wino-{self.element}-{self.max_weight}.o")
        call([*command, f"-I{directory}", "-static", "-Wl,--build-id=none",
              PROGRAMS / "WinoLayer.cpp", main,
              directory / "layer.o", "-o", directory / "program"])
        return json.loads((directory / "layer.json").read_text())
