"""Which line of the user's source calls: the innermost one that is neither torch's nor ours."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import wraps
from itertools import islice
from types import CodeType, FrameType
from typing import Any
from weakref import WeakKeyDictionary

from macflops.errors import Location


class Lines:
    """Finds places in the running program."""

    def __init__(self, source: str) -> None:
        import torch

        self.source = source
        self.hidden = (os.path.dirname(torch.__file__) + os.sep, os.path.dirname(os.path.dirname(__file__)) + os.sep)
        self.files: dict[str, str | None] = {}  # as they are shown; None: not the user's
        self.columns: dict[tuple[CodeType, int], int] = {}

    def here(self) -> Location:
        """Return the place that is running."""
        frame: FrameType | None = sys._getframe(1)
        while frame is not None:
            if self.file(frame.f_code.co_filename) is not None:
                return self.at(frame)
            if frame.f_code.co_name == TOP and frame.f_globals.get("__name__") == TOP_MODULE:
                break
            frame = frame.f_back
        return Location(self.source)

    def at(self, frame: FrameType) -> Location:
        """Return the place that runs in a frame of the user's."""
        file = self.file(frame.f_code.co_filename)
        return Location(file or self.source, frame.f_lineno, self.column(frame.f_code, frame.f_lasti))

    def of(self, error: BaseException) -> Location:
        """Return the innermost place of the user's that an error came through."""
        found = Location(self.source)
        trace: Any = error.__traceback__
        while trace is not None:
            file = self.file(trace.tb_frame.f_code.co_filename)
            if file is not None:
                found = Location(file, trace.tb_lineno, self.column(trace.tb_frame.f_code, trace.tb_lasti))
            trace = trace.tb_next
        return found

    def file(self, name: str) -> str | None:
        """Return how a file is shown, or None where it is not the user's."""
        if name not in self.files:
            own = not name.startswith((*self.hidden, "<")) and os.path.isabs(name)
            self.files[name] = shown(name) if own else None
        return self.files[name]

    def column(self, code: CodeType, at: int) -> int:
        """Return the column of an instruction, from 1."""
        key = (code, at)
        if key not in self.columns:
            position = next(islice(code.co_positions(), max(at, 0) // 2, None), (None,) * 4)
            self.columns[key] = 1 + (position[2] or 0)
        return self.columns[key]


BUILT: WeakKeyDictionary[Any, Location] = WeakKeyDictionary()  # where modules of its own were made, as far as seen


@contextmanager
def noting(lines: Lines) -> Iterator[None]:
    """Note where modules are made: what only PyTorch's own containers call has no line of its own elsewhere."""
    import torch

    kind: Any = torch.nn.Module
    begin = kind.__init__

    @wraps(begin)
    def made(self: Any, *args: Any, **kwargs: Any) -> None:
        begin(self, *args, **kwargs)
        if is_native(self):
            place = lines.here()
            if place.line:
                BUILT[self] = place

    kind.__init__ = made
    try:
        yield
    finally:
        kind.__init__ = begin


def is_native(module: Any) -> bool:
    """Tell whether a module is of a class of PyTorch's own."""
    return type(module).__module__.startswith("torch.")


TOP, TOP_MODULE = "run_once", "macflops.readers.torch.modules"  # the user's code is called from there


def shown(name: str) -> str:
    """Return a file's path from the current folder, where it is in it."""
    try:
        inside = os.path.relpath(name)
    except ValueError:  # another drive
        return name
    return name if inside.startswith("..") else inside
