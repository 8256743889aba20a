"""What count and audit return: every number with its layer, and the same as a document for machines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

import macflops
from macflops.arithmetic import Dim, is_integer
from macflops.blocks import Block, blocks
from macflops.costs import Costs, Totals
from macflops.errors import Location
from macflops.guidelines.findings import Finding, Verdict
from macflops.network import Network, Unsupported
from macflops.records import Record

if TYPE_CHECKING:
    from macflops.advice.result import Advice
    from macflops.layers import LayerReport


class Budget(Record):
    """A ceiling for one of the totals, and what the network has."""

    name: str  # of a total
    most: int  # the ceiling
    value: Dim  # what the network has

    @property
    def exceeded(self) -> bool:
        """Tell whether the network has more."""
        return self.value > self.most


class Report(Record):
    """Counts of a network; from an audit also findings, a verdict and advice."""

    costs: Costs  # what every number comes from
    batch: Dim | None = None  # the first dimension of the first input
    findings: tuple[Finding, ...] = ()  # of an audit: worst first
    verdict: Verdict | None = None  # None: counted, not audited
    budgets: tuple[Budget, ...] = ()  # those that were given, kept or exceeded
    advice: Advice | None = None  # None: nothing to advise on, or not asked for

    @property
    def network(self) -> Network:
        """The network that was counted."""
        return self.costs.network

    @property
    def totals(self) -> Totals:
        """The sums over all layers."""
        return self.costs.totals

    @property
    def unsupported(self) -> tuple[Unsupported, ...]:
        """The operators that macflops does not know, with the layers that want them."""
        return self.network.unsupported

    @property
    def complete(self) -> bool:
        """Tell whether every operator was counted."""
        return not self.unsupported

    @cached_property
    def blocks(self) -> Sequence[Block]:
        """The blocks of the network, in order."""
        return blocks(self.network)

    @cached_property
    def layers(self) -> tuple[LayerReport, ...]:
        """One report per layer, in execution order."""
        from macflops.layers import layer_reports

        return layer_reports(self.costs, self.blocks)

    def to_dict(self) -> dict[str, Any]:
        """Return the document of `--format json`: macflops.audit/1, or macflops.count/1 of a count."""
        network, audited = self.network, self.verdict is not None
        document: dict[str, Any] = {
            "schema": "macflops.audit/1" if audited else "macflops.count/1",
            "macflops_version": macflops.__version__,
            "network": {
                "name": network.name,
                "source": network.source,
                "format": network.format,
                "inputs": [
                    {
                        "name": i.name,
                        "shape": plain(network.tensors[i.tensor].shape),
                        "dtype": network.tensors[i.tensor].dtype or self.costs.dtype,
                    }
                    for i in network.inputs
                ],
            },
            "conventions": {"fusion": self.costs.fusion, "dtype": self.costs.dtype, "batch": plain(self.batch)},
            "complete": self.complete,
            "totals": plain(self.totals._asdict()),
            "layers": [
                {name: plain(getattr(layer, name)) for name in layer._fields if name != "cost"} for layer in self.layers
            ],
        }
        if self.verdict is not None:
            document["verdict"] = {
                "efficiency": self.verdict.efficiency,
                "summary": self.verdict.summary,
                "rules": {code: rule._asdict() for code, rule in self.verdict.rules.items()},
            }
            document["findings"] = [plain(finding._asdict()) for finding in self.findings]
            document["advice"] = None if self.advice is None else plain(self.advice.to_dict())
            document["budgets"] = [
                {"name": b.name, "max": b.most, "value": b.value, "exceeded": b.exceeded} for b in self.budgets
            ]
        document["unsupported"] = [
            {"op": u.op, "count": len(u.layers), "layers": list(u.layers)} for u in network.unsupported
        ]
        return document


def plain(value: Any) -> Any:
    """Return a value as JSON has it: tuples as lists, symbols as expressions, places as objects."""
    if value is None or isinstance(value, (str, bool, float)) or is_integer(value):
        return value
    if isinstance(value, Location):
        calls = [{"line": line, "column": column} for line, column in value.calls]
        return {"file": value.file, "line": value.line, "column": value.column, "calls": calls}
    if isinstance(value, (tuple, list)):
        return [plain(item) for item in value]
    if isinstance(value, Mapping):
        return {key: plain(item) for key, item in value.items()}
    from macflops.closed_form import written

    return written(value)
