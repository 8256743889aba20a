"""Random tensors: generated, so that they read nothing, and flow."""

from __future__ import annotations

from macflops.arithmetic import Shape
from macflops.readers.onnx.operators._common import Ints
from macflops.readers.onnx.place import Place
from macflops.readers.onnx.tensors import TYPES
from macflops.readers.onnx.values import Value


def generated(at: Place, shape: Shape, dtype: str) -> Value:
    """Add a tensor of random numbers: one operation an element, each written."""
    if any(isinstance(side, int) and side < 1 for side in shape):
        raise at.wrong(f"a tensor of shape {list(shape)}", "no dimension can be less than 1")
    return at.computed(outputs=[shape], dtypes=[dtype])[0]


def like(x: Value, dtype: int | None) -> str:
    """Return the type that is asked for, by default x's own."""
    return x.dtype if dtype is None else TYPES.get(dtype, ("unknown", ""))[0]


def RandomNormal(
    at: Place, *, shape: Ints, dtype: int = 1, mean: float = 0.0, scale: float = 1.0, seed: float | None = None
) -> Value:
    """Normally distributed numbers."""
    return generated(at, shape, TYPES.get(dtype, ("unknown", ""))[0])


def RandomUniform(
    at: Place, *, shape: Ints, dtype: int = 1, high: float = 1.0, low: float = 0.0, seed: float | None = None
) -> Value:
    """Evenly distributed numbers."""
    return generated(at, shape, TYPES.get(dtype, ("unknown", ""))[0])


def RandomNormalLike(
    at: Place, x: Value, *, dtype: int | None = None, mean: float = 0.0, scale: float = 1.0, seed: float | None = None
) -> Value:
    """As many normally distributed numbers as x has elements."""
    return generated(at, x.sides, like(x, dtype))


def RandomUniformLike(
    at: Place, x: Value, *, dtype: int | None = None, high: float = 1.0, low: float = 0.0, seed: float | None = None
) -> Value:
    """As many evenly distributed numbers as x has elements."""
    return generated(at, x.sides, like(x, dtype))
