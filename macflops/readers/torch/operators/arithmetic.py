"""Functions of two or more tensors, element by element, which broadcast. A number, or a parameter, can be one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from macflops.readers.torch.operators._common import Place, Value, operand

# ATen's name: ours, or the general convention's, named as in ONNX, where ops has none of this name.
BINARY = {
    "add": "add",
    "__iadd__": "add",
    "sub": "sub",
    "subtract": "sub",
    "rsub": "sub",
    "mul": "mul",
    "multiply": "mul",
    "div": "div",
    "divide": "div",
    "true_divide": "div",
    "floor_divide": "floor_divide",
    "pow": "pow",
    "maximum": "maximum",
    "minimum": "minimum",
    "float_power": "pow",
    "eq": "equal",
    "ne": "not_equal",
    "lt": "less",
    "le": "less_or_equal",
    "less_equal": "less_or_equal",
    "gt": "greater",
    "ge": "greater_or_equal",
    "greater_equal": "greater_or_equal",
    **{name: name for name in ("not_equal", "less", "greater")},
    **{f"{kind}_{name}": f"{kind}_{name}" for kind in ("logical", "bitwise") for name in ("and", "or", "xor")},
    **{f"__{name}__": f"bitwise_{name}" for name in ("and", "or", "xor")},
    **dict.fromkeys(("__lshift__", "__rshift__", "bitwise_left_shift", "bitwise_right_shift"), "bit_shift"),
    "remainder": "remainder",
    "fmod": "remainder",
    "arctan2": "atan2",
    **{name: name for name in ("atan2", "fmax", "fmin", "hypot", "logaddexp", "heaviside")},
    **{name: name for name in ("xlogy", "copysign", "polar")},
}


def _binary(name: str) -> Callable[..., Value]:
    """Return the reader of a function of two tensors."""

    def read(at: Place, self: Any, other: Any, *more: Any, **fields: Any) -> Value:
        return at.element_wise(name, operand(self), operand(other))

    return read


MADE = {name: _binary(ours) for name, ours in BINARY.items()}


def pow(at: Place, self: Any, exponent: Any) -> Value:
    """x to the power of another."""
    return at.element_wise("pow", operand(self), operand(exponent))


def where(at: Place, condition: Value, self: Any, other: Any) -> Value:
    """a where the condition holds, else b."""
    return at.element_wise("where", condition, operand(self), operand(other))


def masked_fill(at: Place, self: Value, mask: Value, value: Any) -> Value:
    """x, but for where the mask holds."""
    return where(at, mask, value, self)


def addcmul(at: Place, self: Value, tensor1: Value, tensor2: Value, value: float = 1) -> Value:
    """x + value · a · b."""
    return at.element_wise("addcmul", self, tensor1, tensor2)


def addcdiv(at: Place, self: Value, tensor1: Value, tensor2: Value, value: float = 1) -> Value:
    """x + value · a ÷ b."""
    return at.element_wise("addcdiv", self, tensor1, tensor2)


def lerp(at: Place, self: Value, end: Value, weight: Any) -> Value:
    """x + weight · (end − x)."""
    return at.element_wise("lerp", self, end, *((weight,) if isinstance(weight, Value) else ()))


def complex(at: Place, real: Value, imag: Value) -> Value:
    """Complex numbers of two parts."""
    return at.element_wise("complex", real, imag)
