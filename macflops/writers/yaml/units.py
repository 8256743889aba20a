"""Rows become entries: an operator with its norm and activation, or a squeeze-and-excitation, and their fields."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise
from typing import Any

from macflops.arithmetic import is_integer
from macflops.network import Layer, Network
from macflops.readers.yaml.fields import MISSING, Field, same, spec
from macflops.writers.yaml.entries import Entry, Epilogue, Slot

SQUEEZE = ("pool", "reduce", "act", "expand", "gate", "scale")  # the rows of `se`, of which act and gate may be missing


class Units:
    """Makes entries of a network's rows."""

    def __init__(self, network: Network) -> None:
        self.network, self.layers = network, network.layers
        self.read = [0] * len(network.tensors)  # how often each tensor is read, outputs of the network included
        for layer in network.layers:
            for tensor in layer.inputs:
                self.read[tensor] += 1
        for tensor in network.outputs:
            self.read[tensor] += 1
        self.homes: dict[int, tuple[Entry, str]] = {}  # tensors: who wrote them, and what follows that one's name
        self.owners: dict[str, tuple[Entry, int]] = {}  # rows by name: their entry, and how many rows that has
        self.alone: set[str] = set()  # rows whose norm and activation stay rows of their own, for the sake of weights

    def entries(self) -> list[Entry]:
        """Return an entry for each row, or few rows, with the row's whole name as its name."""
        while True:
            found, misfits = self.attempt()
            if not misfits:
                return found
            self.alone |= misfits

    def attempt(self) -> tuple[list[Entry], set[str]]:
        """Return entries, and the rows that cannot share weights as long as they have a norm or an activation."""
        found: list[Entry] = []
        misfits: set[str] = set()
        self.homes.clear()
        self.owners.clear()
        start = 0
        while start < len(self.layers):
            rows = self.squeeze(start) or self.epilogue(start)
            entry = self.excitation(rows) if len(rows) > 3 else self.layer(rows)
            self.share(entry, rows, misfits)
            for row in rows:
                self.owners.setdefault(row.name, (entry, len(rows)))
            if self.network.ignored:
                entry.ignored = self.ignored(rows)
            found.append(entry)
            start += len(rows)
        return found, misfits

    def epilogue(self, start: int) -> list[Layer]:
        """Return a row with the norm and the activation that are called NAME.norm and NAME.act."""
        first = self.layers[start]
        rows = [first]
        if first.operator.role not in ("convolution", "linear") or first.name in self.alone:
            return rows
        for role in ("norm", "act"):
            before = rows[-1].outputs[0]
            follower = self.layers[start + len(rows)] if start + len(rows) < len(self.layers) else None
            if (
                follower is not None
                and follower.name == f"{first.name}.{role}"
                and follower.inputs == (before,)
                and self.read[before] == 1
                and is_epilogue(follower, role)
            ):
                rows.append(follower)
        return rows

    def squeeze(self, start: int) -> list[Layer]:
        """Return the rows of a squeeze-and-excitation that begins here, or none."""
        first = self.layers[start]
        name, dot, last = first.name.rpartition(".")
        if last != SQUEEZE[0] or not dot or first.operator.name != "global_avgpool":
            return []
        rows: list[Layer] = []
        names = [f"{name}.{part}" for part in SQUEEZE]
        for row in self.layers[start : start + len(SQUEEZE)]:
            while names and names[0] != row.name:
                names.pop(0)
            if not names:
                break
            rows.append(row)
        x = first.inputs[0]
        channels = self.network.tensors[x].shape[1]
        for before, row in pairwise(rows):
            part = row.name.rpartition(".")[2]
            inputs = (x, before.outputs[0]) if part == "scale" else before.outputs
            if row.shares is not None or row.inputs != inputs or not fits(row, part, channels):
                return []
        parts = {row.name.rpartition(".")[2] for row in rows}
        return rows if {"reduce", "expand", "scale"} <= parts else []

    def excitation(self, rows: list[Layer]) -> Entry:
        """Return the entry of a squeeze-and-excitation."""
        by_part = {row.name.rpartition(".")[2]: row for row in rows}
        entry = Entry("se", rows[0].name.rpartition(".")[0], rows[0].inputs, rows[-1].outputs)
        entry.fields["hidden"] = number("hidden", by_part["reduce"].operator.out)
        for part, default in (("act", "relu"), ("gate", "sigmoid")):
            row = by_part.get(part)
            entry.fields[part] = Slot(part, "none", default) if row is None else named(row, part, self.sides(row))
            if isinstance(entry.fields[part], Slot):
                entry.fields[part].default = default
        for part, row in by_part.items():
            self.homes[row.outputs[0]] = entry, "" if part == "scale" else f".{part}"
        return entry

    def layer(self, rows: list[Layer]) -> Entry:
        """Return the entry of an operator."""
        first = rows[0]
        entry = Entry(first.operator.name, first.name, first.inputs, rows[-1].outputs)
        operator, shapes = first.operator, self.network.shapes_of(first.inputs)
        values = operator.attributes()
        if entry.word == "conv" and is_depthwise(operator, shapes[0]):
            entry.word = "dwconv"
            del values["groups"]
            if values["out"] == shapes[0][1]:
                values["out"] = None
        for row in rows[1:]:
            part = row.name.rpartition(".")[2]
            setattr(entry, part, named(row, part, self.sides(row)))
        biased = {"bias": entry.norm is None} if spec(entry.word).biased else {}
        entry.fields = fields(entry.word, values, len(shapes[0]) - 2, biased)
        if len(entry.outputs) == 1:
            self.homes[entry.outputs[0]] = entry, ""
        else:
            for part_number, tensor in enumerate(entry.outputs):
                self.homes[tensor] = entry, f".{part_number}"
        scope, _, last = first.name.rpartition(".")
        if entry.word == "split" and last == "split" and entry.fields["dim"].value == 1 and scope:
            entry.split_of = scope.rpartition(".")[2]
        return entry

    def share(self, entry: Entry, rows: list[Layer], misfits: set[str]) -> None:
        """Note whose weights an entry uses; one that has other rows than that is a misfit."""
        shared = [row.shares for row in rows if row.shares is not None]
        if not shared:
            return
        theirs = self.owners.get(shared[0])
        if theirs is None:
            return
        entry.share = theirs[0]
        with_weights = sum(row.operator.role in ("convolution", "linear", "norm") for row in rows)
        if theirs[1] != len(rows) or (len(rows) > 1 and len(shared) != with_weights):
            misfits.add(rows[0].name)
            misfits.add(theirs[0].name)
            misfits -= self.alone

    def sides(self, row: Layer) -> int:
        """Return how many sides the image has that a row reads."""
        return len(self.network.tensors[row.inputs[0]].shape) - 2

    def ignored(self, rows: Iterable[Layer]) -> frozenset[str]:
        """Return the rules that are silenced in the lines that wrote these rows."""
        lines = {line for row in rows for line in (row.location.line, *(call[0] for call in row.location.calls))}
        return frozenset(code for line in lines for code in self.network.ignored.get(line, ()))


def is_epilogue(row: Layer, role: str) -> bool:
    """Tell whether a row may be written as `norm` or `act`, whichever role is."""
    if row.shares is not None and row.operator.role != "norm":
        return False
    return bool(row.operator.role == ("norm" if role == "norm" else "activation"))


def fits(row: Layer, part: str, channels: Any) -> bool:
    """Tell whether a row may be this part of a squeeze-and-excitation of so many channels."""
    if part in ("reduce", "expand"):
        return is_pointwise(row) and (part == "reduce" or row.operator.out == channels)
    if part == "scale":
        return row.operator.name == "mul" and row.operator.constant is None
    return bool(row.operator.role == "activation")


def is_pointwise(row: Layer) -> bool:
    """Tell whether a row is a 1x1 convolution with a bias and nothing else."""
    o = row.operator
    return bool(
        o.name == "conv"
        and o.bias
        and o.groups == 1
        and set(o.kernel) | set(o.stride) | set(o.dilation) == {1}
        and not any(o.padding)
    )


def is_depthwise(operator: Any, x: tuple[Any, ...]) -> bool:
    """Tell whether a convolution has as many groups as channels."""
    return bool(operator.groups == x[1] and operator.groups != 1)


def named(row: Layer, part: str, sides: int) -> Epilogue:
    """Return a norm or an activation by its name, with its fields where it has any."""
    operator = row.operator
    found = fields(operator.name, operator.attributes(), sides, {})
    shown = {name: value for name, value in found.items() if not isinstance(value, Slot) or value.shown}
    return (operator.name, shown) if shown else Slot(part, operator.name)


def fields(word: str, values: dict[str, Any], sides: int, defaults: dict[str, Any]) -> dict[str, Any]:
    """Return an operator's fields as they are written: slots, and values other than the defaults."""
    of = spec(word)
    found: dict[str, Any] = {}
    for field in of.fields.values():
        value = values[field.name]
        default = defaults.get(field.name, field.default)
        if "Padding" in field.kinds:
            value, default = padding(field, values, sides, of.padded)
        elif "Sides" in field.kinds and value is not None:
            value = uniform(value)
            default = default if default in (MISSING, None) else default[0]
        if is_integer(value):
            found[field.name] = Slot(field.name, value, None if default is MISSING else default)
        elif default is MISSING or value != default:
            found[field.name] = list(value) if isinstance(value, tuple) else value
    return found


def number(name: str, value: Any) -> Any:
    """Return an integer as a slot, a symbol as it is."""
    return Slot(name, value) if is_integer(value) else value


def uniform(value: tuple[Any, ...]) -> Any:
    """Return one number for several equal ones."""
    return value[0] if len(set(value)) == 1 else value


def padding(field: Field, values: dict[str, Any], sides: int, padded: bool) -> tuple[Any, Any]:
    """Return padding as it is written, and what is not."""
    value = values[field.name]
    sides = max(sides, 1)
    if not padded:  # of any dimensions: fewer than the sides are written as all, for half of them mean the sides
        before, after = value[: len(value) // 2], value[len(value) // 2 :]
        if len(value) == sides:
            before, after = ((0,) * (sides - len(half)) + half for half in (before, after))
        whole = (*before, *after)
        return (uniform(whole) if len(whole) == 2 * sides else whole), MISSING
    if value == same(values["kernel"], values.get("dilation") or (1,) * sides):
        return "same", "same"
    if len(set(value)) == 1:
        return value[0], None
    return (value[:sides] if value[:sides] == value[sides:] else value), None
