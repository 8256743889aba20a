"""What is known of a tensor while a run is read: its shape, what it is made of, and whose storage it uses."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from macflops.arithmetic import Shape
from macflops.readers.onnx.values import Leaf

FLOATS = frozenset({"float32", "float16", "bfloat16", "float64"})


@dataclass(slots=True, eq=False)
class Storage:
    """Memory that some tensors show: how often it was written in place, and the tensor that was written last."""

    version: int = 0
    last: int | None = None


@dataclass(slots=True, eq=False)
class Value:
    """A tensor of the run: one that flows (`tensor` is its index in the network), or one of the module's own.

    `leaves` are the learnable parameters that the latter is computed from.
    """

    shape: Shape
    dtype: str = "float32"
    tensor: int | None = None
    leaves: Mapping[str, Leaf] = field(default_factory=dict)
    storage: Storage = field(default_factory=Storage)
    seen: int = 0  # the storage's version that it shows
    name: str = ""
    path: tuple[object, ...] = ()  # the views through which it shows its storage

    @property
    def constant(self) -> bool:
        """Whether it does not depend on the network's inputs."""
        return self.tensor is None

    @property
    def learnt(self) -> bool:
        """Whether it is computed from parameters."""
        return bool(self.leaves)


def merged(values: Iterable[Value]) -> dict[str, Leaf]:
    """Return all leaves that some values are made of."""
    return {name: leaf for value in values for name, leaf in value.leaves.items()}
