"""Reductions along dimensions: all where none are given."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from macflops.ops._stated import Byproduct, Computed
from macflops.readers.torch.operators._common import Place, Value, operand

# ATen's name: ours, or the general convention's where ops has none of this name.
FOLDS = {
    "mean": "mean",
    "sum": "sum",
    "amax": "amax",
    "amin": "amin",
    **{
        name: name
        for name in ("prod", "var", "std", "all", "any", "argmax", "argmin", "logsumexp", "nansum", "nanmean")
    },
    **{name: name for name in ("count_nonzero", "median", "nanmedian")},
}


def _dims(dim: Any) -> tuple[int, ...] | None:
    """Return one dimension or several as several; None are all."""
    if dim is None:
        return None
    return tuple(dim) if isinstance(dim, (tuple, list)) else (dim,)


def _fold(name: str) -> Callable[..., Value]:
    """Return the reader of a reduction."""

    def read(at: Place, self: Value, dim: Any = None, keepdim: bool = False, *more: Any, **fields: Any) -> Value:
        if isinstance(dim, bool):  # var(unbiased)
            dim, keepdim = None, False
        return at.folded(name, self, _dims(dim), keepdim is True)

    return read


MADE: dict[str, Any] = {name: _fold(ours) for name, ours in FOLDS.items()}


def _spread(name: str) -> Callable[..., Value]:
    """Return the reader of a variance whose third argument is no keepdim."""

    def read(
        at: Place, self: Value, dim: Any = None, unbiased: Any = True, keepdim: bool = False, correction: Any = None
    ) -> Value:
        return at.folded(name, self, None if isinstance(dim, bool) else _dims(dim), keepdim)

    return read


def _both(name: str) -> Callable[..., tuple[Value, ...]]:
    """Return the reader of a variance, or deviation, with the mean."""

    def read(
        at: Place, self: Value, dim: Any = None, unbiased: Any = True, keepdim: bool = False, correction: Any = None
    ) -> tuple[Value, ...]:
        dims = None if isinstance(dim, bool) else _dims(dim)
        return (at.folded(name, self, dims, keepdim), at.folded("mean", self, dims, keepdim, ".mean"))

    return read


def _extreme(name: str) -> Callable[..., tuple[Value, ...]]:
    """Return the reader of a maximum along one dimension, with where it is."""

    def read(at: Place, self: Value, dim: int, keepdim: bool = False, *more: Any) -> tuple[Value, ...]:
        y = at.folded(name, self, (dim,), keepdim)
        return (y, *at.layers(Byproduct(name="indices", outputs=(y.shape,)), y, part=".indices", dtype="int64"))

    return read


MADE |= {
    "var": _spread("var"),
    "std": _spread("std"),
    "var_mean": _both("var"),
    "std_mean": _both("std"),
    "max__dim": _extreme("amax"),
    "min__dim": _extreme("amin"),
    "median__dim": _extreme("median"),
}


def max(at: Place, self: Value, other: Value | None = None) -> Value:
    """The greatest element; of two tensors, of each pair."""
    return at.folded("amax", self, None, False) if other is None else at.element_wise("maximum", self, other)


def min(at: Place, self: Value, other: Value | None = None) -> Value:
    """The least element; of two tensors, of each pair."""
    return at.folded("amin", self, None, False) if other is None else at.element_wise("minimum", self, other)


def norm(at: Place, self: Value, p: Any = 2, dim: Any = None, keepdim: bool = False, *more: Any) -> Value:
    """The norm."""
    return at.folded("norm", self, _dims(dim), keepdim is True)


def linalg_vector_norm(at: Place, self: Value, ord: Any = 2, dim: Any = None, keepdim: bool = False) -> Value:
    """The norm of vectors."""
    return at.folded("norm", self, _dims(dim), keepdim)


def _scan(at: Place, self: Value, *more: Any, **fields: Any) -> Any:
    """Running sums and their like: one operation per output element."""
    return at.stated(Computed, self, outputs=len(at.call.made))


def topk(at: Place, self: Value, *more: Any, **fields: Any) -> Any:
    """The greatest elements along a dimension, and where they are."""
    return at.stated(Computed, self, outputs=2)


def searchsorted(at: Place, sorted_sequence: Value, self: Any, *more: Any, **fields: Any) -> Value:
    """Where numbers would stand in a sorted sequence."""
    return at.computed(sorted_sequence, operand(self))  # type: ignore[no-any-return]


MADE |= dict.fromkeys(("cumsum", "cumprod", "logcumsumexp", "argsort"), _scan)
MADE |= dict.fromkeys(("sort", "cummax", "cummin", "kthvalue", "mode", "aminmax", "_aminmax"), topk)
MADE |= {"linalg_norm": linalg_vector_norm}
