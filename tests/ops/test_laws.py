"""Laws that every operator in `ops/` obeys, found by its file: a new one is put to them unasked."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st

from macflops import ops
from macflops.arithmetic import Dim, Shape
from macflops.errors import ShapeError
from macflops.ops import Cost, Operator
from tests.ops.strategies import GENERATORS, Use, used, uses

EVERY = pytest.mark.parametrize("name", ops.names())
COUNTED = {"Dim", "Dim | None", "Sides", "Sides | None", "Padding"}  # fields that hold numbers, which may be symbols
SIZES = {"tuple[Dim, ...]", "tuple[Dim, ...] | None"}
FIELD_TYPES = COUNTED | SIZES | {"int", "int | None", "bool", "float", "float | None", "str"}
BATCHED = {"convolution", "linear", "norm", "activation", "pool"}  # roles that treat each example by itself


def evaluated(operator: Operator, inputs: tuple[Shape, ...]) -> tuple[tuple[Shape, ...], Cost]:
    """Return the shapes of the outputs and the cost."""
    outputs = operator.shapes(*inputs)
    return outputs, operator.cost(*inputs, *outputs)


def with_numbers(use: Use, number: Callable[[Any], Any]) -> tuple[Operator, tuple[Shape, ...]]:
    """Return a use with every dimension of its inputs, and every number in its fields, put through a function.

    Dimensions of 1 broadcast or vanish, and negative numbers are marks: both stay integers.
    """
    inputs = tuple(tuple(side if side == 1 else number(side) for side in shape) for shape in use.inputs)
    changed: dict[str, Any] = {}
    for field, kind in use.operator._field_types.items():
        value = getattr(use.operator, field)
        if value is None or field == "dim" or (use.operator.name, field) == ("transpose", "dims"):
            continue  # these name dimensions
        if kind in COUNTED:
            several = tuple(v if v < 0 else number(v) for v in (value if isinstance(value, tuple) else (value,)))
            changed[field] = several if isinstance(value, tuple) else several[0]
        elif kind in SIZES:
            changed[field] = tuple(v if v <= 1 else number(v) for v in value)
    return use.operator._replace(**changed), inputs


@EVERY
@given(data=st.data())
@settings(max_examples=15)
def test_symbols_give_what_integers_give(name: str, data: st.DataObject) -> None:
    use = data.draw(uses(name))
    symbols: dict[int, sympy.Symbol] = {}

    def symbol(number: int) -> sympy.Symbol:
        return symbols.setdefault(
            number, sympy.Symbol(f"x{number}", integer=True, positive=number > 0 or None, nonnegative=True)
        )

    operator, inputs = with_numbers(use, symbol)
    operator.check(*inputs)
    values = {symbol: number for number, symbol in symbols.items()}
    outputs, cost = evaluated(operator, inputs)
    numbers = tuple(tuple(sympy.sympify(side).subs(values) for side in shape) for shape in outputs)
    assert numbers == use.outputs
    assert tuple(sympy.sympify(number).subs(values) for number in cost) == use.cost


@EVERY
@given(data=st.data())
@settings(max_examples=15)
def test_arrays_give_what_integers_give(name: str, data: st.DataObject) -> None:
    use = data.draw(uses(name))

    def variants(number: int) -> tuple[int, ...]:
        return number, number + 1, 3 * number

    operator, inputs = with_numbers(use, lambda number: np.array(variants(number)))
    outputs, cost = evaluated(operator, inputs)
    for at in range(3):
        plain, shapes = with_numbers(use, lambda number, at=at: variants(number)[at])  # type: ignore[misc]
        wanted, counts = evaluated(plain, shapes)
        assert tuple(tuple(element(side, at) for side in shape) for shape in outputs) == wanted
        assert tuple(element(number, at) for number in cost) == counts


@EVERY
@given(data=st.data())
@settings(max_examples=40)
def test_nonsense_is_refused_or_makes_sense(name: str, data: st.DataObject) -> None:
    """Whatever fields and inputs a reader hands over: a ShapeError that names a field, or shapes of at least one."""
    operator = ops.find(name)
    assert operator is not None
    sensible, *fitting = GENERATORS[name](data.draw)
    changed = {field: nonsense(kind) for field, kind in operator._field_types.items() if data.draw(st.booleans())}
    given_fields = sensible | {name: data.draw(value) for name, value in changed.items() if value is not None}
    count = st.integers(operator.least_inputs, operator.most_inputs or 3)
    shapes = st.lists(st.integers(1, 7), max_size=6).map(tuple)
    several = count.flatmap(lambda number: st.lists(shapes, min_size=number, max_size=number))
    inputs = fitting if data.draw(st.booleans()) else data.draw(several)
    try:
        built = operator(**given_fields).resolve(*inputs)
        built.check(*inputs)
    except ShapeError as error:
        refused = error.field
    else:
        outputs, cost = evaluated(built, tuple(inputs))
        assert all(type(side) is int and side >= 1 for shape in outputs for side in shape)
        assert all(type(number) is int and number >= 0 for number in cost)
        return
    assert refused in {"from", *operator._fields}


def nonsense(kind: str) -> st.SearchStrategy[Any] | None:
    """Return values of a field's type that may make no sense; None for a type of which all make some."""
    number = st.integers(-3, 7)
    if kind.startswith(("Sides", "Padding", "tuple")):
        values: st.SearchStrategy[Any] = st.lists(number, max_size=6).map(tuple)
    elif kind.startswith(("Dim", "int")):
        values = number
    elif kind.startswith("str"):
        values = st.sampled_from(("", "none", "nearest"))
    else:
        return None
    return st.one_of(st.none(), values) if "None" in kind else values


def element(number: Any, at: int) -> int:
    """Return the number of an array at a place, or the number itself where it does not vary."""
    return int(np.broadcast_to(number, 3)[at])


@EVERY
@given(data=st.data())
@settings(max_examples=15)
def test_an_operator_is_consistent(name: str, data: st.DataObject) -> None:
    use = data.draw(uses(name))
    operator, cost = use.operator, use.cost
    operator.check(*use.inputs)
    assert operator.resolve(*use.inputs) == operator
    assert operator.least_inputs <= len(use.inputs) <= (operator.most_inputs or len(use.inputs))
    assert all(type(side) is int and side >= 1 for shape in use.outputs for side in shape)
    assert all(type(number) is int and number >= 0 for number in cost)
    assert pickle.loads(pickle.dumps(operator)).attributes() == operator.attributes()
    if operator.role == "view":
        assert cost == Cost()
    if operator.role == "copy":
        assert (cost.elementwise_ops, cost.params) == (0, 0)
    products = operator.role in ("convolution", "linear", "matmul")
    assert (cost.mult_adds > 0) == products
    moved = products or operator.role in ("copy", "view", "lookup")
    assert cost.elementwise_ops == (0 if moved else sum(int(np.prod(shape)) for shape in use.outputs))


@pytest.mark.parametrize("name", [name for name in ops.names() if getattr(ops.find(name), "role", "") in BATCHED])
@given(data=st.data())
@settings(max_examples=15)
def test_costs_add_up_over_the_batch(name: str, data: st.DataObject) -> None:
    use = data.draw(uses(name))
    operator, (x,) = use.operator, use.inputs
    if getattr(operator, "normalized_shape", None) == x or len(x) < 2:
        return  # normalized over the batch too, or without one
    one, other = ((n, *x[1:]) for n in (x[0], data.draw(st.integers(1, 9))))
    both = (one[0] + other[0], *x[1:])
    cost, *parts = (evaluated(operator, (shape,))[1] for shape in (both, one, other))
    for field in ("mult_adds", "elementwise_ops", "reads", "writes"):
        assert getattr(cost, field) == sum(getattr(part, field) for part in parts)
    assert all((part.weights, part.params) == (cost.weights, cost.params) for part in parts)


@EVERY
def test_fields_are_of_types_that_readers_know(name: str) -> None:
    operator = ops.find(name)
    assert operator is not None
    assert operator.name == name
    assert operator.__doc__
    assert set(operator._field_types.values()) <= FIELD_TYPES
    assert not any(map(callable, operator._field_defaults.values())), "a method became a field's default"


@EVERY
def test_costs_of_symbols_have_closed_forms(name: str) -> None:
    """A bare (N, C, H, W) of symbols without assumptions passes wherever an operator has no required fields."""
    operator = ops.find(name)
    assert operator is not None
    try:
        built = operator()
    except TypeError:
        return
    x = sympy.symbols("N C H W")
    inputs = (x,) * max(built.least_inputs, 2 if built.role == "arithmetic" else 1)
    if name in ("split", "clamp", "upsample", "matmul"):
        return  # they want a field, or inputs of other shapes
    built.check(*inputs)
    _, cost = evaluated(built, inputs)
    assert all(sympy.sympify(number).free_symbols <= set(x) for number in cost)


def test_a_depthwise_convolution_is_a_convolution() -> None:
    use = used("dwconv", (2, 6, 9, 7), kernel=(3, 3), padding=(1, 1, 1, 1))
    assert (use.operator.name, use.operator.attributes()["groups"]) == ("conv", 6)


def test_a_concatenation_of_one_is_a_view() -> None:
    use = used("concat", (2, 6, 9, 7))
    assert use.operator.role == "view"


@given(a=st.integers(1, 50), b=st.integers(1, 50))
def test_costs_of_two_layers_add_up(a: Dim, b: Dim) -> None:
    one, other = Cost(a, b, a, b, a, b), Cost(b, a, b, a, b, a)
    assert one + other == Cost(*(a + b,) * 6)
    assert (one + other).mac == one.mac + other.mac == 3 * (a + b)
