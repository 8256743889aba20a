"""For each finding: which step answers it, what ties its widths, or why there is no advice."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property

from macflops.advice import rewrites
from macflops.advice.polynomial import Polynomial
from macflops.advice.result import Advice
from macflops.advice.terms import Audited
from macflops.guidelines import find
from macflops.guidelines.findings import Finding, Thresholds
from macflops.network import Layer

MOST_TIES = 64  # layers that are named


class Explainer:
    """Explains the findings of one network. Its widths are those that the rewrites asked for, found once."""

    def __init__(self, audited: Audited, advice: Advice, thresholds: Thresholds) -> None:
        self.audited, self.advice, self.thresholds = audited, advice, thresholds
        self.answered = {code for name in rewrites.names() for code in rewrites.find(name).rules}

    def explained(self) -> list[Finding]:
        """Return the findings with what answers or ties them."""
        return [self.one(finding) for finding in self.audited.findings]

    def one(self, finding: Finding) -> Finding:
        """Return a finding with what answers or ties it."""
        tied = () if finding.blocks or finding.rule == "E1" else self.tied_by(finding)
        for number, step in enumerate(self.advice.steps):
            if finding.rule in step.rules and not step.layers.isdisjoint(finding.layers):
                return finding._replace(tied_by=tied, advice=number)
        return finding._replace(tied_by=tied, no_advice=self.why_not(finding))

    def why_not(self, finding: Finding) -> str:
        """Return why no step answers a finding."""
        rule = find(finding.rule)
        if finding.rule not in self.answered:
            return rule.no_rewrite + ("" if finding.mac_share is None else self.left_when_fused(finding))
        if finding.rule != "G2" and (groups := self.groups_beside(finding)):
            return f"it sits beside groups: {groups}; fix G2 first"
        for refused in self.advice.refused:
            if finding.rule in refused.rules:
                return refused.text_and_why
        if any(finding.rule in step.rules for step in self.advice.steps):
            return "the advice leaves it: a change here would cost more than it saves"
        if not any(self.variables(finding)):
            return "its widths are tied to those of an input or an output of the network, which data fix"
        return "no change of the widths that are tied to it lowers it within the budgets"

    def left_when_fused(self, finding: Finding) -> str:
        """Return what a rule would measure of a finding's worst block where a runtime merges layers."""
        if self.audited.costs.fusion == "runtime" or not finding.blocks:
            return ""
        rule = find(finding.rule)
        left = self.fused_measures(finding.rule).get(finding.blocks[0])
        told = "nothing" if left is None else rule.written(left)
        return f"; where the runtime fuses (--fusion runtime) {told} is left"

    def fused_measures(self, code: str) -> Mapping[str | None, float]:
        """Return what a rule measures of each block under runtime fusion."""
        if code not in self._fused_measures:
            from macflops.blocks import blocks

            rule, fused = find(code), self.audited.costs.under("runtime")
            measures = rule.check(fused, blocks(fused.network), self.thresholds.limit(rule))
            self._fused_measures[code] = {measured.block: measured.value for measured in measures}
        return self._fused_measures[code]

    @cached_property
    def _fused_measures(self) -> dict[str, Mapping[str | None, float]]:
        return {}

    @cached_property
    def layers(self) -> Mapping[str, Layer]:
        """The layers of the network in variables, by name."""
        return {layer.name: layer for layer in self.audited.subject.widths.symbolic.layers}

    def variables(self, finding: Finding) -> Iterator[set[int]]:
        """Yield the variables of the widths that a finding's worst layer reads and writes."""
        widths = self.audited.subject.widths
        layer = self.layers[finding.layer]
        for tensor in (layer.inputs[0], layer.outputs[0]):
            for dimension in widths.symbolic.tensors[tensor].shape:
                width = widths.width(dimension)
                yield width.variables if isinstance(width, Polynomial) else set()

    def groups_beside(self, finding: Finding) -> int:
        """Return the groups of a convolution that shares a width with a finding's worst layer; 0 without any."""
        mine = set().union(*self.variables(finding))
        for product, _ in self.audited.subject.recount.products:
            if product.grouped and not product.variables.isdisjoint(mine):
                return int(product.channels[2])
        layer = self.layers[finding.layer]
        if layer.operator.role != "convolution":
            return 0
        groups = layer.operator.groups  # a depthwise convolution's follow its input: a polynomial, or fixed
        channels = self.audited.subject.widths.symbolic.tensors[layer.inputs[0]].shape[1]
        return groups if isinstance(groups, int) and groups > 1 and groups != channels else 0

    def tied_by(self, finding: Finding) -> tuple[str, ...]:
        """Return the additions and concatenations that hold a width of a finding's worst layer."""
        roles = self.audited.subject.widths.roles
        held = sorted({v for found in self.variables(finding) for v in found if roles[v].held})
        return tuple(dict.fromkeys(name for variable in held for name in self.joins.get(variable, ())))[:MOST_TIES]

    @cached_property
    def joins(self) -> Mapping[int, Sequence[str]]:
        """The joins of the trunk that hold each variable, by name."""
        widths = self.audited.subject.widths
        found: dict[int, list[str]] = {}
        for layer in widths.symbolic.layers:
            if layer.operator.joins and len(layer.inputs) > 1:
                for dimension in widths.symbolic.tensors[layer.outputs[0]].shape:
                    width = widths.width(dimension)
                    for variable in width.variables if isinstance(width, Polynomial) else ():
                        names = found.setdefault(variable, [])
                        if len(names) < MOST_TIES:
                            names.append(layer.name)
        return found
