"""Tensors that a file holds: their shapes always, their contents only where they are few and asked for."""

from __future__ import annotations

import mmap
import struct
from math import prod
from typing import NamedTuple

from macflops.readers.onnx.wire import Bytes, Damaged, fields, packed, signed, text

LARGE = 1 << 20  # bytes of contents behind which the pages before are let go
MOST = 4096  # elements whose values are followed; weights have more, and are never read

# TensorProto.DataType: the name of each, and its letter in the struct module where raw_data holds it plainly.
TYPES: dict[int, tuple[str, str]] = {
    1: ("float32", "f"),
    2: ("uint8", "B"),
    3: ("int8", "b"),
    4: ("uint16", "H"),
    5: ("int16", "h"),
    6: ("int32", "i"),
    7: ("int64", "q"),
    8: ("string", ""),
    9: ("bool", "?"),
    10: ("float16", "e"),
    11: ("float64", "d"),
    12: ("uint32", "I"),
    13: ("uint64", "Q"),
    14: ("complex64", ""),
    15: ("complex128", ""),
    16: ("bfloat16", ""),
    17: ("float8e4m3fn", ""),
    18: ("float8e4m3fnuz", ""),
    19: ("float8e5m2", ""),
    20: ("float8e5m2fnuz", ""),
    21: ("uint4", ""),
    22: ("int4", ""),
    23: ("float4e2m1", ""),
}
FLOATS = frozenset(name for name, _ in TYPES.values() if "float" in name)

DIMS, DIMS_PACKED, DATA_TYPE, NAME, RAW, LOCATION = 0x08, 0x0A, 0x10, 0x42, 0x4A, 0x70
FLOAT_DATA, INT32_DATA, INT64_DATA, DOUBLE_DATA, UINT64_DATA = 0x22, 0x2A, 0x3A, 0x52, 0x5A
VALUES = {0x25: FLOAT_DATA, 0x28: INT32_DATA, 0x38: INT64_DATA, 0x51: DOUBLE_DATA, 0x58: UINT64_DATA}  # one by one
PACKED = frozenset((RAW, *VALUES.values()))


class Tensor(NamedTuple):
    """A tensor of the file: where its contents lie, by field; None where they are in another file, or too many."""

    name: str
    shape: tuple[int, ...]
    dtype: int
    contents: tuple[tuple[int, Bytes | int], ...] | None

    @property
    def type(self) -> str:
        """The name of its element type."""
        return TYPES.get(self.dtype, ("unknown", ""))[0]

    def numbers(self) -> tuple[int | float, ...] | None:
        """Return its elements in row-major order, or None where they are not known or more than MOST."""
        wanted = prod(self.shape)
        if self.contents is None or wanted > MOST or wanted < 0:
            return None
        try:
            found = [number for field, data in self.contents for number in decoded(field, data, self.dtype)]
        except (struct.error, Damaged):
            return None
        if self.dtype == 9:
            found = [bool(number) for number in found]
        return tuple(found) if len(found) == wanted else None

    @property
    def filled(self) -> bool:
        """Whether all its elements are one number, as far as raw contents of up to LARGE bytes tell."""
        elements = prod(self.shape)
        if self.contents is None or len(self.contents) != 1 or elements < 2:
            return False
        ((field, data),) = self.contents
        if field != RAW or isinstance(data, int) or not 0 < len(data) <= LARGE or len(data) % elements:
            return False
        return bytes(data) == bytes(data[: len(data) // elements]) * elements

    def zeros(self) -> bool:
        """Tell whether all its elements are known to be 0."""
        if self.contents is None:
            return False
        return not any(data if isinstance(data, int) else data != bytes(len(data)) for _, data in self.contents)


def tensor(data: Bytes) -> Tensor:
    """Return the tensor that a TensorProto describes. Its contents are not looked at. Raises Damaged."""
    name, dtype, external = "", 0, False
    dims: list[int] = []
    contents: list[tuple[int, Bytes | int]] = []
    for at, value in fields(data):
        if at in PACKED:
            contents.append((at, value))
            if len(value) > LARGE:
                release(value)
        elif at in VALUES:
            if len(contents) <= MOST:  # one too many tells that they are
                contents.append((VALUES[at], value))
        elif at == DIMS:
            dims.append(signed(value))
        elif at == DIMS_PACKED:
            dims.extend(packed(value, MOST))
        elif at == DATA_TYPE:
            dtype = value
        elif at == NAME:
            name = text(value)
        elif at == LOCATION:
            external = value == 1
    if any(dim < 0 for dim in dims):
        raise Damaged(f"tensor {name!r} of shape {dims}")
    return Tensor(name, tuple(dims), dtype, None if external else tuple(contents))


def release(data: Bytes) -> None:
    """Take a mapped file's pages out of memory again: a system may have mapped megabytes around what was read."""
    if isinstance(data, memoryview) and isinstance(data.obj, mmap.mmap) and hasattr(mmap, "MADV_DONTNEED"):
        data.obj.madvise(mmap.MADV_DONTNEED)


def decoded(field: int, data: Bytes | int, dtype: int) -> list[int | float]:
    """Return the elements in a part of a tensor's contents."""
    if isinstance(data, int):
        return [signed(data)]
    if len(data) > 10 * MOST:
        return [0] * (MOST + 1)
    if field in (INT32_DATA, INT64_DATA, UINT64_DATA):
        if dtype == 10:  # the bits of a float16
            return [struct.unpack("<e", struct.pack("<H", bits & 0xFFFF))[0] for bits in packed(data, MOST)]
        return list(packed(data, MOST)) if dtype != 13 else [number % (1 << 64) for number in packed(data, MOST)]
    letter = {FLOAT_DATA: "f", DOUBLE_DATA: "d"}.get(field) or TYPES.get(dtype, ("", ""))[1]
    if not letter:
        return []
    return list(struct.unpack(f"<{len(data) // struct.calcsize(letter)}{letter}", data))
