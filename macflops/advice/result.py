"""What advice is: steps that were carried out and recounted, what was refused and why, and the network they lead to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from macflops.errors import Location
from macflops.network import Network
from macflops.records import Record


class Edit(Record):
    """What to write at one place: of several layers that share it, the first. `new` is None where it goes."""

    layer: str
    location: Location
    attribute: str
    old: Any
    new: Any


class Share(Record):
    """The memory access that one rule finds wasted, as a share of the network's, before and after."""

    before: float | None
    after: float | None


class Effect(Record):
    """A recount: relative changes of the counts, and the shares that the rules find wasted. A divisor of 0: None."""

    mult_adds: float | None
    params: float | None
    mac_elements: float | None  # under the audit's fusion
    work: float | None  # padded mult-adds + balance x memory access under runtime fusion
    rules: Mapping[str, Share]


class Step(Record):
    """A change that is given. `layers` are those whose widths, groups or place it changes."""

    rewrite: str
    rules: tuple[str, ...]
    text: str
    edits: tuple[Edit, ...]
    recount: Effect
    layers: frozenset[str]


class Refused(Record):
    """A change that was carried out, recounted and not given."""

    rewrite: str
    rules: tuple[str, ...]
    text: str
    why: str

    @property
    def text_and_why(self) -> str:
        """What was tried, and why it is not given, in a sentence."""
        return f"{self.text}: {self.why}"


class Advice(Record):
    """All steps in order, each upon the one before, and their recount in all. Without steps the network is the same."""

    steps: tuple[Step, ...]
    recount: Effect
    refused: tuple[Refused, ...]
    network: Network

    def to_dict(self) -> dict[str, Any]:
        """Return the part of the document of `--format json`, places still as they are."""
        return {
            "steps": [
                {
                    "rewrite": step.rewrite,
                    "rules": list(step.rules),
                    "text": step.text,
                    "edits": [edit._asdict() for edit in step.edits],
                    "recount": effect(step.recount),
                }
                for step in self.steps
            ],
            "recount": effect(self.recount),
            "refused": [{"rewrite": r.rewrite, "text": r.text, "why": r.why} for r in self.refused],
        }


def effect(recount: Effect) -> dict[str, Any]:
    """Return a recount as a mapping."""
    return {**recount._asdict(), "rules": {code: share._asdict() for code, share in recount.rules.items()}}
