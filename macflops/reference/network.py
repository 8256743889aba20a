"""What both networks have in common: parameters by name, running, counting, saving."""

from __future__ import annotations

import json
from collections.abc import Mapping
from os import PathLike
from threading import Lock
from typing import Any, Literal, Protocol, Self, overload

import numpy as np

from macflops.reference.counting import CountingLayers, Record
from macflops.reference.layers import Layers
from macflops.reference.plain import Array

PRIMITIVES = ("fast", "plain")
Features = dict[str, Array]


class Compiled(Protocol):
    """A network laid out for images of one size."""

    def __call__(self, x: Array, features: Features | None) -> Array: ...


class Network:
    """A network that runs. parameters maps each array's name to float32; changes to them need a call of `changed`."""

    def __init__(
        self, settings: dict[str, Any], shapes: dict[str, tuple[int, ...]], seed: int, primitives: str
    ) -> None:
        if primitives not in PRIMITIVES:
            raise ValueError(f"primitives: {primitives!r} is not known (use one of {', '.join(PRIMITIVES)})")
        self.settings = settings
        self.primitives = primitives
        self.shapes = shapes
        self.parameters = drawn(shapes, seed)
        self._compiled: dict[tuple[int, int], Compiled] = {}
        self._lock = Lock()

    def forward(self, layers: Layers, x: Array, features: Features) -> Array:
        """Run all layers on x (N, 3, H, W), put the output of each stage into features, and return the logits."""
        raise NotImplementedError

    def compile(self, height: int, width: int) -> Compiled:
        """Lay the fast primitives out for images of one size."""
        raise NotImplementedError

    @overload
    def __call__(self, x: Array, *, features: Literal[False] = False) -> Array: ...
    @overload
    def __call__(self, x: Array, *, features: Literal[True]) -> tuple[Array, Features]: ...
    def __call__(self, x: Array, *, features: bool = False) -> Array | tuple[Array, Features]:
        """Compute the logits (N, classes) of x (N, 3, H, W), float32, H and W from 32.

        With features, return also what the stages put out, (N, C, H', W') by name: stage2, stage3, stage4, V2's conv5.
        What the fast primitives need for a size of image is built by the first call with it; one size is kept.
        Raises ValueError on an x that is not such an array.
        """
        x = checked(x)
        found: Features = {}
        if self.primitives == "plain":
            logits = self.forward(Layers(self.parameters), x, found)
        else:
            with self._lock:  # a compiled network works in its own buffers
                logits = self._for(x.shape[2], x.shape[3])(x, found if features else None)
        return (logits, found) if features else logits

    def count(self, x: Array) -> tuple[Array, list[Record]]:
        """Run the plain primitives on x (N, 3, H, W) and count: logits (N, classes), and a record for each layer."""
        layers = CountingLayers(self.parameters)
        return self.forward(layers, checked(x), {}), layers.records

    def changed(self) -> None:
        """Forget what was built from the parameters: to be called when one of them has been changed."""
        self._compiled.clear()

    def save(self, path: str | PathLike[str]) -> None:
        """Write the parameters and the settings to an .npz file that needs no pickle."""
        settings = np.array(json.dumps({"network": type(self).__name__, **self.settings}))
        arrays: dict[str, Any] = {"settings": settings, **self.parameters}
        np.savez(path, **arrays)

    @classmethod
    def load(cls, path: str | PathLike[str], primitives: str = "fast") -> Self:
        """Read what save wrote. Raises ValueError where the file is of another network, or does not hold its arrays."""
        with np.load(path, allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
        settings = json.loads(str(arrays.pop("settings", "{}")))
        if settings.pop("network", None) != cls.__name__:
            raise ValueError(f"{path}: holds no {cls.__name__} (save one with its save method)")
        try:
            network = cls(**settings, primitives=primitives)
        except TypeError as error:
            raise ValueError(f"{path}: its settings are not those of a {cls.__name__}: {error}") from None
        network.take(arrays)
        return network

    def take(self, arrays: Mapping[str, Any], names: Mapping[str, str] | None = None) -> None:
        """Replace all parameters by arrays, found under the names that names maps ours to, ours by default.

        Raises ValueError that names every missing, extra and misshapen array; num_batches_tracked may be extra.
        """
        theirs = {name: names[name] if names else name for name in self.shapes}
        found = {name: np.asarray(array) for name, array in arrays.items()}
        wrong = [f"missing {there}" for there in theirs.values() if there not in found]
        known = set(theirs.values())
        wrong += [
            f"extra {there}" for there in found if there not in known and not there.endswith("num_batches_tracked")
        ]
        wrong += [
            f"{theirs[name]} is {found[theirs[name]].shape}, not {shape}"
            for name, shape in self.shapes.items()
            if theirs[name] in found and found[theirs[name]].shape != shape
        ]
        if wrong:
            raise ValueError(f"the arrays do not fit a {type(self).__name__} of {self.settings}: {'; '.join(wrong)}")
        self.parameters = {name: np.array(found[there], np.float32) for name, there in theirs.items()}
        self.changed()

    def _for(self, height: int, width: int) -> Compiled:
        if (height, width) not in self._compiled:
            self._compiled = {(height, width): self.compile(height, width)}
        return self._compiled[height, width]


def convolution(name: str, inputs: int, outputs: int, kernel: int = 1, groups: int = 1) -> dict[str, tuple[int, ...]]:
    """Name the arrays of a convolution and its batch norm, each with its shape."""
    weight = {f"{name}.weight": (outputs, inputs // groups, kernel, kernel)}
    return {**weight, **{f"{name}.norm.{part}": (outputs,) for part in ("weight", "bias", "mean", "variance")}}


def drawn(shapes: Mapping[str, tuple[int, ...]], seed: int) -> dict[str, Array]:
    """Draw parameters: weights that keep the signal's size (He et al. 2015), and norms of which no part is neutral.

    A depthwise convolution has no ReLU behind it, so half the variance keeps the size.
    """
    random = np.random.default_rng(seed)
    arrays: dict[str, Array] = {}
    for name, shape in shapes.items():
        if name.endswith((".norm.weight", ".variance")):
            values = random.uniform(0.5, 1.5, shape)
        elif len(shape) == 1:
            values = random.normal(0, 0.1, shape)
        else:
            gain = 1 if "depthwise" in name else 2
            values = random.normal(0, np.sqrt(gain / np.prod(shape[1:])), shape)
        arrays[name] = values.astype(np.float32)
    return arrays


def checked(x: Array) -> Array:
    """Return x as an array, or raise ValueError where it is no batch of images."""
    x = np.asarray(x)
    if x.ndim != 4 or x.shape[1] != 3 or min(x.shape[2:]) < 32 or x.shape[0] < 1 or x.dtype != np.float32:
        raise ValueError(f"x is {x.dtype} {x.shape}: it has to be float32 (N, 3, H, W), H and W at least 32")
    return x
