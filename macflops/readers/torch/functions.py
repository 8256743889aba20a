"""Several operators that compute one known function of one tensor: read as that one, as in ONNX files.

What they compute is tried on a row of numbers. The numbers among their operands are those of the calls that make them.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from macflops.arithmetic import Shape, size
from macflops.ops import Operator, find
from macflops.readers._functions import FOLDS, MOST, ONE, SAMPLE, TWO, Row, applied, clipped, known
from macflops.readers._operands import OnlyReader
from macflops.readers.torch.calls import Call, Ref

if TYPE_CHECKING:
    from macflops.readers.torch.build import Build


def bounded(x: float, low: float | None = None, high: float | None = None) -> float:
    """Return x within bounds, where they are given."""
    return clipped(x, -math.inf if low is None else low, math.inf if high is None else high)


# ATen's name: the function of numbers, its operands in ATen's order.
POINTWISE: dict[str, Callable[..., float]] = {
    **{name: ONE[name.capitalize()] for name in ("abs", "erf", "exp", "log", "neg", "reciprocal", "relu", "sigmoid")},
    **{name: ONE[name.capitalize()] for name in ("sqrt", "tanh")},
    **{name: TWO[name.capitalize()] for name in ("add", "div", "mul", "pow", "sub")},
    "__iadd__": TWO["Add"],
    "multiply": TWO["Mul"],
    "divide": TWO["Div"],
    "true_divide": TWO["Div"],
    "subtract": TWO["Sub"],
    "rsub": lambda a, b: b - a,
    "maximum": max,
    "minimum": min,
    "square": lambda x: x * x,
    "rsqrt": lambda x: 1 / math.sqrt(x),
    "softplus": ONE["Softplus"],
    "relu6": lambda x: clipped(x, 0, 6),
    "hardsigmoid": lambda x: clipped(x + 3, 0, 6) / 6,
    **dict.fromkeys(("clamp", "clip", "hardtanh"), bounded),
    "clamp_min": bounded,
    "clamp_max": lambda x, high: bounded(x, None, high),
}
SAME = frozenset({"to", "_to_copy", "type_as", "float", "clone", "contiguous"})  # whatever else they are given
REDUCED = {"mean": FOLDS["ReduceMean"], "sum": FOLDS["ReduceSum"], "amax": FOLDS["ReduceMax"]}
AFFINE = {"layer_norm": ("mul", "add"), "rms_norm": ("mul",)}


class Functions:
    """Finds known functions among the layers that have been built, and reads each as one, in its last layer's place."""

    def __init__(
        self,
        build: Build,
        made_by: Mapping[tuple[int, ...], int],
        readers: Mapping[int, Sequence[int]],
        only_reader: OnlyReader,
        ends: set[int],
    ) -> None:
        """Take a network in the making, and the call by index that made each layer, by the layer's outputs."""
        self.build, self.readers, self.only_reader, self.ends = build, readers, only_reader, ends
        self.layers = build.builder.layers
        calls = [made_by.get(layer.outputs, -1) for layer in self.layers]
        single = {call for call, number in Counter(calls).items() if number == 1}
        run = build.run.calls
        self.hosts = {layer.shares for layer in self.layers} | {h for o in self.layers if o.held for h in o.held.hosts}
        self.calls = [run[call] if call in single and 0 <= call < len(run) else None for call in calls]

    def read(self, index: int, gone: set[int]) -> None:
        """Read the largest known function that begins with a layer as one layer, if there is one."""
        sources = set(self.layers[index].inputs)
        if len(sources) != 1 or not self.name(index):
            return
        (source,) = sources
        region = Region(self, source, gone)
        for members, row in region.closed():
            found = known(row, any(self.name(i) in REDUCED for i in members)) if index in members else None
            made = self.operator(*found, region, source, members) if found else None
            if made:
                operator, taken = made
                last = self.layers[taken[-1]]
                self.layers[taken[-1]] = last._replace(operator=operator, inputs=(source,))
                self.calls[taken[-1]] = None  # it is another's now
                gone.update(taken[:-1])
                return

    def operator(
        self, name: str, fields: dict[str, Any], region: Region, source: int, members: list[int]
    ) -> tuple[Operator, list[int]] | None:
        """Return the operator of a function, and the layers that it takes: a norm's scale and shift too."""
        kind, shape = find(name), self.build.builder.shape(source)
        assert kind is not None
        axes = region.axes
        if axes is None:
            return kind(**fields), members
        if name in ("softmax", "log_softmax"):
            return (kind(dim=axes[0]), members) if len(axes) == 1 else None
        if axes != tuple(range(len(shape) - len(axes), len(shape))):
            return None
        normalized = shape[len(shape) - len(axes) :]
        taken = self.affine(members, normalized, AFFINE[name])
        scaled = len(taken) - len(members)
        fields = {"bias": scaled > 1} if name == "layer_norm" else {}
        return kind(normalized_shape=normalized, elementwise_affine=scaled > 0, **fields), taken

    def affine(self, members: list[int], shape: Shape, wanted: Sequence[str]) -> list[int]:
        """Return the layers of a norm with those of a learnt scale and shift behind it, of as many elements."""
        taken = list(members)
        for name in wanted:
            at = self.only_reader(self.layers[taken[-1]].outputs[0])
            if at is None:
                break
            operator: Any = self.layers[at].operator
            if operator.name != name or not operator.learnable or len(self.layers[at].inputs) != 1:
                break
            if size(operator.constant) != size(shape):
                break
            if len(taken) > len(members) and not all(map(self.unshared, (taken[-1], at))):
                break  # one row cannot tell of two whose their parameters are
            taken.append(at)
        return taken

    def unshared(self, index: int) -> bool:
        """Tell whether a layer has its parameters for itself."""
        layer = self.layers[index]
        return layer.shares is None and layer.held is None and layer.name not in self.hosts

    def name(self, index: int) -> str:
        """Return what ATen calls a layer's operator, "" where it is none that is tried."""
        call = self.calls[index]
        if call is None or len(self.layers[index].outputs) != 1:
            return ""
        name = call.op.rpartition(".")[2]
        name = name if name.endswith("__") else name.removesuffix("_")
        plain = name in REDUCED or (name in POINTWISE and operands(call) is not None)
        return name if plain or name in SAME else ""


class Region:
    """The layers behind a tensor that compute with it and numbers alone, and what they make of the sample."""

    def __init__(self, functions: Functions, source: int, gone: set[int]) -> None:
        self.functions, self.rows = functions, {source: SAMPLE}
        self.axes: tuple[int, ...] | None = None
        self.inner: dict[int, frozenset[int]] = {source: frozenset()}  # by tensor: the layers that it takes
        waiting = [source]
        while waiting and len(self.rows) <= MOST:
            for index in functions.readers.get(waiting.pop(0), ()):
                layer = functions.layers[index]
                if index in gone or not functions.name(index) or layer.outputs[0] in self.rows:
                    continue
                row = self.made(index)
                if row is None:
                    continue
                (output,) = layer.outputs
                self.rows[output] = row
                self.inner[output] = frozenset((index,)).union(*(self.inner[i] for i in layer.inputs))
                waiting.append(output)

    def made(self, index: int) -> Row | None:
        """Return what a layer makes of the sample; None where it reads something else."""
        layer, call = self.functions.layers[index], self.functions.calls[index]
        name = self.functions.name(index)
        rows = [self.rows.get(tensor) for tensor in layer.inputs]
        if call is None or not all(rows):
            return None
        if name in SAME:
            return rows[0]
        if name in REDUCED:
            return self.reduced(index, name)
        flowing = iter(rows)
        given: list[Row] = []
        for argument in operands(call) or ():
            row = next(flowing, None) if isinstance(argument, Ref) else number(argument)
            if row is None and argument is not None:
                return None
            given.append(row or ())
        while given and not given[-1]:
            given.pop()
        if next(flowing, None) is not None or not all(given):
            return None
        return applied(POINTWISE[name], given)

    def reduced(self, index: int, name: str) -> Row | None:
        """Return a row's reduction to one element, along the axes that all reductions here have."""
        layer = self.functions.layers[index]
        (tensor,) = layer.inputs
        operator: Any = layer.operator
        rank = len(self.functions.build.builder.shape(tensor))
        if not operator.keepdim or operator.dim is None:
            return None
        axes = tuple(sorted(axis % rank for axis in operator.dim))
        if self.axes not in (None, axes):
            return None
        self.axes = axes
        return (REDUCED[name](self.rows[tensor]),)

    def closed(self) -> Iterator[tuple[list[int], Row]]:
        """Yield the layers of each tensor that takes two or more of which nothing else is read: the most first."""
        functions = self.functions
        for tensor in sorted(self.inner, key=lambda tensor: -len(self.inner[tensor])):
            inside = self.inner[tensor]
            members = sorted(inside)
            hidden = [functions.layers[i].outputs[0] for i in members if functions.layers[i].outputs[0] != tensor]
            alone = all(t not in functions.ends and inside.issuperset(functions.readers.get(t, ())) for t in hidden)
            if len(members) > 1 and alone:
                yield members, self.rows[tensor]


def operands(call: Call) -> tuple[Any, ...] | None:
    """Return a call's operands in their order, bounds that are given by name too; None where others are."""
    if not call.kwargs:
        return call.args
    given = tuple(name for name in ("min", "max") if name in call.kwargs)
    wanted = ("min", "max")[len(call.args) - 1 :][: len(given)]
    return (*call.args, *map(call.kwargs.get, given)) if given == wanted and len(given) == len(call.kwargs) else None


def number(argument: Any) -> Row | None:
    """Return a single number as a row."""
    return (float(argument),) if isinstance(argument, (int, float)) and not isinstance(argument, bool) else None
