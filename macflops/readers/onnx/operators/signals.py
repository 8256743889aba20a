"""Signals: Fourier transforms (one operation an element, as other functions), windows, filter banks."""

from __future__ import annotations

from macflops.arithmetic import Dim, floor_div
from macflops.readers.onnx.operators._common import axis_of, integers
from macflops.readers.onnx.place import Place
from macflops.readers.onnx.tensors import TYPES
from macflops.readers.onnx.values import Value


def DFT(
    at: Place,
    x: Value,
    dft_length: Value | None = None,
    along: Value | None = None,
    *,
    axis: int | None = None,
    inverse: int = 0,
    onesided: int = 0,
) -> Value:
    """The discrete Fourier transform of x (…, 1 or 2: real or complex) along an axis: an input from version 20 on."""
    rank = len(x.sides)
    if rank < 2:
        raise at.wrong(f"a signal of shape {list(x.sides)}", "its last dimension is 1 or 2: real or complex")
    default = -2 if at.opset >= 20 else 1
    which = integers(at, along, "axis")[0] if along is not None else default if axis is None else axis
    dim = axis_of(at, which, rank)
    length = x.sides[dim] if dft_length is None else integers(at, dft_length, "length")[0]
    real = bool(inverse and onesided)
    if dft_length is None and real:
        length = 2 * (length - 1)
    made = floor_div(length, 2) + 1 if onesided and not inverse else length
    shape = (*x.sides[:dim], made, *x.sides[dim + 1 : -1], 1 if real else 2)
    return at.computed(x, outputs=[shape], dtypes=[x.dtype], dim=dim)[0]


def STFT(
    at: Place,
    signal: Value,
    frame_step: Value,
    window: Value | None = None,
    frame_length: Value | None = None,
    *,
    onesided: int = 1,
) -> Value:
    """The short-time Fourier transform of signals (N, length, 1 or 2): y (N, frames, bins, 2)."""
    if len(signal.sides) < 2 or (window is None and frame_length is None):
        raise at.wrong(f"a signal of shape {list(signal.sides)}", "it is (N, length, 1 or 2), under a window")
    step = integers(at, frame_step, "step")[0]
    length: Dim = integers(at, frame_length, "length")[0] if frame_length is not None else (window or signal).sides[0]
    frames = floor_div(signal.sides[1] - length, step) + 1
    bins = floor_div(length, 2) + 1 if onesided else length
    inputs = (signal,) if window is None else (signal, window)
    return at.computed(*inputs, outputs=[(signal.sides[0], frames, bins, 2)], dtypes=[signal.dtype])[0]


def window_of(at: Place, number: Value, dtype: int) -> Value:
    """Return a window of so many elements: a constant."""
    return Value(integers(at, number, "length")[:1], TYPES.get(dtype, ("unknown", ""))[0])


def HannWindow(at: Place, number: Value, *, output_datatype: int = 1, periodic: int = 1) -> Value:
    """A Hann window of so many elements."""
    return window_of(at, number, output_datatype)


def HammingWindow(at: Place, number: Value, *, output_datatype: int = 1, periodic: int = 1) -> Value:
    """A Hamming window of so many elements."""
    return window_of(at, number, output_datatype)


def BlackmanWindow(at: Place, number: Value, *, output_datatype: int = 1, periodic: int = 1) -> Value:
    """A Blackman window of so many elements."""
    return window_of(at, number, output_datatype)


def MelWeightMatrix(
    at: Place,
    num_mel_bins: Value,
    dft_length: Value,
    sample_rate: Value,
    lower: Value,
    upper: Value,
    *,
    output_datatype: int = 1,
) -> Value:
    """The filters (bins of the transform, mel bins) of the mel scale: a constant."""
    bins, length = (integers(at, value, "length")[0] for value in (num_mel_bins, dft_length))
    return Value((floor_div(length, 2) + 1, bins), TYPES.get(output_datatype, ("unknown", ""))[0])
