"""Fourier transforms, by the general convention: one operation an element that is written; and complex numbers."""

from __future__ import annotations

from typing import Any

from macflops.ops._stated import Seen
from macflops.readers.torch.operators._common import Place, Value


def _transform(at: Place, self: Value, *more: Any, **fields: Any) -> Value:
    """A Fourier transform along some dimensions."""
    return at.computed(self, name=at.call.op.rpartition(".")[2].lstrip("_"))  # type: ignore[no-any-return]


def _seen(at: Place, self: Value) -> Value:
    """Complex numbers as pairs, or pairs as complex numbers: the same memory."""
    if self.constant:
        return Value(at.made(), at.made_dtype(), leaves=self.leaves, name=self.name)
    return at.stated(Seen, self)  # type: ignore[no-any-return]


def _part(at: Place, self: Value) -> Value:
    """x as its conjugate, or minus x: written when it is used."""
    return Value(self.shape, self.dtype, self.tensor, self.leaves, name=self.name)


_KINDS = ("fft", "ifft", "rfft", "irfft", "hfft", "ihfft")

MADE: dict[str, Any] = {
    **dict.fromkeys(("_fft_c2c", "_fft_r2c", "_fft_c2r"), _transform),
    **{f"fft_{kind}{sides}": _transform for kind in _KINDS for sides in ("", "2", "n")},
    **dict.fromkeys(("view_as_real", "view_as_complex"), _seen),
    **dict.fromkeys(("_conj", "_neg_view"), _part),
}
