"""What advice is: steps that were carried out and recounted, what was refused and why, and the network they lead to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from macflops.errors import Location
from macflops.network import Network
from macflops.records import Record


class Edit(Record):
    """What to write at one place: of several layers that share it, the first. `new` is None where it goes."""

    layer: str  # the first that the place wrote
    location: Location  # what to edit
    attribute: str  # of the operator: out, groups
    old: Any  # as it is
    new: Any  # what to write; None: nothing


class Share(Record):
    """The memory access that one rule finds wasted, as a share of the network's, before and after."""

    before: float | None  # a share of the network's memory access
    after: float | None  # the same, of the changed network


class Effect(Record):
    """A recount: relative changes of the counts, and the shares that the rules find wasted. A divisor of 0: None."""

    mult_adds: float | None  # relative change: -0.1 is a tenth less
    params: float | None  # relative change
    mac_elements: float | None  # under the audit's fusion
    work: float | None  # padded mult-adds + balance x memory access under runtime fusion
    rules: Mapping[str, Share]  # by code


class Step(Record):
    """A change that is given. `layers` are those whose widths, groups or place it changes."""

    rewrite: str  # its name: dense
    rules: tuple[str, ...]  # the codes that it answers
    text: str  # what to write, in a sentence
    edits: tuple[Edit, ...]  # place by place
    recount: Effect  # against the step before
    layers: frozenset[str]  # those whose widths, groups or place it changes


class Refused(Record):
    """A change that was carried out, recounted and not given."""

    rewrite: str  # its name
    rules: tuple[str, ...]  # the codes that it would answer
    text: str  # what was tried
    why: str  # all reasons

    @property
    def text_and_why(self) -> str:
        """What was tried, and why it is not given, in a sentence."""
        return f"{self.text}: {self.why}"


class Advice(Record):
    """All steps in order, each upon the one before, and their recount in all. Without steps the network is the same."""

    steps: tuple[Step, ...]  # in order
    recount: Effect  # of all steps together
    refused: tuple[Refused, ...]  # what was tried and not given
    network: Network  # what the steps lead to: counts and audits like any other

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
