"""What changed between two networks, layer by layer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Any, Literal, NamedTuple, TypeAlias

import macflops
from macflops.arithmetic import Dim, differ, is_integer
from macflops.layers import LayerReport
from macflops.records import Record
from macflops.report import Report, plain

Kind: TypeAlias = Literal["added", "removed", "changed", "renamed"]
COUNTS = ("params", "mult_adds", "elementwise_ops", "mac_elements")
COMPARED = ("op", "attributes", "inputs", "outputs", *COUNTS)


class Change(NamedTuple):
    """A layer that is not the same in both networks: which of its fields differ, and what it is in each."""

    kind: Kind  # added, removed, changed or renamed
    fields: tuple[str, ...]  # which differ
    base: LayerReport | None  # None where it was added
    head: LayerReport | None  # None where it was removed

    @property
    def name(self) -> str:
        """The layer's name, in the second network where it is there."""
        layer = self.head or self.base
        assert layer is not None
        return layer.name


class TotalChange(NamedTuple):
    """A total in both networks, and by what part of the first it grew; None where that is 0 or a symbol."""

    base: Any  # before
    head: Any  # after
    change: float | None  # relative: 0.1 is a tenth more


class Diff(Record):
    """The difference of two counted networks."""

    base: Report  # the first network, counted
    head: Report  # the second

    @cached_property
    def totals(self) -> dict[str, TotalChange]:
        """Each total in both networks."""
        before, after = self.base.totals._asdict(), self.head.totals._asdict()
        return {name: TotalChange(b, after[name], growth(b, after[name])) for name, b in before.items()}

    @cached_property
    def layers(self) -> tuple[Change, ...]:
        """The layers that differ: those of the second network in its order, then those that are gone."""
        return tuple(changes(self.base.layers, self.head.layers))

    def to_dict(self) -> dict[str, Any]:
        """Return the document of `--format json`: macflops.diff/1."""
        documents = [report.to_dict() for report in (self.base, self.head)]
        described = [{layer["name"]: layer for layer in document["layers"]} for document in documents]
        return {
            "schema": "macflops.diff/1",
            "macflops_version": macflops.__version__,
            "base": documents[0]["network"],
            "head": documents[1]["network"],
            "conventions": {"fusion": self.base.costs.fusion, "dtype": self.base.costs.dtype},
            "complete": self.base.complete and self.head.complete,
            "totals": {name: plain(total._asdict()) for name, total in self.totals.items()},
            "layers": [
                {
                    "name": change.name,
                    "change": change.kind,
                    "fields": list(change.fields),
                    "base": None if change.base is None else described[0][change.base.name],
                    "head": None if change.head is None else described[1][change.head.name],
                }
                for change in self.layers
            ],
        }


def growth(base: Any, head: Any) -> float | None:
    """Return by what part of the first number the second is more."""
    numbers = isinstance(base, (int, float)) and isinstance(head, (int, float))
    return (head - base) / base if numbers and base else None


def changes(base: Sequence[LayerReport], head: Sequence[LayerReport]) -> Iterator[Change]:
    """Yield what differs. Layers meet by name; of the others, equal ones meet in order, and are renamed."""
    before = {layer.name: layer for layer in base}
    names = {layer.name for layer in head}
    waiting: dict[Any, list[LayerReport]] = {}
    for layer in base:
        if layer.name not in names:
            waiting.setdefault(likeness(layer), []).append(layer)
    for layer in head:
        old = before.get(layer.name)
        if old is not None:
            fields = tuple(name for name in COMPARED if unlike(getattr(old, name), getattr(layer, name)))
            if fields:
                yield Change("changed", fields, old, layer)
        elif alike := waiting.get(likeness(layer)):
            yield Change("renamed", ("name",), alike.pop(0), layer)
        else:
            yield Change("added", (), None, layer)
    for gone in waiting.values():
        for layer in gone:
            yield Change("removed", (), layer, None)


def likeness(layer: LayerReport) -> tuple[Any, ...]:
    """Return what makes two layers equal but for their names."""
    return layer.op, tuple(layer.attributes.items()), layer.inputs, layer.outputs


def unlike(one: Any, other: Any) -> bool:
    """Tell whether two fields of a layer differ; symbols only where they surely do."""
    if one == other:
        return False
    if isinstance(one, (str, bool)) or one is None or not hasattr(one, "free_symbols"):
        return True
    return differ(one, other)


def exact(number: Dim) -> str:
    """Return a count in full, or as a closed form."""
    return f"{number:,}" if is_integer(number) else str(plain(number))
