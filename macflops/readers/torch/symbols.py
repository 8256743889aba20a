"""Symbolic dimensions: torch's while a module runs, ours in what is recorded."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import sympy
import torch

from macflops.arithmetic import exact_div, floor_div, maximum, minimum
from macflops.errors import Location, SourceError
from macflops.readers.onnx.inputs import symbol
from macflops.readers.torch.places import Lines

HINTS = {0: 2}  # of a first dimension; a run needs some number where the module asks for one
HINT = 224


class Symbols:
    """The symbolic dimensions of one run, each with a number to decide by. False where there is none."""

    def __init__(self, shapes: Iterable[tuple[int | str, ...]], source: str) -> None:
        self.source = source
        self.hints: dict[str, int] = {}
        for shape in shapes:
            for index, dim in enumerate(shape):
                if isinstance(dim, str):
                    self.hints.setdefault(dim, HINTS.get(index, HINT))
        self.mode: Any = None
        self.made: dict[str, Any] = {}
        self.environment: Any = None
        if self.hints:
            from torch._subclasses.fake_tensor import FakeTensorMode
            from torch.fx.experimental.symbolic_shapes import ShapeEnv

            self.environment = ShapeEnv(specialize_zero_one=True, duck_shape=False)
            self.mode = FakeTensorMode(shape_env=self.environment, allow_non_fake_inputs=True)

    def __bool__(self) -> bool:
        return bool(self.hints)

    @contextmanager
    def running(self) -> Iterator[None]:
        """Have tensors take symbolic dimensions."""
        if self.mode is None:
            yield
            return
        from torch._dispatch.python import enable_python_dispatcher

        with self.mode, enable_python_dispatcher():
            yield

    def is_ours(self, tensor: Any) -> bool:
        """Tell whether a tensor is one without elements."""
        from torch._subclasses.fake_tensor import FakeTensor

        return isinstance(tensor, FakeTensor)

    def dimension(self, name: int | str) -> Any:
        """Return a dimension as torch has it."""
        if isinstance(name, int):
            return name
        if name not in self.made:
            from torch._dynamo.source import ConstantSource
            from torch.fx.experimental.symbolic_shapes import DimDynamic

            source, hint = ConstantSource(name), self.hints[name]
            made = self.environment.create_symbol(hint, source=source, dynamic_dim=DimDynamic.DYNAMIC)
            self.made[name] = self.environment.create_symintnode(made, hint=hint, source=source)
        return self.made[name]

    @contextmanager
    def watched(self, lines: Lines, warn: Callable[[Location, str], None]) -> Iterator[None]:
        """Warn where the user's own code takes a way by a size that is symbolic: one way is counted."""
        if self.mode is None:
            yield
            return
        kind: Any = torch.SymBool
        asked = kind.__bool__
        guards = self.environment.guards

        def decided(it: Any) -> bool:
            before = len(guards)
            found = bool(asked(it))
            frame = sys._getframe(1)
            if len(guards) > before and lines.file(frame.f_code.co_filename) is not None:
                names = {made.node.expr: sympy.Symbol(name) for name, made in self.made.items()}
                held = guards[-1].expr.subs(names)
                warn(lines.at(frame), f"the run depends on a size: counted is the way that it takes where {held}")
            return found

        kind.__bool__ = decided
        try:
            yield
        finally:
            kind.__bool__ = asked

    def named(self) -> dict[Any, Any]:
        """Return ours for each of torch's symbols."""
        return {made.node.expr: symbol(name) for name, made in self.made.items()}

    def check(self) -> list[tuple[Location, str]]:
        """Return what the closed forms take for granted. Raises SourceError where the module fixes a dimension."""
        for name, made in self.made.items():
            if not made.node.expr.free_symbols or made.node.maybe_as_int() is not None:
                what = f"{name} cannot be symbolic: this module runs only with {name} = {int(made)}"
                raise SourceError(Location(self.source), what, f"give it: --set {name}={int(made)}")
        return []


CURRENT: list[Symbols] = []


def plain(given: Any) -> Any:
    """Return a number of torch's as ours."""
    if isinstance(given, torch.SymInt):
        known = given.node.maybe_as_int()
        return known if known is not None else ours(given.node.expr, CURRENT[-1].named())
    if isinstance(given, (torch.SymFloat, torch.SymBool)):
        return float(given) if isinstance(given, torch.SymFloat) else bool(given)
    return given


def ours(expression: Any, named: dict[Any, Any]) -> Any:
    """Return an expression of torch's in our symbols and functions."""
    if expression in named:
        return named[expression]
    if expression.is_Integer:
        return int(expression)
    if expression.is_number:
        return expression
    parts = [ours(part, named) for part in expression.args]
    kind = type(expression).__name__
    if kind == "Add":
        return sum(parts[1:], parts[0])
    if kind == "Mul":
        found = parts[0]
        for part in parts[1:]:
            found = found * part
        return found
    if kind == "Pow":
        return parts[0] ** parts[1]
    if kind in ("FloorDiv", "CleanDiv"):
        return (floor_div if kind == "FloorDiv" else exact_div)(*parts)
    if kind in ("Mod", "PythonMod"):
        return parts[0] - floor_div(*parts) * parts[1]
    if kind in ("Max", "Min"):
        found = parts[0]
        for part in parts[1:]:
            found = (maximum if kind == "Max" else minimum)(found, part)
        return found
    raise NotImplementedError(f"a dimension computed by {kind}")
