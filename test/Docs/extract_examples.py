"""Prints the MLIR examples of generated pages as one file that parses.

usage: extract_examples.py PAGE.md...

Ops become the body of a function whose arguments are the values an example
uses but does not define; attributes become attributes of a function. Examples
are separated for --split-input-file. Sketches, which leave out parts as "...",
are not printed.
"""

import re
import sys
import textwrap

VALUE = r"%[A-Za-z_0-9]+"


def split_types(text):
    """Splits "T1, T2) ..." at the commas outside brackets, up to the list's end."""
    types, depth, start = [], 0, 0
    for position, character in enumerate(text):
        if character in "<([{":
            depth += 1
        elif character in ">)]}" and depth and text[position - 1] != "-":
            depth -= 1
        elif depth == 0 and character in ",)\n{ ":
            types.append(text[start:position].strip())
            if character != ",":
                break
            start = position + 1
            # A blank or a new line may follow the comma.
            rest = text[start:]
            start += len(rest) - len(rest.lstrip())
            return types + split_types(text[start:])
    else:
        types.append(text[start:].strip())
    return types


def value_types(example):
    """Maps the values that the example states a type of to these types."""
    types = {}
    for match in re.finditer(rf"((?:{VALUE}\s*,\s*)*{VALUE})\s*:\s*", example):
        names = re.findall(VALUE, match.group(1))
        types.update(zip(names, split_types(example[match.end() :])))
    for match in re.finditer(rf"({VALUE})\[[^\]]*\]\s*:\s*", example):
        types[match.group(1)] = split_types(example[match.end() :])[0]
    return types


def wrap_ops(example, name):
    """Wraps ops in a function; values without a stated type are indices."""
    types = value_types(example)
    defined = set(re.findall(rf"({VALUE})(?::\d+)?\s*=", example))
    defined.update(re.findall(rf"for\s+({VALUE})\s*=", example))
    for block in re.findall(r"\^\w+\(([^)]*)\)", example):
        defined.update(re.findall(VALUE, block))
    arguments = dict.fromkeys(re.findall(VALUE, example))
    signature = ", ".join(
        f"{value}: {types.get(value, 'index')}" for value in arguments if value not in defined
    )
    return f"func.func @{name}({signature}) {{\n{example}\nreturn\n}}"


def wrap_attributes(example):
    """Wraps attributes, each of which starts a line, in a function's attribute."""
    attributes = re.split(r"\n(?=#)", example.strip())
    values = ",\n".join(attributes)
    return f"func.func private @example() attributes {{example = [\n{values}]}}"


def main(pages):
    chunks = []
    for page in pages:
        with open(page, encoding="utf-8") as file:
            text = file.read()
        for number, block in enumerate(re.findall(r"^ *```mlir\n(.*?)^ *```", text, re.M | re.S)):
            example = textwrap.dedent(block).rstrip()
            if "..." in example:
                continue
            if "func.func" in example or "module" in example:
                chunks.append(example)
            elif example.startswith("#"):
                chunks.append(wrap_attributes(example))
            else:
                chunks.append(wrap_ops(example, f"example{number}"))
    print("\n// -----\n".join(chunks))


if __name__ == "__main__":
    main(sys.argv[1:])
