"""The inputs of a graph: their shapes as the file has them, and as the call would have them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from macflops.arithmetic import Dim, Shape, is_varying
from macflops.errors import Location, SourceError
from macflops.readers.onnx.model import Claim, Dimension
from macflops.spelling import did_you_mean

MOST = 10**18  # elements along one dimension, unless a setting says otherwise


class Dimensions:
    """The symbolic dimensions of a file: each name one symbol, or the number that the call gives it."""

    def __init__(self, given: Mapping[str, Any], file: str) -> None:
        self.given, self.file = given, file
        self.symbols: dict[str, Any] = {}

    def named(self, name: str) -> Dim:
        """Return what a name stands for."""
        name = identifier(name)
        if name not in self.symbols:
            self.symbols[name] = self.number(name) if name in self.given else symbol(name)
        return self.symbols[name]  # type: ignore[no-any-return]

    def number(self, name: str) -> Any:
        """Return the number that the call gives a name. Raises SourceError where it is none."""
        value = self.given[name]
        if is_varying(value):
            return value
        text = str(value).strip()
        if isinstance(value, bool) or not re.fullmatch(r"[0-9]{1,18}", text) or int(text) < 1:
            raise SourceError(Location("--set"), f"{name}: {value} is no dimension", "give a whole number from 1 up")
        return int(text)

    def check_names(self) -> None:
        """Raise SourceError for a name in the call that no dimension has."""
        for name in self.given:
            if name not in self.symbols:
                known = list(self.symbols)
                hint = did_you_mean(name, known, "names are") if known else "every dimension of this file is a number"
                raise SourceError(Location(self.file), f"--set {name}: no dimension has this name", hint)


def identifier(name: str) -> str:
    """Return a dimension's name as one that expressions can hold."""
    found = re.sub(r"\W", "_", name)[:60]
    return found if found.isidentifier() else f"_{found}"


def symbol(name: str) -> Any:
    """Return the symbol of a dimension."""
    from sympy import Symbol

    return Symbol(name, integer=True, positive=True)


def shapes(
    inputs: Sequence[Claim],
    dimensions: Dimensions,
    given: Mapping[str | None, Sequence[int | str]],
    batch: int | None,
) -> dict[str, Shape]:
    """Return the shape of each input by name. Raises SourceError where the call's do not fit."""
    file = Location(dimensions.file)
    names = [i.name for i in inputs]
    if len({*names}) < len(names):
        raise SourceError(file, "two inputs have one name", "the file is damaged, or its writer in error")
    asked = {names[0] if name is None and len(names) == 1 else name: shape for name, shape in given.items()}
    for name in asked:
        if name is None:
            what = f"--input-shape for one of {len(names)} inputs"
            raise SourceError(file, what, f"say which: NAME=…, of {', '.join(names)}")
        if name not in names:
            raise SourceError(file, f"--input-shape {name}: no such input", did_you_mean(name, names, "inputs are"))
    found = {}
    for claim in inputs:
        said: Sequence[Dimension] | None = asked.get(claim.name, claim.shape)
        if claim.kind != "tensor":
            what = f"input {claim.name} is a {claim.kind}, of which nothing is known before it runs"
            raise SourceError(file, what, "export the model with tensors as inputs")
        if said is None:
            hint = f"give it: --input-shape {claim.name}=1x3x224x224"
            raise SourceError(file, f"input {claim.name} has no shape in the file", hint)
        if claim.name in asked and claim.shape is not None and len(said) != len(claim.shape):
            what = f"--input-shape of {len(said)} dimensions for input {claim.name}, which has {len(claim.shape)}"
            raise SourceError(file, what, "give a number for each dimension")
        shape = tuple(
            dimensions.named(f"{claim.name}_{i}" if dim is None else dim) if not isinstance(dim, int) else dim
            for i, dim in enumerate(said)
        )
        if batch is not None and shape:
            shape = (batch, *shape[1:])
        if any(isinstance(dim, int) and not 0 <= dim <= MOST for dim in shape):
            raise SourceError(file, f"input {claim.name} of shape {list(shape)}", "no dimension can be so long")
        found[claim.name] = shape
    return found
