"""Prints a module whose @main counts the wrong results of `wino.rns` ops.

Every op is compared with 64-bit arithmetic on numbers that include the ends of
all ranges: all pairs of bytes for binary ops, spread numbers for the others.
"""

from math import gcd, prod

SYSTEMS = [
    [253, 251, 247], [251, 241, 239], [253, 251, 247, 241], [4001, 4331],
    [256, 255, 253, 251], [65536, 65535, 65533], [2, 3], [9],
    [256, 255, 253, 251, 247, 241, 239],
]
MODULI = [2, 3, 5, 127, 128, 239, 247, 251, 253, 255, 256, 257, 4001, 4331, 65535, 65536]
NUM_SAMPLES = 3000


def storage(modulus):
    return 8 if modulus <= 256 else 16


def residue_range(modulus):
    return -(modulus // 2), (modulus - 1) // 2


def loop(name, low, high, body):
    """A function that sums over numbers in low .. high what body returns.

    The numbers are the ends and others at an odd distance, or all of 16 bits.
    """
    count = high - low + 1
    samples = count if count <= 1 << 16 else NUM_SAMPLES
    step = 1 if samples == count else count // samples | 1
    return f"""
func.func @{name}() -> i64 {{
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %end = arith.constant {samples} : index
  %low = arith.constant {low} : i64
  %high = arith.constant {high} : i64
  %step = arith.constant {step} : i64
  %zero = arith.constant 0 : i64
  %sum = scf.for %i = %c0 to %end step %c1 iter_args(%sum = %zero) -> i64 {{
    %k = arith.index_cast %i : index to i64
    %distance = arith.muli %k, %step : i64
    %up = arith.addi %low, %distance : i64
    %down = arith.subi %high, %distance : i64
    %first = func.call @{name}_at(%up) : (i64) -> i64
    %second = func.call @{name}_at(%down) : (i64) -> i64
    %both = arith.addi %first, %second : i64
    %next = arith.addi %sum, %both : i64
    scf.yield %next : i64
  }}
  return %sum : i64
}}
func.func private @{name}_at(%x: i64) -> i64 {{
{body}
}}
"""


HELPERS = """
// The centred residue of %x modulo %m.
func.func private @centred(%x: i64, %m: i64) -> i64 {
  %one = arith.constant 1 : i64
  %two = arith.constant 2 : i64
  %a = arith.remsi %x, %m : i64
  %b = arith.addi %a, %m : i64
  %r = arith.remsi %b, %m : i64
  %less = arith.subi %m, %one : i64
  %half = arith.divsi %less, %two : i64
  %beyond = arith.cmpi sgt, %r, %half : i64
  %negative = arith.subi %r, %m : i64
  %result = arith.select %beyond, %negative, %r : i64
  return %result : i64
}
// 1 if %x is not the centred residue of %y modulo %m.
func.func private @differs(%x: i64, %y: i64, %m: i64) -> i64 {
  %r = func.call @centred(%y, %m) : (i64, i64) -> i64
  %d = func.call @unequal(%x, %r) : (i64, i64) -> i64
  return %d : i64
}
func.func private @unequal(%x: i64, %y: i64) -> i64 {
  %d = arith.cmpi ne, %x, %y : i64
  %n = arith.extui %d : i1 to i64
  return %n : i64
}
"""


def check_reduce(name, modulus, width):
    low, high = -(1 << width - 1), (1 << width - 1) - 1
    cast = f"%n = arith.trunci %x : i64 to i{width}" if width < 64 else \
        "%z = arith.constant 0 : i64\n  %n = arith.addi %x, %z : i64"
    bits = storage(modulus)
    return loop(name, low, high, f"""  {cast}
  %m = arith.constant {modulus} : i64
  %r = wino.rns.reduce %n modulo {modulus} : i{width} -> i{bits}
  %w = arith.extsi %r : i{bits} to i64
  %d = func.call @differs(%w, %x, %m) : (i64, i64, i64) -> i64
  return %d : i64""")


def check_binary(name, modulus, width):
    """Operands of all values of the type, residues or not: x is one in the low
    bits and one in the high bits."""
    low, high = -(1 << 2 * width - 1), (1 << 2 * width - 1) - 1
    body = f"""  %m = arith.constant {modulus} : i64
  %shift = arith.constant {width} : i64
  %h = arith.shrsi %x, %shift : i64
  %a = arith.trunci %x : i64 to i{width}
  %b = arith.trunci %h : i64 to i{width}
  %va = vector.broadcast %a : i{width} to vector<4xi{width}>
  %vb = vector.broadcast %b : i{width} to vector<4xi{width}>
  %wa = arith.extsi %a : i{width} to i64
  %wb = arith.extsi %b : i{width} to i64
  %n0 = arith.constant 0 : i64
"""
    count = 0
    for op, exact in [("add", "addi"), ("sub", "subi"), ("mul", "muli")]:
        body += f"""  %{op}e = arith.{exact} %wa, %wb : i64
  %{op}s = wino.rns.{op} %a, %b modulo {modulus} : i{width}
  %{op}v = wino.rns.{op} %va, %vb modulo {modulus} : vector<4xi{width}>
  %{op}l = vector.extract %{op}v[3] : i{width} from vector<4xi{width}>
"""
        for value in ["s", "l"]:
            body += f"""  %{op}{value}w = arith.extsi %{op}{value} : i{width} to i64
  %{op}{value}d = func.call @differs(%{op}{value}w, %{op}e, %m) : (i64, i64, i64) -> i64
  %n{count + 1} = arith.addi %n{count}, %{op}{value}d : i64
"""
            count += 1
    return loop(name, low, high, body + f"  return %n{count} : i64")


def check_system(name, moduli):
    low, high = residue_range(prod(moduli))
    types = [f"i{storage(m)}" for m in moduli]
    vectors = [f"vector<4x{t}>" for t in types]
    listed, typed = f"<{moduli}>", ", ".join(types)
    values = ", ".join(f"%r#{i}" for i in range(len(moduli)))
    lanes = ", ".join(f"%v#{i}" for i in range(len(moduli)))
    others = [m for m in [233, 4099] if all(gcd(m, n) == 1 for n in moduli)]
    body = f"""  %r:{len(moduli)} = wino.rns.to_residues %x {listed} : i64 -> {typed}
  %b = vector.broadcast %x : i64 to vector<4xi64>
  %v:{len(moduli)} = wino.rns.to_residues %b {listed} : vector<4xi64> -> {", ".join(vectors)}
  %y0 = wino.rns.reconstruct mixed_radix {values} {listed} : {typed} -> i64
  %y1 = wino.rns.reconstruct crt {values} {listed} : {typed} -> i64
  %w = wino.rns.reconstruct mixed_radix {lanes} {listed} : {", ".join(vectors)} -> vector<4xi64>
  %y2 = vector.extract %w[1] : i64 from vector<4xi64>
  %u = wino.rns.reconstruct crt {lanes} {listed} : {", ".join(vectors)} -> vector<4xi64>
  %y3 = vector.extract %u[2] : i64 from vector<4xi64>
  %n0 = arith.constant 0 : i64
"""
    for i in range(4):
        body += f"""  %d{i} = func.call @unequal(%x, %y{i}) : (i64, i64) -> i64
  %n{i + 1} = arith.addi %n{i}, %d{i} : i64
"""
    count = 4
    for other in others:
        bits = storage(other)
        body += f"""  %e{other} = wino.rns.extend_basis {values} {listed} to <[{other}]> : {typed} -> i{bits}
  %w{other} = arith.extsi %e{other} : i{bits} to i64
  %m{other} = arith.constant {other} : i64
  %d{other} = func.call @differs(%w{other}, %x, %m{other}) : (i64, i64, i64) -> i64
  %n{count + 1} = arith.addi %n{count}, %d{other} : i64
"""
        count += 1
    return loop(name, low, high, body + f"  return %n{count} : i64")


def main():
    functions = {}
    for modulus in MODULI:
        for width in [8, 16, 32, 64]:
            name = f"reduce_{modulus}_{width}"
            functions[name] = check_reduce(name, modulus, width)
        for width in {storage(modulus), 16}:
            name = f"binary_{modulus}_{width}"
            functions[name] = check_binary(name, modulus, width)
    for moduli in SYSTEMS:
        name = "system_" + "_".join(map(str, moduli))
        functions[name] = check_system(name, moduli)
    print(HELPERS + "".join(functions.values()))
    print("func.func @main() -> i32 {\n  %s0 = arith.constant 0 : i64")
    for i, name in enumerate(functions):
        print(f"  %f{i} = func.call @{name}() : () -> i64")
        print(f"  %s{i + 1} = arith.addi %s{i}, %f{i} : i64")
    print(f"  %r = arith.trunci %s{len(functions)} : i64 to i32\n  return %r : i32\n}}")


main()
