"""Protobuf's wire format: the fields of a message, without a copy of what they hold.

Source: protobuf.dev, Encoding. A tag is number · 8 + wire type, and stands for both: a known field of another wire type
is an unknown field, as protobuf has it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, TypeAlias

VARINT, FIXED64, BYTES, FIXED32 = 0, 1, 2, 5
SMALL = 1 << 12  # bytes of a message that is copied: slices of bytes are quicker to have, and to decode, than views

Bytes: TypeAlias = "bytes | memoryview"


class Damaged(ValueError):
    """Bytes that are no message: what is wrong. `truncated` where they end too early."""

    def __init__(self, what: str, truncated: bool = False) -> None:
        super().__init__(what)
        self.truncated = truncated


def varint(data: Bytes, at: int) -> tuple[int, int]:
    """Return the unsigned number that begins at a position, and the position behind it. Raises Damaged."""
    number = shift = 0
    try:
        while True:
            byte = data[at]
            at += 1
            number |= (byte & 0x7F) << shift
            if byte < 0x80:
                return number & 0xFFFF_FFFF_FFFF_FFFF, at
            shift += 7
            if shift > 63:
                raise Damaged("a number of more than ten bytes")
    except IndexError:
        raise Damaged("it ends within a number", truncated=True) from None


def fields(data: Bytes) -> Iterator[tuple[int, Any]]:
    """Yield the tag of each field and its value: an unsigned integer, or for bytes and fixed widths their bytes.

    Those of a large message are views of it. Raises Damaged where the bytes are no message.
    """
    at, end = 0, len(data)
    if end <= SMALL:
        data = bytes(data)
    while at < end:
        tag = data[at]
        at += 1
        if tag >= 0x80:
            tag, at = varint(data, at - 1)
        kind = tag & 7
        if tag < 8 or tag >> 32:
            raise Damaged(f"a field of number {tag >> 3}")
        if kind in (VARINT, BYTES):
            number = data[at] if at < end else 0x80
            if number < 0x80:  # nearly all: a call for each takes longer
                at += 1
            else:
                number, at = varint(data, at)
            if kind == VARINT:
                yield tag, number
                continue
            length = number
        elif kind == FIXED32:
            length = 4
        elif kind == FIXED64:
            length = 8
        else:
            raise Damaged(f"a field of wire type {kind}")
        stop = at + length
        if stop > end:
            raise Damaged(f"a field of {length:,} bytes, of which {end - at:,} are there", truncated=True)
        yield tag, data[at:stop]
        at = stop


def signed(number: int) -> int:
    """Return the signed 64-bit number that a varint stands for."""
    return number - (1 << 64) if number >> 63 else number


def packed(data: Bytes, most: int) -> list[int]:
    """Return the varints that stand one after the other, signed, up to `most` of them. Raises Damaged."""
    found: list[int] = []
    at = 0
    while at < len(data) and len(found) <= most:
        number, at = varint(data, at)
        found.append(signed(number))
    return found


def text(data: Bytes) -> str:
    """Return the text that bytes stand for; what is not UTF-8 is shown as escapes."""
    return str(data, "utf-8", "backslashreplace")
