"""Cycles of a loop on Cortex-A53, an in-order core that issues two instructions
a cycle.

LLVM's own models of in-order cores are not used: for a loop of eight
independent FMLA they give 22 cycles (A53) and 6 (A55), where the core needs
about 8. The rules here follow ncnn's published measurements of A53, with
latencies from the usual tables, rounded:

- a vector load or store of 128 bits or more issues alone, and holds up issue for
  a cycle per 8 bytes;
- a 64-bit vector load pairs with no vector arithmetic, but with an insertion
  into a lane; an integer load pairs with both;
- one 128-bit vector operation a cycle, or two 64-bit ones; one memory access;
- the accumulator of a multiply-add is forwarded to the next after 4 cycles.
"""

import dataclasses
import re

_REGISTER = re.compile(r"\b([vqdshbxw])(\d+)(?![0-9#])|\b(sp|wsp)\b")
_MULTIPLY_ADDS = {
    "fmla", "fmls", "fmadd", "fmsub", "mla", "mls", "smlal", "smlsl", "umlal", "umlsl",
    "smlal2", "smlsl2", "umlal2", "umlsl2", "sdot", "udot", "sadalp", "uadalp"}
_BRANCHES = {"b", "br", "bl", "blr", "ret", "cbz", "cbnz", "tbz", "tbnz"}
_MULTIPLICATIONS = {"mul", "madd", "msub", "smull", "umull"}
_ELEMENT_BYTES = {"b": 1, "h": 2, "s": 4, "d": 8}

VECTOR_MEMORY, INTEGER_MEMORY = "vector memory", "integer memory"
VECTOR128, VECTOR64, LANE = "vector 128", "vector 64", "lane"
INTEGER, BRANCH = "integer", "branch"

# Kinds that do not issue in the same cycle.
_CONFLICTS = [
    {VECTOR128}, {VECTOR128, VECTOR64}, {VECTOR128, LANE},
    {VECTOR_MEMORY, VECTOR128}, {VECTOR_MEMORY, VECTOR64},
    {VECTOR_MEMORY}, {INTEGER_MEMORY}, {VECTOR_MEMORY, INTEGER_MEMORY}, {BRANCH}]


@dataclasses.dataclass
class Operation:
    """What the model needs of an instruction; registers by name."""
    kind: str
    results: list = dataclasses.field(default_factory=list)
    sources: list = dataclasses.field(default_factory=list)
    accumulators: list = dataclasses.field(default_factory=list)
    latency: int = 1
    # Address registers that are written back.
    updates: list = dataclasses.field(default_factory=list)
    # Cycles that it holds up issue.
    slots: int = 1

    @property
    def issues_alone(self):
        return self.kind == VECTOR_MEMORY and self.slots >= 2


def _registers(text):
    return ["xsp" if match[3] else ("x" if match[1] in "xw" else "v") + match[2]
            for match in _REGISTER.finditer(text)]


def _flatten(lists):
    return [item for items in lists for item in items]


def _bytes_per_register(name, first):
    """Bytes that a load or store moves per register; `first` is the text of its
    first one."""
    if name in ("ld1r", "ld2r", "ld3r", "ld4r"):
        return 8
    whole = re.search(r"\.(\d+)([bhsd])", first)
    if whole:
        return int(whole[1]) * _ELEMENT_BYTES[whole[2]]
    if re.search(r"\.[bhsd]", first):
        return 8
    return {"q": 16, "d": 8, "x": 8}.get(first.strip("{ ")[0], 4)


def _parse_access(name, operands, text):
    position = next(i for i, x in enumerate(operands) if x.startswith("["))
    address, behind = operands[position], operands[position + 1:]
    data = _flatten(_registers(x) for x in operands[:position])
    sources = _registers(address) + _flatten(_registers(x) for x in behind)
    is_vector = any(register[0] == "v" for register in data)
    moved = _bytes_per_register(name, operands[0]) * len(data)
    operation = Operation(VECTOR_MEMORY if is_vector else INTEGER_MEMORY,
                          slots=max(1, moved // 8))
    if "!" in text or behind:
        operation.updates = _registers(address)[:1]
    if name.startswith("ld"):
        operation.results, operation.sources = data, sources
        operation.latency = 5 if is_vector else 3
    else:
        operation.sources = data + sources
    return operation


def _parse_integer(name, registers):
    results = registers[0] if registers else []
    sources = _flatten(registers[1:])
    if name in ("cmp", "cmn", "tst", "ccmp"):
        results, sources = ["nzcv"], _flatten(registers)
    elif name in ("subs", "adds", "ands"):
        results = results + ["nzcv"]
    if name.startswith(("cs", "cin", "ccmp")):
        sources = sources + ["nzcv"]
    if name == "movk":
        sources = sources + results
    return Operation(INTEGER, results, sources,
                     latency=4 if name in _MULTIPLICATIONS else 1)


def _parse_vector(name, text, operands, registers):
    results = registers[0] if registers else []
    sources = _flatten(registers[1:])
    is_wide = re.search(r"\.(16b|8h|4s|2d)\b", text) or name.startswith("q")
    kind = VECTOR128 if is_wide else VECTOR64
    moves_lane = (re.search(r"\[\d+\]", text) or
                  any(register[0] == "x" for register in _flatten(registers)))
    if name in ("ins", "mov", "fmov", "dup", "umov", "smov") and moves_lane:
        kind = LANE
        if re.search(r"\[\d+\]", operands[0]):
            sources = sources + results
    if name in _MULTIPLY_ADDS:
        return Operation(kind, results, sources, accumulators=results,
                         latency=8 if name.startswith("f") else 4)
    is_float = name.startswith("f") and name != "fmov"
    return Operation(kind, results, sources, latency=5 if is_float else 3)


def parse(instruction):
    """Reads an instruction as llvm-mc prints it."""
    mnemonic, _, text = instruction.partition("\t")
    text = text.strip()
    name = mnemonic.split(".")[0]
    operands = re.split(r",\s*(?![^\[{]*[\]}])", text) if text else []
    if name == "prfm":
        return Operation(INTEGER_MEMORY, sources=_registers(text))
    if any(operand.startswith("[") for operand in operands):
        return _parse_access(name, operands, text)
    registers = [_registers(operand) for operand in operands]
    if name in _BRANCHES:
        flags = ["nzcv"] if mnemonic.startswith("b.") else []
        return Operation(BRANCH, sources=_flatten(registers) + flags)
    if name in ("nop", "hint", "dmb", "isb"):
        return Operation(INTEGER)
    if not any(register[0] == "v" for register in _flatten(registers)):
        return _parse_integer(name, registers)
    return _parse_vector(name, text, operands, registers)


class _Pipeline:
    """The state of the core between instructions."""

    def __init__(self):
        self.cycle = 0
        self.issued = []  # kinds, in this cycle
        self.ready = {}  # by register
        self.forwarded = {}  # by accumulator

    def _wait(self, operation):
        times = [self.ready.get(r, 0) for r in operation.sources]
        times += [self.forwarded.get(r, self.ready.get(r, 0)) for r in operation.accumulators]
        if max(times, default=0) > self.cycle:
            self.cycle, self.issued = max(times), []

    def issue(self, operation):
        self._wait(operation)
        conflicts = any({operation.kind, kind} in _CONFLICTS for kind in self.issued)
        if self.issued and (operation.issues_alone or conflicts or len(self.issued) >= 2):
            self.cycle, self.issued = self.cycle + 1, []
        for register in operation.results:
            self.ready[register] = self.cycle + operation.slots - 1 + operation.latency
            if operation.accumulators:
                self.forwarded[register] = self.cycle + 4
            else:
                self.forwarded.pop(register, None)
        for register in operation.updates:
            self.ready[register] = self.cycle + 1
        if operation.issues_alone:
            self.cycle, self.issued = self.cycle + operation.slots, []
        elif operation.slots > 1:
            self.cycle, self.issued = self.cycle + operation.slots - 1, [operation.kind]
        else:
            self.issued.append(operation.kind)

    @property
    def time(self):
        return self.cycle + {0: 0, 1: 0.5}.get(len(self.issued), 1)


def estimate_cycles(instructions):
    """Returns the cycles that an iteration of a loop of these instructions takes
    in the steady state."""
    warm_up, total = 4, 12
    operations = [parse(instruction) for instruction in instructions]
    pipeline = _Pipeline()
    for iteration in range(total):
        for operation in operations:
            pipeline.issue(operation)
        if iteration == warm_up - 1:
            start = pipeline.time
    return (pipeline.time - start) / (total - warm_up)
