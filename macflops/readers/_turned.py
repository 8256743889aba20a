"""Recurrent layers between transpositions, read as layers of the other order: (T, N, …) or (N, T, …).

PyTorch and YAML say batch_first where ONNX transposes before and after, and ONNX's own output has the directions in a
dimension of their own.
"""

from __future__ import annotations

from macflops.network import Builder, Layer, Tensor
from macflops.ops._recurrent import Recurrent
from macflops.ops._stated import Byproduct

VIEWS = frozenset({"reshape", "squeeze", "unflatten", "flatten"})
PASSING = frozenset({"dropout", "identity"})  # between layers, of any order
TURNED = (1, 0, 2)  # steps and examples exchanged
JOINED = (0, 2, 1, 3)  # the directions brought beside the hidden units
JOINED_TURNED = (2, 0, 1, 3)  # both at once


def straightened(builder: Builder, outputs: list[int]) -> list[int]:
    """Rewrite the layers in place; return the network's outputs, which may be other tensors then."""
    found = [i for i, layer in enumerate(builder.layers) if recurs(layer)]
    if not found:
        return outputs
    rows = Rows(builder, outputs)
    for index in found:
        rows.join_directions(index)
    for index in found:
        rows.turn(index)
    builder.layers[:] = [layer for index, layer in enumerate(builder.layers) if index not in rows.gone]
    return rows.outputs


def recurs(layer: Layer) -> bool:
    """Tell whether a layer is a recurrent one, and not in the body of a loop."""
    return isinstance(layer.operator, Recurrent)


def is_last(layer: Layer) -> bool:
    """Tell whether a layer is what a recurrent one writes besides its output."""
    return isinstance(layer.operator, Byproduct)


class Rows:
    """The layers, and which of them read each tensor."""

    def __init__(self, builder: Builder, outputs: list[int]) -> None:
        self.builder, self.layers, self.outputs = builder, builder.layers, list(outputs)
        self.gone: set[int] = set()
        self.used: dict[int, list[int]] = {}
        self.maker: dict[int, int] = {}
        for index, layer in enumerate(self.layers):
            for tensor in dict.fromkeys(layer.inputs):
                self.used.setdefault(tensor, []).append(index)
            self.maker.update(dict.fromkeys(layer.outputs, index))

    def readers(self, tensor: int) -> list[int]:
        """Return what reads a tensor, but for the last states of what made it."""
        return [i for i in self.used.get(tensor, []) if not is_last(self.layers[i])]

    def only_reader(self, tensor: int) -> int | None:
        """Return the only reader of a tensor that is no output of the network."""
        readers = self.readers(tensor)
        return readers[0] if len(readers) == 1 and tensor not in self.outputs else None

    def replace(self, old: int, new: int) -> None:
        """Have all that reads one tensor read another instead."""
        for index in self.used.pop(old, []):
            layer = self.layers[index]
            self.layers[index] = layer._replace(inputs=tuple(new if t == old else t for t in layer.inputs))
            if index not in self.used.setdefault(new, []):
                self.used[new].append(index)
        self.outputs = [new if tensor == old else tensor for tensor in self.outputs]

    def drop(self, index: int) -> None:
        """Leave a layer of one input out: what reads its output reads its input."""
        layer = self.layers[index]
        self.used[layer.inputs[0]].remove(index)
        self.gone.add(index)
        self.replace(layer.outputs[0], layer.inputs[0])

    def join_directions(self, index: int) -> None:
        """Leave out what brings the directions of ONNX's output, a dimension of their own, beside the hidden units."""
        y = self.layers[index].outputs[0]
        at = self.only_reader(y)
        if at is None or self.layers[at].operator.name != "directions":
            return
        split = self.layers[at].outputs[0]
        ends = [self.joined(reader, y, split) for reader in self.readers(split)]
        if split in self.outputs or None in ends:
            return
        for views in ends:
            first, last = views[0], views[-1]  # type: ignore[index]
            layer, output = self.layers[first], self.layers[last].outputs[0]
            if layer.operator.name == "transpose" and tuple(layer.operator.dims) == JOINED_TURNED:
                self.layers[first] = layer._replace(operator=layer.operator._replace(dims=TURNED), outputs=(output,))
                self.maker[output] = first
                self.gone.add(last)
            else:
                for view in views or ():
                    self.drop(view)
        self.drop(at)

    def joined(self, index: int, y: int, split: int) -> tuple[int, ...] | None:
        """Return the layers from this one on that make the shape of y again, or that with steps and examples turned."""
        shape, sides = self.builder.shape(y), self.builder.shape(split)
        layer = self.layers[index]
        name, output = layer.operator.name, layer.outputs[0]
        if name in VIEWS and self.builder.shape(output) == shape and (sides[1] == 1 or sides[:2] == shape[:2]):
            return (index,)
        if name != "transpose" or tuple(layer.operator.dims) not in (JOINED, JOINED_TURNED):
            return None
        after = self.only_reader(output)
        if after is None or self.layers[after].operator.name not in VIEWS:
            return None
        wanted = shape if tuple(layer.operator.dims) == JOINED else (shape[1], shape[0], *shape[2:])
        return (index, after) if self.builder.shape(self.layers[after].outputs[0]) == wanted else None

    def turn(self, index: int) -> None:
        """Read a layer, or several, between two transpositions as those of the other order."""
        first = self.layers[index]
        before = self.maker.get(first.inputs[0])
        if before is None or not self.turns(before):
            return
        chain, at = [index], self.only_reader(first.outputs[0])
        while at is not None and not self.turns(at):
            layer = self.layers[at]
            follows = recurs(layer) and layer.operator.batch_first == first.operator.batch_first
            if not (follows or layer.operator.name in PASSING) or layer.inputs[0] != self.layers[chain[-1]].outputs[0]:
                return
            chain.append(at)
            at = self.only_reader(layer.outputs[0])
        if at is None:
            return
        for number in chain:
            layer = self.layers[number]
            if recurs(layer):
                operator = layer.operator._replace(batch_first=not layer.operator.batch_first)
                self.layers[number] = layer._replace(operator=operator)
            y = layer.outputs[0]
            a, b, *rest = self.builder.shape(y)
            self.builder.tensors[y] = Tensor((b, a, *rest), self.builder.tensors[y].dtype)
        turned, x = first.inputs[0], self.layers[before].inputs[0]
        first = self.layers[index]
        self.layers[index] = first._replace(inputs=(x, *first.inputs[1:]))
        self.used[turned].remove(index)
        self.used.setdefault(x, []).append(index)
        if not self.used[turned] and turned not in self.outputs:
            self.gone.add(before)
        self.drop(at)

    def turns(self, index: int) -> bool:
        """Tell whether a layer exchanges steps and examples."""
        operator = self.layers[index].operator
        return operator.name == "transpose" and tuple(operator.dims) == TURNED and index not in self.gone
