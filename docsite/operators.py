"""The operators' page: every operator of the YAML format with its fields, from the classes that count it."""

from __future__ import annotations

import inspect
from typing import Any

from macflops import ops
from macflops.readers.yaml.fields import MISSING, Spec, spec

INTRODUCTION = """# Operators

Every operator that an entry of `layers` may name, made from the classes that count it. Fields without a default have to
be given. Where there are several inputs, `from` lists them. Numbers may be [expressions](yaml.md#expressions).
`norm` and `act` may follow convolutions and linear layers; `branches`, `repeat` and `se` are
[structures](yaml.md#branches-and-repeats), and blocks of a file's own are called like operators.

"""
ROLES = {  # in the order of the page
    "convolution": "Convolutions", "linear": "Linear layers", "matmul": "Matrix products", "norm": "Norms",
    "activation": "Activations and functions of one tensor", "arithmetic": "Arithmetic of several tensors",
    "pool": "Pools", "reduction": "Reductions", "lookup": "Lookups", "copy": "Copies",
    "view": "Views, which cost nothing",
}  # fmt: skip


def pages() -> dict[str, str]:
    """Return the page by its name."""
    by_role: dict[str, list[Spec]] = {role: [] for role in ROLES}
    for name in ops.names():
        found = spec(name)
        by_role[found.operator.role].append(found)  # type: ignore[attr-defined]
    parts = []
    for role, title in ROLES.items():
        parts.append(f"## {title}")
        parts += map(section, by_role[role])
    return {"operators.md": INTRODUCTION + "\n\n".join(parts) + "\n"}


def section(of: Spec) -> str:
    """Return an operator's part of the page: its docstring, its inputs, its fields."""
    takes = number_of_inputs(of.operator.least_inputs, of.operator.most_inputs)  # type: ignore[attr-defined]
    inputs = f"\n\nTakes {takes}." if of.several else ""
    text = inspect.cleandoc(of.operator.__doc__ or "").replace("|", "&#124;")
    fields = [f"| `{field.name}` | {kinds(field.kinds)} | {default(of, field.name)} |" for field in of.fields.values()]
    if of.epilogue:
        fields += ["| `norm` | an operator, or none | none |", "| `act` | an operator, or none | none |"]
    table = "\n\n| field | takes | default |\n| --- | --- | --- |\n" + "\n".join(fields) if fields else ""
    return f"### {of.name}\n\n{text}{inputs}{table}"


def number_of_inputs(least: int, most: int | None) -> str:
    """Return how many inputs an operator takes, in words."""
    if most == least:
        return f"{least} inputs"
    return f"{least} or more inputs" if most is None else f"{least} to {most} inputs"


def kinds(names: frozenset[str]) -> str:
    """Return what a field takes, in words."""
    words = []
    if names & {"Sides"}:
        words.append("a number, or one for each side")
    elif "Padding" in names:
        words.append("a number, one for each side, or one before each and one after each")
        if "tuple[Dim, ...]" not in names:
            words.append("`same`, `valid`")
    elif "tuple[Dim, ...]" in names:
        words.append("numbers")
    elif names & {"Dim", "int"}:
        words.append("a whole number")
    elif "float" in names:
        words.append("a number")
    if "bool" in names:
        words.append("true or false")
    if "str" in names:
        words.append("a name")
    return "; ".join(words)


def default(of: Spec, name: str) -> str:
    """Return a field's default in YAML's words."""
    value: Any = of.fields[name].default
    if value is MISSING:
        return "1" if name == "kernel" and of.name in ("conv", "conv_transpose") else "*required*"
    if name == "padding" and of.padded:
        return "`same`"
    if name == "bias" and of.biased:
        return "true, unless `norm` is given"
    if isinstance(value, tuple):
        value = value[0] if len(set(value)) == 1 else list(value)
    return "none" if value is None else f"`{str(value).lower() if isinstance(value, bool) else value}`"
