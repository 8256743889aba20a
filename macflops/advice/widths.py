"""Every width of a network as a linear expression over few variables, and the network as a function of these."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from operator import is_
from typing import Any, NamedTuple

from macflops.advice.equations import Equations
from macflops.advice.polynomial import Polynomial, at, variable_of
from macflops.advice.roles import Role, roles_of
from macflops.arithmetic import Shape
from macflops.costs import counted
from macflops.network import Layer, Network, Tensor
from macflops.ops import Cost, Operator
from macflops.records import Record

MOST_TERMS = 256  # of one width; a concatenation of more is left as it is, so that all stays linear in the layers


class Followed(NamedTuple):
    """What became of a layer on inputs in variables."""

    outputs: tuple[Shape, ...]
    operator: Operator
    cost: Cost


class Widths(Record):
    """A network whose widths are variables. `symbolic` has polynomials where the network has integers.

    Polynomials are in all variables; `equations.resolved` puts them in the free ones.
    """

    network: Network
    symbolic: Network
    own: tuple[Cost, ...]  # of each layer, unfused
    equations: Equations
    roles: tuple[Role, ...]  # of each variable
    made: Mapping[int, int]  # the variable that a layer makes, by the layer's index

    @property
    def free(self) -> list[int]:
        """The variables that are left to choose."""
        return self.equations.free()

    def width(self, dimension: Any) -> Any:
        """Return a dimension in free variables."""
        return self.equations.resolved(dimension)

    def changed(self, chosen: Mapping[int, int]) -> Network:
        """Return the network where free variables have these values, shaped anew.

        Raises ShapeError or ArithmeticError where the widths do not fit.
        """
        values = self.equations.complete(dict(chosen))
        moved = {v for v, (old, new) in enumerate(zip(self.equations.values, values, strict=True)) if old != new}
        operators: dict[int, Operator] = {}
        for index, layer in enumerate(self.symbolic.layers):
            if layer.operator is not self.network.layers[index].operator:
                settled = at_values(layer.operator, values, moved)
                if settled is not None:
                    operators[index] = settled
        return self.network.replace(operators)

    def moved_to(self, network: Network) -> Widths | None:
        """Return the widths of this network with other widths, as `widths` would find them, at a fraction of its cost.

        None where that is not certain: layers make, tie or follow widths otherwise where two that differed are equal
        now, or one is 1 that was not.
        """
        made, roles = variables(network)
        if made != self.made or wiring(network) != wiring(self.network):
            return None
        values = [role.width for role in roles]
        shapes = zip(self.symbolic.tensors, network.tensors, strict=True)
        if not all(now == then or may_follow(now.shape, then.shape, values) for now, then in shapes):
            return None
        return self._replace(network=network, equations=self.equations.at(values), roles=roles)


def widths(network: Network) -> Widths:
    """Return the widths of a network: what operators say of them, layer by layer in one pass.

    An operator that cannot tell what it does on other widths keeps those that it touches; so do layers that share
    weights, and the inputs and outputs of the network.
    """
    made, roles = variables(network)
    makers = [0] * len(roles)
    for variable in made.values():
        makers[variable] += 1
    equations = Equations([role.width for role in roles], makers)
    shared = network.sharing

    shapes: list[Shape] = [tensor.shape for tensor in network.tensors]
    known: dict[Any, Followed] = {}
    own: list[Cost] = []
    layers: list[Layer] = []
    for index, layer in enumerate(network.layers):
        width = variable_of(made[index]) if index in made else None
        if layer.name in shared:
            equations.pin(width)
        operator, cost = follow(network, layer, width, shapes, equations, known, layer.name in shared)
        layers.append(layer if operator is layer.operator else layer._replace(operator=operator))
        own.append(counted(layer, cost))
    for tensor in network.outputs:
        pin_all(equations, shapes[tensor])
    tensors = tuple(
        tensor if shape is tensor.shape else Tensor(shape, tensor.dtype)
        for tensor, shape in zip(network.tensors, shapes, strict=True)
    )
    symbolic = network._replace(tensors=tensors, layers=tuple(layers))
    return Widths(network, symbolic, tuple(own), equations, roles, made)


def variables(network: Network) -> tuple[dict[int, int], tuple[Role, ...]]:
    """Return the variable that each layer makes, by the layer's index, and the role of each variable."""
    found = roles_of(network)
    numbers: dict[Role, int] = {}
    made = {index: numbers.setdefault(found[index], len(numbers)) for index in sorted(found)}
    return made, tuple(numbers)


def wiring(network: Network) -> tuple[int, list[tuple[tuple[int, ...], tuple[int, ...]]]]:
    """Return how many tensors there are, and which of them each layer reads and writes."""
    return len(network.tensors), [(layer.inputs, layer.outputs) for layer in network.layers]


def follow(
    network: Network,
    layer: Layer,
    width: Any,
    shapes: list[Shape],
    equations: Equations,
    known: dict[Any, Followed],
    fixed: bool,
) -> tuple[Operator, Cost]:
    """Write the shapes of a layer's outputs; return its operator and cost, as they follow from its inputs' widths.

    `known` are layers that were followed before: a network repeats its units.
    """
    tensors = network.tensors
    before = [tensors[t].shape for t in layer.inputs]
    after = [shapes[t] for t in layer.inputs]
    if width is None and all(map(is_, after, before)):
        return layer.operator, layer.operator.cost(*before, *network.shapes_of(layer.outputs))
    key = (layer.operator, width, *after)
    if not fixed and key in known:
        shapes[layer.outputs[0] : layer.outputs[-1] + 1], operator, cost = known[key]
        return operator, cost
    if layer.operator.follows and not fixed:
        try:
            for one, other in layer.operator.ties(*after):
                if one is not other:
                    equations.equate(one, other)
            after = [tuple(map(equations.resolved, shape)) for shape in after]
            operator = layer.operator.at_widths(before, after, width)
            outputs = operator.shapes(*after)
            cost = operator.cost(*after, *outputs)
            if all(map(may_follow, outputs, network.shapes_of(layer.outputs), [equations.values] * len(outputs))):
                shapes[layer.outputs[0] : layer.outputs[-1] + 1] = outputs
                known[key] = Followed(outputs, operator, cost)
                return operator, cost
        except (ArithmeticError, TypeError, ValueError):  # a formula that holds for integers only
            pass
    for shape in after:
        pin_all(equations, shape)
    equations.pin(width)
    return layer.operator, layer.operator.cost(*before, *network.shapes_of(layer.outputs))


def may_follow(shape: Shape, today: Shape, values: Sequence[int]) -> bool:
    """Tell whether a shape in variables is what it should be today, small enough, and nowhere 1, which broadcasts."""
    if len(shape) != len(today):
        return False
    for number, old in zip(shape, today, strict=True):
        if isinstance(number, Polynomial):
            if old == 1 or len(number.terms) > MOST_TERMS or at(number, values) != old:
                return False
        elif number != old:
            return False
    return True


def pin_all(equations: Equations, shape: Iterable[Any]) -> None:
    """Hold all dimensions of a shape at their values."""
    for dimension in shape:
        equations.pin(dimension)


def at_values(operator: Operator, values: Sequence[int], moved: set[int]) -> Operator | None:
    """Return an operator with integers in the place of polynomials; None where none of them moved."""
    found: dict[str, Any] = {}
    changes = False
    for name, number in operator.attributes().items():
        several = isinstance(number, tuple)
        numbers = number if several else (number,)
        if any(isinstance(n, Polynomial) for n in numbers):
            changes = changes or any(not moved.isdisjoint(n.variables) for n in numbers if isinstance(n, Polynomial))
            settled = tuple(at(n, values) for n in numbers)
            found[name] = settled if several else settled[0]
    return operator._replace(**found) if changes else None
