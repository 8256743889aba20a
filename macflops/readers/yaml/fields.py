"""An operator's fields: what its class declares is what YAML may say, and how it is read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from macflops import ops
from macflops.arithmetic import floor_div, is_varying, one_number
from macflops.calculation import described, is_number, settled
from macflops.records import Record

MISSING: Any = object()
KINDS = frozenset({"Dim", "int", "float", "bool", "str", "Sides", "Padding", "tuple[Dim, ...]", "None"})


class FieldError(ValueError):
    """A value is not what a field takes: what is wrong, and what to do."""

    def __init__(self, what: str, hint: str) -> None:
        super().__init__(what, hint)
        self.what, self.hint = what, hint


class Field(Record):
    """A field of an operator: which kinds of values it takes, and its default."""

    name: str
    kinds: frozenset[str]
    default: Any  # MISSING where it has to be given
    text: bool  # whether a name may stand for itself

    @property
    def sided(self) -> bool:
        """Tell whether the field has a number for each side, so that its default depends on the input."""
        return "Sides" in self.kinds or "Padding" in self.kinds


class Spec(Record):
    """What YAML may say of an operator."""

    name: str
    operator: Callable[..., ops.Operator]
    fields: Mapping[str, Field]
    required: tuple[str, ...]
    sided: tuple[Field, ...]  # those whose defaults are filled
    padded: bool  # whether padding is `same` unless given
    biased: bool
    epilogue: bool  # whether norm and act may follow
    several: bool  # whether it takes several inputs


@cache
def spec(name: str) -> Spec:
    """Return what YAML may say of the operator of this name."""
    operator = ops.find(name)
    assert operator is not None, name
    fields = {}
    for field, annotation in operator._field_types.items():
        kinds = frozenset(part.strip() for part in annotation.split("|"))
        assert kinds <= KINDS, f"{name}.{field}: {kinds - KINDS}"
        if "Padding" in kinds and "kernel" not in operator._fields:
            kinds |= {"tuple[Dim, ...]"}  # of any dimensions, not only of the sides
        default = operator._field_defaults.get(field, MISSING)
        fields[field] = Field(field, kinds, default, "str" in kinds or "Padding" in kinds)
    padded = "padding" in fields and "kernel" in fields
    return Spec(
        name,
        operator,
        fields,
        tuple(f.name for f in fields.values() if f.default is MISSING),
        tuple(f for f in fields.values() if f.sided and f.default not in (MISSING, None)),
        padded,
        "bias" in fields and operator.role in ("convolution", "linear"),
        operator.role in ("convolution", "linear"),
        operator.most_inputs != 1,
    )


def converted(field: Field, value: Any, sides: int, most: int) -> Any:
    """Return a value as the field takes it. Raises FieldError."""
    kinds = field.kinds
    if "int" in kinds:
        value = one_number(value)
    if type(value) is int and ("Dim" in kinds or "int" in kinds) and -most <= value <= most:
        return value
    if value is None:
        if "None" in kinds:
            return None
        raise FieldError(f"{field.name} is empty", "write a value, or leave the field out")
    if "Sides" in kinds:
        return per_side(field.name, value, sides, most)
    if "Padding" in kinds:
        return padding(value, sides, most, "tuple[Dim, ...]" in kinds)
    if "str" in kinds:
        if isinstance(value, str):
            return value
        raise FieldError(f"{field.name} is {described(value)}", "it takes a name")
    if "bool" in kinds:
        if isinstance(value, bool):
            return value
        raise FieldError(f"{field.name} is {described(value)}", "write true or false")
    if "tuple[Dim, ...]" in kinds and (isinstance(value, (list, tuple)) or not kinds & {"Dim", "int"}):
        items = value if isinstance(value, (list, tuple)) else (value,)
        return tuple(dimension(field.name, item, most) for item in items)
    if "float" in kinds:
        if is_number(value) and not isinstance(value, bool):
            return value
        raise FieldError(f"{field.name} is {described(value)}", "it takes a number")
    return dimension(field.name, value, most)


def dimension(name: str, value: Any, most: int) -> Any:
    """Return a value as a whole number, or as a symbol that stands for one. Raises FieldError."""
    value = settled(value)
    if is_varying(value):
        value = value.whole()
        if is_varying(value):
            return bounded_dimension(name, value, most)
    if type(value) is float and value.is_integer():
        value = int(value)
    if type(value) is int:
        if -most <= value <= most:
            return value
        raise FieldError(f"{name} is over {most:,}", "[tool.macflops.limits] magnitude raises the limit")
    if isinstance(value, float):
        raise FieldError(f"{name} is {value}, no whole number", "round it: round(…), x // y or make_divisible(…, 8)")
    if hasattr(value, "free_symbols"):
        if value.is_integer:
            return value
        raise FieldError(f"{name} is {value}, which may be no whole number", "divide with //")
    if isinstance(value, bool):
        raise FieldError(f"{name} is {described(value)}", "write a number")
    kind = "a name" if isinstance(value, str) else "nothing" if value is None else "no single number"
    raise FieldError(f"{name} is {described(value)}, which is {kind}", "write a number, or an expression")


def bounded_dimension(name: str, value: Any, most: int) -> Any:
    """Return numbers that vary if none is too large. Raises FieldError."""
    if not -most <= value <= most:
        raise FieldError(f"{name} is over {most:,}", "[tool.macflops.limits] magnitude raises the limit")
    return value


def per_side(name: str, value: Any, sides: int, most: int) -> tuple[Any, ...]:
    """Return one number as many, one for each side of the image; a list has to have as many."""
    if not isinstance(value, (list, tuple)):
        return (dimension(name, value, most),) * max(sides, 1)
    if len(value) != sides:
        what = f"{name} has {len(value)} numbers, the input {sides} side{'s' if sides != 1 else ''}"
        raise FieldError(what, "give one number, or one for each side")
    return tuple(dimension(name, item, most) for item in value)


def padding(value: Any, sides: int, most: int, free: bool) -> tuple[Any, ...] | str:
    """Return padding as numbers before each side, then after each side; `same` waits for the kernel.

    If free, there may be numbers for more or fewer dimensions than the sides.
    """
    sides = max(sides, 1)
    if value == "same" and not free:
        return "same"
    if value == "valid":
        return (0,) * (2 * sides)
    if isinstance(value, str):
        words = "" if free else "same, valid, "
        raise FieldError(f"padding is {value}", f"write {words}a number, or one for each side")
    if not isinstance(value, (list, tuple)):
        return (dimension("padding", value, most),) * (2 * sides)
    numbers = tuple(dimension("padding", item, most) for item in value)
    if len(numbers) == sides:
        return numbers * 2
    if len(numbers) == 2 * sides or (free and len(numbers) % 2 == 0):
        return numbers
    what = f"padding has {len(numbers)} numbers, the input {sides} side{'s' if sides != 1 else ''}"
    raise FieldError(what, f"give {sides} (each side), or {2 * sides} (before each side, then after each)")


def same(kernel: tuple[Any, ...], dilation: tuple[Any, ...]) -> tuple[Any, ...]:
    """Return the padding that keeps the sides at stride 1 under an odd kernel: dilation·(kernel − 1) // 2 around."""
    return tuple(floor_div(d * (k - 1), 2) for k, d in zip(kernel, dilation, strict=True)) * 2


def completed(of: Spec, values: dict[str, Any], sides: int) -> dict[str, Any]:
    """Return values with the defaults that depend on the image's sides, and with padding as numbers."""
    sides = max(sides, 1)
    for field in of.sided:
        if field.name not in values and not (of.padded and field.name == "padding"):
            values[field.name] = (field.default[0],) * sides * (2 if "Padding" in field.kinds else 1)
    if of.padded and values.get("padding", "same") == "same" and "kernel" in values:
        values["padding"] = same(values["kernel"], values.get("dilation") or (1,) * sides)
    return values
