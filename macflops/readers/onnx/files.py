"""From a path to the model in it, or to one line that says what the file is instead."""

from __future__ import annotations

import mmap
import os

from macflops.errors import Location, SourceError
from macflops.readers.onnx.model import Model, model
from macflops.readers.onnx.wire import Damaged

# What a file begins with that is called .onnx and is not: what it is, and what to do.
OTHERS: tuple[tuple[int, bytes, str, str], ...] = (
    (0, b"version https://git-lfs", "a pointer of Git LFS, not the model itself", "fetch the model: git lfs pull"),
    (0, b"\x1f\x8b", "a gzip archive", "unpack it first: gunzip"),
    (0, b"BZh", "a bzip2 archive", "unpack it first: bunzip2"),
    (0, b"\xfd7zXZ", "an xz archive", "unpack it first: unxz"),
    (0, b"PK\x03\x04", "a zip archive, as PyTorch's own files are", "unpack it, or export the model to ONNX"),
    (257, b"ustar", "a tar archive", "unpack it first: tar xf"),
    (0, b"\x89HDF", "an HDF5 file, as Keras writes", "export the model to ONNX"),
    (0, b"\x80\x02", "a Python pickle, as PyTorch's old files are", "export the model to ONNX"),
    (4, b"TFL3", "a TensorFlow Lite model", "export the model to ONNX"),
    (4, b"ORTM", "a model in ONNX Runtime's own format", "use the .onnx that it was made from"),
)
PAGES = (b"<!doctype", b"<html", b"<?xml", b"<head")


def read(path: str) -> Model:
    """Return the model in a file, mapped into memory rather than read. Raises SourceError."""
    try:
        with open(path, "rb") as file:
            if os.fstat(file.fileno()).st_size == 0:
                raise SourceError(Location(path), "the file is empty", "export or download it again")
            data = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    except OSError as error:
        what = "no such file" if isinstance(error, FileNotFoundError) else f"cannot be read: {error.strerror or error}"
        raise SourceError(Location(path), what, "name a .onnx file that is there") from None
    except SourceError:
        raise
    except ValueError as error:  # what cannot be mapped
        raise SourceError(Location(path), f"cannot be read: {error}", "name a .onnx file that is there") from None
    return parse(memoryview(data), path)


def parse(data: memoryview, path: str) -> Model:
    """Return the model that bytes hold; `path` is what the file is called. Raises SourceError."""
    head = bytes(data[:512])
    for at, mark, what, hint in OTHERS:
        if head[at : at + len(mark)] == mark:
            raise SourceError(Location(path), f"this is {what}", hint)
    if head.lstrip().lower().startswith(PAGES):
        raise SourceError(Location(path), "this is a web page, not a model", "download the file itself")
    try:
        found = model(data)
    except Damaged as error:
        if error.truncated and begins_well(data):
            what = f"the file is cut short: {error}"
            raise SourceError(Location(path), what, "download or export it again") from None
        raise SourceError(Location(path), f"this is no ONNX model: {error}", "export the model to ONNX") from None
    return sound(found, path)


def sound(found: Model, path: str) -> Model:
    """Return a model that has a graph, and says of which versions its operators are. Raises SourceError."""
    if found.graph is None or not (found.graph.nodes or found.graph.outputs):
        raise SourceError(Location(path), "this is no ONNX model: no graph is in it", "export the model to ONNX")
    if not found.opsets:
        what = "no version of the operators is given, so the file may be cut short"
        raise SourceError(Location(path), what, "download or export it again")
    return found


def begins_well(data: memoryview) -> bool:
    """Tell whether bytes begin as ONNX models do: with a small version of the format, or with text of the producer."""
    return data[0] == 0x08 and len(data) > 1 and 0 < data[1] < 64
